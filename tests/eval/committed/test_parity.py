"""Comparing two runtimes by what they read."""

from __future__ import annotations

from dataclasses import replace

from eval.committed.parity import text_parity
from tests.eval.made_up import record


def test_lines_read_differently_are_counted() -> None:
    first = [record(n, "crnn@onnx", reading=str(n)) for n in range(6)]
    second = [record(n, "crnn@torch", reading=str(min(3, n))) for n in range(5)]
    others = [replace(one, engine="convnext_tiny@torch", reading="x") for one in second]
    found = text_parity(first, [*second, *others], "crnn")
    assert (found.lines, found.differing) == (5, 1), "only lines that both have, and only this model's"
