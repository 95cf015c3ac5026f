"""The session: sizes are bounded, told values are checked, sweeps end in time; and its HTML is escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from apps.demo.address.arrival import Arrival
from apps.demo.break_it import break_html
from apps.demo.break_it import robustness_session as robustness_session
from apps.demo.break_it.robustness_session import (
    PRESETS,
    RobustnessSession,
    Sweep,
    corrupt_and_read,
    drawn,
    open_session,
    parse_corruption,
    parse_severities,
    parse_truth,
    parse_whole_number,
    run_sweep,
    working_size,
)
from apps.demo.engines import Engines
from eval.breaking import Curve, Point
from ocr_core.corruption import CORRUPTIONS
from ocr_core.errors import ModelError, OcrError
from ocr_core.result import Timings
from ocr_core.settings import Settings


@pytest.fixture(scope="module")
def engines(settings: Settings) -> Engines:
    return Engines(settings)


@pytest.fixture(scope="module")
def session(engines: Engines, picture: Path) -> RobustnessSession:
    return open_session(engines, Arrival(picture, "mine.png"))


def sweep_of(*readings: tuple[str, ...], reference: str = "ABCD") -> Sweep:
    points = tuple(
        Point(float(severity), texts, tuple(float(text == reference) for text in texts))
        for severity, texts in enumerate(readings)
    )
    curve = Curve("crnn@onnx", "blur", "truth", reference, points)
    picture = np.full((32, 64, 3), 255, dtype=np.uint8)
    return Sweep(picture, CORRUPTIONS["blur"], (0, 1, 2, 3, 4), len(readings) - 1, (curve,))


def test_a_large_picture_is_brought_to_size() -> None:
    assert working_size(np.zeros((640, 3200, 3), dtype=np.uint8)).shape == (64, 320, 3)
    assert working_size(np.zeros((64, 9000, 3), dtype=np.uint8)).shape == (64, 4096, 3)


def test_a_small_picture_is_left_alone() -> None:
    small = np.zeros((20, 90, 3), dtype=np.uint8)
    assert working_size(small) is small


def test_every_engine_reads_the_clean_picture(session: RobustnessSession) -> None:
    assert [reading.text for reading in session.clean] == ["BAC", "BAC"]
    assert len(session.able) == 2
    assert session.sweep_s > 0


def test_the_part_that_is_meant_is_read_by_the_engines_that_come_with_it(engines: Engines, picture: Path) -> None:
    part = open_session(engines, Arrival(picture, crop=(0.0, 0.0, 1 / 3, 1.0), engines=("crnn@onnx",)))
    assert [(reading.engine.key, reading.text) for reading in part.clean] == [("crnn@onnx", "B")]
    damaged = corrupt_and_read(engines, part, {"contrast": 100.0}, 0)
    assert [reading.engine.key for reading in damaged.readings] == ["crnn@onnx"]


def test_damage_changes_what_is_read(engines: Engines, session: RobustnessSession) -> None:
    clean = corrupt_and_read(engines, session, {}, 0).readings
    faded = corrupt_and_read(engines, session, {"contrast": 100.0}, 0).readings
    assert {reading.text for reading in clean} == {"BAC"}
    assert "BAC" not in {reading.text for reading in faded}


def test_a_sweep_grows_to_the_end_and_breaks(engines: Engines, session: RobustnessSession) -> None:
    grown = list(run_sweep(engines, session, CORRUPTIONS["contrast"], "BAC", 4))
    assert [sweep.done for sweep in grown] == [0, 1, 2, 3, 4]
    assert grown[-1].finished
    assert not grown[-1].ended
    assert len(grown[-1].curves) == 2
    assert all(0 < (drawn(curve).breaks_at or 0) <= 100 for curve in grown[-1].curves)


def test_a_sweep_stops_when_time_is_up(
    engines: Engines, session: RobustnessSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robustness_session, "LONGEST_SWEEP_S", -1.0)
    (only,) = run_sweep(engines, session, CORRUPTIONS["contrast"], "BAC", 4)
    assert only.ended == "time was up"
    assert "Time was up after step 0 of 4" in break_html.verdicts(only)


def test_without_weights_there_is_no_curve(tmp_path: Path, picture: Path) -> None:
    bare = Engines(Settings(models_folder=tmp_path))
    empty = open_session(bare, Arrival(picture, "mine.png"))
    assert empty.able == ()
    with pytest.raises(ModelError, match="weights"):
        next(run_sweep(bare, empty, CORRUPTIONS["blur"], ""))


@pytest.mark.parametrize(
    "told", [7, [1], {"rust": 1}, {"blur": "2"}, {"blur": float("nan")}, {"blur": True}, {"blur": None}]
)
def test_strange_severities_are_refused_in_words(told: Any) -> None:
    with pytest.raises(OcrError):
        parse_severities(told)


def test_severities_are_brought_into_their_range() -> None:
    assert parse_severities({"blur": 1e9, "jpeg": -4, "noise": 0}) == {"blur": CORRUPTIONS["blur"].most}
    assert parse_severities(None) == {}


@pytest.mark.parametrize("told", [None, 3, "rust", {"a": 1}])
def test_an_unknown_damage_is_refused(told: Any) -> None:
    with pytest.raises(OcrError, match="There is no corruption"):
        parse_corruption(told)


@pytest.mark.parametrize("told", [None, "5", 4, 11, 5.5, True, float("nan"), float("inf")])
def test_a_number_out_of_bounds_is_refused(told: Any) -> None:
    with pytest.raises(OcrError, match="whole number"):
        parse_whole_number(told, "It", 5, 10)


def test_a_whole_number_may_be_written_as_a_float() -> None:
    assert parse_whole_number(7.0, "It", 5, 10) == 7


def test_a_truth_is_spelt_as_labels_are_and_bounded() -> None:
    assert parse_truth("  AB  ") == "AB"
    assert parse_truth(None) == parse_truth(3) == ""
    assert len(parse_truth("A" * 5000)) == 512


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_stay_in_range(name: str) -> None:
    assert parse_severities(dict(PRESETS[name])) == dict(PRESETS[name])


def test_readings_cannot_bring_markup_along() -> None:
    evil = "<img src=x>"
    html = break_html.point_pictures(sweep_of((evil,) * 5, (evil,) * 5, reference="ABCD"), 1)
    assert "<img src=x>" not in html
    assert "&lt;" in html and "&gt;" in html


def test_what_differs_from_the_reference_is_marked() -> None:
    html = break_html.point_pictures(sweep_of(("ABCD",) * 5, ("AXCD", "ABC", "ABCD", "", "ABCD")), 1)
    assert re.search('A<span class="proof wrong"[^>]* data-right="B">X</span>CD', html)
    assert 'ABC<span class="proof missed" data-truth="3" data-right="D"' in html
    assert "nothing read" in html


def test_verdicts_say_what_is_measured() -> None:
    against_truth = sweep_of(("ABCD",) * 5, ("",) * 5)
    said = break_html.verdicts(against_truth)
    assert "Accuracy against the truth" in said
    assert "breaks at <b>0.5 px</b>" in said
    agreeing = replace(against_truth, curves=(replace(against_truth.curves[0], against="clean reading"),))
    assert "agreement with each engine&#x27;s own clean reading" in break_html.verdicts(agreeing).replace(
        "engine's", "engine&#x27;s"
    )


def test_verdicts_of_who_holds_and_who_never_read() -> None:
    assert "stays above half at 1 px" in break_html.verdicts(sweep_of(("ABCD",) * 5, ("ABCD",) * 5))
    assert "nothing to break" in break_html.verdicts(sweep_of(("",) * 5, ("",) * 5))


def test_a_curve_stopped_before_any_damage_does_not_claim_that_an_engine_holds() -> None:
    said = break_html.verdicts(sweep_of(("ABCD",) * 5))
    assert "holds" not in said
    assert "gets 100 % of the clean line; no corruption has been tried yet" in said


def test_a_curve_that_will_be_cut_short_is_promised_as_such(engines: Engines, tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    cv2.imwrite(str(path), np.full((32, 64, 3), 255, dtype=np.uint8))
    session = open_session(engines, Arrival(path, "line.png"))
    assert "about 1 s, and 90 s at most" in break_html.promise(session)
    slow = [
        replace(one, recognition=replace(one.recognition, timings_ms=Timings(infer=2000.0))) for one in session.clean
    ]
    assert "as far as it comes in 90 s" in break_html.promise(replace(session, clean=tuple(slow)))


def test_the_point_shown_first_is_the_last_before_the_last_engine_breaks() -> None:
    assert break_html.telling_place(sweep_of(("ABCD",) * 5, ("ABCD",) * 5, ("",) * 5, ("",) * 5)) == 1
    assert break_html.telling_place(sweep_of(("ABCD",) * 5, ("ABCD",) * 5)) == 1


def test_every_damage_has_a_slider_and_a_curve() -> None:
    html = break_html.sliders()
    assert all(f'data-damage="{name}"' in html and f'data-curve="{name}"' in html for name in CORRUPTIONS)
    assert "{{" not in html
    assert "${" not in html


def test_a_tall_upload_is_read_at_working_size(engines: Engines, tmp_path: Path) -> None:
    path = tmp_path / "tall.png"
    cv2.imwrite(str(path), np.full((2000, 3000, 3), 255, dtype=np.uint8))
    assert open_session(engines, Arrival(path, "tall.png")).picture.shape == (64, 96, 3)
