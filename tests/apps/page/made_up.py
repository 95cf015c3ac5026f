"""Pages whose lines were read as a test tells, for tests of what is made of readings."""

from __future__ import annotations

import numpy as np

from apps.demo.engines import Engines
from apps.demo.page.page_reading import FoundPage, PageReadings
from ocr_core.errors import OcrError
from ocr_core.result import LineImage, Recognition, Timings

LINES = 25
"""As many as the fixture `picture_of_page` has."""


def recognition(text: str) -> Recognition:
    return Recognition(text, (), (), 0.5, Timings(), "m", "0" * 64, "onnx")


def made_up(engines: Engines, *texts: tuple[str, str], name: str = "page.png") -> PageReadings:
    """A page whose lines were read as told, a pair of texts a line."""
    lines = tuple(LineImage(np.full((20, 200, 3), 255, np.uint8), np.eye(3)[:2]) for _ in texts)
    found = FoundPage(name, 1, 1, 1, (300, 200), lines, 1.0)
    choices = engines.defaults()
    readings: dict[str, tuple[Recognition | OcrError, ...]] = {
        choice.key: tuple(recognition(pair[i]) for pair in texts) for i, choice in enumerate(choices)
    }
    return PageReadings(found, choices, readings, 1.0)
