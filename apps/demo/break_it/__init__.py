"""The Break it tab: a line under growing corruption, until each engine breaks."""
