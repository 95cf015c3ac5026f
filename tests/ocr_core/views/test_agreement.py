"""Readings of several runtimes side by side: both views are marked where they part, whatever is read is escaped."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np

from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.views.agreement import RuntimeFigures, figures_html, line_html, set_beside
from ocr_core.views.ctc_view import ctc_view
from ocr_core.views.engine_reading import EngineReading
from tests.ocr_core.ctc.brute_force import posteriors_of

BLANK = [0.97, 0.01, 0.01, 0.01]
PIXELS = np.full((32, 12, 3), 255, dtype=np.uint8)


def reading(name: str, rows: list[list[float]], alphabet: str = "己已<") -> EngineReading:
    posteriors = posteriors_of(rows, alphabet)
    read = read_posteriors(posteriors, LineImage(PIXELS, np.eye(2, 3)))
    recognition = Recognition(
        text=read.text,
        characters=read.characters,
        raw_path=read.raw_path,
        confidence=read.confidence,
        timings_ms=Timings(infer=3.0),
        model="crnn",
        model_sha256="",
        runtime="onnx",
        decoder="greedy",
    )
    return EngineReading(name, "#0072b2", recognition, evidence_of(posteriors, read.text))


FIRST = reading("FP32", [BLANK, [0.1, 0.5, 0.39, 0.01], BLANK])
SECOND = reading("INT8", [BLANK, [0.1, 0.39, 0.5, 0.01], BLANK])


def test_both_readings_are_marked_on_the_frame_where_they_part() -> None:
    first, second = set_beside([FIRST, SECOND])
    assert [frame for frame, _ in first.marks] == [frame for frame, _ in second.marks] == [1]
    assert second.parted is not None and first.parted is None
    document = ctc_view(PIXELS, [first, second])
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', document, re.DOTALL)
    assert found is not None
    engines = json.loads(found[1])["engines"]
    assert [[frame for frame, _ in engine["marks"]] for engine in engines] == [[1], [1]]
    assert "“已” instead of “己”, frame 2, pixels 4 to 8" in document
    assert "INT8 has 已 50" in document and "FP32 has 己 50" in document


def test_readings_that_agree_are_not_marked() -> None:
    first, second = set_beside([FIRST, replace(FIRST, name="PyTorch")])
    assert first.marks == second.marks == ()
    assert "Reads what FP32 reads" in ctc_view(PIXELS, [first, second])
    assert "the same" in line_html([first, second])


def test_a_reading_of_other_frames_stands_beside_unmarked() -> None:
    longer = reading("other", [BLANK, BLANK, [0.1, 0.39, 0.5, 0.01], BLANK])
    first, second = set_beside([FIRST, longer])
    assert first.marks == second.marks == () and second.parted is None
    assert set_beside([]) == []


def test_what_is_read_and_named_is_escaped() -> None:
    odd = reading("<b>INT8", [BLANK, [0.1, 0.2, 0.2, 0.5], BLANK])
    shown = set_beside([FIRST, odd])
    for html in (line_html(shown), ctc_view(PIXELS, shown)):
        assert "<b>INT8" not in html and "&lt;b&gt;INT8" in html
    assert "&lt;</span>" in line_html(shown) and "changed" in line_html(shown)


def test_figures_say_what_was_not_measured() -> None:
    html = figures_html(
        [
            RuntimeFigures("FP32", "#0072b2", 24_000_000, 90.0, {320: 20.0}, 500),
            RuntimeFigures(
                "INT8", "#0072b2", 12_000_000, 50.0, {320: 8.0, 64: 2.0}, 500, 56, (-0.00025, -0.001, 0.001), 0.67
            ),
        ]
    )
    assert "24.0 MB" in html and "56 of 500" in html and "−0.03 (−0.10 to +0.10)" in html and "–" in html
    assert html.index("64 px") < html.index("320 px")
