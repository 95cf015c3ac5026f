"""Label errors: ranked by agreement and forced alignment, and found again where they were planted."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval import cli
from eval.benchmark import COMMITTED_RUN
from eval.label_errors.hunt import hunt, together
from eval.label_errors.suspects import support_in, suspects
from eval.runs.store import RunFolder
from eval.triage.store import TriageStore
from tests.apps.dashboard.made_up_run import CRNN, LINES, TESSERACT, make_run, name_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("label-errors") / "runs")


def test_a_label_that_all_engines_contradict_comes_first(run: RunFolder) -> None:
    found = suspects(run, {name_of(8): "平案"})
    assert (found[0].name, found[0].truth, found[0].reading, found[0].edits) == (name_of(8), "平案", "平安", 1)
    assert found[0].agreeing == ("convnext_tiny@onnx", CRNN) and found[0].engines == 3
    assert found[0].support < 0.01 and found[0].score > found[1].score
    assert name_of(8) not in [one.name for one in suspects(run)], "two of three read it as it is written"
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_spaces_alone_and_engines_alone_weigh_half(run: RunFolder, tmp_path: Path) -> None:
    spaces = next(one for one in suspects(run, {name_of(5): "OPEN2 4"}) if one.name == name_of(5))
    letters = next(one for one in suspects(run, {name_of(5): "OPEN 2A"}) if one.name == name_of(5))
    assert spaces.score < 0.6 * letters.score
    alone = RunFolder.create(tmp_path, replace(run.info(), engines=run.info().engines[1:2]))
    for record in run.records():
        if record.engine == CRNN:
            alone.append(record)
    assert all(one.score <= 0.5 for one in suspects(alone, {name_of(5): "OPEN 2A"}))


def test_frames_support_the_text_that_is_there(run: RunFolder) -> None:
    evidence = run.evidence(0, CRNN)
    assert evidence is not None
    assert support_in(evidence, LINES[0].truth) > 0.5 > 0.01 > support_in(evidence, "字鉴看己")
    assert run.evidence(0, TESSERACT) is None, "an engine without frames is given a fixed, small support"


@pytest.mark.slow
def test_planted_label_errors_of_the_benchmark_are_found() -> None:
    """2 % of 500 labels, three times: precision 58 % (labels that were wrong before count against it), recall 70 %."""
    run = RunFolder(COMMITTED_RUN)
    found = together([hunt(run, 0.02, np.random.default_rng([1, place])) for place in range(3)])
    assert (found.planted, found.lines) == (30, 1500)
    assert found.precision >= 0.45 and found.recall >= 0.6 and found.found_first >= 15


def test_the_command_lists_writes_and_hunts(run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    usual = ["label-errors", run.path.name, "--runs", str(run.path.parent)]
    made = tmp_path / "found.csv"
    assert cli.main([*usual, "--least", "0.05", "--csv", str(made)]) == 0
    told = capsys.readouterr().out
    names = [row["name"] for row in csv.DictReader(made.read_text(encoding="utf-8-sig").splitlines())]
    assert names and all(name in told for name in names)
    store = TriageStore.beside_runs(run.path.parent)
    store.decide(run.info().data.sha256, names[0], "dismissed", before="x")
    assert cli.main([*usual, "--least", "0.05"]) == 0
    again = capsys.readouterr().out
    assert names[0] not in again and "1 decided already" in again
    store.path.unlink()
    assert cli.main([*usual, "--plant", "0.2", "--times", "2"]) == 0
    assert "4 of 22 labels spoilt (2 times 20.0%): precision" in capsys.readouterr().out
