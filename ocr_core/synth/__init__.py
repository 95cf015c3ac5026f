"""Synthesis: a text to a line image with the true place of every character."""
