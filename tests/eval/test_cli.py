"""The commands, end to end, with engines in place of networks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from eval import cli
from eval.committed import tables
from eval.score import Engine
from ocr_core.charset import Charset


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
    def engine_of(model: str, runtime: str, settings: object) -> Engine:
        return Engine(model, lambda images: ["你好" for _ in images], runtime, Charset.of("你好ab"), f"hash of {model}")

    monkeypatch.setattr(cli, "engine_of", engine_of)


def test_score_prints_a_table_and_names_what_could_not_be_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", str(data), "--model", "crnn"]) == 0
    out, err = capsys.readouterr()
    header, row = out.splitlines()
    assert header.split()[:2] == ["lines", "of"]
    assert row.split()[:6] == ["print", "nfkc", "crnn", "2", "2", "40.0"]
    assert row.split()[-1] == "1"
    assert "not read by crnn: 'print/gone.png'" in err


def test_score_writes_json_and_csv(data: Path, tmp_path: Path) -> None:
    made, read = tmp_path / "out" / "score.json", tmp_path / "read.csv"
    command = ["score", str(data), "--model", "crnn", "--model", "convnext_tiny", "--runtime", "torch"]
    assert cli.main([*command, "--profile", "raw", "--json", str(made), "--csv", str(read)]) == 0
    report = json.loads(made.read_text(encoding="utf-8"))
    assert report["models"] == {"crnn": "hash of crnn", "convnext_tiny": "hash of convnext_tiny"}
    assert (report["profile"], report["runtime"], report["seed"]) == ("raw", "torch", 20260101)
    row = report["rows"][0]
    assert row["character_accuracy"]["value"] == pytest.approx(0.4)
    assert row["edits"] == {"substitutions": 2, "deletions": 1, "insertions": 0, "reference_length": 5}
    assert row["out_of_charset"] == pytest.approx(0.2)
    with read.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["reading"] for line in lines] == ["你好"] * 4 + ["", ""]
    assert lines[-1]["error"]


def test_the_same_seed_gives_the_same_intervals(data: Path, tmp_path: Path) -> None:
    rows = []
    for name in ("first", "second"):
        cli.main(["score", str(data), "--model", "crnn", "--json", str(tmp_path / name)])
        rows.append([r | {"mean_ms": None} for r in json.loads((tmp_path / name).read_text())["rows"]])
    assert rows[0] == rows[1]


def test_every_engine_reads_the_same_drawn_lines_whatever_its_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Charset] = []
    monkeypatch.setattr(cli, "synthetic_items", lambda _split, _lines, charset: asked.append(charset) or [])
    cli.main(["score", "synthetic:test", "--model", "crnn", "--lines", "1"])
    assert asked == [Charset.own()]


def test_what_cannot_be_scored_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", str(tmp_path / "nowhere")]) == 1
    assert cli.main(["score", "synthetic:train"]) == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2 and all(line.startswith("error: ") for line in err)


def test_results_command_rewrites_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[Path, Path]] = []
    monkeypatch.setattr(tables, "rewrite_readme", lambda *paths: called.append(paths))
    assert cli.main(["results", "--markdown", "-o", str(tmp_path / "r.json")]) == 0
    assert called == [(tables.README_FILE, tmp_path / "r.json")]
    assert "README.md" in capsys.readouterr().out
