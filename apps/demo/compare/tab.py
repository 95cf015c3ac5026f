"""The side-by-side tab: pictures in, every engine's card and the CTC view out.

Holds no state of a visitor beyond the visitor's own session: which picture is looked at, and which part of it.
Recognition is in `comparison`, HTML in `cards` and `image_input`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import gradio as gr

from apps.demo import cards
from apps.demo.address.address import Address
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.bar import address_part, shown_at
from apps.demo.address.links import comes_by_link
from apps.demo.address.sending import send_bar, tabs_of, wire_sending
from apps.demo.cases.saving import Compared, add_save_block
from apps.demo.compare.api import add_recognize
from apps.demo.compare.current import Current, Saved
from apps.demo.compare.decoding_panel import decoding_panel
from apps.demo.compare.downloads import DOWNLOADS_JS, add_downloads, download_buttons
from apps.demo.compare.page_offer import OFFER_JS, PageOffer, doubtful, nothing_read, offer_for, offer_instead
from apps.demo.compare.rail import RailState, rail_part, wire_rail
from apps.demo.compare.sight import add_sight
from apps.demo.compare.where_to import has_shape_of_page, why_page
from apps.demo.comparison import LONGEST_TRUTH, Comparison, Question, compare
from apps.demo.engines import DEFAULT_MODELS, MOST_AT_ONCE, EngineChoice, Engines
from apps.demo.image_input import (
    IMAGE_INPUT_JS,
    PREVIEW_JS,
    empty_preview,
    image_input,
    parse_crop,
    preview,
    uploaded_file,
)
from apps.demo.sample_strip import clicked_sample, sample_strip
from apps.demo.samples import Sample
from apps.demo.scripts import speaking_script
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.view_frame import NO_VIEW, ShownView, shown_view, staged_view_frame
from apps.demo.wording.address import say as say_address
from apps.demo.wording.compare import say
from ocr_core.ctc.decoding import Decoding
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.settings import DecoderName

_CHIPS_JS: Final = speaking_script(
    Path(__file__).parents[1].joinpath("chips.js").read_text(encoding="utf-8"), say, "js."
)

_DOUBTFUL: Final = 0.5
"""Where the surest engine is less sure than this, what was read is no answer."""


Shown = tuple[str, str, str, str, ShownView]
"""HTML of the offer to read it as a page, of the cards, of what it took, of the buttons to save it, and of the view."""


def build_compare_tab(demo: gr.Blocks, engines: Engines, samples: tuple[Sample, ...], arrivals: Arrivals) -> PageOffer:
    """Lays the tab out and wires it; to be called inside `demo`. The first sample is read when a page opens.

    Returns what leads from here to the Page tab.
    """
    begun = gr.State(False)  # whether the visitor has chosen anything: then the first sample comes too late
    current = gr.State(None)
    address = address_part("compare-address")
    with gr.Row(elem_classes="zj-sources"):
        pictures = gr.HTML(
            in_every_language(lambda: image_input(engines.settings)),
            js_on_load=IMAGE_INPUT_JS,
            apply_default_css=False,
            elem_id="picture",
        )
        sample_list = sample_strip(samples, engines.settings, "samples")
    offer = gr.HTML("", js_on_load=OFFER_JS, apply_default_css=False, elem_id="page-offer")
    card_list = gr.HTML(in_every_language(lambda: _waiting(engines)), apply_default_css=False, elem_id="cards")
    view = staged_view_frame("view", can_look=True)
    rail = rail_part()
    with gr.Row(elem_classes="zj-below"):
        cost = gr.HTML("", apply_default_css=False, elem_id="cost")
        sender = send_bar("compare-send", "compare")
        saves = gr.HTML("", js_on_load=DOWNLOADS_JS, apply_default_css=False, elem_id="saves")
    with gr.Row(elem_classes="zj-top"):
        with gr.Column(scale=5, min_width=320):
            shown_picture = gr.HTML(
                in_every_language(empty_preview), js_on_load=PREVIEW_JS, apply_default_css=False, elem_id="preview"
            )
            truth = gr.Textbox(
                value="",
                label=say("truth"),
                placeholder=say("truth.placeholder"),
                max_length=LONGEST_TRUTH,
                max_lines=1,  # a field that may grow is laid out anew with every line that is shown
                elem_id="truth",
            )
        with gr.Column(scale=8, min_width=320):
            gr.HTML("", html_template="", js_on_load=_CHIPS_JS, apply_default_css=False, elem_classes="zj-address-part")
            with gr.Row(elem_classes="zj-choices"):
                chosen = gr.Dropdown(
                    _choices(engines),
                    value=[choice.key for choice in engines.defaults()],
                    multiselect=True,
                    max_choices=MOST_AT_ONCE,
                    scale=5,
                    min_width=240,
                    label=say("engines", most=MOST_AT_ONCE),
                    elem_id="engines",
                )
                enhance = gr.Checkbox(
                    engines.settings.enhance,
                    label=say("enhance"),
                    info=say("enhance.info"),
                    elem_id="enhance",
                    scale=2,
                    min_width=160,
                )
            panel = decoding_panel(engines.settings)

            def compared(
                now: Current | None, truth_text: str, keys: list[str], enhanced: bool, asked: Decoding, *rail: Any
            ) -> Compared:
                return _compared(engines, now, truth_text, keys, enhanced, asked, *rail)

            def question(*values: Any) -> tuple[Path, Question]:
                return values[0].path, _question(engines, *values)

            looked_at = [current, truth, chosen, enhance, panel.asked]
            switches = wire_rail(engines, rail, looked_at, question, ONE_AT_A_TIME)
            saved = add_save_block(demo, engines, [*looked_at, switches], compared, ONE_AT_A_TIME)
            add_sight(engines, view, looked_at, compared)
            add_downloads(saves, looked_at, compared, ONE_AT_A_TIME)

    def told(now: Current | None, truth_text: str, keys: list[str], enhanced: bool, asked: Decoding) -> dict[str, Any]:
        return _told(engines, now, truth_text, keys, enhanced, asked)

    def show(now: Current | None, truth_text: str, keys: list[str], enhanced: bool, asked: Decoding) -> tuple[Any, ...]:
        shown = _show(engines, now, truth_text, keys, enhanced, asked)[0]
        return *shown, told(now, truth_text, keys, enhanced, asked)

    def show_new(now: Current, truth_text: str, keys: list[str], enhanced: bool, asked: Decoding) -> tuple[Any, ...]:
        shown, comparison = _show(engines, now, truth_text, keys, enhanced, asked)
        picture = preview(comparison.source, now.name) if comparison else empty_preview()
        return True, now, picture, truth_text, *shown, told(now, truth_text, keys, enhanced, asked)

    def show_upload(keys: list[str], enhanced: bool, asked: Decoding, event: gr.EventData) -> tuple[Any, ...]:
        stays = (gr.skip(),) * (len(tabs) + 1)
        try:
            now = Current(*uploaded_file(event._data))
            reason = why_page(now.path, engines.settings)
        except OcrError as error:
            refused = True, None, empty_preview(), "", *_refused(error), shown_at(Address(), own=True)
            return *stays, *refused
        if not reason:
            return *stays, *show_new(now, "", keys, enhanced, asked)
        sent = Arrival(now.path, now.name, why=reason)
        return *(gr.Tabs(selected="page") for _ in tabs), sent, *(gr.skip() for _ in everything)

    def show_part(
        now: Current | None, truth_text: str, keys: list[str], enhanced: bool, asked: Decoding, event: gr.EventData
    ) -> tuple[Any, ...]:
        if now is None:
            return now, *_nothing(engines), gr.skip()
        try:
            part = replace(now, crop=parse_crop(event._data))
        except OcrError as error:
            return now, *_refused(error), gr.skip()
        return part, *show(part, truth_text, keys, enhanced, asked)

    def show_sample(sample: Sample | None, keys: list[str], enhanced: bool, asked: Decoding) -> tuple[Any, ...]:
        if sample is None:
            return (gr.skip(),) * len([chosen, *everything])
        wanted = list(sample.engines) or keys
        now = Current(sample.path, sample.path.name, sample=sample.name, truth=sample.text, usual=sample.engines)
        shown = show_new(now, sample.text, wanted, enhanced, asked)
        return (gr.skip() if wanted == keys else wanted), *shown

    def show_clicked(keys: list[str], enhanced: bool, asked: Decoding, event: gr.EventData) -> tuple[Any, ...]:
        return show_sample(clicked_sample(samples, event), keys, enhanced, asked)

    def show_first(
        chosen_already: bool, keys: list[str], enhanced: bool, asked: Decoding, request: gr.Request
    ) -> tuple[Any, ...]:
        if chosen_already or not samples or comes_by_link(request, "compare"):
            return show_sample(None, keys, enhanced, asked)
        *shown, where = show_sample(samples[0], keys, enhanced, asked)
        return *shown, {**where, "first": True}

    def show_arrived(arrival: Arrival | None, keys: list[str], enhanced: bool, asked: Decoding) -> tuple[Any, ...]:
        if arrival is None or arrival.path is None:
            return (gr.skip(),) * len([enhance, panel.decoder, chosen, *everything])
        wanted = list(arrival.engines) or keys
        mended = enhanced if arrival.enhance is None else arrival.enhance
        decoder = cast(DecoderName, arrival.decoder or engines.settings.decoder)
        decoding = replace(asked, decoder=decoder) if arrival.by_link else asked
        usual = tuple(next((sample.engines for sample in samples if sample.name == arrival.sample), ()))
        now = Current(
            arrival.path, arrival.name, arrival.crop, arrival.sample, arrival.case, _known_truth(arrival), usual
        )
        shown = show_new(now, arrival.truth, wanted, mended, decoding)
        offered = list(
            dict.fromkeys([*_choices(engines), *((choice.label, choice.key) for choice in engines.chosen(wanted))])
        )
        dropdown = gr.skip() if wanted == keys else gr.Dropdown(choices=offered, value=wanted)
        return mended, decoding.decoder or decoder, dropdown, *shown

    def note_saved(now: Current | None, token: str, *values: Any) -> tuple[Any, Any]:
        if now is None or not token:
            return gr.skip(), gr.skip()
        kept = replace(now, saved=Saved(token, now.crop), truth=now.truth if now.sample or now.case else values[0])
        return kept, told(kept, *values)

    def forget() -> tuple[Any, ...]:
        return True, None, empty_preview(), "", *_nothing(engines), shown_at(Address())

    def sent(now: Current | None, truth_text: str) -> Arrival:
        if now is None:
            raise OcrError(say_address("nothing_to_send"))
        known = now.truth if now.sample or now.case else ""
        return Arrival(now.path, now.name, truth_text or "", known, now.crop, now.sample, now.case)

    tabs = tabs_of(demo)
    wire_sending(demo, sender, arrivals, [current, truth], sent)
    reads: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": card_list,
    }
    how = [chosen, enhance, panel.asked]
    results = [offer, card_list, cost, saves, view, address]
    everything = [begun, current, shown_picture, truth, *results]
    # "multiple": what is chosen while the one before is still read is not dropped; the lane keeps the order.
    pictures.select(show_upload, how, [*tabs, arrivals["page"], *everything], trigger_mode="multiple", **reads)
    shown_picture.select(show_part, [current, truth, *how], [current, *results], trigger_mode="multiple", **reads)
    shown_picture.clear(forget, None, everything, **reads)
    gr.on(
        [truth.submit, chosen.input, enhance.change, panel.asked.change],
        show,
        [current, truth, *how],
        results,
        trigger_mode="always_last",
        **reads,
    )
    sample_list.click(show_clicked, how, [chosen, *everything], trigger_mode="multiple", **reads)
    demo.load(show_first, [begun, *how], [chosen, *everything], **reads)
    arrived = arrivals["compare"]
    arrived.change(show_arrived, [arrived, *how], [enhance, panel.decoder, chosen, *everything], **reads)
    saved.change(
        note_saved,
        [current, saved, truth, *how],
        [current, address],
        queue=False,
        api_visibility="private",
        show_progress="hidden",
    )
    demo.load(  # what can be chosen may have changed since the page was built
        lambda: gr.Dropdown(choices=_choices(engines)),
        None,
        chosen,
        queue=False,
        api_visibility="private",
        show_progress="hidden",
    )
    add_recognize(engines)
    return PageOffer(offer, current)


def rehearse(engines: Engines, sample: Sample) -> None:
    """Reads a sample as if a visitor had clicked it, so that the first visitor meets a server that is warm."""
    with engines.fair_lock.turn():
        _show(engines, Current(sample.path, sample.path.name), "", [], engines.settings.enhance, Decoding())


def _show(
    engines: Engines, now: Current | None, truth: str, keys: list[str], enhanced: bool, asked: Decoding
) -> tuple[Shown, Comparison | None]:
    if now is None:
        return _nothing(engines), None
    try:
        choices = engines.chosen(keys)
        every_line = engines.settings.lines == "all"
        question = Question(choices, truth or "", bool(enhanced), now.crop, asked, every_line)
        comparison = compare(engines, now.path, question)
    except OcrError as error:
        return _refused(error), None
    if not comparison.readings and _all_missing(engines, choices):
        return _nothing(engines), comparison
    started = time.perf_counter()
    shown_view, buttons = _view(comparison), download_buttons(comparison)
    drawn_ms = (time.perf_counter() - started) * 1e3
    if len(comparison.readings) == len(DEFAULT_MODELS):
        engines.latency.note(comparison.cost_time_ms + drawn_ms)
    offered = offer_for(comparison.holds, every_line, now.crop is not None)
    offered = offered or _where_readings_fail(comparison)
    took = cards.timing_html(comparison, drawn_ms)
    return (offered, cards.cards(comparison), took, buttons, shown_view), comparison


def _where_readings_fail(comparison: Comparison) -> str:
    """Returns what is said where nothing was read, or nothing that can be trusted; "" where readings are sound."""
    if not any(reading.text.strip() for reading in comparison.readings):
        return nothing_read(comparison.line.pixels)
    sure = max((reading.recognition.confidence or 1.0 for reading in comparison.readings), default=1.0)
    return doubtful() if sure < _DOUBTFUL and has_shape_of_page(comparison.source) else ""


def _told(
    engines: Engines, now: Current | None, truth: str, keys: list[str], enhanced: bool, asked: Decoding
) -> dict[str, Any]:
    """Returns what the address line is told: only what is not as usual."""
    if now is None or not now.has_address:
        return shown_at(Address(), own=now is not None)
    settings = engines.settings
    usual = now.usual or tuple(choice.key for choice in engines.defaults())
    saved = now.saved if not (now.sample or now.case) else None
    address = Address(
        sample=now.sample,
        case=saved.token if saved else now.case,
        crop=None if saved else now.crop,
        engines=() if not keys or tuple(keys) == usual else tuple(keys),
        decoder="" if asked.decoder in (None, settings.decoder) else asked.decoder,
        enhance=None if enhanced == settings.enhance else enhanced,
        truth="" if truth == now.truth else truth,
    )
    return shown_at(replace(address, tab="compare") if address.case else address)


def _known_truth(arrival: Arrival) -> str:
    """Returns what is known of what a picture says, apart from what a link claims of it."""
    return arrival.known_truth if arrival.sample or arrival.case else ""


def _choices(engines: Engines) -> list[tuple[str, str]]:
    """Returns label and key of all that can be chosen, the default networks also with the language model."""
    decoded = (choice.decoded_by("beam+zh") for choice in engines.defaults())
    return [(choice.label, choice.key) for choice in (*engines.choices(), *decoded)]


def _compared(
    engines: Engines,
    now: Current | None,
    truth: str,
    keys: list[str],
    enhanced: bool,
    asked: Decoding,
    rail: RailState | None = None,
) -> Compared:
    """Reads what a visitor looks at once more, to be saved, with the steps that the rail has left."""
    if now is None:
        raise OcrError(say("no_picture"))
    question = _question(engines, now, truth, keys, enhanced, asked)
    if rail is not None:
        question = rail.asked(question)
    return Compared(compare(engines, now.path, question), question, now.name)


def _question(engines: Engines, now: Current, truth: str, keys: list[str], enhanced: bool, asked: Decoding) -> Question:
    return Question(engines.chosen(keys), truth or "", bool(enhanced), now.crop, asked)


def _nothing(engines: Engines) -> Shown:
    return "", _waiting(engines), "", "", NO_VIEW


def _refused(error: OcrError) -> Shown:
    offered = offer_instead(error)
    return offered, "" if offered else cards.notice(say("refused"), str(error)), "", "", NO_VIEW


def _view(comparison: Comparison) -> ShownView:
    line = comparison.line
    return shown_view(line.pixels, comparison.shown(), truth=comparison.truth, source_from_line=line.source_map)


def _all_missing(engines: Engines, choices: tuple[EngineChoice, ...]) -> bool:
    missing = engines.missing()
    return all(choice.model in missing for choice in choices)


def _waiting(engines: Engines) -> str:
    return cards.missing_weights(engines.lacking()) or cards.notice(say("waiting"), say("waiting.what_to_do"))
