"""The two themes of the dashboard: small grey words must be legible on both."""

from __future__ import annotations

import pytest

from eval.runs.info import REPOSITORY

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

CAPTION_OPACITY = 0.6
"""Streamlit writes captions in the colour of texts, so much of it."""


def channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(rgb: list[float]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_are_legible(theme: str) -> None:
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    chosen = settings["theme"][theme]
    page, text = channels(chosen["backgroundColor"]), channels(chosen["textColor"])
    caption = [CAPTION_OPACITY * t + (1 - CAPTION_OPACITY) * p for t, p in zip(text, page, strict=True)]
    low, high = sorted((luminance(caption), luminance([float(c) for c in page])))
    assert (high + 0.05) / (low + 0.05) >= 4.5
