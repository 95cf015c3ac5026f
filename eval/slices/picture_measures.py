"""Contrast, sharpness and rotation of every picture of a run, measured once and kept beside its lines.

A picture that cannot be opened has none. Knows nothing of readings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from eval.pictures import load_image
from eval.runs.store import RunFolder
from eval.slices.line_columns import MEASURES, MEASURES_FILE
from ocr_core.errors import OcrError
from ocr_core.lines.deskew import deskewed
from ocr_core.result import LineImage
from ocr_core.settings import Settings

HEIGHT_PX: Final = 64
"""Pictures are measured at this height, so that a large one is not sharper than a small one."""


def measures_of(pixels: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Returns contrast, sharpness and rotation of a picture `H, W, 3`.

    Contrast is the distance of its 2nd and 98th percentile of grey, 0 to 1. Sharpness is the 99th percentile of the
    step from one pixel to the next, as a share of the contrast, after scaling to a height of 64: 1 is a hard edge.
    Rotation is the slope of the line in degrees as far as the line finder levels it, else 0; never negative.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    low, high = np.quantile(grey, (0.02, 0.98))
    contrast = float(high - low) / 255
    scale = HEIGHT_PX / grey.shape[0]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way).astype(np.float64)
    steps = np.abs(np.diff(small, axis=1)) if small.shape[1] > 1 else np.zeros((1, 1))
    sharpness = float(np.quantile(steps, 0.99)) / max(1.0, float(high - low))
    across, along = deskewed(LineImage.whole(pixels)).source_from_line[:, 0]
    return contrast, min(1.0, sharpness), abs(math.degrees(math.atan2(along, across)))


def measure(run: RunFolder, settings: Settings, place_of: Callable[[str], Path | None] | None = None) -> int:
    """Measures the pictures of a run's lines and writes them; returns how many could be opened.

    Args:
        place_of: the folder in which a picture lies by its name; by default that of the run's data.

    Raises:
        RunError: the run cannot be read.
    """
    folder = run.info().data.folder
    names = {record.index: record.name for record in run.light_records()}
    measured: dict[str, list[float | None]] = {name: [] for name in MEASURES}
    opened = 0
    for index in sorted(names):
        found: tuple[float | None, ...] = (None, None, None)
        try:
            found = measures_of(load_image((place_of and place_of(names[index])) or folder, names[index], settings))
            opened += 1
        except OcrError:
            pass  # said by the run already
        for name, value in zip(MEASURES, found, strict=True):
            measured[name].append(value)
    schema = pa.schema([("index", pa.int64()), *((name, pa.float64()) for name in MEASURES)])
    unfinished = run.path / f"{MEASURES_FILE}.unfinished"
    pq.write_table(pa.table({"index": sorted(names), **measured}, schema=schema), unfinished)
    unfinished.replace(run.path / MEASURES_FILE)
    return opened
