"""Earlier weights beside today's: what is read by whom, what the file says, and that the guide shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import cli
from eval.benchmark import REAL, ZIJIAN_500
from eval.committed import earlier_weights, named_runs, results
from eval.committed.earlier_weights import GUIDE_FILE, markdown, measure, read, with_table
from eval.committed.results import MODELS
from eval.committed.tables import sets_of
from eval.runs.engines import RunEngine, Wanted
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings
from tests.eval.made_up import MadeUpRecognizer, engine_info, put_lines


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Settings]:
    """A folder of models that read `你` of everything, and settings whose models read `你好`."""
    for folder, content in (("earlier", b"then"), ("today", b"now")):
        for name in MODELS:
            (tmp_path / folder / name).mkdir(parents=True)
            (tmp_path / folder / name / "model.onnx").write_bytes(content)
            (tmp_path / folder / name / "model.safetensors").write_bytes(content)

    def load_available(wanted: Sequence[Wanted], settings: Settings) -> tuple[list[RunEngine], list[str]]:
        text = "你" if settings.models_folder.name == "earlier" else "你好"
        keys = [f"{one.source}@{one.runtime}" for one in wanted]
        made = [MadeUpRecognizer(key, lambda _: text, gives_evidence=False) for key in keys]
        return [RunEngine(engine_info(one.name, sha256=text, gives_evidence=False), one, None, 1.0) for one in made], []

    described = SimpleNamespace(training={"core_hours": 1.5, "lines": 2000, "real_lines": 100})
    monkeypatch.setattr(named_runs, "load_available", load_available)
    monkeypatch.setattr(earlier_weights, "read_weights_metadata", lambda _: {})
    monkeypatch.setattr(earlier_weights, "from_metadata", lambda _: described)
    return tmp_path / "earlier", Settings(models_folder=tmp_path / "today")


def measured(folders: tuple[Path, Settings], tmp_path: Path, name: str = ZIJIAN_500) -> dict[str, Any]:
    earlier, settings = folders
    return measure(earlier, {name: put_lines(tmp_path / "lines", ["你好"] * 8)}, settings)


def test_both_read_the_same_lines_and_the_difference_is_today_minus_earlier(
    folders: tuple[Path, Settings], tmp_path: Path
) -> None:
    found = measured(folders, tmp_path)
    overall = [row for row in found["rows"] if row["title"] == "overall"]
    assert [row["model"] for row in overall] == list(MODELS)
    for row in overall:
        assert (row["lines"], row["earlier"]["value"], row["today"]["value"]) == (8, 0.5, 1.0)
        assert row["difference"] == 0.5
    assert all(of["earlier"]["sha256"] != of["today"]["sha256"] for of in found["models"].values())


def test_the_table_says_of_which_lines_and_whether_it_is_more_than_luck(
    folders: tuple[Path, Settings], tmp_path: Path
) -> None:
    found = measured(folders, tmp_path, REAL)
    table = markdown(found)
    assert "| CRNN | earlier | 1.5 | 2,000 | 100 |" in table
    assert "**real lines**" in table and f"measured {found['made']}" in table
    assert "| 8 (8) | CRNN | 50.0 | 100.0 | **+50.0**" in table
    for row in found["rows"]:
        row["significant"] = False
    assert "**+50.0" not in markdown(found)


def test_the_command_writes_what_it_can_read_again(
    folders: tuple[Path, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, settings = folders
    monkeypatch.setattr(earlier_weights, "BENCHMARK_FOLDER", put_lines(tmp_path / "lines", ["你好"] * 8))
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    target = tmp_path / "earlier.json"
    assert cli.main(["earlier", str(earlier), "-o", str(target)]) == 0
    assert "100.0" in capsys.readouterr().out
    assert {row["set"] for row in read(target)["rows"]} == {ZIJIAN_500}
    assert cli.main(["earlier", "-o", str(target)]) == 1  # no folder of earlier models is named
    assert "Name the folder" in capsys.readouterr().err


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="python -m eval earlier"):
        read(tmp_path / "none.json")
    (tmp_path / "old.json").write_text(json.dumps({"format": 0}), encoding="utf-8")
    with pytest.raises(DatasetError, match="another format"):
        read(tmp_path / "old.json")


def test_the_guide_shows_the_committed_figures() -> None:
    guide = GUIDE_FILE.read_text(encoding="utf-8")
    assert with_table(guide, read()) == guide
    with pytest.raises(DatasetError, match="once each"):
        with_table("no markers", read())


def test_the_committed_figures_agree_with_the_results_of_the_same_weights() -> None:
    """Both are measured by themselves; a line or two may be read otherwise on another processor."""
    sets = sets_of(results.read(results.RESULTS_FILE))
    compared = read()
    for row in compared["rows"]:
        figures = sets[row["set"]]
        engine = next(one for one in figures["engines"] if one["model"] == row["model"])
        if engine["sha256"] != compared["models"][row["model"]]["today"]["sha256"]:
            continue  # weights have changed since, and the table says of which it is
        same = [r for r in results.rows_of_models(figures, [row["model"]]) if r["title"] == row["title"]]
        value = next(r for r in same if r["profile"] == compared["profile"])["character_accuracy"]["value"]
        assert value == pytest.approx(row["today"]["value"], abs=0.003), row
