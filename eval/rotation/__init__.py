"""Accuracy against rotation: committed lines turned, with room enough that nothing is cut, read and counted."""
