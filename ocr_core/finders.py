"""The line finders by name: what turns a page into lines. Nothing is loaded before it is asked for."""

from __future__ import annotations

from typing import Final

from ocr_core.engines import packaged, ppocr_detector
from ocr_core.errors import OcrError
from ocr_core.lines.page import FindLines, find_lines
from ocr_core.settings import FINDERS, FinderName, Settings

DISPLAY_NAMES: Final[dict[FinderName, str]] = {"classical": "Zijian's own", "ppocr": "PP-OCRv6's detector"}


def load_finder(name: str, settings: Settings) -> FindLines:
    """Returns a line finder.

    Raises:
        OcrError: there is none of that name.
        ModelError: it needs a package that is not installed.
    """
    if name == "classical":
        return find_lines
    if name == "ppocr":
        return ppocr_detector.load(settings)
    raise OcrError(f"There is no line finder {name!r}; there are {' and '.join(FINDERS)}.")


def available_finders() -> tuple[FinderName, ...]:
    """Returns the finders that are installed here, the usual one first."""
    return tuple(name for name in FINDERS if name == "classical" or packaged.is_installed(ppocr_detector.DETECTOR))
