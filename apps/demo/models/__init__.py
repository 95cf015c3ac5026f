"""The Models tab: what each engine is and what was measured of it."""
