"""Single lines worth keeping, on disk and as zips."""
