"""Figures reach a tracker: what is logged, by stand-ins that remember, and by the trackers where they are installed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eval.benchmark import COMMITTED_RUN
from eval.cli import main
from eval.runs.info import REPOSITORY
from eval.runs.store import RunFolder
from eval.sharing import trackers
from tests.eval.made_up import run_info

RUN = RunFolder(COMMITTED_RUN)


def test_an_entry_an_engine_says_what_it_is_and_how_well_it_reads() -> None:
    found = {entry.name: entry for entry in trackers.entries(RUN)}
    summary = RUN.summary()
    assert summary and len(found) == len(RUN.info().engines)
    entry = found["zijian-500 crnn@onnx"]
    row = next(
        row
        for row in summary["rows"]
        if (row["engine"], row["title"], row["profile"]) == ("crnn@onnx", "print", summary["profile"])
    )
    assert entry.metrics["print/character_accuracy"] == row["character_accuracy"]["value"]
    assert entry.metrics["print/character_accuracy_low"] == row["character_accuracy"]["low"]
    assert entry.metrics["print/lines"] == 100
    assert entry.metrics["print/p50_ms"] > 0
    assert entry.parameters["weights_sha256"] == RUN.info().engine("crnn@onnx").sha256
    assert entry.parameters["data_sha256"] == RUN.info().data.sha256


def test_names_are_those_that_every_tracker_takes() -> None:
    names = {name for entry in trackers.entries(RUN) for name in entry.metrics}
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/") for name in names)
    assert any(name.startswith("handwriting_pen/") for name in names)


def test_a_run_without_figures_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unfinished = RunFolder.create(tmp_path, run_info())
    assert main(["log-run", str(unfinished.path), "--to", "mlflow"]) == 1
    assert "no figures yet" in capsys.readouterr().err


@pytest.mark.parametrize("tracker", trackers.TRACKERS)
def test_a_tracker_that_is_not_installed_is_named(
    tracker: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, tracker, None)
    assert main(["log-run", str(COMMITTED_RUN), "--to", tracker]) == 1
    assert f"pip install {tracker}" in capsys.readouterr().err


class Remembering(ModuleType):
    """A tracker that remembers what it was told, in the way of MLflow and in that of the others."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        super().__init__(name)
        self.told: list[tuple[str, Any]] = []
        self.error = error

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        self.told.append(("end", None))

    def start_run(self, run_name: str) -> Remembering:
        self.told.append(("start", run_name))
        return self

    def init(self, project: str, name: str, config: dict[str, Any]) -> None:
        self.told += [("project", project), ("start", name), ("parameters", config)]

    def set_experiment(self, project: str) -> None:
        self.told.append(("project", project))

    def log_params(self, parameters: dict[str, Any]) -> None:
        self.told.append(("parameters", parameters))

    def log_table(self, data: dict[str, Any], artifact_file: str) -> None:
        self.told.append(("table", list(zip(*data.values(), strict=True))))

    def Table(self, dataframe: Any) -> Any:
        self.told.append(("table", list(dataframe.itertuples(index=False, name=None))))
        return dataframe

    def log_metrics(self, metrics: dict[str, float]) -> None:
        if self.error:
            raise self.error
        self.told.append(("metrics", metrics))

    log = log_metrics

    def finish(self) -> None:
        self.told.append(("end", None))


@pytest.mark.parametrize("tracker", trackers.TRACKERS)
def test_every_tracker_is_told_the_same(tracker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Remembering(tracker)
    monkeypatch.setitem(sys.modules, tracker, client)
    assert main(["log-run", str(COMMITTED_RUN), "--to", tracker, "--project", "mine"]) == 0
    entries = trackers.entries(RUN)
    for what, wanted in (
        ("project", ["mine"] * len(entries)),
        ("start", [entry.name for entry in entries]),
        ("parameters", [entry.parameters for entry in entries]),
        ("metrics", [entry.metrics for entry in entries]),
        ("end", [None] * len(entries)),
    ):
        assert [value for kind, value in client.told if kind == what] == wanted


@pytest.mark.parametrize("tracker", trackers.TRACKERS)
def test_the_lines_read_worst_are_logged_where_they_are_asked_for(
    tracker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Remembering(tracker)
    monkeypatch.setitem(sys.modules, tracker, client)
    assert main(["log-run", str(COMMITTED_RUN), "--to", tracker, "--lines", "3"]) == 0
    tables = [value for kind, value in client.told if kind == "table"]
    assert [len(table) for table in tables] == [3] * len(RUN.info().engines)
    errors = trackers.LINE_COLUMNS.index("errors")
    most = sorted((record.errors or 0 for record in RUN.light_records() if record.engine == "crnn@onnx"), reverse=True)
    of_crnn = tables[[engine.key for engine in RUN.info().engines].index("crnn@onnx")]
    assert [row[errors] for row in of_crnn] == most[:3]
    assert not any(entry.lines for entry in trackers.entries(RUN))


@pytest.mark.parametrize("tracker", trackers.TRACKERS)
def test_a_tracker_that_fails_is_told_in_a_sentence_and_left_closed(
    tracker: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Remembering(tracker, OSError("no way\nthere"))
    monkeypatch.setitem(sys.modules, tracker, client)
    assert main(["log-run", str(COMMITTED_RUN), "--to", tracker]) == 1
    assert f"{tracker} did not take the figures: no way there" in capsys.readouterr().err
    assert client.told[-1] == ("end", None)


def log_for_real(tracker: str, **variables: str) -> None:
    if find_spec(tracker) is None:
        pytest.skip(f"{tracker} is not installed (make test-trackers)")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **variables}
    command = [sys.executable, "-m", "eval", "log-run", str(COMMITTED_RUN), "--to", tracker]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.trackers
def test_mlflow_has_it(tmp_path: Path) -> None:
    log_for_real("mlflow", MLFLOW_TRACKING_URI=f"file:{tmp_path}", MLFLOW_ALLOW_FILE_STORE="true")
    value = trackers.entries(RUN)[0].metrics["print/character_accuracy"]
    kept = [path.read_text().split()[1] for path in tmp_path.glob("*/*/metrics/print/character_accuracy")]
    assert len(kept) == len(RUN.info().engines) and str(value) in kept


@pytest.mark.trackers
def test_trackio_has_it(tmp_path: Path) -> None:
    log_for_real("trackio", TRACKIO_DIR=str(tmp_path))
    with sqlite3.connect(tmp_path / "zijian.db") as database:
        rows = database.execute("SELECT run_name, metrics FROM metrics").fetchall()
    assert {name for name, _ in rows} == {entry.name for entry in trackers.entries(RUN)}
    assert all("print/character_accuracy" in str(metrics) for _, metrics in rows)


@pytest.mark.trackers
def test_wandb_has_it(tmp_path: Path) -> None:
    log_for_real("wandb", WANDB_MODE="offline", WANDB_DIR=str(tmp_path), WANDB_SILENT="true")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.wandb"))
    assert b"zijian-500 crnn@onnx" in kept and b"character_accuracy" in kept
