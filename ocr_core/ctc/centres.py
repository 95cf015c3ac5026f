"""How far the boxes of characters lie from the truth; measures border rules on lines whose boxes are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr_core.result import Character


def centre_shifts(
    characters: Sequence[Character], true_boxes: NDArray[np.floating], true_text: Sequence[str]
) -> NDArray[np.float64]:
    """Returns, for every correctly read character, by how many true widths its centre lies too far right.

    Characters are paired by the edit alignment of the texts; those read wrong, missed or added do not count.

    Args:
        characters: what was read, boxes in the pixels that `true_boxes` is in.
        true_boxes: x0, y0, x1, y1, `L, 4`.
        true_text: the L characters of the boxes.
    """
    if len(true_text) != len(true_boxes):
        raise ValueError(f"{len(true_text)} characters but {len(true_boxes)} boxes")
    pairs = [
        (operation.src_start + k, operation.dest_start + k)
        for operation in Levenshtein.opcodes([character.text for character in characters], list(true_text))
        if operation.tag == "equal"
        for k in range(operation.src_end - operation.src_start)
    ]
    read = np.array([characters[i].box[0] + characters[i].box[2] for i, _ in pairs]) / 2
    truth = np.asarray(true_boxes, dtype=np.float64)[[j for _, j in pairs]]
    widths = np.maximum(truth[:, 2] - truth[:, 0], 1.0)
    return (read - (truth[:, 0] + truth[:, 2]) / 2) / widths


def centre_errors(
    characters: Sequence[Character], true_boxes: NDArray[np.floating], true_text: Sequence[str]
) -> NDArray[np.float64]:
    """Returns the size of every shift of `centre_shifts`, in true widths."""
    return np.abs(centre_shifts(characters, true_boxes, true_text))
