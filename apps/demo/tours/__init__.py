"""Guided tours through the demo: half a minute each, and every claim in them is measured as they begin."""
