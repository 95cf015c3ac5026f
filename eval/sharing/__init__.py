"""Runs and cases out of this house and back in: data set repositories, experiment trackers, another viewer."""
