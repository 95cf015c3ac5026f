"""Accuracy against the length of lines: lines of wanted widths drawn, read and counted."""
