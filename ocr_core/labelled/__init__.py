"""Files that hold labelled lines, read below training and evaluation alike; what a line is scored with is above it."""
