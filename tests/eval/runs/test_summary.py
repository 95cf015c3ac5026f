"""Summaries of small runs: every figure against the code that defines it, and runs that did not go well."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from eval.runs import summary_types
from eval.runs.columns import Limits
from eval.runs.info import DataInfo, EngineInfo, RunInfo
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import PROFILES

KEYS = ("crnn@onnx", "crnn@torch")
TEXTS = ("未来 is now", "x²+y₁=2", "（一）", "hello, 世界", "國")


def engine(key: str, **changes: Any) -> EngineInfo:
    model, runtime = key.split("@")
    return EngineInfo(key, model, model.upper(), runtime, "0" * 64, "#123456", True, **changes)


def recognition(text: str, confidence: float) -> dict[str, Any]:
    return {"text": text, "characters": [{"text": c, "confidence": confidence} for c in text]}


def record(index: int, key: str, truth: str, reading: str | None, **changes: Any) -> LineRecord:
    scenario = changes.pop("scenario", ("print", "maths")[index % 2])
    values: dict[str, Any] = {
        "title": scenario or "mail",
        "group": f"page {index // 3}",
        "confidence": None if reading is None else 0.5,
        "width_at_32_px": 100 + 90 * index,
        "infer_ms": 10.0 * index,
        "recognition": None if reading is None else recognition(reading, 0.75),
        "error": "broken" if reading is None else "",
    }
    return LineRecord(index, f"{index}.png", key, scenario, truth=truth, reading=reading, **{**values, **changes})


def run_of(folder: Path, records: Iterable[LineRecord], lines: int, engines: tuple[EngineInfo, ...]) -> RunFolder:
    info = RunInfo("r", "2026-01-01T00:00:00Z", "running", DataInfo("d", "/d", "/d", "x", lines), engines, seed=3)
    run = RunFolder.create(folder, info)
    for one in records:
        run.append(one)
    return run


def spoilt(text: str, luck: random.Random) -> str:
    return "".join(luck.choice([c, c, c, "", "x", "²"]) for c in text)


@pytest.fixture
def records() -> list[LineRecord]:
    luck = random.Random(1)
    return [
        record(index, key, TEXTS[index % 5], None if index == 4 else spoilt(TEXTS[index % 5], luck))
        for index in range(20)
        for key in KEYS
    ]


@pytest.fixture
def run(tmp_path: Path, records: list[LineRecord]) -> RunFolder:
    charset = Charset.of("".join(TEXTS).replace("國", ""))
    run = run_of(tmp_path, records, 20, (engine(KEYS[0], charset_sha256=charset.sha256), engine(KEYS[1])))
    run.keep_charset(charset)
    return run


def test_rows_are_what_the_metrics_say(run: RunFolder, records: list[LineRecord]) -> None:
    summary = summarise(run)
    assert summary["complete"] and summary["lines"] == 20
    assert [one["title"] for one in summary["sets"]] == ["print", "maths", "overall"]
    assert len(summary["rows"]) == 2 * 3 * len(summary["profiles"])
    for row in summary["rows"]:
        pairs = [
            (r.truth, canonical(r.reading or ""))
            for r in records
            if r.engine == row["engine"] and row["title"] in (r.title, "overall") and r.reading is not None
        ]
        score = metrics.score_lines(pairs, PROFILES[row["profile"]])
        counts = score.edits
        assert row["lines"] == score.lines
        assert row["edits"] == {name: getattr(counts, name) for name in row["edits"]}
        for name in ("character_accuracy", "one_minus_ned", "exact_match"):
            figure = row[name]
            assert figure["value"] == pytest.approx(getattr(score, name), rel=1e-5, abs=1e-9)
            if 0 < figure["value"] < 1:
                assert figure["low"] <= figure["value"] <= figure["high"]
            else:
                assert figure["low"] is None, "all agree: no interval"
        if row["profile"] == "canonical" and row["title"] != "print":
            recall = metrics.script_recall(pairs)
            assert (row["scripts"]["found"], row["scripts"]["total"]) == (recall.found, recall.total)
    assert sum(row["failures"] for row in summary["rows"] if row["title"] == "overall") == 2 * len(summary["profiles"])


def test_bands_and_classes_add_up_to_their_row(run: RunFolder) -> None:
    summary = summarise(run)
    for row in summary["rows"]:
        for name in ("by_width", "by_length", "by_script"):
            parts = [
                part
                for part in summary[name]
                if (part["engine"], part["title"], part["profile"]) == (row["engine"], row["title"], row["profile"])
            ]
            if parts:
                for kind, total in row["edits"].items():
                    assert sum(part["edits"][kind] for part in parts) == total
    recalls = {(row["engine"], row["title"], row["script_class"]): row["recall"] for row in summary["by_script"]}
    assert recalls[KEYS[0], "overall", "hanzi_outside"]["total"] == 3, "one of the four lines could not be read"


def test_characters_an_engine_cannot_write_are_stated(run: RunFolder) -> None:
    summary = summarise(run)
    first, second = summary["engines"]
    assert first["unknown_characters"] == [["國", 4]] and second["unknown_characters"] is None
    shares = {row["engine"]: row["out_of_charset"] for row in summary["rows"] if row["title"] == "overall"}
    assert shares[KEYS[0]] > 0 and shares[KEYS[1]] is None
    assert [one["display_name"] for one in summary["engines"]] == ["CRNN (ONNX Runtime)", "CRNN (PyTorch)"]


def test_calibration_latency_and_confusions_are_of_the_lines_read(run: RunFolder) -> None:
    summary = summarise(run)
    of_line = [row for row in summary["calibration"] if row["title"] == "overall" and row["of"] == "line"]
    assert [(row["count"], row["mean_confidence"]) for row in of_line] == [(19, 0.5)] * 2
    of_character = [row for row in summary["calibration"] if row["title"] == "overall" and row["of"] == "character"]
    assert all(row["mean_confidence"] == 0.75 and 0 < row["share_right"] < 1 for row in of_character)
    total = next(
        row
        for row in summary["latency"]
        if row["engine"] == KEYS[0] and row["title"] == "overall" and row["band"] is None and row["stage"] == "total"
    )
    assert total["lines"] == 19 and total["slowest_ms"] == 190 and total["p50_ms"] == 100
    bands = [r for r in summary["latency"] if r["engine"] == KEYS[0] and r["band"] and r["stage"] == "infer"]
    assert sum(row["lines"] for row in bands) == 19 and len(bands) == 5
    for row in summary["confusions"]:
        assert all(entry["examples"] for entry in row["top"])
        shown = sum(entry["count"] for entry in row["top"])
        assert shown == row["edits"] if row["distinct"] <= len(row["top"]) else shown < row["edits"]


def test_the_same_run_gives_the_same_summary_whatever_the_order(
    run: RunFolder, records: list[LineRecord], tmp_path: Path
) -> None:
    shuffled = list(records)
    random.Random(2).shuffle(shuffled)
    engines = run.info().engines
    other = run_of(tmp_path / "other", shuffled, 20, engines)
    charset = run.charset(KEYS[0])
    assert charset
    other.keep_charset(charset)
    assert summarise(other) == summarise(run) == json.loads(json.dumps(summarise(run), allow_nan=False))


def test_compacted_runs_have_the_same_summary(run: RunFolder) -> None:
    before = summarise(run)
    run.compact()
    assert summarise(run) == before


def test_a_run_that_was_stopped_is_summarised_as_far_as_it_went(tmp_path: Path, records: list[LineRecord]) -> None:
    summary = summarise(run_of(tmp_path, records[:9], 20, tuple(map(engine, KEYS))))
    assert not summary["complete"]
    assert [(one["lines"], one["failures"], one["missing"]) for one in summary["engines"]] == [(4, 1, 0), (4, 0, 1)]


def test_a_run_without_a_record_has_an_empty_summary(tmp_path: Path) -> None:
    summary = summarise(run_of(tmp_path, [], 20, (engine(KEYS[0]),)))
    assert summary["rows"] == summary["comparisons"] == summary["latency"] == [] and summary["lines"] == 0


def test_nothing_but_broken_images_is_survived(tmp_path: Path) -> None:
    broken = [record(index, key, "未来", None) for index in range(3) for key in KEYS]
    summary = summarise(run_of(tmp_path, broken, 3, tuple(map(engine, KEYS))))
    assert {row["failures"] for row in summary["rows"] if row["title"] == "overall"} == {3}
    assert all(row["character_accuracy"]["value"] is None for row in summary["rows"])
    assert summary["calibration"] == [] and summary["complete"]
    json.dumps(summary, allow_nan=False)


def test_an_engine_without_characters_and_confidence_is_no_hindrance(tmp_path: Path) -> None:
    lines = [record(n, KEYS[0], "未来", "未", confidence=None, recognition=recognition("", 0)) for n in range(4)]
    summary = summarise(run_of(tmp_path, lines, 4, (engine(KEYS[0]),)))
    assert summary["calibration"] == [] and len(summary["rows"]) and summary["comparisons"] == []


def test_characters_of_an_engine_that_says_no_confidence_of_lines_are_not_judged(tmp_path: Path) -> None:
    lines = [record(n, KEYS[0], "未来", "未来", confidence=None) for n in range(4)]
    assert summarise(run_of(tmp_path, lines, 4, (engine(KEYS[0]),)))["calibration"] == []


def test_the_types_of_a_summary_are_what_a_summary_is(run: RunFolder) -> None:
    """Whoever draws a summary is told of a misspelt key by the type checker, so the types must say the truth."""
    summary: Any = summarise(run)
    assert set(summary) == set(summary_types.Summary.__annotations__)
    shapes = {
        "engines": summary_types.EngineEntry,
        "sets": summary_types.SetEntry,
        "rows": summary_types.Row,
        "by_width": summary_types.BandRow,
        "by_length": summary_types.BandRow,
        "by_script": summary_types.ScriptRow,
        "comparisons": summary_types.ComparisonRow,
        "calibration": summary_types.CalibrationRow,
        "latency": summary_types.LatencyRow,
        "confusions": summary_types.ConfusionRow,
    }
    for name, shape in shapes.items():
        assert summary[name], name
        assert all(set(entry) == set(get_type_hints(shape)) for entry in summary[name]), name
    inner = [
        (summary["rows"][0]["character_accuracy"], summary_types.Figure),
        (summary["rows"][0]["edits"], summary_types.Edits),
        (summary["by_script"][0]["recall"], summary_types.Recall),
        (summary["calibration"][0]["bins"][0], summary_types.CalibrationBin),
        (next(row["top"][0] for row in summary["confusions"] if row["top"]), summary_types.ConfusionEntry),
    ]
    assert all(set(entry) == set(get_type_hints(shape)) for entry, shape in inner)


def test_lines_that_are_added_up_come_to_the_same_as_lines_held_apart(tmp_path: Path) -> None:
    """Where every group has a bundle of its own, a summary of sums is that of the lines, to the last digit."""
    luck = random.Random(7)
    records = [
        record(index, key, TEXTS[index % 5], None if luck.random() < 0.05 else spoilt(TEXTS[index % 5], luck))
        for index in range(300)
        for key in KEYS
    ]
    charset = Charset.of("".join(TEXTS).replace("國", ""))
    run = run_of(tmp_path, records, 300, (engine(KEYS[0], charset_sha256=charset.sha256), engine(KEYS[1])))
    run.keep_charset(charset)
    assert summarise(run, Limits(lines=17, bundles=1 << 60)) == summarise(run, Limits(lines=1000)) == summarise(run)


def test_of_bundled_groups_figures_stay_and_intervals_are_about_as_wide(tmp_path: Path) -> None:
    luck = random.Random(8)
    records = [
        record(index, key, "未来 is now", spoilt("未来 is now", luck) if luck.random() < 0.5 else "未来 is now")
        for index in range(3000)
        for key in KEYS
    ]
    run = run_of(tmp_path, records, 3000, tuple(map(engine, KEYS)))
    whole, bundled = summarise(run), summarise(run, Limits(lines=100, bundles=200))
    assert [one["groups"] for one in bundled["sets"]] == [one["groups"] for one in whole["sets"]]
    for row, other in zip(whole["rows"], bundled["rows"], strict=True):
        assert other["groups"] <= 200 < row["groups"]
        for name in ("character_accuracy", "exact_match", "one_minus_ned"):
            assert other[name]["value"] == row[name]["value"]
            width, bundled_width = (figure["high"] - figure["low"] for figure in (row[name], other[name]))
            assert bundled_width == pytest.approx(width, rel=0.25)
    for one, other in zip(whole["comparisons"], bundled["comparisons"], strict=True):
        told = ("lines", "difference", "only_first", "only_second", "p_mcnemar")
        assert [one[name] for name in told] == [other[name] for name in told]
    for name in ("latency", "calibration", "confusions"):
        assert bundled[name] == whole[name]


def test_a_line_that_was_read_twice_counts_once(tmp_path: Path) -> None:
    twice = [record(0, KEYS[0], "未来", "未来"), record(0, KEYS[0], "未来", "未来")]
    assert summarise(run_of(tmp_path, twice, 1, (engine(KEYS[0]),)))["lines"] == 1
