"""Failures that are alike: by what the network itself sees of a line, or by what was taken for what."""
