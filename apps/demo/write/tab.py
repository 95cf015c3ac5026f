"""The Write tab: paper to write on, and what every engine reads as the pen is lifted. Also the `/write` endpoint.

Keeps nothing of a visitor: the strokes live in the visitor's page, and the server sees one picture of them at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.address.address import Address
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.bar import address_part, shown_at
from apps.demo.address.sending import kept_picture, send_bar, wire_sending
from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, Outcome, every_model, labels_of, outcome_data, read_line, readable
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.small_cards import candidate_cards
from apps.demo.upright import upright_columns
from apps.demo.view_frame import NO_VIEW, ShownView, shown_view, view_frame
from apps.demo.wording.address import say as say_address
from apps.demo.wording.write import say
from apps.demo.write.canvas import decode_ink, line_of_ink
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.opening import level_line
from ocr_core.result import LineImage
from ocr_core.views.html import escaped

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

_CANVAS_JS: Final = Path(__file__).with_name("canvas.js").read_text(encoding="utf-8")

_UNDO_ICON: Final = (
    '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">'
    '<path d="M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)

# An answer to ink that has been written over since is not shown: its number is not the canvas's.
_READINGS_JS: Final = """
const show = () => {
  const written = document.querySelector('#write-canvas canvas');
  const answer = document.createElement('template');
  answer.innerHTML = props.value || '';
  const told = answer.content.firstElementChild && answer.content.firstElementChild.dataset.number;
  if (told && written && written.dataset.number && told !== written.dataset.number) return;
  element.querySelector('.zj-answer').replaceChildren(answer.content);
  const place = document.querySelector('#write-readings');
  if (place) place.classList.remove('zj-stale');
};
watch('value', show);
show();
"""

_QUIET: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}


def build_write_tab(demo: gr.Blocks, engines: Engines, arrivals: Arrivals) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`."""
    canvas = gr.HTML(
        {"ink": "", "number": 0},
        html_template=in_every_language(_canvas_html),
        js_on_load=_CANVAS_JS,
        apply_default_css=False,
        elem_id="write-canvas",
    )
    readings = gr.HTML(
        in_every_language(lambda: _invitation(engines)),
        html_template='<div class="zj-answer" aria-live="polite"></div>',
        js_on_load=_READINGS_JS,
        apply_default_css=False,
        elem_id="write-readings",
    )
    gr.HTML(in_every_language(lambda: f'<p class="zj-honest">{escaped(say("honest"))}</p>'), apply_default_css=False)
    wanted = gr.Checkbox(False, label=say("view"), elem_id="write-view-wanted")
    sender = send_bar("write-send")
    view = view_frame("write-view")
    address = address_part("write-address")

    def answer(told: Any, view_wanted: bool) -> tuple[str, ShownView]:
        return _answer(engines, told, view_wanted)

    def sent(told: Any) -> Arrival:
        line = _line(engines, told.get("ink") if isinstance(told, dict) else None)
        if line is None:
            raise OcrError(say_address("nothing_to_send"))
        return Arrival(kept_picture(line.pixels, "writing.png", readings), "writing.png")

    wire_sending(demo, sender, arrivals, [canvas], sent)
    canvas.input(lambda: shown_at(Address(), own=True), None, address, queue=False, **_QUIET)
    gr.on(
        [canvas.input, wanted.change],
        answer,
        [canvas, wanted],
        [readings, view],
        trigger_mode="always_last",
        concurrency_limit=1,
        concurrency_id=ONE_AT_A_TIME,
        **_QUIET,
    )
    _add_endpoint(engines)


def _add_endpoint(engines: Engines) -> None:
    """Adds `/write` for `gradio_client`."""

    def write(ink: str) -> dict[str, Any]:
        """Reads handwriting with every engine.

        `ink` is a canvas as "data:image/png;base64,...": one line of dark ink on white, anywhere on it. The ink is cut
        out with a margin; `box` says where (left, top, right, bottom in pixels of the canvas), null when there is no
        ink. `models` has one entry an engine, as `/recognize` gives them.
        """
        line = _line(engines, ink)
        line, read = (None, ()) if line is None else _read(engines, line)
        box = None if line is None else line.source_box(0, 0, line.width_px, line.height_px)
        return {"box": box, "models": [outcome_data(outcome) for outcome in read]}

    with gr.Row(visible=False):
        ink = gr.Textbox("", label="Ink")
        result = gr.JSON()
        gr.Button().click(write, ink, result, api_name="write", concurrency_limit=1, concurrency_id=ONE_AT_A_TIME)


def _answer(engines: Engines, told: Any, view_wanted: bool) -> tuple[str, ShownView]:
    """Returns the HTML of the readings and of the view; `told` comes from a browser and may be anything."""
    number = told.get("number") if isinstance(told, dict) else None
    try:
        line = _line(engines, told.get("ink") if isinstance(told, dict) else None)
        if line is None or not readable(engines, every_model(engines)):
            return _numbered(_invitation(engines), number), NO_VIEW
        line, read = _read(engines, line)
    except OcrError as error:
        return _numbered(cards.notice(say("unreadable"), str(error)), number), NO_VIEW
    return _numbered(candidate_cards(read), number), _view(line, read) if view_wanted else NO_VIEW


def _line(engines: Engines, ink: Any) -> LineImage | None:
    canvas = decode_ink(ink, engines.settings)
    line = None if canvas is None else line_of_ink(canvas)
    return line and level_line(line, engines.settings)


def _read(engines: Engines, line: LineImage) -> tuple[LineImage, tuple[Outcome, ...]]:
    """Returns what every engine reads in a line; of hanzi written one below another with their cells side by side.

    Nothing is turned: nobody writes upside down.
    """
    choices = every_model(engines)
    read = read_line(engines, choices, line)
    columns = upright_columns(engines, read, line)
    return (line, read) if columns is None else (columns, read_line(engines, choices, columns))


def _view(line: LineImage, read: Sequence[Outcome]) -> ShownView:
    readings = [one for one in read if isinstance(one, LineReading)]
    shown = [one.shown(label) for label, one in zip(labels_of(readings), readings, strict=True)]
    return shown_view(line.pixels, shown, source_from_line=line.source_map)


def _numbered(html: str, number: Any) -> str:
    """Says which ink this answers, so that the page can drop what comes too late."""
    known = number if isinstance(number, int) and not isinstance(number, bool) else 0
    return f'<div data-number="{known}">{html}</div>'


def _invitation(engines: Engines) -> str:
    return cards.missing_weights(engines.lacking()) or f'<p class="zj-invitation">{escaped(say("invitation"))}</p>'


def _canvas_html() -> str:
    pens = "".join(
        f'<button type="button" data-pen="{width}" aria-pressed="{"true" if width == 1 else "false"}" '
        f'aria-label="{escaped(name)}" title="{escaped(name)}"><i style="--dot:{dot}px"></i></button>'
        for name, width, dot in ((say("pen.fine"), 0.65, 5), (say("pen.medium"), 1, 9), (say("pen.broad"), 1.5, 13))
    )
    return (
        f'<div class="zj-sheet"><canvas aria-label="{escaped(say("canvas.name"))}" role="img"></canvas>'
        f'<p class="zj-sheet-hint" aria-hidden="true">{escaped(say("canvas.hint"))}</p></div>'
        f'<div class="zj-sheet-tools"><div role="group" aria-label="{escaped(say("pen"))}">{pens}</div>'
        f'<button type="button" data-do="undo" disabled>{_UNDO_ICON}{escaped(say("undo"))}</button>'
        f'<button type="button" data-do="clear" disabled>{escaped(say("clear"))}</button></div>'
    )
