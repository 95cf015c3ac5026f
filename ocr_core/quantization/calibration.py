"""The lines a network is measured on before it is quantised: drawn from the training part, or pictures of a folder.

No validation and no test line is ever among them: ranges are fitted, and what is fitted must not be what is scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import ImageError, OcrError
from ocr_core.opening import open_line
from ocr_core.preprocess import InputFormat, prepare, stack
from ocr_core.settings import Settings

DRAWN_LINES: Final = 96
DRAWN: Final = "lines drawn from the training part of the materials, seed 77, four in ten of them long"
_SEED: Final = 77
_LONG_SHARE: Final = 0.4
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
_MOST_PICTURES: Final = 512


def drawn_batches(
    wanted: InputFormat, charset: Charset, settings: Settings, lines: int = DRAWN_LINES
) -> Iterator[NDArray[np.float32]]:
    """Draws lines of what a charset has and brings each to the network as recognisers do: batches `1, Cin, H, W`.

    Raises:
        OcrError: the materials of synthesis are missing.
    """
    from ocr_core.synth.sampler import LineSampler, Widths
    from ocr_core.synth.split import Split

    sampler = LineSampler(Split.TRAIN, charset, widths=Widths(long_share=_LONG_SHARE), seed=_SEED)
    for index in range(lines):
        yield _batch(np.repeat(sampler.sample(index).pixels[..., None], 3, axis=2), wanted, settings)


def folder_batches(folder: Path, wanted: InputFormat, settings: Settings) -> Iterator[NDArray[np.float32]]:
    """Reads the pictures of a folder, by name, at most 512, one line each; what is no picture is passed over.

    Raises:
        ImageError: no picture of the folder can be used.
    """
    found = 0
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in _PICTURES)[:_MOST_PICTURES]:
        try:
            batch = _batch(path, wanted, settings)
        except OcrError:
            continue
        found += 1
        yield batch
    if not found:
        raise ImageError(f"There is no picture that can be read in {folder}.")


def _batch(image: Path | NDArray[np.uint8], wanted: InputFormat, settings: Settings) -> NDArray[np.float32]:
    return stack([prepare(open_line(image, settings), wanted, enhanced=settings.enhance)], wanted)
