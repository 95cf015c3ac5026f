"""README's tables: every figure from the results file, and nothing outside the markers touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.committed import tables
from eval.committed.results import RESULTS_FILE, read
from ocr_core.errors import DatasetError
from tests.eval.invented import invented_results

INVENTED = invented_results({"convnext_tiny": "a", "crnn": "b"})


@pytest.fixture
def results_file(tmp_path: Path) -> Path:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(INVENTED), encoding="utf-8")
    return path


def test_accuracy_has_a_column_a_model_and_shows_n_and_interval() -> None:
    text = tables.markdown(INVENTED)
    assert "| lines of | n (groups) | ConvNeXt-Tiny + CTC | CRNN |" in text
    assert "| low resolution | 9 (7) | **50.0** (40.0 to 60.0) | **50.0** (40.0 to 60.0) |" in text
    assert "| maths, raw | 9 (7) | **25.0** (15.0 to 35.0) | **25.0** (15.0 to 35.0) |" in text


def test_kinds_of_one_scenario_stand_together_random_characters_last() -> None:
    rows = INVENTED["sets"]["synthetic test lines"]["rows"]
    titles = ["maths (random characters)", "print", "maths", "print (random characters)", "overall"]
    drawn = [{**rows[0], "title": title} for title in titles]
    shown = [line.split(" | ")[0][2:] for line in tables.accuracy_table("drawn", drawn, INVENTED).splitlines()[4:]]
    assert shown == ["maths", "maths (random characters)", "print", "print (random characters)", "overall"]


def test_checks_show_overall_changes_and_parity() -> None:
    text = tables.checks_table(INVENTED)
    assert "0.050 (n = 1,234)" in text and "| 2.0 % | 2.0 % |" in text
    assert text.count("-0.20 (-1.20 to -0.20)") == 4
    assert "+1.50 (+0.50 to +1.50)" in text and "90" not in text.replace("1,234", "")
    assert "| 2.0e-06 | 2.0e-06 |" in text and "| 1 of 200 | 1 of 200 |" in text


def test_latency_is_also_a_ratio() -> None:
    text = tables.latency_table(INVENTED)
    assert "| CRNN | onnx | 1 x 32 x 320 | 30.0 | 60.0 | 1.50 |" in text
    assert "Imaginary 3000 (load before: 0.5)" in text


def test_results_without_a_second_runtime_or_a_peer_still_make_tables() -> None:
    latency = INVENTED["latency"]
    engines = [engine | {"ratio_to_reference": None} for engine in latency["engines"]]
    text = tables.markdown({**INVENTED, "parity": None, "latency": latency | {"engines": engines}})
    assert "| CRNN | onnx | 1 x 32 x 320 | 30.0 | 60.0 | - |" in text
    assert "runtimes" not in text


def test_what_could_be_a_border_is_escaped() -> None:
    assert tables.markdown_table(["a"], [["b|c"]]) == "| a |\n| --- |\n| b\\|c |"


def test_readme_changes_only_between_the_markers(results_file: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"top\n{tables.BEGIN}\nold\n{tables.END}\nbottom\n", encoding="utf-8")
    tables.rewrite_readme(readme, results_file)
    once = readme.read_text(encoding="utf-8")
    tables.rewrite_readme(readme, results_file)
    assert readme.read_text(encoding="utf-8") == once
    assert once.startswith(f"top\n{tables.BEGIN}\n") and once.endswith(f"{tables.END}\nbottom\n")
    assert tables.markdown(INVENTED) in once and "old" not in once


@pytest.mark.parametrize(
    "text", ["none", tables.BEGIN, f"{tables.END}{tables.BEGIN}", f"{tables.BEGIN}{tables.END}" * 2]
)
def test_a_readme_without_proper_markers_is_left_alone(results_file: Path, tmp_path: Path, text: str) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text)
    with pytest.raises(DatasetError, match="needs the lines"):
        tables.rewrite_readme(readme, results_file)
    assert readme.read_text() == text


def test_the_committed_readme_shows_the_committed_results() -> None:
    if not RESULTS_FILE.is_file():
        pytest.skip("There are no results yet.")
    text = tables.README_FILE.read_text(encoding="utf-8")
    _, between, _ = tables.split_at_markers(text, "README.md")
    assert between.strip() == tables.markdown(read(RESULTS_FILE)), "run: python -m eval results --markdown"
