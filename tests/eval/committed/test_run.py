"""The committed run, which the dashboard opens with: of the committed weights, over the committed sets."""

from __future__ import annotations

import pytest

from eval.benchmark import BENCHMARK_FOLDER, COMMITTED_RUN, ZIJIAN_500
from eval.committed.results import RESULTS_FILE, read
from eval.datasets import read_dataset
from eval.runs.info import REPOSITORY, RunInfo
from eval.runs.store import RunFolder
from eval.scenarios.difficulty import MOST_APART, difficulty
from ocr_core import registry
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario

pytestmark = pytest.mark.slow

RUN = RunFolder(COMMITTED_RUN)


@pytest.fixture(scope="module")
def info() -> RunInfo:
    return RUN.info()


def test_it_read_the_committed_sets_to_the_end(info: RunInfo) -> None:
    assert (info.state, info.data.lines, info.data.problem_count) == ("finished", 500, 0)
    assert (info.id, info.data.name, info.data.source) == (ZIJIAN_500, ZIJIAN_500, BENCHMARK_FOLDER)
    assert info.data.path == BENCHMARK_FOLDER.relative_to(REPOSITORY).as_posix()
    assert info.data.sha256 == read_dataset(BENCHMARK_FOLDER).sha256(), "made of other sets: run `make results`"
    assert not [record.name for record in RUN.records() if not (info.data.folder / record.name).is_file()]


@pytest.mark.parametrize("name", ["convnext_tiny", "crnn", "cnn_transformer"])
def test_it_was_read_with_the_committed_weights(info: RunInfo, name: str) -> None:
    (engine,) = [engine for engine in info.engines if engine.model == name]
    assert engine.sha256 == getattr(registry.load(name, "onnx"), "sha256", ""), (
        "made with other weights: run `make results`"
    )


def test_the_five_sets_are_as_hard_as_life() -> None:
    summary = RUN.summary()
    assert summary is not None
    found = difficulty(summary, read(RESULTS_FILE))
    assert [one.scenario for one in found] == list(Scenario), "PP-OCRv4 did not take part: see requirements-peers.txt"
    assert not [(one.scenario, one.difference) for one in found if abs(one.difference) > MOST_APART]


def test_whoever_reads_a_line_wrong_all_engines_show_what_they_saw(info: RunInfo) -> None:
    showing = [engine.key for engine in info.engines if engine.gives_evidence]
    records = [record for record in RUN.records() if record.engine in showing]
    wrong = {record.index for record in records if canonical(record.reading or "") != record.truth}
    assert len(showing) >= 2 and wrong
    missing = [(index, key) for index in wrong for key in showing if RUN.evidence(index, key) is None]
    assert not missing
