"""Runs for programs: what docs/runs.md promises, its examples and the notebook's cells, run as they stand."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import eval
from eval.benchmark import COMMITTED_RUN
from eval.opened_run import CHARACTER_COLUMNS, COLUMNS, OpenedRun
from eval.runs import parquet_rows
from eval.runs.line_scores import scored
from eval.runs.records import RunError
from eval.runs.store import LINES, RunFolder
from tests.eval.made_up import record, run_info

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "runs.md").read_text(encoding="utf-8")
NOTEBOOK = json.loads((DOCS / "runs.ipynb").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run() -> OpenedRun:
    return eval.open_run("zijian-500")


def test_lines_are_the_records_and_their_time(run: OpenedRun) -> None:
    table = run.lines(engine="crnn@onnx")
    assert table.column_names == [*COLUMNS, "total_ms"]
    assert len(table) == run.info.data.lines
    record = RunFolder(COMMITTED_RUN).record(7, "crnn@onnx")
    assert record is not None
    row = next(row for row in table.to_pylist() if row["index"] == 7)
    assert (row["truth"], row["reading"], row["errors"], row["exact"]) == (
        record.truth, record.reading, record.errors, record.exact,
    )  # fmt: skip
    assert row["total_ms"] == pytest.approx(record.total_ms)
    assert len(run.lines()) == len(run.engines) * run.info.data.lines


def test_a_run_of_several_files_is_opened_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "ROWS_A_FILE", 2)
    folder = RunFolder.create(tmp_path, run_info())
    written = [scored(record(index)) for index in range(5)]
    parquet_rows.write(written, folder.path / LINES)
    assert (folder.path / LINES).is_dir()
    table = OpenedRun(folder, folder.info()).lines()
    assert table.column("index").to_pylist() == list(range(5))


def test_lines_are_chosen_by_engine_title_and_what_is_wrong(run: OpenedRun) -> None:
    wrong = run.lines("crnn", "print", wrong=True, characters=True).to_pylist()
    assert {row["title"] for row in wrong} == {"print"} and not any(row["exact"] for row in wrong)
    assert all(set(CHARACTER_COLUMNS) <= row.keys() and len(row["edits_truth"]) == row["errors"] for row in wrong)
    exact = [row["exact"] for row in run.lines("crnn", "print").to_pylist()]
    assert len(wrong) == exact.count(False)


def test_figures_are_the_summary_s(run: OpenedRun) -> None:
    assert run.summary is not None
    row = next(row for row in run.figures().to_pylist() if (row["engine"], row["kind"]) == ("crnn@onnx", "overall"))
    told = next(
        row
        for row in run.summary["rows"]
        if (row["engine"], row["kind"], row["profile"]) == ("crnn@onnx", "overall", run.summary["profile"])
    )
    assert row["character_accuracy"] == told["character_accuracy"]["value"]
    assert row["character_accuracy_low"] == told["character_accuracy"]["low"]


def test_pictures_and_readings_come_back(run: OpenedRun) -> None:
    row = run.lines("crnn").slice(3, 1).to_pylist()[0]
    picture = run.picture(row["name"])
    assert picture.shape == (row["source_height_px"], row["source_width_px"], 3)
    recognition = run.recognition(row["index"], "crnn")
    assert recognition is not None and recognition.text == row["reading"]
    with pytest.raises(RunError, match="not here any more"):
        run.picture("../../etc/passwd")


def test_what_there_is_not_is_said(run: OpenedRun, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no single engine 'nobody'; it has convnext_tiny@onnx"):
        run.lines(engine="nobody")
    for wanted in ("no such run", tmp_path, "../zijian-500"):
        with pytest.raises(RunError):
            eval.open_run(wanted)


def test_a_run_that_is_still_written_has_lines_too(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, run_info())
    key = run_info().engines[0].key
    with folder.writing():
        for index in range(3):
            folder.append(record(index=index, engine=key, truth="字", reading="字" if index else None))
    opened = eval.open_run(folder.path)
    before = opened.lines(characters=True)
    assert [row["exact"] for row in before.to_pylist()] == [None, True, True]
    assert len(opened.lines(wrong=True)) == 1
    folder.compact()
    after = opened.lines(characters=True)
    assert after.schema.names == before.schema.names and after.num_rows == 3
    with pytest.raises(RunError, match="no figures yet"):
        opened.figures()
    (folder.path / LINES).write_bytes(b"no parquet")
    with pytest.raises(RunError, match="cannot be read"):
        opened.lines()


def test_arrow_goes_on_to_polars_where_that_is(run: OpenedRun) -> None:
    polars = pytest.importorskip("polars", reason="Polars is not installed; Arrow tables do not need it")
    frame = polars.from_arrow(run.lines("crnn"))
    assert frame.shape == (500, len(COLUMNS) + 1)


def test_every_column_has_its_place_on_the_page(run: OpenedRun) -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    times = {name for name in COLUMNS if name.endswith("_ms")}
    assert {*COLUMNS, *CHARACTER_COLUMNS, "total_ms"} - times <= named
    assert {"decode_image_ms", "ctc_decode_ms"} <= named
    methods = {name for name in vars(OpenedRun) if not name.startswith("_")} - {"named", "folder"}
    assert all(f"run.{name}" in PAGE for name in methods)


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """What the page's examples have defined so far: they follow one another."""
    return {}


@pytest.mark.parametrize("example", re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_the_page_s_examples_run(example: str, known: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb")
    exec(compile(example, "docs/runs.md", "exec"), known)
    assert capsys.readouterr().out.strip()


def test_the_notebook_runs_from_its_first_cell_to_its_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert NOTEBOOK["nbformat"] == 4
    space: dict[str, Any] = {}
    shown: list[Any] = []
    for cell in (cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None  # committed without what it printed
        tree = ast.parse("".join(cell["source"]))
        last = tree.body[-1]
        body = tree.body[:-1] if isinstance(last, ast.Expr) else tree.body
        exec(compile(ast.Module(body, []), "docs/runs.ipynb", "exec"), space)
        if isinstance(last, ast.Expr):
            shown.append(eval_expression(last.value, space))
    models = ("convnext_tiny", "crnn", "cnn_transformer", "ppocr_v4", "ppocr_v6")
    assert shown[0] == [*(f"{model}@onnx" for model in models), "tesseract@program"]
    assert len(shown[1]) == 6 and shown[1]["character_accuracy"].is_monotonic_decreasing
    assert len(shown[3]) == 10
    assert "of the rest" in capsys.readouterr().out
    assert isinstance(space["run"].lines(), pa.Table)


def eval_expression(expression: ast.expr, space: dict[str, Any]) -> Any:
    """Returns what a notebook would show of a cell that ends in an expression."""
    space["_shown"] = None
    assign = ast.Assign([ast.Name("_shown", ast.Store())], expression)
    exec(compile(ast.fix_missing_locations(ast.Module([assign], [])), "docs/runs.ipynb", "exec"), space)
    return space["_shown"]
