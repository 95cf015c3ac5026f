"""Text of one grey on a gradient that is darker than it at one end and lighter at the other: made dark on white.

Neither polarity fits such a line, and where ground and ink meet there is hardly any contrast. But the ground is smooth
and the ink of one grey, so that how much of every pixel is ink can be told. Other lines are refused. Grey in, grey out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]

# Judgements in grey levels of 255 and in shares, tried on drawn lines and on validation lines.
_BLOCK: Final = (0.125, 0.25)
"""Rows and columns of a block, in heights of the line: few strokes fill one, and many hold no ink."""
_SHARE: Final = 0.08
_DARKER: Final = 40
"""Levels by which this share of the blocks must be darker than that share of the others in their darkest places."""
_NEAR: Final = 20.0
"""Levels from the ink to the ground that comes nearest to it, if it does not pass it, at most."""
_CLEAR: Final = 12.0
"""Distance from the ground, at least and in multiples of the noise, from which a pixel tells the grey of the ink."""
_IN_NOISE: Final = 6.0
_PILE: Final = 9
"""Levels within which ink is of one grey."""
_UNEXPLAINED: Final = 0.1
"""Distance from what ground and ink between them can be, in shares of the ground's range, that nearly no pixel has."""
_NEARLY_ALL: Final = 0.96
_ROUNDS: Final = 8
_MOST_FITTED: Final = 1024
"""Pixels that the ground is fitted to."""
_FINEST: Final = 0.5
"""Noise of a picture without any, since levels are whole numbers."""


def without_gradient(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Returns `H, W` with the ink black on white; None where the line is not one ink on a gradient that passes it."""
    if not _has_dark_and_light_places(grey):
        return None
    ground = _ground(grey)
    off = grey - ground
    noise = max(_FINEST, 1.5 * float(np.median(np.abs(off))))
    level = _level(grey[np.abs(off) >= max(_CLEAR, _IN_NOISE * noise)])
    low, high = float(ground.min()), float(ground.max())
    if level is None or not low - _NEAR <= level <= high + _NEAR:
        return None
    contrast = level - ground
    covered = np.clip(off * contrast / (contrast * contrast + noise * noise), 0, 1)
    unexplained = np.abs(off - covered * contrast)
    if np.quantile(unexplained, _NEARLY_ALL) > _UNEXPLAINED * (high - low):
        return None
    return np.rint(255 * (1 - covered)).astype(np.uint8)


def _has_dark_and_light_places(grey: NDArray[np.uint8]) -> bool:
    """Tells, for a tenth of the work, whether some places are wholly darker than others, as few letters are."""
    high, wide = (max(1, round(share * grey.shape[0])) for share in _BLOCK)
    if grey.shape[1] < wide:
        return False
    lightest, darkest = _in_blocks(np.maximum, grey, high, wide), _in_blocks(np.minimum, grey, high, wide)
    number = int(_SHARE * len(darkest))
    dark, light = np.partition(lightest, number)[number], np.partition(darkest, -1 - number)[-1 - number]
    return int(light) - int(dark) >= _DARKER


def _in_blocks(most: np.ufunc, grey: NDArray[np.uint8], high: int, wide: int) -> NDArray[np.uint8]:
    """Returns the lightest or the darkest of every whole block."""
    height, width = grey.shape[0] // high * high, grey.shape[1] // wide * wide
    rows = most.reduce(grey[:height].reshape(-1, high, grey.shape[1]), axis=1)
    # Column by column of all blocks: NumPy is slow along short axes.
    return most.reduce(np.ascontiguousarray(rows[:, :width].reshape(-1, wide).T), axis=0)


def _level(ink: NDArray[np.uint8]) -> float | None:
    """Returns the commonest grey of what is ink; pixels at its edges are of any between it and the ground."""
    if not len(ink):
        return None
    counts = np.bincount(ink, minlength=256)
    return float(np.convolve(counts, np.ones(_PILE), mode="same").argmax())


def _ground(grey: NDArray[np.uint8]) -> _Floats:
    """Fits a smooth surface to what most pixels lie on: cubic along the line, quadratic across, robust to the ink."""
    height, width = grey.shape
    step = max(1, int((grey.size / _MOST_FITTED) ** 0.5))
    rows, columns = np.arange(0, height, step), np.arange(0, width, step)
    levels = grey[::step, ::step].astype(np.float64).ravel()
    terms = _terms(rows, columns, grey.shape)
    weights = np.ones(len(levels))
    for _ in range(_ROUNDS):
        weighted = terms * weights[:, None]
        fitted = np.linalg.solve(weighted.T @ terms + 1e-6 * np.eye(terms.shape[1]), weighted.T @ levels)
        off = levels - terms @ fitted
        scale = 1.5 * max(1.0, float(np.median(np.abs(off))))
        weights = 1 / np.square(1 + np.square(off / scale))
    whole = _terms(np.arange(height), np.arange(width), grey.shape) @ fitted
    return whole.reshape(grey.shape).astype(np.float32)


def _terms(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Returns the terms of the surface at every crossing, `rows * columns, 7`."""
    y, x = np.meshgrid(2 * rows / shape[0] - 1, 2 * columns / shape[1] - 1, indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, x * x * x], axis=-1).reshape(-1, 7)
