"""What a visitor can keep of a comparison: JSON, CSV and a picture, made when they are asked for.

Nothing is written on the server. The PNG is drawn by the visitor's browser from the SVG: the browser has hanzi.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.cases.saving import Compared
from apps.demo.comparison import Comparison, to_json_data
from apps.demo.line_reading import LineReading
from apps.demo.wording.compare import say
from eval.csv_table import csv_bytes
from ocr_core.errors import OcrError
from ocr_core.views.line_picture import line_picture

DOWNLOADS_JS: Final = Path(__file__).with_name("downloads.js").read_text(encoding="utf-8")
_TAKE_JS: Final = Path(__file__).with_name("take_download.js").read_text(encoding="utf-8")

_KINDS: Final = {
    "picture": ("png", "image/svg+xml"),
    "svg": ("svg", "image/svg+xml"),
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv"),
}
"""What can be asked for: the ending of its name, and the media type of what is sent."""

CSV_FIELDS: Final = (
    "engine", "place", "character", "confidence", "x0", "y0", "x1", "y1", "first_frame", "last_frame", "alternatives",
)  # fmt: skip

_LONGEST_STEM: Final = 48
_UNSAFE: Final = re.compile(r"[^\w.-]+")
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")


def safe_stem(name: str) -> str:
    """Makes of any file name one that every system takes: letters of any script, digits, `-`, `_`; never empty."""
    stem = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
    stem = _UNSAFE.sub("-", stem).strip(".-_")[:_LONGEST_STEM].strip(".-_")
    return "line" if not stem or _RESERVED.match(stem) else stem


def as_csv(comparison: Comparison) -> bytes:
    """Returns one row a character and engine; an engine without characters has one row with its text."""
    return csv_bytes(CSV_FIELDS, [row for reading in comparison.readings for row in _rows(reading)])


def download_buttons(comparison: Comparison) -> str:
    """Returns the buttons that ask for a file; "" when nothing was read."""
    if not comparison.readings:
        return ""
    buttons = "".join(
        f'<button type="button" class="zj-save" data-what="{what}" title="{escape(say(f"save.{what}.why"))}">'
        f"{escape(say(f'save.{what}'))}</button>"
        for what in _KINDS
    )
    return (
        f'<div class="zj-saves" role="group" aria-label="{escape(say("save.name"))}">'
        f"<span>{escape(say('save'))}</span>{buttons}</div>"
    )


def made_file(comparison: Comparison, name: str, what: str) -> dict[str, str]:
    """Returns name, media type and Base64 content of a file that was asked for; of a picture its SVG.

    Args:
        comparison: what is kept.
        name: of the picture, as the visitor calls it.
        what: a button's `data-what`.

    Raises:
        OcrError: there is no such file; a browser may ask for anything.
    """
    if what not in _KINDS:
        raise OcrError(say("save.unknown"))
    ending, media_type = _KINDS[what]
    if what == "json":
        content = json.dumps({"picture": name, **to_json_data(comparison)}, ensure_ascii=False).encode()
    elif what == "csv":
        content = as_csv(comparison)
    else:
        line = comparison.line
        svg = line_picture(line.pixels, comparison.shown(), truth=comparison.truth, source_from_line=line.source_map)
        content = svg.encode("utf-8", "backslashreplace")
    return {
        "file": f"zijian-{safe_stem(name)}.{ending}",
        "type": media_type,
        "content": base64.b64encode(content).decode("ascii"),
    }


def add_downloads(buttons: gr.HTML, asked: Sequence[Any], read: Callable[..., Compared], lane: str) -> None:
    """Answers a button; `read` reads what a visitor looks at, given the values of `asked`, in queue `lane`."""
    made = gr.HTML({}, html_template="", js_on_load=_TAKE_JS, apply_default_css=False, elem_id="saved-file")

    def answer(event: gr.EventData, *values: Any) -> dict[str, str]:
        told = event._data if isinstance(event._data, dict) else {}
        number = str(told.get("number") or "")[:20]
        try:
            compared = read(*values)
            return {"number": number, **made_file(compared.comparison, compared.source, str(told.get("what")))}
        except OcrError as error:
            return {"number": number, "problem": str(error)}

    buttons.select(
        answer, list(asked), made, concurrency_limit=1, concurrency_id=lane, api_visibility="private",
        show_progress="hidden", trigger_mode="multiple",
    )  # fmt: skip


def _rows(reading: LineReading) -> list[list[object]]:
    characters = reading.recognition.characters
    if not characters:
        text = reading.recognition.text
        return [[reading.engine.key, "", text, reading.recognition.confidence, *[""] * 7]]
    return [
        [
            reading.engine.key,
            place,
            c.text,
            round(c.confidence, 5),
            *(round(edge, 1) for edge in c.box),
            c.first_frame,
            c.last_frame,
            " ".join(f"{a.text}:{a.probability:.4f}" for a in c.alternatives),
        ]
        for place, c in enumerate(characters)
    ]
