"""The Break it tab: a line under eight corruptions, read as sliders move, and the curve until each engine breaks.

Which picture is tried belongs to one visitor's session. The endpoints are `api`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.address.address import Address
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.bar import address_part, shown_at
from apps.demo.address.links import comes_by_link
from apps.demo.address.sending import kept_picture, send_bar, wire_sending
from apps.demo.break_it import break_html
from apps.demo.break_it.api import LARGEST_SEED, add_break_endpoints
from apps.demo.break_it.live_view import clean_view, damaged_update
from apps.demo.break_it.robustness_session import (
    RobustnessSession,
    Sweep,
    corrupt_and_read,
    drawn,
    open_session,
    parse_corruption,
    parse_severities,
    parse_truth,
    parse_whole_number,
    run_sweep,
)
from apps.demo.break_it.splitting import found_split, split_parts
from apps.demo.comparison import LONGEST_TRUTH
from apps.demo.engines import Engines
from apps.demo.image_input import IMAGE_INPUT_JS, image_input, uploaded_file
from apps.demo.sample_strip import clicked_sample, sample_strip
from apps.demo.samples import Sample, find_samples
from apps.demo.scripts import speaking_script
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE, ONE_AT_A_TIME
from apps.demo.view_frame import staged_view_frame, view_feed
from apps.demo.wording.address import say as say_address
from apps.demo.wording.break_it import say
from ocr_core.corruption import corrupted
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.language import said as said_now
from ocr_core.views.breaking_chart import breaking_chart
from ocr_core.views.html import escaped
from ocr_core.wording.corruptions import say as say_chart

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

_SLIDERS_JS: Final = speaking_script(Path(__file__).with_name("sliders.js").read_text(encoding="utf-8"), say, "js.")
_POINTS_JS: Final = Path(__file__).with_name("points.js").read_text(encoding="utf-8")

_POINTS_HTML: Final = in_every_language(
    lambda: (
        f'<div class="zj-points" hidden><label for="break-place">{escaped(say("points"))}</label>'
        '<input type="range" id="break-place" min="0" max="1" step="1" value="0">'
        '<output for="break-place"></output></div>'
    )
)

_KEPT_S: Final = 3600
_NO_SETTINGS: Final = {"damages": {}, "seed": 0}


def build_break_tab(
    demo: gr.Blocks, engines: Engines, arrivals: Arrivals, samples: tuple[Sample, ...] | None = None
) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`. Without `samples` all are offered.

    Whoever has a picture to be broken puts an `Arrival` of it, with truth and crop, into `arrivals["break"]`.
    """
    offered = find_samples() if samples is None else samples
    begun = gr.State(False)  # whether the visitor has chosen anything: then the first sample comes too late
    session = gr.State(None, time_to_live=_KEPT_S)
    swept = gr.State(None, time_to_live=_KEPT_S)
    address = address_part("break-address")
    with gr.Row(elem_classes="zj-sources"):
        pictures = gr.HTML(
            in_every_language(lambda: image_input(engines.settings)),
            js_on_load=IMAGE_INPUT_JS,
            apply_default_css=False,
            elem_id="break-picture",
        )
        sample_list = sample_strip(offered, engines.settings, "break-samples")
    shown = gr.HTML(in_every_language(lambda: _waiting(engines)), apply_default_css=False, elem_id="break-live")
    with gr.Row(elem_classes="zj-break-at-work"):
        with gr.Column(scale=5, min_width=320):
            split, split_said = split_parts()
            sliders = gr.HTML(
                _NO_SETTINGS,
                html_template=in_every_language(break_html.sliders),
                js_on_load=_SLIDERS_JS,
                apply_default_css=False,
                elem_id="break-sliders",
            )
            truth = gr.Textbox(
                "",
                label=say("truth"),
                placeholder=say("truth.placeholder"),
                max_length=LONGEST_TRUTH,
                elem_id="break-truth",
            )
        with gr.Column(scale=8, min_width=320):
            view = staged_view_frame("break-view")
            feed = view_feed("break-view", "break-feed", again=True)
    sender = send_bar("break-send", "break")
    with gr.Row(elem_classes="zj-break-ask"):
        promised = gr.HTML("", apply_default_css=False, elem_id="break-promise")
        stop = gr.Button(say("stop"), size="sm", visible=False, elem_id="break-stop", scale=0, min_width=90)
    with gr.Row(elem_classes="zj-break-out"):
        with gr.Column(scale=7, min_width=320):
            chart = gr.Plot(show_label=False, container=False, visible=False, elem_id="break-chart")
            said = gr.HTML("", apply_default_css=False, elem_id="break-said")
        with gr.Column(scale=5, min_width=300):
            picker = gr.HTML(
                {}, html_template=_POINTS_HTML, js_on_load=_POINTS_JS, apply_default_css=False, elem_id="break-points"
            )
            point = gr.HTML("", apply_default_css=False, elem_id="break-point")

    def read_live(now: RobustnessSession | None, told: Any, truth_text: str) -> Any:
        return (gr.skip(), gr.skip()) if now is None else _live(engines, now, told, truth_text)

    def take(arrival: Arrival, told: Any) -> tuple[Any, ...]:
        where = _where(arrival)
        try:
            now = open_session(engines, arrival)
        except OcrError as error:
            return True, None, cards.notice(say("refused"), str(error)), {}, "", "", "", arrival.truth, where
        known = parse_truth(arrival.truth)
        live = _live(engines, now, told, arrival.truth)
        return True, now, *live, clean_view(now, known), "", break_html.promise(now), arrival.truth, where

    def take_upload(told: Any, event: gr.EventData) -> tuple[Any, ...]:
        try:
            path, name = uploaded_file(event._data)
        except OcrError as error:
            refused = cards.notice(say("refused"), str(error))
            return True, None, refused, {}, "", "", "", "", shown_at(Address(), own=True)
        return take(Arrival(path, name), told)

    def take_clicked(told: Any, event: gr.EventData) -> tuple[Any, ...]:
        sample = clicked_sample(offered, event)
        return nothing_new if sample is None else take(_arrival_of(sample), told)

    def take_first(chosen_already: bool, told: Any, request: gr.Request) -> tuple[Any, ...]:
        if chosen_already or not offered or comes_by_link(request, "break"):
            return nothing_new
        *shown_first, where = take(_arrival_of(offered[0]), told)
        return *shown_first, {**where, "first": True}

    def take_arrived(arrival: Arrival | None, told: Any) -> tuple[Any, ...]:
        return nothing_new if arrival is None or arrival.path is None else take(arrival, told)

    def draw(now: RobustnessSession | None, truth_text: str, told: Any) -> Iterator[tuple[Any, ...]]:
        yield from _draw(engines, now, truth_text, told.get("curve") if isinstance(told, dict) else None)

    def find_split(now: RobustnessSession | None, asked: Any, told: Any, truth_text: str) -> Iterator[tuple[Any, ...]]:
        yield from found_split(engines, now, asked, told, truth_text)

    def show_point(sweep: Sweep | None, told: Any) -> Any:
        place = told.get("place") if isinstance(told, dict) else None
        if sweep is None or not isinstance(place, int) or not 0 <= place <= sweep.done:
            return gr.skip()
        return break_html.point_pictures(sweep, place)

    def sent(now: RobustnessSession | None, told: Any, truth_text: str) -> Arrival:
        """Sends the picture as the sliders leave it."""
        if now is None:
            raise OcrError(say_address("nothing_to_send"))
        settings = told if isinstance(told, dict) else _NO_SETTINGS
        seed = parse_whole_number(settings.get("seed"), "The seed", 0, LARGEST_SEED)
        picture = corrupted(now.picture, parse_severities(settings.get("damages")), seed)
        path = kept_picture(picture, "broken.png", shown)
        return Arrival(path, f"{Path(now.name).stem}-broken.png", parse_truth(truth_text))

    wire_sending(demo, sender, arrivals, [session, sliders, truth], sent)
    reads: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "api_visibility": "private",
        "show_progress": "hidden",
    }
    taken = [begun, session, shown, feed, view, split_said, promised, truth, address]
    nothing_new = (gr.skip(),) * len(taken)
    # "multiple": what is chosen while the one before is still read is not dropped; the lane keeps the order.
    pictures.select(take_upload, sliders, taken, trigger_mode="multiple", **reads)
    sample_list.click(take_clicked, sliders, taken, trigger_mode="multiple", **reads)
    sliders.ready(take_first, [begun, sliders], taken, **reads)
    arrived = arrivals["break"]
    arrived.change(take_arrived, [arrived, sliders], taken, **reads)
    # "always_last": Gradio then asks once more with the values of that time, but with the event of the first time. So
    # what is asked for is a value.
    gr.on(
        [sliders.input, truth.submit],
        read_live,
        [session, sliders, truth],
        [shown, feed],
        trigger_mode="always_last",
        **reads,
    )
    in_steps = {**reads, "concurrency_limit": LONG_AT_ONCE, "concurrency_id": LONG_LANE}
    split.click(find_split, [session, split, sliders, truth], [split_said, sliders], **in_steps)
    curves = [swept, chart, said, picker, point, stop]
    drawing = sliders.select(draw, [session, truth, sliders], curves, trigger_mode="always_last", **in_steps)
    stop.click(
        _stopped, swept, [said, picker, point, stop], cancels=drawing, api_visibility="private", show_progress="hidden"
    )
    picker.select(
        show_point,
        [swept, picker],
        point,
        trigger_mode="always_last",
        concurrency_limit=1,
        api_visibility="private",
        show_progress="hidden",
    )
    add_break_endpoints(engines)


def _arrival_of(sample: Sample) -> Arrival:
    return Arrival(sample.path, sample.path.name, sample.text, sample.text, sample=sample.name)


def _where(arrival: Arrival) -> dict[str, Any]:
    """Returns what the address line is told of a picture."""
    if not (arrival.sample or arrival.case):
        return shown_at(Address(), own=True)
    truth = "" if arrival.truth == arrival.known_truth else arrival.truth
    address = Address(sample=arrival.sample, case=arrival.case, crop=arrival.crop, engines=arrival.engines, truth=truth)
    return shown_at(replace(address, tab="break"))


def _live(engines: Engines, now: RobustnessSession, told: Any, truth_text: str) -> tuple[str, dict[str, Any]]:
    """Returns the damaged picture with its readings, and what the view is told of them."""
    if not now.able:
        return _waiting(engines), {}
    known = parse_truth(truth_text)
    try:
        settings = told if isinstance(told, dict) else _NO_SETTINGS
        seed = parse_whole_number(settings.get("seed"), "The seed", 0, LARGEST_SEED)
        damaged = corrupt_and_read(engines, now, parse_severities(settings.get("damages")), seed, known)
    except OcrError as error:
        return cards.notice(say("unreadable"), str(error)), {}
    return break_html.live(damaged.picture, now, damaged.readings, known), damaged_update(now, damaged, known)


def _draw(engines: Engines, now: RobustnessSession | None, truth_text: str, named: Any) -> Iterator[tuple[Any, ...]]:
    """Yields sweep, chart, verdicts, points, pictures of a point and the stop button, as the curves grow."""
    nothing = (gr.skip(),) * 6
    try:
        if now is None:
            raise OcrError(say("no_picture"))
        corruption = parse_corruption(named)
        for sweep in run_sweep(engines, now, corruption, parse_truth(truth_text)):
            running = not sweep.finished and not sweep.ended
            followed = (gr.skip(), "") if running else _points(sweep)
            figure = gr.Plot(_figure(sweep), visible=True)
            yield sweep, figure, break_html.verdicts(sweep), *followed, gr.Button(visible=running)
    except OcrError as error:
        yield *nothing[:2], cards.notice(say("no_curve"), str(error)), *nothing[3:5], gr.Button(visible=False)


def _stopped(sweep: Sweep | None) -> tuple[Any, ...]:
    """Leaves the curves as far as they came."""
    if sweep is None or sweep.finished:
        return gr.skip(), gr.skip(), gr.skip(), gr.Button(visible=False)
    return break_html.verdicts(replace(sweep, ended="stopped")), *_points(sweep), gr.Button(visible=False)


def _points(sweep: Sweep) -> tuple[dict[str, Any], str]:
    place = break_html.telling_place(sweep)
    return break_html.picker_value(sweep, place), break_html.point_pictures(sweep, place)


def _figure(sweep: Sweep) -> Any:
    against_truth = sweep.curves[0].against == "truth"
    return breaking_chart(
        [drawn(curve) for curve in sweep.curves],
        corruption=said_now(sweep.corruption.display_name),
        unit=sweep.corruption.unit,
        most=sweep.corruption.most,
        measure=say_chart("measure.truth") if against_truth else say_chart("measure.clean"),
        seeds=len(sweep.seeds),
    )


def _waiting(engines: Engines) -> str:
    return cards.missing_weights(engines.lacking()) or break_html.empty()
