"""The Page tab on tiny models: lines found, read side by side, looked into; and its endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from apps.demo.address.arrival import make_arrivals
from apps.demo.engines import Engines
from apps.demo.page import page_view
from apps.demo.page import tab as page_tab
from apps.demo.page.page_reading import (
    KEPT_HEIGHT_PX,
    FoundPage,
    PageReadings,
    compare_line,
    find_page,
    kept,
    page_document,
    read_page,
    to_json_data,
)
from apps.demo.server.fair_lock import LONG_LANE, ONE_AT_A_TIME
from apps.demo.server.public_limits import protect
from apps.demo.theme import STYLE_SHEET
from ocr_core.errors import DocumentError, ImageError, ModelError, OcrError
from ocr_core.page_formats.formats import FORMATS
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.ocr_core.lines.drawn_pages import article
from tests.ocr_core.lines.pdf_files import pdf

pytest.importorskip("pypdfium2")

LINES = 25


@pytest.fixture(scope="module")
def picture_of_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "article.png"
    Image.fromarray(article(np.random.default_rng(1)).pixels).save(path)
    return path


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "three.pdf"
    path.write_bytes(pdf(pages=3))
    return path


@pytest.fixture(scope="module")
def engines(settings: Settings) -> Engines:
    return Engines(settings)


def given(path: Path) -> page_tab.Given:
    return page_tab.Given(path, path.name)


@pytest.fixture(scope="module")
def tab_url(engines: Engines) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo, gr.Tab("Page", elem_id="tab-page"):
        page_tab.build_page_tab(demo, engines, make_arrivals())
    protect(demo, engines.fair_lock)
    demo.queue().launch(
        server_name="127.0.0.1",
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        show_error=False,
        css_paths=[STYLE_SHEET, page_tab.STYLE_SHEET],
    )
    yield str(demo.local_url)
    demo.close()


@pytest.fixture(scope="module")
def client(tab_url: str) -> Client:
    return Client(tab_url, verbose=False, analytics_enabled=False)


def recognition(text: str) -> Recognition:
    return Recognition(text, (), (), 0.5, Timings(), "m", "0" * 64, "onnx")


def made_up(engines: Engines, *texts: tuple[str, str], name: str = "page.png") -> PageReadings:
    """A page whose lines were read as told, a pair of texts a line."""
    lines = tuple(LineImage(np.full((20, 200, 3), 255, np.uint8), np.eye(3)[:2]) for _ in texts)
    found = FoundPage(name, 1, 1, 1, (300, 200), lines, 1.0)
    choices = engines.defaults()
    readings = {choice.key: tuple(recognition(pair[i]) for pair in texts) for i, choice in enumerate(choices)}
    return PageReadings(found, choices, readings, 1.0)


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
    visit = page_tab.Visit()
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


@pytest.mark.parametrize("form", list(FORMATS))
def test_what_an_engine_read_becomes_a_document(
    engines: Engines, picture_of_page: Path, form: str, tmp_path: Path
) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    *_, read = read_page(engines, found)
    made = page_tab._document_file(engines, read, given(picture_of_page), "crnn@onnx", form, tmp_path)
    target = Path(made.value["path"] if isinstance(made.value, dict) else made.value)
    assert target.name == "zijian-article" + FORMATS[form].suffix
    assert target.stat().st_size > 20


@pytest.mark.parametrize(("engine", "form"), [("nobody", "pdf"), ("crnn@onnx", "../x"), (None, None), ([], {})])
def test_documents_that_do_not_exist_are_refused(
    engines: Engines, picture_of_page: Path, engine: object, form: object, tmp_path: Path
) -> None:
    page = made_up(engines, ("a", "b"))
    with pytest.raises(gr.Error, match="no such document"):
        page_tab._document_file(engines, page, given(picture_of_page), engine, form, tmp_path)
    with pytest.raises(gr.Error, match="forgotten"):
        page_tab._document_file(engines, None, given(picture_of_page), engine, form, tmp_path)


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


def test_without_weights_lines_are_found_but_not_read(picture_of_page: Path, tmp_path: Path) -> None:
    engines = Engines(Settings(models_folder=tmp_path))
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    with pytest.raises(ModelError, match="weights"):
        next(read_page(engines, found))
    *_, last = page_tab._open(engines, given(picture_of_page), 1, 1)
    assert "No weights yet" in last[4]


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


@pytest.mark.parametrize(
    "told", [None, {}, {"line": "1"}, {"line": -1}, {"line": 99}, {"line": True}, [], {"line": 1.5}]
)
def test_what_a_browser_says_of_a_line_may_be_anything(engines: Engines, told: object) -> None:
    found = made_up(engines, ("a", "b"), ("c", "d")).found
    assert all(isinstance(each, dict) for each in page_tab._look_into(engines, found, told))  # nothing changes


def test_a_forgotten_page_is_said_kindly(engines: Engines) -> None:
    assert "forgotten" in page_tab._look_into(engines, None, {"line": 0})[0]


@pytest.mark.parametrize("told", [0, 21, 1.5, None, "2", True, float("nan"), float("inf")])
def test_page_numbers_are_whole_and_within_bounds(told: object) -> None:
    with pytest.raises(DocumentError, match="whole number"):
        page_tab._parse_page_number(told)


def test_everything_that_runs_a_network_waits_in_one_lane(engines: Engines) -> None:
    with gr.Blocks() as demo, gr.Tab("Page"):
        page_tab.build_page_tab(demo, engines, make_arrivals())
    lanes = {name: function.concurrency_id for function in demo.fns.values() if (name := function.name)}
    assert lanes["look_into"] == ONE_AT_A_TIME
    assert lanes["write"] == ONE_AT_A_TIME
    assert {lanes[name] for name in ("open_upload", "open_arrived", "open_other", "page")} == {LONG_LANE}


def test_the_endpoint_gives_lines_boxes_and_texts(client: Client, picture_of_page: Path) -> None:
    answer = client.predict(file=handle_file(picture_of_page), number=1, api_name="/page")
    assert (answer["width"], answer["height"], answer["pages"]) == (760, 900, 1)
    assert len(answer["lines"]) == LINES
    assert {block["kind"] for block in answer["blocks"]} >= {"title", "text"}
    keys = {"convnext_tiny@onnx", "crnn@onnx"}
    assert set(answer["texts"]) == keys
    for line in answer["lines"]:
        assert np.shape(line["corners"]) == (4, 2)
        assert set(line["readings"]) == keys
    first = "\n".join(line["readings"]["crnn@onnx"]["text"] for line in answer["lines"])
    assert answer["texts"]["crnn@onnx"] == first


def test_the_endpoint_reads_any_page_of_a_document(client: Client, document: Path) -> None:
    answer = client.predict(file=handle_file(document), number=3, api_name="/page")
    assert (answer["page"], answer["pages"], len(answer["lines"])) == (3, 3, 2)


@pytest.mark.parametrize("number", [4, 0, 1.5, 1e300])
def test_the_endpoint_refuses_pages_that_are_not_there(client: Client, document: Path, number: float) -> None:
    with pytest.raises(AppError, match=r"page"):
        client.predict(file=handle_file(document), number=number, api_name="/page")


def test_the_endpoint_says_what_is_wrong_with_a_file(client: Client, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.5 and nothing more")
    with pytest.raises(AppError, match="damaged"):
        client.predict(file=handle_file(broken), number=1, api_name="/page")


def test_blank_pages_are_answered(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "white").save(tmp_path / "blank.png")
    answer = client.predict(file=handle_file(tmp_path / "blank.png"), number=1, api_name="/page")
    assert answer["lines"] == []


def test_a_page_keeps_no_pixels_of_the_whole(engines: Engines, picture_of_page: Path) -> None:
    found, pixels = find_page(engines, picture_of_page, "article.png", 1)
    assert all(line.pixels.base is None or line.pixels.base.nbytes < pixels.nbytes / 4 for line in found.lines)
    assert replace(found, name="x").lines is found.lines


def test_a_broken_file_is_an_image_error(engines: Engines, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"")
    with pytest.raises(ImageError):
        find_page(engines, tmp_path / "x.pdf", "x.pdf", 1)


@pytest.fixture(params=[(1400, "light"), (390, "dark")], ids=["desktop", "phone"])
def page(browser: Browser, tab_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visited = context.new_page()
    visited.goto(tab_url)
    yield visited
    context.close()


@pytest.mark.browser
def test_a_visit_from_upload_to_a_line(page: Page, picture_of_page: Path, document: Path, artefacts: Path) -> None:
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    outlines, rows = page.locator("#page-picture g[data-line]"), page.locator("#page-texts li")
    expect(outlines).to_have_count(LINES)
    expect(rows).to_have_count(LINES)
    expect(page.locator("#page-number")).to_be_hidden()

    # A click on the page and a click on a row lead to the same place.
    outlines.nth(4).locator("polygon").click()
    expect(page.locator("#page-line")).to_contain_text(f"Line 5 of {LINES}")
    expect(page.locator("#page-cards .zj-card")).to_have_count(2)
    expect(page.locator("#page-view iframe")).to_have_count(1)
    expect(rows.nth(4)).to_have_class("zj-page-row chosen")
    rows.nth(7).press("Enter")
    expect(page.locator("#page-line")).to_contain_text(f"Line 8 of {LINES}")
    page.screenshot(path=str(artefacts / f"page-{page.viewport_size['width']}.png"))  # type: ignore[index]

    expect(page.locator("#page-facts")).to_contain_text("read by")  # lines stream in: what is saved earlier has fewer
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all text read by CRNN").click()
    assert saved.value.suggested_filename == "zijian-article-crnn.txt"
    assert Path(saved.value.path()).read_text(encoding="utf-8").count("\n") == LINES

    page.get_by_role("button", name="Clear").first.click()
    expect(outlines).to_have_count(0)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(document)
    expect(rows).to_have_count(2)
    expect(page.locator("#page-number")).to_be_visible()
    expect(page.locator("#page-line .zj-page-line")).to_have_count(0)


@pytest.mark.browser
def test_a_page_cleared_while_it_is_read_stays_cleared(
    page: Page, picture_of_page: Path, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begun, may_go_on, ended = page_tab.read_page, threading.Event(), threading.Event(), threading.Event()

    def slowly(engines: Engines, found: FoundPage, *rest: Callable[[], bool]) -> Iterator[PageReadings]:
        steps = read(engines, found, *rest)
        yield next(steps)
        yield next(steps)
        begun.set()
        may_go_on.wait(60)
        try:
            yield from steps
        finally:
            ended.set()

    monkeypatch.setattr(page_tab, "read_page", slowly)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    expect(page.locator("#page-texts li").first).to_be_visible()
    assert begun.wait(60)
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator("#page-picture")).to_contain_text("No page yet")
    monkeypatch.setattr(page_tab, "read_page", read)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(document)
    may_go_on.set()
    assert ended.wait(60)
    expect(page.locator("#page-number")).to_be_visible()
    expect(page.locator("#page-texts li")).to_have_count(2)
    expect(page.locator("#page-facts")).to_contain_text("three.pdf")


@pytest.mark.browser
def test_a_page_can_be_cancelled_while_it_is_read(
    page: Page, picture_of_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begun, may_go_on = page_tab.read_page, threading.Event(), threading.Event()

    def slowly(engines: Engines, found: FoundPage, *rest: Callable[[], bool]) -> Iterator[PageReadings]:
        steps = read(engines, found, *rest)
        yield next(steps)
        yield next(steps)
        begun.set()
        may_go_on.wait(60)
        yield from steps

    monkeypatch.setattr(page_tab, "read_page", slowly)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    assert begun.wait(60)
    expect(page.locator("#page-texts li.waiting")).to_have_count(LINES - 4)
    expect(page.locator("#page-facts progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancelling")).to_be_visible()
    may_go_on.set()
    expect(page.locator("#page-facts")).to_contain_text("cancelled after 4 of 25 lines")
    expect(page.locator("#page-texts li")).to_have_count(4)
    expect(page.locator("#page-cancel")).to_be_hidden()


@pytest.mark.browser
def test_a_document_of_a_page_can_be_saved(page: Page, picture_of_page: Path) -> None:
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    expect(page.locator("#page-texts li:not(.waiting)")).to_have_count(LINES)
    page.get_by_role("button", name="Make document").click()
    link = page.locator("#page-document a[download]").first
    expect(link).to_be_visible()
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "zijian-article.pdf"
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
