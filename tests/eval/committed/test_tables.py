"""Tables of results: every figure from the results file, with the name of the set that it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from eval import benchmark
from eval.committed import tables
from eval.committed.results import MODELS, Results, SetFigures
from eval.runs.store import RunFolder
from tests.eval.invented import invented_results, row

INVENTED = invented_results({"convnext_tiny": "a", "crnn": "b", "cnn_transformer": "c"})


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, SetFigures]:
    return tables.sets_of(INVENTED, RunFolder(tmp_path / "none"))


def test_accuracy_has_a_column_an_engine_and_shows_n_and_interval(sets: dict[str, SetFigures]) -> None:
    text = tables.accuracy_table(benchmark.SYNTHETIC_TEST, sets[benchmark.SYNTHETIC_TEST])
    assert text.startswith("**zijian-test-1000** (synthetic")
    assert "| lines of | n (groups) | ConvNeXt-Tiny + CTC | CRNN |" in text
    assert "| low resolution | 9 (7) | **50.0** (40.0 to 60.0) | **50.0** (40.0 to 60.0) |" in text
    assert "| maths, canonical | 9 (7) | **25.0** (15.0 to 35.0) | **25.0** (15.0 to 35.0) |" in text


def test_overall_figures_of_all_sets_stand_side_by_side(sets: dict[str, SetFigures]) -> None:
    text = tables.overall_table(sets, INVENTED)
    header, _, *lines = text.partition("\n\n")[2].splitlines()
    assert header.endswith("| zijian-test-1000, 18 lines | real lines, 18 lines |")
    assert lines[1] == "| CRNN | - | - | **62.5** (52.5 to 72.5) | **87.5** (77.5 to 97.5) |"
    assert lines[3] == "| PP-OCRv4 mobile | - | - | - | **87.5** (77.5 to 97.5) |", "it has not read every set"


def test_what_training_cost_comes_from_the_weights(sets: dict[str, SetFigures]) -> None:
    training = {"core_hours": 9.44, "lines": 1234, "real_lines": 56}
    models = {**INVENTED["models"], "crnn": {**INVENTED["models"]["crnn"], "training": training}}
    text = tables.overall_table(sets, cast(Results, {**INVENTED, "models": models}))
    assert "| CRNN | 9.4 | 1,234, 56 |" in text and "| ConvNeXt-Tiny + CTC | - | - |" in text


def test_real_lines_say_when_they_were_read_and_by_whom_not_since(sets: dict[str, SetFigures]) -> None:
    figures = sets[benchmark.REAL]
    assert ", measured 2026-01-02." in tables.accuracy_table(benchmark.REAL, figures)
    without = cast(SetFigures, {**figures, "engines": figures["engines"][1:]})
    text = tables.accuracy_table(benchmark.REAL, without)
    assert "not measured with the present weights of ConvNeXt-Tiny + CTC." in text
    assert "| lines of | n (groups) | CRNN | CNN-Transformer | PP-OCRv4 mobile |" in text


def test_where_room_is_scarce_parts_and_second_normalisations_are_left_out() -> None:
    rows = [
        row("crnn", "handwriting", 0.5),
        *(row("crnn", f"handwriting ({part})", 0.4, kind="part", scenario="handwriting") for part in ("faces", "pen")),
        row("crnn", "print (random characters)", 0.3, kind="part", scenario="print"),
    ]
    rows.append(row("crnn", "handwriting", 0.6, profile="nfkc_no_punctuation"))
    kept = tables.in_short(cast(SetFigures, {"rows": rows}))
    assert [one["title"] for one in kept["rows"]] == ["handwriting", "print (random characters)"]


def test_kinds_of_one_scenario_stand_together_random_characters_last(sets: dict[str, SetFigures]) -> None:
    titles = ["maths (random characters)", "print", "print (all)", "maths", "print (random characters)", "overall"]
    rows: list[Any] = [row("crnn", title, 0.5) for title in titles]
    figures = cast(SetFigures, {**sets[benchmark.SYNTHETIC_TEST], "rows": rows})
    text = tables.accuracy_table(benchmark.SYNTHETIC_TEST, figures, ["crnn"])
    shown = [line.split(" | ")[0][2:] for line in text.splitlines()[4:]]
    assert shown == ["maths", "maths (random characters)", "print", "print (random characters)", "overall"]


def test_checks_show_every_question_with_its_lines() -> None:
    text = tables.checks_table(INVENTED)
    assert "0.050 (n = 1,234)" in text and "| 2.0 % | 2.0 % | 2.0 % |" in text
    assert text.count("-0.20 (-1.20 to -0.20)") == 2 * len(MODELS)
    assert "| accuracy with enhancement (200 of zijian-test-1000), points | +1.50 (+0.50 to +1.50) |" in text
    assert "| accuracy with enhancement (147 of real lines), points | +3.10" in text
    assert "(200 lines turned by 3°)" in text and "inverting 200 lines (enhanced)" in text
    assert "| 2.0e-06 | 2.0e-06 | 2.0e-06 |" in text and "| 1 of 200 | 1 of 200 | 1 of 200 |" in text


def test_latency_is_also_a_ratio() -> None:
    text = tables.latency_table(INVENTED["latency"])
    assert "| CRNN | onnx | 1 x 32 x 320 | 30.0 | 60.0 | 1.50 |" in text
    assert "Imaginary 3000 (load before: 0.5)" in text and "ratio to PP-OCRv6 small" in text


def test_results_without_a_second_runtime_or_a_peer_still_make_tables() -> None:
    engines = [{**engine, "ratio_to_reference": None} for engine in INVENTED["latency"]["engines"]]
    latency = cast(Any, {**INVENTED["latency"], "engines": engines, "reference": None})
    assert "| CRNN | onnx | 1 x 32 x 320 | 30.0 | 60.0 | - |" in tables.latency_table(latency)
    assert "runtimes" not in tables.checks_table(cast(Results, {**INVENTED, "parity": None}))


def test_what_could_be_a_border_is_escaped() -> None:
    assert tables.markdown_table(["a"], [["b|c"]]) == "| a |\n| --- |\n| b\\|c |"
