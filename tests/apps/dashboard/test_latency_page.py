"""The latency page: on a made-up run, and with made-up direct measurements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.dashboard import charts, latency_charts, measured_files
from apps.dashboard.pages import latency
from eval.runs.store import RunFolder
from ocr_core.views import wording
from tests.apps.dashboard.conftest import OpenPage, unfolded
from tests.apps.dashboard.made_up_run import CONVNEXT


def cell(model: str, runtime: str, **changes: Any) -> dict[str, Any]:
    facts = {"threads": 1, "width_px": 320, "batch": 1, "rounds": 9, "p5_ms": 8.0, "p50_ms": 10.0, "p95_ms": 20.0}
    made = {"model": model, "runtime": runtime, **facts, **changes}
    return made | {"lines_per_s": made["batch"] / made["p50_ms"] * 1e3}


MEASURED = {
    "format": 1,
    "made": "2026-01-01",
    "machine": {"cpu": "Imaginary 3000"},
    "load_average": 3.0,
    "cells": [
        cell("crnn", runtime, batch=batch, threads=threads)
        for runtime in ("onnx", "torch")
        for batch in (1, 8)
        for threads in (1, 2)
    ],
    "ratios": [
        {"model": "crnn", "threads": 1, "width_px": 320, "batch": batch, "rounds": 9, "p5": 1.0, "p50": 1.5, "p95": 2.0}
        for batch in (1, 8)
    ],
    "throughput": [
        {"engine": "crnn@onnx", "workers": 2, "threads": 1, "lines": 32, "rounds": 5, "lines_per_s": 50.0, "low": 40.0}
        | {"high": 60.0, "gain": 1.6, "gain_low": 1.5, "gain_high": 1.7}
    ],
    "claims": [{"sentence": "CRNN: *so* fast"}],
    "left_out": [{"engine": "x@onnx", "message": "gone"}],
}


def words(app) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_times_of_a_run_are_shown_with_their_n(open_page: OpenPage) -> None:
    app = open_page("latency")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert "n = 11 lines" in words(app)
    assert "1 thread an operation" in words(app)
    table = unfolded(app, "latency: table").dataframe[0].value
    assert table["stage"].unique().tolist() == [*wording.STAGE_NAMES.values(), "all together"]


@pytest.mark.parametrize(
    ("section", "question"),
    [("stages", "Where does the time go"), ("widths", "How much longer does a wider line take?")],
)
def test_stages_and_widths_have_sections(open_page: OpenPage, section: str, question: str) -> None:
    app = open_page("latency", times=section)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert question in words(app) and "n = " in words(app)


def test_where_nothing_was_measured_directly_it_says_how(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(latency, "LATENCY_FILE", tmp_path / "nothing.json")
    app = open_page("latency", times="direct")
    assert not app.exception
    assert "Nothing has been measured here yet" in words(app)
    assert app.code[0].value == "python -m eval latency"


def test_a_link_chooses_the_lines(open_page: OpenPage) -> None:
    app = open_page("latency", subset="handwriting")
    assert app.selectbox(key="link_subset").value == "handwriting"
    assert "n = 2 lines" in words(app)


def test_direct_measurements_are_shown(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "latency.json"
    file.write_text(json.dumps(MEASURED), encoding="utf-8")
    monkeypatch.setattr(latency, "LATENCY_FILE", file)
    app = open_page("latency", times="direct")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert "The machine was busy" in words(app)
    assert "threads: 1, batch: 1, n = 9 rounds" in words(app)
    for section, question in (("batch", "Do batches read more lines"), ("threads", "Do threads read more lines")):
        app = open_page("latency", times="direct", measured=section)
        assert not app.exception and len(app.get("plotly_chart")) == 1
        assert question in words(app) and "n = 9 rounds" in words(app)
    app = open_page("latency", times="direct", measured="all")
    assert not app.exception and not app.get("plotly_chart")
    assert "CRNN: *so* fast" in words(app)
    assert "1.60 (1.50 to 1.70)" in app.dataframe[1].value["times one worker"].tolist()


@pytest.mark.parametrize(("timed", "is_told"), [("now", False), ("then", True), (None, True)])
def test_it_is_told_where_networks_have_changed_since(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, timed: str | None, is_told: bool
) -> None:
    present = {"crnn": {"sha256": "now"}}
    models = {} if timed is None else {"models": {"crnn": {"sha256": timed}}}
    (tmp_path / "latency.json").write_text(json.dumps({**MEASURED, **models}), encoding="utf-8")
    (tmp_path / "runtimes.json").write_text(json.dumps({"models": present}), encoding="utf-8")
    monkeypatch.setattr(latency, "LATENCY_FILE", tmp_path / "latency.json")
    monkeypatch.setattr(latency, "RUNTIMES_FILE", tmp_path / "runtimes.json")
    app = open_page("latency", times="direct")
    assert not app.exception
    assert ("Networks were trained on since" in words(app)) == is_told


def test_a_damaged_file_of_measurements_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "latency.json"
    file.write_text("[1", encoding="utf-8")
    assert measured_files.measured(file) == {}


def test_one_runtime_gives_no_ratio_and_one_size_no_line() -> None:
    assert latency_charts.ratios_figure({"ratios": []}) is None
    assert latency_charts.grid_figure({"cells": [cell("crnn", "onnx")]}, "batch", "x") is None


def test_ratios_are_drawn_for_the_smallest_batch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    figure = latency_charts.ratios_figure(MEASURED)
    assert figure is not None
    assert [list(trace.y) for trace in figure.checked().data] == [[1.5]]
    assert figure.checked().data[0].line.color == "#b0478f"


def test_lines_a_second_and_their_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    figure = latency_charts.grid_figure(MEASURED, "batch", "x")
    assert figure is not None
    trace = figure.checked().data[0]
    assert (list(trace.x), list(trace.y)) == ([1, 8], [100.0, 800.0])
    assert list(trace.error_y.array) == pytest.approx([25.0, 200.0])
    assert list(trace.error_y.arrayminus) == pytest.approx([50.0, 400.0])
    assert {trace.line.dash for trace in figure.checked().data} == {"solid", "dash"}


def test_the_box_is_the_summary_s_quantiles(made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    summary = made_up.summary()
    assert summary is not None
    box = latency_charts.totals_figure(summary, "overall").checked().data[0]
    row = next(
        r
        for r in summary["latency"]
        if (r["engine"], r["title"], r["band"], r["stage"]) == (CONVNEXT, "overall", None, "total")
    )
    assert (box.q1[0], box.median[0], box.q3[0], box.upperfence[0]) == (
        row["p25_ms"],
        row["p50_ms"],
        row["p75_ms"],
        row["p95_ms"],
    )


def test_a_slow_engine_does_not_squeeze_the_fast_ones_together() -> None:
    assert (
        charts.time_axis([10.0, 40.0])
        == {"rangemode": "tozero"}
        == charts.time_axis([])
        == charts.time_axis([0.0, 9.0])
    )
    axis = charts.time_axis([20.0, 400.0])
    assert axis["type"] == "log" and {10, 30, 100, 300} <= set(axis["tickvals"])
