"""The Write tab: a canvas to write on, and what every engine reads as the pen is lifted."""
