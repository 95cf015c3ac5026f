"""Slices: lines that somebody counts together, chosen by what is known of them and of their pictures."""
