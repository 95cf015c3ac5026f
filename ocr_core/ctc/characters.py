"""Runs of frames to characters with boxes, confidences and alternatives; the one place where decoding meets pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.borders import Edges, ink_borders
from ocr_core.ctc.greedy import Run, best_classes
from ocr_core.result import ALTERNATIVES, Alternative, Box, Character, LineImage, Posteriors


def characters_of(
    runs: Sequence[Run], posteriors: Posteriors, line: LineImage, ink: NDArray[np.float32] | None = None
) -> tuple[Character, ...]:
    """Describes every run; boxes are as tall as the line and as wide as the ink says, which may be known already."""
    if not runs:
        return ()
    boxes = _boxes(ink_borders(runs, posteriors, line, ink), line)
    peak_rows = posteriors.log_probs[peak_frames(runs, posteriors)]
    alternatives = _alternatives(peak_rows, posteriors)
    classes = [run.class_index for run in runs]
    confidences = np.minimum(np.exp(peak_rows[np.arange(len(runs)), classes]), 1.0).tolist()
    return tuple(
        Character(posteriors.charset.symbols[run.class_index], run.first_frame, run.last_frame, box, confidence, others)
        for run, box, confidence, others in zip(runs, boxes, confidences, alternatives, strict=True)
    )


def peak_frames(runs: Sequence[Run], posteriors: Posteriors) -> NDArray[np.int64]:
    """Returns, for every run, the frame where its character is most probable, `L`."""
    return np.array(
        [
            run.first_frame + posteriors.log_probs[run.first_frame : run.last_frame + 1, run.class_index].argmax()
            for run in runs
        ],
        dtype=np.int64,
    )


def _alternatives(peak_rows: NDArray[np.float32], posteriors: Posteriors) -> list[tuple[Alternative, ...]]:
    """Returns the five best characters of every row, blank left out, best first."""
    blank, symbols = posteriors.charset.blank, posteriors.charset.symbols
    classes = best_classes(peak_rows, ALTERNATIVES + 1)  # one to spare for the blank
    probabilities = np.exp(np.take_along_axis(peak_rows, classes, axis=1))
    return [
        tuple(Alternative(symbols[c], p) for c, p in zip(*row, strict=True) if c != blank)[:ALTERNATIVES]
        for row in zip(classes.tolist(), probabilities.tolist(), strict=True)
    ]


def _boxes(edges: Edges, line: LineImage) -> list[Box]:
    """Carries edges in line pixels to upright boxes in source pixels, all at once."""
    top, bottom = np.zeros(len(edges)), np.full(len(edges), float(line.height_px))
    boxes = line.source_boxes(np.column_stack([edges[:, 0], top, edges[:, 1], bottom]))
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in boxes.tolist()]
