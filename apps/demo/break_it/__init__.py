"""The Break it tab: a line under growing damage, until each engine breaks."""
