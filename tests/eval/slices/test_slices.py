"""Slices: conditions, columns from labels and pictures, figures of their own, a budget in the gate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from eval import cli
from eval.datasets import read_dataset
from eval.runs.line_reading import unread_line
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from eval.slices.line_columns import line_columns
from eval.slices.picture_measures import measure, measures_of
from eval.slices.slice import Slice, SliceError
from eval.slices.sliced_summary import summary_of
from eval.triage.store import TriageStore
from ocr_core.settings import Settings
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, LINES, make_run, name_of
from tests.ocr_core.views.lattices import drawn_line


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The made-up run, whose labels say by which pen a line was written."""
    made = make_run(tmp_path_factory.mktemp("slices") / "runs")
    records = [
        replace(r, columns=json.dumps({"pen": f"pen {r.index % 2}", "price": str(r.index)})) for r in made.records()
    ]
    (made.path / "lines.parquet").unlink()
    for record in records:
        made.append(record)
    made.compact()
    assert measure(made, Settings()) == len(LINES) - 1, "one picture is none"
    return made


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("length >= 5", [4, 5, 6, 9, 10, 11]),
        ("length>=5 & title = background", [4, 5, 6]),
        ("truth ~ ^[A-Z]+ [0-9]+$", [5]),
        (r"truth ~ ^<img & truth !~ \&", [6]),
        ("script = latin", [5, 6, 9, 10]),
        ("script = hanzi & length < 3", [8]),
        ("pen = pen 1 & index != 1 ", None),
        ("pen = pen 1 & price <= 3", [1, 3]),
        ("group != page 1 & title = print", [2, 3]),
        ("confidence >= 0 & length = 28", [6]),
        ("contrast > 0.5 & length = 3", [3]),
        ("rotation > 45", []),
        ("length > many", None),
        ("truth ~ (", None),
        ("", None),
        ("script = klingon", None),
    ],
)
def test_conditions(run: RunFolder, text: str, wanted: list[int] | None) -> None:
    if wanted is None:
        with pytest.raises(SliceError):
            Slice.parse("x", text).members(line_columns(run))
    else:
        assert list(Slice.parse("x", text).members(line_columns(run))) == wanted


def test_a_pattern_that_would_take_for_ever_does_not(run: RunFolder) -> None:
    columns = line_columns(run)
    columns = replace(columns, texts={**columns.texts, "truth": ["a" * 5_000 + "!"] * len(columns.indices)})
    assert Slice.parse("x", "truth ~ ^(a+)+$").members(columns) == ()


def test_pictures_are_measured() -> None:
    ink = drawn_line("测量 MEASURE 测量 MEASURE")[0]
    contrast, sharpness, rotation = measures_of(ink)
    pale = np.asarray(200 + ink.astype(np.float64) * 0.2, dtype=np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(ink, (0, 0), 3), dtype=np.uint8)
    height, width = ink.shape[:2]
    turning = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1)
    turning[1, 2] += 20
    turned = cv2.warpAffine(ink, turning, (width, height + 40), borderValue=(255, 255, 255))
    assert measures_of(pale)[0] < 0.4 < contrast
    assert measures_of(blurred)[1] < 0.7 * sharpness
    assert rotation < 1 and measures_of(np.asarray(turned, dtype=np.uint8))[2] == pytest.approx(4, abs=1)


def test_columns_of_a_label_file_reach_the_records(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,text,how,shop\na.png,one,pen,north\nb.png,two,,\n", encoding="utf-8")
    first, second = read_dataset(tmp_path).lines
    assert json.loads(unread_line(0, first, "x", ["e"]).record.columns or "") == {"how": "pen", "shop": "north"}
    assert unread_line(1, second, "x", ["e"]).record.columns is None


def test_a_slice_is_a_set_with_the_figures_of_its_lines(run: RunFolder) -> None:
    summary = summary_of(run, [Slice.parse("maths", "title = maths"), Slice.parse("none", "length > 900")])
    (added,) = [one for one in summary["sets"] if one["kind"] == "slice"]
    assert (added["title"], added["lines"]) == ("maths (slice)", 2), "a set is called so already"
    mine = {row["engine"]: row for row in summary["rows"] if row["kind"] == "slice" and row["profile"] == "nfkc"}
    same = {row["engine"]: row for row in summary["rows"] if row["title"] == "maths" and row["profile"] == "nfkc"}
    for key in (CONVNEXT, CRNN):
        assert mine[key]["edits"] == same[key]["edits"] and mine[key]["exact_match"] == same[key]["exact_match"]
    whole = {name: rows for name, rows in summarise(run).items() if name == "rows"}["rows"]
    assert [row for row in summary["rows"] if row["kind"] != "slice"] == whole, "nothing else changes"


def test_corrected_labels_change_every_figure(run: RunFolder) -> None:
    before, after = summarise(run), summary_of(run, corrections={name_of(4): "好昧小吃店"})
    exact = [
        next(r for r in one["rows"] if (r["engine"], r["title"], r["profile"]) == (CONVNEXT, "background", "nfkc"))
        for one in (before, after)
    ]
    assert [row["edits"]["substitutions"] for row in exact] == [2, 1]
    assert summarise(run) == summary_of(run)


def test_the_gate_has_a_budget_for_a_slice_and_the_report_shows_it(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = str(run.path.parent)
    store = TriageStore.beside_runs(run.path.parent)
    assert cli.main(["slices", "--runs", runs, "--keep", "long:=length >= 5"]) == 0
    assert store.slices() == {"long": "length >= 5"} and "long: length >= 5" in capsys.readouterr().out
    pair = [run.path.name, run.path.name, "--runs", runs, "--engine", f"{CONVNEXT}={CRNN}", "--slice", "long", "--json"]
    assert cli.main(["compare", *pair, "--max-drop", "100", "--max-drop", "long=0", "--strict"]) == 1
    checks = {check["title"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["long"]["outcome"] == "failed" and checks["print"]["outcome"] == "passed"
    assert cli.main(["compare", *pair[:-3], "--slice", "unknown"]) == 2
    made = tmp_path / "report.html"
    assert cli.main(["report", run.path.name, "--runs", runs, "--slice", "long", "-o", str(made)]) == 0
    assert "slice: long" in made.read_text(encoding="utf-8")
    store.keep_slice("long", "")
    assert store.slices() == {}
