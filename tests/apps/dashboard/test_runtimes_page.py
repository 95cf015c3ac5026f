"""The page on runtimes: committed figures, what a run with several runtimes changed, and kind words without any."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from apps.dashboard.pages import runtimes
from tests.apps.dashboard.conftest import OpenPage
from tests.apps.dashboard.made_up_run import CRNN, TESSERACT, engine_of


def table() -> pd.DataFrame:
    rows = [
        ("crnn@onnx", 0, "a.png", "己", 0.0, True),
        ("crnn@onnx", 1, "b.png", "甲乙", 1.0, True),
        ("crnn@onnx", 2, "c.png", "丙", 0.0, True),
        ("crnn@onnx-int8", 0, "a.png", "已", 1.0, True),
        ("crnn@onnx-int8", 1, "b.png", "甲乙", 1.0, True),
        ("crnn@onnx-int8", 2, "c.png", None, float("nan"), False),
    ]
    return pd.DataFrame(rows, columns=["engine", "index", "name", "reading", "errors", "read"])


def test_lines_that_changed_are_those_that_both_read_otherwise() -> None:
    both, changed = runtimes.changed_lines(table(), "crnn@onnx", "crnn@onnx-int8")
    assert both == 2
    (row,) = changed.to_dict("records")
    assert (row["index"], row["name"], row["reading"], row["reading_other"], row["errors_more"]) == (
        0,
        "a.png",
        "己",
        "已",
        1.0,
    )


def test_models_on_several_runtimes_are_found_the_usual_one_first() -> None:
    onnx = engine_of(CRNN)
    int8 = replace(onnx, key="crnn@onnx-int8", runtime="onnx-int8")
    beam = replace(onnx, key="crnn@torch+beam", runtime="torch", decoder="beam")
    found = runtimes.several_runtimes([engine_of(TESSERACT), int8, onnx, beam])
    assert {model: [engine.key for engine in mine] for model, mine in found.items()} == {
        "crnn": ["crnn@onnx", "crnn@onnx-int8"]
    }


def test_a_run_on_one_runtime_says_how_to_make_another(open_page: OpenPage) -> None:
    app = open_page("runtimes")
    assert not app.exception
    assert [code.value for code in app.code][-1] == runtimes.HOW_TO_RUN
