"""Pages made of results: nothing outside README's markers is touched, and what is committed is current."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.committed import pages
from eval.committed.results import RESULTS_FILE, read
from ocr_core.errors import DatasetError
from tests.eval.invented import invented_results

INVENTED = invented_results({"convnext_tiny": "a", "crnn": "b", "cnn_transformer": "c"})


@pytest.fixture
def results_file(tmp_path: Path) -> Path:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(INVENTED), encoding="utf-8")
    return path


def test_readme_changes_only_between_the_markers(results_file: Path, tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "page.md"
    readme.write_text(f"top\n{pages.BEGIN}\nold\n{pages.END}\nbottom\n", encoding="utf-8")
    pages.rewrite(readme, page, results_file)
    once = readme.read_text(encoding="utf-8")
    pages.rewrite(readme, page, results_file)
    assert readme.read_text(encoding="utf-8") == once
    assert once.startswith(f"top\n{pages.BEGIN}\n") and once.endswith(f"{pages.END}\nbottom\n")
    assert pages.markdown(INVENTED) in once and "old" not in once
    assert page.read_text(encoding="utf-8") == pages.page(INVENTED)


def test_the_page_has_all_that_readme_has_no_room_for() -> None:
    page = pages.page(INVENTED)
    assert "**Checks**" in page and "**zijian-test-1000** (" in page and "**real lines** (" in page
    assert "**Checks**" not in pages.markdown(INVENTED)


@pytest.mark.parametrize("text", ["none", pages.BEGIN, f"{pages.END}{pages.BEGIN}", f"{pages.BEGIN}{pages.END}" * 2])
def test_a_readme_without_proper_markers_is_left_alone(results_file: Path, tmp_path: Path, text: str) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text)
    with pytest.raises(DatasetError, match="needs the lines"):
        pages.rewrite(readme, tmp_path / "page.md", results_file)
    assert readme.read_text() == text


def test_the_committed_pages_show_the_committed_results() -> None:
    results = read(RESULTS_FILE)
    readme = pages.README_FILE.read_text(encoding="utf-8")
    assert pages.with_table(readme, results) == readme, "run: python -m eval results --markdown"
    assert pages.PAGE_FILE.read_text(encoding="utf-8") == pages.page(results), "run: python -m eval results --markdown"


def test_no_page_has_a_figure_of_all_lines_without_the_name_of_its_set() -> None:
    """CRNN's "overall" once stood as three different numbers in three places which no page related."""
    for text in (pages.markdown(read(RESULTS_FILE)), pages.page(read(RESULTS_FILE))):
        for block in text.split("\n\n**")[1:]:
            if "| overall |" in block:
                assert block.startswith(("zijian-500**", "zijian-test-1000**", "real lines**")), block[:80]
