"""What a visitor can keep of a comparison: JSON, CSV and a picture, made on the spot and held by the page alone.

Nothing is written on the server. The PNG is drawn by the visitor's browser from the SVG: the browser has hanzi.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from html import escape
from pathlib import Path
from typing import Final

from apps.demo.comparison import Comparison, to_json_data
from apps.demo.line_reading import LineReading
from apps.demo.wording.compare import say
from eval.csv_table import csv_bytes
from ocr_core.views.line_picture import line_picture

DOWNLOADS_JS: Final = Path(__file__).with_name("downloads.js").read_text(encoding="utf-8")

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


def download_buttons(comparison: Comparison, name: str) -> str:
    """Returns the buttons, each with its file inside; "" when nothing was read."""
    if not comparison.readings:
        return ""
    stem = f"zijian-{safe_stem(name)}"
    line = comparison.line
    svg = line_picture(line.pixels, comparison.shown(), truth=comparison.truth, source_from_line=line.source_map)
    files = (
        ("picture", f"{stem}.png", "image/svg+xml", svg),
        ("svg", f"{stem}.svg", "image/svg+xml", ""),  # content: as above
        ("json", f"{stem}.json", "application/json", _json(comparison, name)),
        ("csv", f"{stem}.csv", "text/csv", as_csv(comparison)),
    )
    buttons = "".join(
        f'<button type="button" class="zj-save" data-file="{escape(file)}" data-type="{kind}" '
        f'title="{escape(say(f"save.{what}.why"))}" '
        f'data-content="{base64.b64encode(_as_bytes(content)).decode("ascii")}">'
        f"{escape(say(f'save.{what}'))}</button>"
        for what, file, kind, content in files
    )
    return (
        f'<div class="zj-saves" role="group" aria-label="{escape(say("save.name"))}">'
        f"<span>{escape(say('save'))}</span>{buttons}</div>"
    )


def _as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")


def _json(comparison: Comparison, name: str) -> str:
    return json.dumps({"picture": name, **to_json_data(comparison)}, ensure_ascii=False)


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
