"""PaddleOCR's recognisers as ONNX files: the CRNN of version 2's server, and PP-OCRv3 to v6.

Files in Paddle's own format have to be converted first (`paddle2onnx`), or come converted from RapidOCR. Promises the
input that PaddleOCR gives a single line: blue first, height of the graph, padded with mid-grey to 320 pixels.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from ocr_core.importers.ctc_graph import import_graph
from ocr_core.importers.imported_model import ImportedModel
from ocr_core.preprocess import InputFormat

INPUT: Final = InputFormat(
    height_px=48,
    channels=3,
    mean=0.5,
    std=0.5,
    max_width_px=3072,
    bucket_px=1,
    stride_px=8,
    resampling="linear_up",
    min_width_px=320,
    frames="all",
    channel_order="bgr",
)
"""Height and stride are those of the graph; the height counts where a graph takes any."""

LICENCE: Final = "Apache-2.0"

_UNKNOWN: Final = (
    "What it was trained on is published in part only.",
    "In a batch, PaddleOCR pads every line to the widest one's width, which moves its numbers; here none is.",
)


def import_file(path: Path, dictionary: Path | None = None, height_px: int | None = None) -> ImportedModel:
    """Reads a converted recogniser; its dictionary from a file, or from the metadata that RapidOCR writes.

    Args:
        path: the ONNX file.
        dictionary: characters one a line (`ppocr_keys_v1.txt`), or `inference.yml`.
        height_px: where the graph takes lines of any height: 48, or 32 for version 2.

    Raises:
        ModelError: it is no such recogniser, or the dictionary is missing or does not fit.
    """
    wanted = INPUT if height_px is None else replace(INPUT, height_px=height_px)
    return import_graph(path, wanted, "PaddleOCR", LICENCE, dictionary, _UNKNOWN)
