"""Readers of other people's label files, one file a family of formats; `eval.datasets` is the way in."""
