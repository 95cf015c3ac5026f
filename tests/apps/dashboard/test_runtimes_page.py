"""The page on runtimes: committed figures, what a run with several runtimes changed, and kind words without any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from apps.dashboard import run_data
from apps.dashboard.pages import runtimes
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from tests.apps.dashboard.conftest import OpenPage
from tests.apps.dashboard.made_up_run import CRNN, TESSERACT, engine_of


def read(key: str, index: int, reading: str | None) -> LineRecord:
    return LineRecord(index, f"{index}.png", key, "print", "print", "page", "己甲乙丙"[index : index + 1], reading)


def test_lines_that_changed_are_those_that_both_read_otherwise(made_up: RunFolder, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, made_up.info())
    for index, (one, two) in enumerate([("己", "已"), ("甲", "甲"), ("丙", None)]):
        run.append(read("crnn@onnx", index, one))
        run.append(read("crnn@onnx-int8", index, two))
    for _ in ("journal", "parquet"):
        found = runtimes.changed_lines(str(run.path), run_data.stamp_of(run.path), "crnn@onnx", "crnn@onnx-int8")
        assert (found.both, found.lines, found.errors_more) == (2, 1, 1)
        assert found.shown.to_dict("records") == [{"index": 0, "name": "0.png", "reading": "己", "reading_other": "已"}]
        run.compact()


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
