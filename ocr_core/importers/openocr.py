"""OpenOCR's SVTRv2 recognisers as ONNX files (`openocr_rec_model.onnx`), prepared and counted as its own reader does.

That is PaddleOCR's way: blue first, 48 pixels high, padded with mid-grey to 320 pixels, a space as the last class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ocr_core.importers.ctc_graph import import_graph
from ocr_core.importers.imported_model import ImportedModel
from ocr_core.importers.paddleocr import INPUT

LICENCE: Final = "Apache-2.0"

_UNKNOWN: Final = ("What it was trained on is published in part only.",)


def import_file(path: Path, dictionary: Path | None = None) -> ImportedModel:
    """Reads an exported recogniser and its dictionary (`ppocr_keys_v1.txt` of the package or of PaddleOCR).

    Raises:
        ModelError: it is no such recogniser, or the dictionary is missing or does not fit.
    """
    return import_graph(path, INPUT, "OpenOCR", LICENCE, dictionary, _UNKNOWN)
