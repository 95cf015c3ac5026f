"""The command `score`, end to end, with made-up engines in place of networks."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from eval import cli, drawn_lines
from eval.runs import score_command
from eval.runs.engines import RunEngine, Wanted
from eval.runs.unread import PARTIAL_CODE, UNREAD_CODE
from ocr_core import settings
from ocr_core.charset import Charset
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.line import SyntheticLine
from tests.eval.made_up import made_up_engine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "print"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        Image.new("RGB", (64, 32), "white").save(folder / f"{name}.png")
    (folder / "labels.tsv").write_text("a.png\t你好\tmanual\tA\tpage\nb.png\tabc\ngone.png\txyz\n\n", encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_all(wanted: Sequence[Wanted], _: object) -> list[RunEngine]:
        return [made_up_engine(f"{one.source}@{one.runtime}", "你好") for one in wanted]

    monkeypatch.setattr(score_command, "load_all", load_all)


def test_score_prints_a_table_and_names_what_could_not_be_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", str(data), "--model", "crnn"]) == PARTIAL_CODE
    out, err = capsys.readouterr()
    header, row, times, last = out.splitlines()
    assert header.split()[:2] == ["lines", "of"]
    assert row.split()[:6] == ["print", "nfkc", "CRNN", "2", "2", "40.0"]
    assert row.split()[-1] == "1"
    assert times.startswith("ms: mean time of a line, read ")
    assert last == "PARTIAL: Could not be read: 1 of 3 lines by CRNN (33.3%). --max-unread 0 allows less."
    assert "not read by crnn@onnx: 'print/gone.png'" in err


def test_score_reads_as_many_lines_at_a_time_as_there_are_cores(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "usable_cores", lambda: 3)
    cli.main(["score", str(data), "--model", "crnn"])
    assert "ms: mean time of a line, read 3 lines at a time, each by its own worker." in capsys.readouterr().out


def test_score_writes_json_and_csv(data: Path, tmp_path: Path) -> None:
    made, read = tmp_path / "out" / "score.json", tmp_path / "read.csv"
    command = ["score", str(data), "--model", "crnn", "--model", "convnext_tiny", "--runtime", "torch"]
    assert cli.main([*command, "--profile", "raw", "--json", str(made), "--csv", str(read)]) == PARTIAL_CODE
    report = json.loads(made.read_text(encoding="utf-8"))
    assert list(report["models"]) == ["crnn@torch", "convnext_tiny@torch"]
    assert (report["profile"], report["seed"]) == ("raw", 20260101)
    row = report["rows"][0]
    assert (row["profile"], row["character_accuracy"]["value"]) == ("raw", pytest.approx(0.4))
    assert row["edits"] == {"substitutions": 2, "deletions": 1, "insertions": 0, "reference_length": 5}
    assert [failure["file"] for failure in report["failures"]] == ["print/gone.png"] * 2
    with read.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["reading"] for line in lines] == ["你好"] * 4 + ["", ""]
    assert lines[-1]["error"]


@pytest.mark.parametrize(("profile", "right"), [("raw", [0, 1]), ("canonical", [1, 1]), ("nfkc", [1, 1])])
def test_raw_takes_labels_and_readings_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, right: list[int]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in "ab":
        Image.new("RGB", (64, 32), "white").save(folder / f"{name}.png")
    (folder / "labels.tsv").write_text("a.png\tＡ○…\nb.png\tA〇...\n", encoding="utf-8")
    monkeypatch.setattr(score_command, "load_all", lambda *_: [made_up_engine("crnn@onnx", "A〇...")])
    made, read = tmp_path / "score.json", tmp_path / "read.csv"
    assert cli.main(["score", str(folder), "--profile", profile, "--json", str(made), "--csv", str(read)]) == 0
    row = json.loads(made.read_text(encoding="utf-8"))["rows"][0]
    assert row["exact_match"]["value"] == pytest.approx(sum(right) / 2)
    with read.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["truth"], line["label"]) for line in lines] == [("A〇...", "Ａ○…"), ("A〇...", "A〇...")]


def test_the_same_seed_gives_the_same_figures(data: Path, tmp_path: Path) -> None:
    rows = []
    for name in ("first", "second"):
        cli.main(["score", str(data), "--model", "crnn", "--json", str(tmp_path / name)])
        rows.append(json.loads((tmp_path / name).read_text())["rows"])
    assert rows[0] == rows[1]


def test_a_score_of_nothing_is_no_success(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for picture in data.rglob("*.png"):
        picture.unlink()
    assert cli.main(["score", str(data), "--model", "crnn"]) == UNREAD_CODE
    assert capsys.readouterr().out.splitlines()[-1] == "FAILED: Nothing could be read: all 3 readings failed."


def test_every_engine_reads_the_same_drawn_lines_whatever_its_alphabet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []

    def draw(split: Split, lines: int, charset: Charset) -> list[tuple[str, SyntheticLine]]:
        asked.append((split, lines, charset))
        grey, boxes = np.full((32, 64), 255, np.uint8), np.zeros((2, 4), np.float32)
        return [("test/maths/0.png", SyntheticLine(grey, "你x", boxes, Scenario.MATHS, {"faces": "f"}))]

    monkeypatch.setattr(drawn_lines, "draw", draw)
    assert cli.main(["score", "synthetic:test", "--model", "crnn", "--lines", "7"]) == 0
    assert asked == [(Split.TEST, 7, Charset.own())]
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[1:3]] == [
        ["maths", "nfkc"],
        ["maths", "canonical"],
    ]


def test_what_cannot_be_scored_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", str(tmp_path / "nowhere")]) == 1
    assert cli.main(["score", "synthetic:train"]) == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2 and all(line.startswith("error: ") for line in err)


def test_score_says_when_lines_were_cut_out_of_pages(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "print" / "labels.tsv").unlink()
    label = json.dumps([{"transcription": "你好", "points": [[0, 0], [50, 0], [50, 30], [0, 30]]}])
    (data / "print" / "Label.txt").write_text(f"print/a.png\t{label}\n", encoding="utf-8")
    assert cli.main(["score", str(data), "--model", "crnn"]) == 0
    out, err = capsys.readouterr()
    assert "note: 1 of 1 lines were cut out of larger pictures by the boxes of text detection labels." in err
    assert out.splitlines()[1].split()[:6] == ["print", "nfkc", "CRNN", "1", "1", "100.0"]
