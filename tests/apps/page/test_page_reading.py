"""One page, its lines found and read by tiny models: what is shown while it is read, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps.demo.engines import Engines
from apps.demo.page import page_view
from apps.demo.page.page_reading import (
    KEPT_HEIGHT_PX,
    compare_line,
    find_page,
    kept,
    page_document,
    read_page,
    to_json_data,
)
from apps.demo.page.visit import Visit
from ocr_core.errors import ImageError, OcrError
from ocr_core.result import LineImage
from tests.apps.page.made_up import LINES, made_up


def test_lines_are_read_a_few_at_once_and_none_is_lost(engines: Engines, picture_of_page: Path) -> None:
    found, pixels = find_page(engines, picture_of_page, "article.png", 1)
    assert pixels.shape == (900, 760, 3)
    steps = list(read_page(engines, found))
    assert [step.done for step in steps] == [0, 4, 8, 12, 16, 20, 24, LINES]
    assert [step.finished for step in steps] == [*[False] * 7, True]
    assert all(len(steps[-1].texts(choice)) == LINES for choice in engines.defaults())
    assert not steps[-1].cut_short


def test_reading_stops_when_time_is_up(
    engines: Engines, picture_of_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.demo.page.page_reading.LONGEST_READING_S", -1.0)
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    *_, last = read_page(engines, found)
    assert last.cut_short
    assert last.done == 0
    assert "ran out" in page_view.page_facts(found, last)


def test_reading_ends_when_it_is_cancelled(engines: Engines, picture_of_page: Path) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    visit = Visit()
    visit.ask()
    steps = read_page(engines, found, visit.is_cancelled)
    assert [next(steps).done, next(steps).done] == [0, 4]
    visit.cancel()
    (last,) = steps
    assert (last.done, last.cancelled, last.finished) == (4, True, True)
    assert "cancelled after 4 of 25 lines" in page_view.page_facts(found, last)
    visit.ask()
    assert not visit.is_cancelled()  # the next page is read


def test_lines_wait_in_their_places_until_they_are_read(engines: Engines, picture_of_page: Path) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    first, second, *_ = read_page(engines, found)
    assert page_view.page_texts(first).count("zj-page-row waiting") == LINES
    assert page_view.page_texts(second).count("zj-page-row waiting") == LINES - 4
    assert 'value="4" max="25"' in page_view.page_facts(found, second)


def test_what_is_saved_of_a_page_still_being_read_says_how_much_it_holds(
    engines: Engines, picture_of_page: Path
) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    _, second, *_, last = read_page(engines, found)
    shown = page_view.page_texts(second)
    assert 'data-file="zijian-article-crnn-first-4-of-25-lines.txt"' in shown
    stopped = page_view.page_texts(replace(second, cancelled=True))
    assert 'data-file="zijian-article-first-4-of-25-lines.json"' in stopped
    assert 'aria-label="Save the first 4 of 25 lines read by CRNN">Save 4 of 25 lines<' in shown
    assert to_json_data(second)["lines_read"] == 4
    assert "first-" not in page_view.page_texts(last)
    assert 'aria-label="Save all text read by CRNN">Save<' in page_view.page_texts(last)


def test_a_page_that_was_cancelled_is_a_document_of_what_was_read(engines: Engines, picture_of_page: Path) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    _, some, *_ = read_page(engines, found)
    suffix, content = page_document(engines, replace(some, cancelled=True), "crnn@onnx", "json", picture_of_page)
    data = json.loads(content)
    assert suffix == ".json"
    assert sum("error" in line for line in data["lines"]) == LINES - 4
    assert data["blocks"]


def test_another_finder_is_asked_for_by_name(engines: Engines, picture_of_page: Path) -> None:
    with pytest.raises(OcrError, match="no line finder"):
        find_page(engines, picture_of_page, "article.png", 1, "yolo")


def test_a_line_that_is_looked_into_reads_as_on_its_page(engines: Engines, picture_of_page: Path) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    *_, read = read_page(engines, found)
    comparison = compare_line(engines, found, 3)
    assert [reading.recognition.text for reading in comparison.readings] == [
        read.texts(choice)[3] for choice in engines.defaults()
    ]
    assert all(reading.evidence is not None for reading in comparison.readings)


def test_high_lines_are_kept_small_and_keep_their_place() -> None:
    affine = np.array([[0.98, -0.1, 30.0], [0.1, 0.98, 70.0]])
    line = LineImage(np.zeros((300, 1000, 3), np.uint8), affine)
    small = kept(line)
    assert small.height_px == KEPT_HEIGHT_PX
    assert small.source_box(0, 0, small.width_px, small.height_px) == pytest.approx(line.source_box(0, 0, 1000, 300))


def test_differing_lines_are_marked(engines: Engines) -> None:
    html = page_view.page_texts(made_up(engines, ("same", "same"), ("light", "right")))
    assert html.count("zj-page-row differs") == 1
    assert '<span class="proof differs" data-char="0">l</span>ight' in html and "engines differ" in html
    assert '<span class="proof differs" data-char="0">r</span>ight' in html
    assert "The engines differ on 1 of 2 lines." in html


def test_texts_and_names_cannot_write_html(engines: Engines) -> None:
    page = made_up(engines, ("<img src=x onerror=alert(1)>", "</span><script>"), name='"><script>alert(1)</script>.png')
    shown = page_view.page_texts(page) + page_view.page_facts(page.found, page)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "onerror" not in shown.replace("&lt;img", "").split("data-content")[0]


def test_a_page_keeps_no_pixels_of_the_whole(engines: Engines, picture_of_page: Path) -> None:
    found, pixels = find_page(engines, picture_of_page, "article.png", 1)
    assert all(line.pixels.base is None or line.pixels.base.nbytes < pixels.nbytes / 4 for line in found.lines)
    assert replace(found, name="x").lines is found.lines


def test_a_broken_file_is_an_image_error(engines: Engines, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"")
    with pytest.raises(ImageError):
        find_page(engines, tmp_path / "x.pdf", "x.pdf", 1)
