"""The Page tab: a photo, scan or PDF in, its lines drawn and read by the chosen engines, looked into, and written anew.

The endpoint is `api`'s. What is on a page lives in that visitor's session; nothing is shared.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.address.address import Address
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.bar import address_part, shown_at
from apps.demo.address.sending import kept_picture, send_bar, tabs_of, wire_sending
from apps.demo.compare.downloads import safe_stem
from apps.demo.compare.page_offer import HasPath, PageOffer
from apps.demo.engines import Engines
from apps.demo.image_input import IMAGE_INPUT_JS, page_input, uploaded_file
from apps.demo.page import page_view
from apps.demo.page.api import add_page_endpoint, parse_page_number
from apps.demo.page.page_reading import (
    FoundPage,
    PageReadings,
    compare_line,
    find_page,
    page_document,
    read_page,
)
from apps.demo.page.visit import Given, Visit
from apps.demo.sample_strip import clicked_sample, sample_strip
from apps.demo.samples import Sample
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE, ONE_AT_A_TIME
from apps.demo.view_frame import NO_VIEW, shown_view, view_frame
from apps.demo.wording.address import say as say_address
from apps.demo.wording.page import say
from ocr_core.errors import ImageError, OcrError
from ocr_core.finders import available_finders
from ocr_core.language import in_every_language
from ocr_core.page_formats.formats import FORMATS

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

_KEPT_S: Final = 3600

# A click on a line leads to its comparison, which stands below the page.
_DETAIL_JS: Final = """
watch('value', () => setTimeout(() => {
  if (element.querySelector('.zj-page-line')) element.scrollIntoView({behavior: 'smooth', block: 'start'});
}, 50));
"""


def build_page_tab(
    demo: gr.Blocks,
    engines: Engines,
    arrivals: Arrivals,
    offers: Sequence[PageOffer] = (),
    samples: Sequence[Sample] = (),
) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`.

    `offers` are the places in other tabs from where a visitor may come here with a file; `samples` are pages to try.
    """
    visit = gr.State(Visit())  # every visitor gets a copy
    found_page = gr.State(None, time_to_live=_KEPT_S)
    readings = gr.State(None, time_to_live=_KEPT_S)
    given = gr.State(None, time_to_live=_KEPT_S)
    looked_at = gr.State(None, time_to_live=_KEPT_S)
    address = address_part("page-address")
    with gr.Row(elem_classes="zj-page-in"):
        file = gr.HTML(
            in_every_language(lambda: page_input(engines.settings)),
            js_on_load=IMAGE_INPUT_JS,
            apply_default_css=False,
            elem_id="page-file",
        )
        sample_list = sample_strip(samples, engines.settings, "page-samples") if samples else None
        finders = available_finders()
        finder = gr.Dropdown(
            [(say(f"finder.{name}"), name) for name in finders],
            value=engines.settings.finder if engines.settings.finder in finders else finders[0],
            label=say("finder"),
            visible=len(finders) > 1,
            scale=1,
            min_width=170,
            elem_id="page-finder",
        )
        number = gr.Dropdown(
            [1], value=1, label=say("number"), visible=False, scale=1, min_width=110, elem_id="page-number"
        )
    why = gr.HTML("", apply_default_css=False, elem_id="page-why")
    with gr.Row(elem_classes="zj-page-status"):
        facts = gr.HTML("", apply_default_css=False, elem_id="page-facts")
        send_page = send_bar("page-send", "page")
        remove = gr.Button(say("clear"), size="sm", visible=False, scale=0, min_width=80, elem_id="page-clear")
        cancel = gr.Button(say("cancel"), size="sm", visible=False, scale=0, min_width=90, elem_id="page-cancel")
    with gr.Row(visible=False, elem_classes="zj-page-keep") as keep:
        choices = engines.defaults()
        kept_engine = gr.Dropdown(
            [(choice.model.display_name, choice.key) for choice in choices],
            value=choices[0].key,
            label=say("keep.engine"),
            min_width=150,
            elem_id="page-keep-engine",
        )
        kept_form = gr.Dropdown(
            [(form.label if form.name != "pdf" else say("keep.pdf"), form.name) for form in FORMATS.values()],
            value="pdf",
            label=say("keep.form"),
            min_width=150,
            elem_id="page-keep-form",
        )
        make = gr.Button(say("keep.make"), min_width=150, elem_id="page-keep")
        made = gr.File(
            label=say("document"), interactive=False, visible=False, height=80, min_width=200, elem_id="page-document"
        )
    with gr.Row(elem_classes="zj-page-row-of-two"):
        with gr.Column(scale=6, min_width=320):
            picture = gr.HTML(
                in_every_language(page_view.empty),
                js_on_load=page_view.PAGE_JS,
                apply_default_css=False,
                elem_id="page-picture",
            )
        with gr.Column(scale=7, min_width=320):
            texts = gr.HTML("", js_on_load=page_view.PAGE_JS, apply_default_css=False, elem_id="page-texts")
    line = gr.HTML("", js_on_load=_DETAIL_JS, apply_default_css=False, elem_id="page-line")
    send_line = send_bar("page-line-send", "page")
    line_cards = gr.HTML("", apply_default_css=False, elem_id="page-cards")
    view = view_frame("page-view")

    def open_page(
        now: Visit, here: Given, number: Any, told_finder: Any, shown_number: int | None
    ) -> Iterator[tuple[Any, ...]]:
        """Yields the results and what the address line is told, unless the visitor asked for something else since."""
        is_last = now.ask()
        steps = _open(engines, here, number, shown_number, told_finder, now.is_cancelled)
        told = here.address(number if isinstance(number, int) else 1)
        for step in takewhile(lambda _: is_last(), steps):
            yield *step, told

    def open_first(
        now: Visit, here: Given, told_finder: Any, said: str = "", number: int = 1
    ) -> Iterator[tuple[Any, ...]]:
        for step in open_page(now, here, number, told_finder, 1):
            yield here, said, gr.Button(visible=True), *step

    def clear(now: Visit) -> tuple[Any, ...]:
        now.ask()
        return None, "", gr.Button(visible=False), *_nothing(page_view.empty()), shown_at(Address())

    def open_upload(now: Visit, told_finder: Any, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        try:
            here = Given(*uploaded_file(event._data))
        except OcrError as error:
            now.ask()
            yield None, "", gr.skip(), *_refused(error, 1), gr.skip()
            return
        yield from open_first(now, here, told_finder)

    def open_sample(now: Visit, told_finder: Any, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        sample = clicked_sample(samples, event)
        if sample is not None:
            yield from open_first(now, Given(sample.path, sample.path.name, sample.name), told_finder)

    def open_arrived(now: Visit, arrival: Arrival | None, told_finder: Any) -> Iterator[tuple[Any, ...]]:
        if arrival is not None and arrival.path is not None:
            here = Given(arrival.path, arrival.name, arrival.sample, arrival.case)
            yield from open_first(now, here, told_finder, page_view.why(arrival.why), arrival.page)

    def open_other(now: Visit, here: Given | None, page_number: Any, told_finder: Any) -> Iterator[tuple[Any, ...]]:
        if here is not None:
            yield from open_page(now, here, page_number, told_finder, None)

    def stop(now: Visit) -> Any:
        now.cancel()
        return gr.Button(say("cancelling"), interactive=False)

    def write(read: PageReadings | None, here: Given | None, engine: str, form: str) -> Any:
        return _document_file(engines, read, here, engine, form, Path(made.GRADIO_CACHE))

    def look_into(found: FoundPage | None, event: gr.EventData) -> tuple[Any, ...]:
        number = event._data.get("line") if isinstance(event._data, dict) else None
        return *_look_into(engines, found, event._data), number

    def open_offered(now: Visit, offered: HasPath | None, told_finder: Any) -> Iterator[tuple[Any, ...]]:
        if offered is None:
            return
        arrived = tuple(gr.Tabs(selected="page") for _ in tabs)
        here = Given(offered.path, offered.name, offered.sample, offered.case)
        for step in open_first(now, here, told_finder):
            yield *arrived, *step
            arrived = (gr.skip(),) * len(tabs)

    def whole(here: Given | None) -> Arrival:
        if here is None:
            raise ImageError(say_address("nothing_to_send"))
        return Arrival(here.path, here.name, sample=here.sample, case=here.case)

    def chosen_line(found: FoundPage | None, number: Any) -> Arrival:
        if found is None or not isinstance(number, int) or not 0 <= number < len(found.lines):
            raise ImageError(say_address("nothing_to_send"))
        name = f"{Path(found.name).stem[:60]}-line-{number + 1}.png"
        return Arrival(kept_picture(found.lines[number].pixels, f"line-{number + 1}.png", line), name)

    tabs = tabs_of(demo)
    results = [found_page, number, facts, picture, texts, line, line_cards, view, readings, cancel, keep, made, address]
    anew = [given, why, remove, *results]
    reads: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "api_visibility": "private",
        "show_progress": "minimal",
    }
    # A page takes a turn for every few lines, so that it keeps nobody else waiting.
    in_steps: dict[str, Any] = {"concurrency_limit": LONG_AT_ONCE, "concurrency_id": LONG_LANE}
    opening = {**reads, **in_steps, "show_progress_on": facts}
    file.select(open_upload, [visit, finder], anew, trigger_mode="multiple", **opening)
    if sample_list is not None:
        sample_list.click(open_sample, [visit, finder], anew, trigger_mode="multiple", **opening)
    arrived = arrivals["page"]
    arrived.change(open_arrived, [visit, arrived, finder], anew, trigger_mode="multiple", **opening)
    for offer in offers:
        offered: list[Any] = [visit, offer.current, finder]
        offer.clicked.select(open_offered, offered, [*tabs, *anew], trigger_mode="multiple", **opening)
    for choice in (number, finder):
        choice.input(open_other, [visit, given, number, finder], results, trigger_mode="multiple", **opening)
    remove.click(clear, visit, anew, api_visibility="private", show_progress="hidden")
    cancel.click(stop, visit, cancel, queue=False, api_visibility="private", show_progress="hidden")
    make.click(write, [readings, given, kept_engine, kept_form], made, **reads)
    for component in (picture, texts):
        component.select(
            look_into,
            found_page,
            [line, line_cards, view, looked_at],
            trigger_mode="multiple",
            **{**reads, "show_progress_on": line},
        )
    wire_sending(demo, send_page, arrivals, [given], whole)
    wire_sending(demo, send_line, arrivals, [found_page, looked_at], chosen_line)
    add_page_endpoint(engines)


def _open(
    engines: Engines,
    here: Given,
    told_number: Any,
    shown_number: int | None,
    told_finder: Any = "",
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Any, ...]]:
    """Yields state, page selector, facts, picture, texts, the empty comparison and what follows, as reading goes on."""
    try:
        number = parse_page_number(told_number)
        found, pixels = find_page(engines, here.path, here.name, number, str(told_finder or ""))
    except OcrError as error:
        yield _refused(error, shown_number)
        return
    selector = gr.skip() if shown_number is None else gr.Dropdown(
        list(range(1, found.readable_pages + 1)), value=number, visible=found.pages > 1
    )  # fmt: skip
    picture = page_view.page_picture(found, pixels)
    reading = (None, gr.Button(say("cancel"), visible=bool(found.lines), interactive=True), _HIDDEN_ROW, _NO_FILE)
    yield found, selector, page_view.page_facts(found, None), picture, "", "", "", NO_VIEW, *reading
    unchanged = (gr.skip(),) * 3
    over = (gr.Button(visible=False), gr.Row(visible=bool(found.lines)), gr.skip())
    try:
        for read in read_page(engines, found, is_cancelled):
            texts = page_view.page_texts(read)
            after = (read, *over) if read.finished else (gr.skip(),) * 4
            # The last step says again what the first one said: a tab that opens just then may have lost that.
            page_number, sheet = (selector, picture) if read.finished else (gr.skip(), gr.skip())
            yield gr.skip(), page_number, page_view.page_facts(found, read), sheet, texts, *unchanged, *after
    except OcrError as error:
        texts = cards.missing_weights(engines.lacking()) or cards.notice(say("unread_lines"), str(error))
        ended = (gr.skip(), gr.Button(visible=False), gr.skip(), gr.skip())
        yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), texts, *unchanged, *ended


def _document_file(
    engines: Engines, read: PageReadings | None, here: Given | None, engine: Any, form: Any, cache: Path
) -> Any:
    """Returns the file component with the document; what a browser asks for may be anything."""
    if read is None or here is None:
        raise gr.Error(f"{say('forgotten')} {say('forgotten.what_to_do')}")
    try:
        suffix, content = page_document(engines, read, str(engine), str(form), here.path)
    except OcrError as error:
        raise gr.Error(str(error)) from error
    number = f"-page-{read.found.number}" if read.found.pages > 1 else ""
    # Where Gradio's own files lie, so that it is served from there and goes when they go.
    folder = cache / secrets.token_hex(16)
    folder.mkdir(parents=True)
    target = folder / f"zijian-{safe_stem(read.found.name)}{number}{read.part}{suffix}"
    target.write_bytes(content)
    return gr.File(str(target), visible=True)


def _look_into(engines: Engines, found: FoundPage | None, told: Any) -> tuple[Any, ...]:
    """Returns the crop, the cards and the view of the line that was clicked; what a browser says may be anything."""
    number = told.get("line") if isinstance(told, dict) else None
    if found is None:
        return cards.notice(say("forgotten"), say("forgotten.what_to_do")), "", NO_VIEW
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(found.lines):
        return (gr.skip(),) * 3
    try:
        comparison = compare_line(engines, found, number)
    except OcrError as error:
        return page_view.line_heading(found, number), cards.notice(say("unread_line"), str(error)), NO_VIEW
    heading = page_view.line_heading(found, number)
    readings = comparison.shown()
    if not readings:
        return heading, cards.cards(comparison), NO_VIEW
    view = shown_view(comparison.line.pixels, readings, source_from_line=comparison.line.source_map)
    return heading, cards.cards(comparison), view


_HIDDEN_ROW: Final = gr.update(visible=False)
_NO_FILE: Final = gr.update(value=None, visible=False)  # an empty box would be as high as a drop zone


def _refused(error: OcrError, shown_number: int | None) -> tuple[Any, ...]:
    said = cards.notice(say("refused"), str(error))
    if shown_number is None:
        return None, gr.skip(), "", said, "", "", "", NO_VIEW, None, gr.update(visible=False), _HIDDEN_ROW, _NO_FILE
    return _nothing(said)


def _nothing(said: str) -> tuple[Any, ...]:
    selector = gr.Dropdown([1], value=1, visible=False)
    return None, selector, "", said, "", "", "", NO_VIEW, None, gr.update(visible=False), _HIDDEN_ROW, _NO_FILE
