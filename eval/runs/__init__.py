"""Runs: every reading with its evidence and time, kept on disk, and what they come to."""
