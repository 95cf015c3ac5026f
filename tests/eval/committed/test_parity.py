"""Comparing two runtimes by what they read."""

from __future__ import annotations

import numpy as np

from eval.committed.parity import text_parity
from eval.score import Engine, Item


def test_lines_read_differently_are_counted() -> None:
    items = [Item(str(n), lambda n=n: np.full((4, 4, 3), n, np.uint8), "", "print", None, "g") for n in range(5)]
    first = Engine("onnx", lambda images: [str(int(image.max())) for image in images])
    second = Engine("torch", lambda images: [str(min(3, int(image.max()))) for image in images])
    found = text_parity(first, second, items)
    assert (found.lines, found.differing) == (5, 1)
