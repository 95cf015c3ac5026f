"""Robustness: plans, a journal that survives a kill, figures against their definitions, and places in the line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from eval.committed.marked_part import EVALUATION_GUIDE
from eval.datasets import read_dataset
from eval.robustness.command import table
from eval.robustness.committed import ROBUSTNESS_FILE, markdown, with_table
from eval.robustness.figures import cell_rows, summed_up
from eval.robustness.places import PARTS, counted, errors_by_place, figures_by_place
from eval.robustness.plan import CLEAN, Plan, planned
from eval.robustness.reading import Journal, PieceRead, corrupted_line, read_plan
from ocr_core.corruption import CORRUPTIONS
from ocr_core.errors import DatasetError
from ocr_core.result import Recognition, Timings
from ocr_core.settings import Settings

TEXTS = ("字鉴看见", "一行文字", "识别", "好味小吃店", "OPEN 24", "营业")


class Reader:
    """Reads the truth of clean pictures, and nothing of pictures whose mean is off; counts what it was given."""

    name = "reader"

    def __init__(self, breaks_after: int = 10_000) -> None:
        self.pictures = 0
        self._breaks_after = breaks_after

    def recognize_batch(self, images: Iterable[Any]) -> list[Recognition]:
        found = []
        for image in images:
            self.pictures += 1
            if self.pictures > self._breaks_after:
                raise KeyboardInterrupt
            text = "" if np.asarray(image).std() > 1 else TEXTS[round(float(np.asarray(image).mean())) // 40]
            found.append(Recognition(text, (), (), None, Timings(), self.name, "", "onnx"))
        return found


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    folder = tmp_path / "lines"
    for place, text in enumerate(TEXTS):
        kind = folder / ("print" if place < 3 else "background")
        kind.mkdir(parents=True, exist_ok=True)
        # A picture of one grey, by which the reader knows the line; only noise makes it any other.
        Image.fromarray(np.full((32, 96, 3), 40 * place + 5, dtype=np.uint8)).save(kind / f"{place}.png")
        with (kind / "labels.tsv").open("a", encoding="utf-8") as labels:
            labels.write(f"{place}.png\t{text}\n")
    return planned(read_dataset(folder), 3, ["blur", "noise"], 3, seed=1)


def test_a_plan_spreads_lines_over_kinds_and_severities_over_ranges(plan: Plan) -> None:
    assert {one.title for one in plan.lines} == {"print", "background"}
    assert [piece.corruption for piece in plan.pieces] == [CLEAN, *["blur"] * 3, *["noise"] * 3]
    assert plan.pieces[3].severity == CORRUPTIONS["blur"].most
    assert plan.pieces[0].severity == 0


def test_the_same_line_is_corrupted_by_the_same_seed_at_every_severity(plan: Plan) -> None:
    settings = Settings()
    noisy = [corrupted_line(plan, 0, piece, settings).astype(int) for piece in plan.pieces if piece.level and
             piece.corruption == "noise"]  # fmt: skip
    clean = corrupted_line(plan, 0, plan.pieces[0], settings).astype(int)
    directions = [np.sign(picture - clean) for picture in noisy]
    assert (directions[0] * directions[1] >= 0).all()
    assert (corrupted_line(plan, 0, plan.pieces[-1], settings) == noisy[-1]).all()


def test_a_killed_measurement_goes_on_where_it_was(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    first = Reader(breaks_after=13)
    with pytest.raises(KeyboardInterrupt):
        read_plan(first, "a", plan, Settings(), Journal(path, plan.sha256))  # type: ignore[arg-type]
    with path.open("ab") as file:
        file.write(b'{"plan": "torn')
    second = Reader()
    read = read_plan(second, "a", plan, Settings(), Journal(path, plan.sha256))  # type: ignore[arg-type]
    assert second.pictures == 6 * 7 - 12  # two pieces of six lines were kept
    third = Reader()
    assert read_plan(third, "a", plan, Settings(), Journal(path, plan.sha256)) == read  # type: ignore[arg-type]
    assert third.pictures == 0
    other = Reader()
    read_plan(other, "other weights", plan, Settings(), Journal(path, plan.sha256))  # type: ignore[arg-type]
    assert other.pictures == 6 * 7
    assert read[0].errors == (0,) * 6
    assert read[-1].errors == tuple(len(one.truth) for one in plan.lines)


def test_a_picture_that_cannot_be_opened_is_wrong_and_said(plan: Plan, tmp_path: Path) -> None:
    plan.lines[1].line.path.write_text("no picture", encoding="utf-8")
    read = read_plan(Reader(), "", plan, Settings(), Journal(tmp_path / "j", plan.sha256))  # type: ignore[arg-type]
    assert [piece.unread for piece in read] == [1] * 7
    assert read[0].errors[1] == len(plan.lines[1].truth)


def made_up(plan: Plan, seed: int, share: float) -> list[PieceRead]:
    chance = np.random.default_rng(seed)
    return [
        PieceRead("", "", piece, tuple(int(chance.binomial(len(one.truth), share)) for one in plan.lines), 0)
        for piece in plan.pieces
    ]


def test_corruption_errors_are_what_their_definition_says(plan: Plan) -> None:
    read = {"a": made_up(plan, 0, 0.5), "b": made_up(plan, 1, 0.25)}
    engines, corruptions = summed_up(plan, read, "a")
    ratios, relative = [], []
    for name in ("blur", "noise"):
        sums = {}
        for engine, pieces in read.items():
            sums[engine] = sum(sum(piece.errors) for piece in pieces if piece.piece.corruption == name)
        ratios.append(sums["b"] / sums["a"])
        relative.append((sums["b"] - 3 * sum(read["b"][0].errors)) / (sums["a"] - 3 * sum(read["a"][0].errors)))
        row = next(row for row in corruptions if (row["engine"], row["corruption"]) == ("b", name))
        assert row["ce"] == pytest.approx(ratios[-1], rel=1e-5)
    assert engines[0]["mce"] == pytest.approx(1.0)
    assert engines[0]["mce_low"] is None  # by itself: it could be nothing else
    assert engines[1]["mce"] == pytest.approx(np.mean(ratios), rel=1e-5)
    assert engines[1]["relative_mce"] == pytest.approx(np.mean(relative), rel=1e-4)
    low, high = engines[1]["mce_low"], engines[1]["mce_high"]
    assert low is not None and high is not None and low <= float(np.mean(ratios)) <= high


def test_cells_add_up_and_intervals_hold_their_figure(plan: Plan) -> None:
    rows = cell_rows(plan, {"a": made_up(plan, 0, 0.5)})
    whole = [row for row in rows if row["title"] is None]
    assert len(whole) == 7 and len(rows) == 21
    for row in whole:
        parts = [part for part in rows if part["title"] and part["corruption"] == row["corruption"]
                 and part["level"] == row["level"]]  # fmt: skip
        errors = sum((1 - part["accuracy"]) * part["characters"] for part in parts)
        assert 1 - row["accuracy"] == pytest.approx(errors / row["characters"], abs=1e-5)
        assert row["low"] is None or row["low"] <= row["accuracy"] <= (row["high"] or 0)


def test_a_reference_without_errors_has_no_corruption_error(plan: Plan) -> None:
    perfect = [PieceRead("", "", piece, (0,) * len(plan.lines), 0) for piece in plan.pieces]
    engines, _ = summed_up(plan, {"a": perfect, "b": made_up(plan, 1, 0.5)}, "a")
    assert engines[1]["mce"] is None and engines[0]["clean"] == 1.0


def test_errors_stand_where_the_truth_has_them() -> None:
    errors, characters = errors_by_place("0123456789", "0123x56789")
    assert errors == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0] and characters == [1] * PARTS
    errors, _ = errors_by_place("0123456789", "012345678")
    assert errors[9] == 1 and sum(errors) == 1
    errors, characters = errors_by_place("abcdefghijklmnopqrst", "xbcdefghijklmnopqrst")
    assert errors[0] == 1 and characters == [2] * PARTS


def test_places_of_many_lines_have_intervals_and_short_lines_none() -> None:
    pairs = [("0123456789", "0123456789")] * 8 + [("0123456789", "012345678x")] * 4
    lines = counted(pairs, list("abcdefghijkl"), ["print"] * 12)
    found = figures_by_place(lines, ["print", "maths"])
    assert found is not None
    assert found.accuracy[-1] == pytest.approx(8 / 12)
    assert found.low[-1] is not None and found.low[0] is None  # no certainty where all agree
    assert figures_by_place(lines, ["maths"]) is None
    assert figures_by_place(counted([("字", "字")], ["a"], ["print"]), ["print"]) is None


def test_the_committed_file_says_of_whom_and_of_how_many_lines() -> None:
    measured = json.loads(ROBUSTNESS_FILE.read_text(encoding="utf-8"))
    assert {one["key"] for one in measured["engines"]} >= {"crnn", "convnext_tiny", "cnn_transformer"}
    assert [one["name"] for one in measured["corruptions"]] == list(CORRUPTIONS)
    cells = [cell for cell in measured["cells"] if cell["engine"] == "crnn" and cell["title"] is None]
    assert len(cells) == 1 + 5 * len(CORRUPTIONS) and {cell["lines"] for cell in cells} == {measured["lines"]}
    assert measured["reference"] in table(measured)


def test_the_guide_shows_the_committed_figures(tmp_path: Path) -> None:
    guide = EVALUATION_GUIDE.read_text(encoding="utf-8")
    assert with_table(guide) == guide, "run: python -m eval robustness --markdown"
    with pytest.raises(DatasetError, match="python -m eval robustness"):
        with_table(guide, tmp_path / "none.json")
    measured = json.loads(ROBUSTNESS_FILE.read_text(encoding="utf-8"))
    reference = next(engine for engine in measured["engines"] if engine["key"] == measured["reference"])
    assert f"| {reference['display_name']} | 100.0 |" in markdown(measured)  # without bounds: it is the measure itself
