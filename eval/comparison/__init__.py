"""Engines and runs set side by side, with intervals and tests."""
