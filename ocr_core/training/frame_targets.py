"""Where characters truly are, as classes of frames: what the warm-up trains on. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import BLANK

MIDDLE = 0.55
"""Share of a character's width whose frames carry its label."""
BLANKS_PER_CHARACTER_FRAME = 0.25


def frame_targets(
    x_ranges: NDArray[np.float32], classes: NDArray[np.int64], frames: int, stride_px: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Chooses the frames that have a certain answer.

    A character owns the frames whose centre lies in the middle of its width (at least the frame under its own
    centre); blanks are drawn from frames that touch no character's middle, a quarter as many.

    Args:
        x_ranges: x0, x1 of every character in network-input pixels, `L, 2`.
        classes: class of every character, `L`.
        frames: T.
        stride_px: network-input pixels a frame.
        rng: chooses the blanks.

    Returns:
        frame indices and their classes, each `K` int64. Frames claimed by two characters are left out.
    """
    centres = x_ranges.mean(axis=1)
    half = (x_ranges[:, 1] - x_ranges[:, 0]) * MIDDLE / 2
    frame_centres = (np.arange(frames) + 0.5) * stride_px
    owns = np.abs(frame_centres[None] - centres[:, None]) <= half[:, None]
    own_frame = np.clip((centres / stride_px).astype(np.int64), 0, frames - 1)
    owns[np.arange(len(classes)), own_frame] = True
    owners = owns.sum(axis=0)
    labelled = np.flatnonzero(owners == 1)
    labels = classes[owns[:, labelled].argmax(axis=0)]
    # A blank must lie clear of every character's core, or thin neighbours would teach contradictions.
    clear = np.flatnonzero(
        (np.abs(frame_centres[None] - centres[:, None]) > np.maximum(half * 1.5, stride_px / 2)[:, None]).all(axis=0)
        & (owners == 0)
    )
    wanted = min(len(clear), max(1, round(len(labelled) * BLANKS_PER_CHARACTER_FRAME)))
    blanks = rng.choice(clear, size=wanted, replace=False) if wanted else clear[:0]
    return (
        np.concatenate([labelled, blanks]),
        np.concatenate([labels, np.full(len(blanks), BLANK, dtype=np.int64)]),
    )
