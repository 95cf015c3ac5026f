"""The Cases tab: comparisons that visitors saved, opened again by their links."""
