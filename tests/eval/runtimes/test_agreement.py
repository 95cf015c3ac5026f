"""Whether models read the same on every runtime: the committed figures keep the rule, and some lines do so here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500
from eval.committed.marked_part import EVALUATION_GUIDE
from eval.committed.results import MODELS
from eval.datasets import read_dataset
from eval.runtimes.agreement import MOST_LOST, AgreementLine, agreement, changed_lines, largest_difference, rows_of
from eval.runtimes.committed import RUNTIMES_FILE, markdown, read, too_much_lost, whose, with_table
from eval.runtimes.figures import figures_of
from ocr_core.errors import DatasetError
from ocr_core.quantization.ranges import Ranges
from ocr_core.scenario import Scenario
from ocr_core.settings import Settings

LINES_READ = 30
MODELS_FOLDER = Path(__file__).parents[3] / "models"


def line(title: str, scenario: str, wrong: int, wrong_int8: int, length: int = 100) -> AgreementLine:
    texts = {"onnx": "a", "onnx-int8": "a" if wrong == wrong_int8 else "b"}
    edits = {"onnx": wrong, "onnx-int8": wrong_int8}
    apart = {"onnx": 0.0, "onnx-int8": 0.25}
    return AgreementLine(f"{title}.png", title, scenario, title, length, texts, edits, apart)


def test_the_committed_figures_lose_no_more_than_the_rule_allows() -> None:
    data = read()
    assert MOST_LOST == 0.003
    assert too_much_lost(data["rows"]) == []
    whole = {(row["model"], row["title"]) for row in data["rows"] if row["kind"] == "scenario"}
    scenarios = {scenario.value for scenario in Scenario}
    for model in MODELS:
        mine = [row for row in data["rows"] if (row["model"], row["runtime"]) == (model, "onnx-int8")]
        assert {title for name, title in whole if name == model} == scenarios
        assert next(row["lines"] for row in mine if row["kind"] == "overall" and row["set"] == ZIJIAN_500) == 500
        assert all(row["lines"] == 100 for row in mine if row["kind"] == "scenario" and row["set"] == ZIJIAN_500)
    assert {row["runtime"] for row in data["costs"]} >= {"onnx", "onnx-int8"}


def test_the_committed_figures_are_of_the_committed_weights_and_ranges() -> None:
    assert read()["models"] == whose(MODELS_FOLDER)


def test_the_guide_shows_the_committed_figures() -> None:
    guide = EVALUATION_GUIDE.read_text(encoding="utf-8")
    assert with_table(guide, read()) == guide


def test_a_set_that_loses_too_much_is_found_and_parts_of_one_are_not() -> None:
    lines = [line("handwriting (a)", "handwriting", 0, 1), *(line("handwriting (b)", "handwriting", 1, 1),) * 3]
    rows = rows_of("set", "crnn", lines)
    assert {(row["kind"], row["title"]) for row in rows} == {
        ("scenario", "handwriting"),
        ("part", "handwriting (a)"),
        ("part", "handwriting (b)"),
        ("overall", "overall"),
    }
    assert too_much_lost(rows) == []  # 1 of 400 is a quarter of a point; 1 of the 100 of the part is a whole one
    worse = rows_of("set", "crnn", [line("handwriting (a)", "handwriting", 0, 2), *lines[1:]])
    assert {row["kind"] for row in too_much_lost(worse)} == {"scenario", "overall"}
    assert [row["errors_more"] for row in changed_lines("set", "crnn", lines)] == [1]
    (lost,) = [row["lost"] for row in rows if row["kind"] == "overall" and row["runtime"] == "onnx-int8"]
    assert lost == 0.0025


def test_the_largest_difference_is_of_probabilities() -> None:
    with np.errstate(divide="ignore"):
        first, second = (np.log(np.array([[[0.5, 0.5], share]], dtype="f4")) for share in ([0.9, 0.1], [0.65, 0.35]))
    assert largest_difference([first, first], [first, second]) == pytest.approx(0.25, abs=1e-6)
    assert largest_difference([], []) == 0.0


@pytest.mark.parametrize("model", MODELS)
def test_lines_read_in_int8_as_they_do_in_floating_point(model: str) -> None:
    settings = replace(Settings.from_environment(), threads=1)
    lines = agreement(read_dataset(BENCHMARK_FOLDER), model, ("onnx", "onnx-int8"), settings, LINES_READ)
    assert len(lines) == LINES_READ
    characters = sum(each.length for each in lines)
    more = sum(each.edits["onnx-int8"] - each.edits["onnx"] for each in lines)
    assert more / characters < 0.01, "of so few lines, a point is what chance may do"
    assert sum(each.texts["onnx"] != each.texts["onnx-int8"] for each in lines) < LINES_READ / 3
    assert 0.0 < max(each.apart["onnx-int8"] for each in lines) < 0.9, "INT8 is not FP32 under another name"


def test_a_reference_is_needed() -> None:
    with pytest.raises(DatasetError, match="set beside onnx"):
        agreement(read_dataset(BENCHMARK_FOLDER), "crnn", ("onnx-int8",), Settings(), 1)


def test_views_get_figures_of_every_runtime() -> None:
    figures, note = figures_of(read(), "crnn")
    assert figures[0].changed is None and figures[1].changed is not None
    assert "500 lines" in note and "processor time" in note
    assert "zijian-500: handwriting" in markdown(read())


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="python -m eval runtimes"):
        read(tmp_path / "none.json")
    (tmp_path / "old.json").write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(DatasetError, match="another format"):
        read(tmp_path / "old.json")
    assert RUNTIMES_FILE.name == "runtimes.json"


def test_ranges_that_changed_are_noticed() -> None:
    ranges = Ranges.read(MODELS_FOLDER / "crnn" / "int8.json")
    assert whose(MODELS_FOLDER, ["crnn"])["crnn"]["sha256"] == ranges.source_sha256
