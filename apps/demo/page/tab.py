"""The Page tab: a photo, scan or PDF in, its lines drawn and read by both networks, any of them to be looked into.

Also the `/page` endpoint. What is on a page lives in that visitor's session; nothing is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.engines import Engines
from apps.demo.page import page_view
from apps.demo.page.page_reading import FoundPage, compare_line, find_page, read_page, to_json_data
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE, ONE_AT_A_TIME
from apps.demo.view_frame import view_frame
from ocr_core import imaging
from ocr_core.errors import DocumentError, ImageError, OcrError
from ocr_core.lines.pdf import MOST_PAGES
from ocr_core.views.ctc_view import ctc_view, framed_ctc_view

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

_KEPT_S: Final = 3600
_FILE_TYPES: Final = [*sorted(imaging.SUFFIXES), ".pdf"]

# A click on a line leads to its comparison, which stands below the page.
_DETAIL_JS: Final = """
watch('value', () => setTimeout(() => {
  if (element.querySelector('.zj-page-line')) element.scrollIntoView({behavior: 'smooth', block: 'start'});
}, 50));
"""


class Visit:
    """Which page a visitor asked for last: what is still read of one before is shown no more."""

    def __init__(self) -> None:
        self._asked = 0

    def ask(self) -> Callable[[], bool]:
        """Returns a function that says whether this is still the last."""
        self._asked = mine = self._asked + 1
        return lambda: mine == self._asked


def build_page_tab(demo: gr.Blocks, engines: Engines) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`."""
    visit = gr.State(Visit())  # every visitor gets a copy
    found_page = gr.State(None, time_to_live=_KEPT_S)
    limit_mb = engines.settings.max_file_bytes / 2**20
    with gr.Row(elem_classes="zj-page-in"):
        file = gr.File(
            label=f"A page: photo, scan, screenshot or PDF (first {MOST_PAGES} pages), up to {limit_mb:.3g} MB",
            file_types=_FILE_TYPES,
            type="filepath",
            height=130,
            scale=5,
            min_width=280,
            elem_id="page-file",
        )
        number = gr.Dropdown([1], value=1, label="Page", visible=False, scale=1, min_width=110, elem_id="page-number")
    facts = gr.HTML("", apply_default_css=False, elem_id="page-facts")
    with gr.Row(elem_classes="zj-page-row-of-two"):
        with gr.Column(scale=6, min_width=320):
            picture = gr.HTML(
                page_view.EMPTY, js_on_load=page_view.PAGE_JS, apply_default_css=False, elem_id="page-picture"
            )
        with gr.Column(scale=7, min_width=320):
            texts = gr.HTML("", js_on_load=page_view.PAGE_JS, apply_default_css=False, elem_id="page-texts")
    line = gr.HTML("", js_on_load=_DETAIL_JS, apply_default_css=False, elem_id="page-line")
    line_cards = gr.HTML("", apply_default_css=False, elem_id="page-cards")
    view = view_frame("page-view")

    def open_first(now: Visit, path: str | None) -> Iterator[tuple[Any, ...]]:
        is_last = now.ask()
        yield from takewhile(lambda _: is_last(), _open(engines, path, 1, 1))

    def open_other(now: Visit, path: str | None, page_number: Any) -> Iterator[tuple[Any, ...]]:
        is_last = now.ask()
        yield from takewhile(lambda _: is_last(), _open(engines, path, page_number, None))

    def clear(now: Visit) -> tuple[Any, ...]:
        now.ask()
        return _nothing(page_view.EMPTY)

    def look_into(found: FoundPage | None, event: gr.EventData) -> tuple[Any, ...]:
        return _look_into(engines, found, event._data)

    results = [found_page, number, facts, picture, texts, line, line_cards, view]
    reads: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "api_visibility": "private",
        "show_progress": "minimal",
    }
    # A page takes a turn for every few lines, so that it keeps nobody else waiting.
    in_steps: dict[str, Any] = {"concurrency_limit": LONG_AT_ONCE, "concurrency_id": LONG_LANE}
    opening = {**reads, **in_steps, "show_progress_on": facts}
    file.upload(open_first, [visit, file], results, trigger_mode="multiple", **opening)
    file.clear(clear, visit, results, api_visibility="private", show_progress="hidden")
    number.input(open_other, [visit, file, number], results, trigger_mode="multiple", **opening)
    for component in (picture, texts):
        component.select(
            look_into,
            found_page,
            [line, line_cards, view],
            trigger_mode="multiple",
            **{**reads, "show_progress_on": line},
        )
    _add_endpoint(engines)


def _add_endpoint(engines: Engines) -> None:
    """Adds `/page` for `gradio_client`."""

    def page(file: str | None, number: float) -> dict[str, Any]:
        """Finds the lines of one page and reads them with the two default engines.

        `file` is a picture or a PDF, `number` which page of a PDF, from 1. Returns the page's size, `texts` by engine,
        and every line in reading order: its corners (clockwise from its left top) and upright box in pixels of the
        page, and by engine its text, confidence and characters with boxes.
        """
        if not file:
            raise ImageError("No file was given.")
        found, _ = find_page(engines, Path(file), Path(file).name, _parse_page_number(number))
        return to_json_data(list(read_page(engines, found))[-1])

    with gr.Row(visible=False):
        inputs = [gr.File(label="File", file_types=_FILE_TYPES, type="filepath"), gr.Number(1, label="Number")]
        answer = gr.JSON()
        gr.Button().click(
            page, inputs, answer, api_name="page", concurrency_limit=LONG_AT_ONCE, concurrency_id=LONG_LANE
        )


def _parse_page_number(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not 1 <= told <= MOST_PAGES or told % 1:
        raise DocumentError(f"A page number is a whole number from 1 to {MOST_PAGES}.")
    return int(told)


def _open(engines: Engines, path: str | None, told_number: Any, shown_number: int | None) -> Iterator[tuple[Any, ...]]:
    """Yields state, page selector, facts, picture, texts and the empty comparison, as reading goes on."""
    if not path:
        yield _nothing(page_view.EMPTY)
        return
    try:
        number = _parse_page_number(told_number)
        found, pixels = find_page(engines, Path(path), Path(path).name, number)
    except OcrError as error:
        yield _refused(error, shown_number)
        return
    selector = gr.skip() if shown_number is None else gr.Dropdown(
        list(range(1, found.readable_pages + 1)), value=number, visible=found.pages > 1
    )  # fmt: skip
    picture = page_view.page_picture(found, pixels)
    yield found, selector, page_view.page_facts(found, None), picture, "", "", "", ""
    unchanged = (gr.skip(),) * 3
    try:
        for read in read_page(engines, found):
            texts = page_view.page_texts(read)
            yield gr.skip(), gr.skip(), page_view.page_facts(found, read), gr.skip(), texts, *unchanged
    except OcrError as error:
        texts = cards.missing_weights(engines.lacking()) or cards.notice("The lines cannot be read.", str(error))
        yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), texts, *unchanged


def _look_into(engines: Engines, found: FoundPage | None, told: Any) -> tuple[Any, ...]:
    """Returns the crop, the cards and the view of the line that was clicked; what a browser says may be anything."""
    number = told.get("line") if isinstance(told, dict) else None
    if found is None:
        return cards.notice("This page has been forgotten.", "Pages are kept for an hour. Give it once more."), "", ""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(found.lines):
        return (gr.skip(),) * 3
    try:
        comparison = compare_line(engines, found, number)
    except OcrError as error:
        return page_view.line_heading(found, number), cards.notice("This line cannot be read.", str(error)), ""
    heading = page_view.line_heading(found, number)
    readings = comparison.shown()
    if not readings:
        return heading, cards.cards(comparison), ""
    document = ctc_view(comparison.line.pixels, readings, source_from_line=comparison.line.source_map)
    return heading, cards.cards(comparison), framed_ctc_view(document, len(readings))


def _refused(error: OcrError, shown_number: int | None) -> tuple[Any, ...]:
    said = cards.notice("This page cannot be read.", str(error))
    if shown_number is None:
        return None, gr.skip(), "", said, "", "", "", ""
    return _nothing(said)


def _nothing(said: str) -> tuple[Any, ...]:
    return None, gr.Dropdown([1], value=1, visible=False), "", said, "", "", "", ""
