"""The page on reach: on the committed measurements, and where there are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.dashboard import charts, reach_charts
from apps.dashboard.pages import reach
from eval.lengths.command import LENGTH_FILE
from tests.apps.dashboard.conftest import OpenPage

ENGINE = {"key": "crnn", "display_name": "CRNN", "colour": "#b0478f", "max_width_px": 2048}
CELL = {"engine": "crnn", "lines": 40, "characters": 900, "accuracy": 0.9, "low": 0.85, "high": 0.95}
ROTATION = {"engines": [ENGINE], "lines_of": "print", "made": "2026-01-01"} | {
    "cells": [{**CELL, "degrees": degrees} for degrees in (-15.0, 0.0, 15.0)]
}


def words(app: Any) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info)).replace("\\", "")


@pytest.mark.parametrize(
    ("section", "question"),
    [
        ("length", "lines grow longer?"),
        ("places", "end of a long line"),
        ("slope", "How far may a line slope?"),
    ],
)
def test_every_section_says_what_it_answers_and_of_how_many(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, section: str, question: str
) -> None:
    file = tmp_path / "rotation.json"
    file.write_text(json.dumps(ROTATION), encoding="utf-8")
    monkeypatch.setattr(reach, "ROTATION_FILE", file)
    app = open_page("reach", far=section)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    said = words(app)
    assert question in said and "n = " in said
    if section == "slope":
        assert "n = 40 lines of 900 characters" in said


def test_what_was_not_measured_says_how_to(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reach, "LENGTH_FILE", tmp_path / "nothing.json")
    monkeypatch.setattr(reach, "ROTATION_FILE", tmp_path / "nothing.json")
    for section, command in (("length", "length"), ("places", "length"), ("slope", "rotation")):
        app = open_page("reach", far=section)
        assert not app.exception
        assert [block.value for block in app.code] == [f"python -m eval {command}"]


def test_curves_reach_20000_pixels_in_the_engines_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    measured = json.loads(LENGTH_FILE.read_text(encoding="utf-8"))
    figure = reach_charts.length_figure(measured)
    assert len(figure.checked().data) == 2 * len(measured["engines"]) == 6
    colours = {engine["display_name"]: engine["colour"] for engine in measured["engines"]}
    for trace in figure.checked().data:
        assert max(trace.x) == 20_000
        assert trace.line.color == colours[trace.name.split(",")[0]]
    assert len(reach_charts.places_figure(measured).checked().data[0].y) == 10


def test_intervals_are_drawn_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    (trace,) = reach_charts.rotation_figure(ROTATION).checked().data
    assert list(trace.x) == [-15.0, 0.0, 15.0]
    assert trace.error_y.array[0] == pytest.approx(5.0)
    assert "n = 40 lines, 900 characters" in trace.customdata[0]
