"""One line as one or several engines see it: a self-contained HTML document on one shared pixel axis.

Made from (image, Recognition, Evidence) alone; runs no model, asks no network, and is safe in an iframe's srcdoc.
The drawing is done by the scripts beside this file from the data of `ctc_view_data`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.result import Recognition
from ocr_core.views.colours import checked_colour, confidence_level, lightened
from ocr_core.views.ctc_view_data import EngineReading, drawing_data
from ocr_core.views.differences import Marked, marked_readings
from ocr_core.views.html import escaped, framed, glyph, json_in_script

__all__ = ["CONFIDENCE_DEFINITION", "EngineReading", "character_strip", "ctc_view", "framed_ctc_view"]

CONFIDENCE_DEFINITION: Final = (
    "Line confidence: exp(log P(text | image) / characters). P(text | image) is the CTC forward sum over every path "
    "that spells this text, so it is a probability of the text, taken per character so that long lines compare "
    "with short ones. It is not a guarantee, and engines need not be equally honest."
)

STRIP_COLOURS: Final = ("#d1495b", "#dd7a2e", "#d9a400", "#6fa8a3", "#2a8f86")
"""Underlines from doubtful to sure that stand out on white and on black, for fragments without a style sheet."""

SHOWN_WIDTH_PX: Final = 4096
SHOWN_HEIGHT_PX: Final = 384
PNG_BYTES: Final = 150_000

_HERE: Final = Path(__file__).parent
Theme = Literal["auto", "light", "dark"]


def ctc_view(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    source_from_line: NDArray[np.float64] | None = None,
    theme: Theme = "auto",
) -> str:
    """Returns the whole document.

    Args:
        image: the line's pixels `H, W, 3` RGB, on whose x axis the evidence lies.
        readings: the engines, from top to bottom.
        source_from_line: `LineImage.source_from_line` if the line was cut from a larger source; the characters'
            boxes are in the source's pixels. None if the image is the source.
        theme: "auto" follows the viewer's system.
    """
    line_from_source = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    if source_from_line is not None:
        line_from_source = np.asarray(cv2.invertAffineTransform(source_from_line), dtype=np.float64)
    height, width = image.shape[:2]
    data = json_in_script(drawing_data((width, height), readings, line_from_source))
    script = "\n".join(_asset(name) for name in ("ctc_view_draw.js", "ctc_view.js", "ctc_view_play.js"))
    replacements = {
        "script_hash": _sha256_base64(script),
        "theme": escaped(theme),
        "style": _asset("ctc_view.css"),
        "readings": _readings_html(readings),
        "image": _image_uri(image),
        "description": escaped(_description(readings)),
        "data": data,
        "script": script,
    }
    parts = _asset("ctc_view.html").split("@@")  # text, name, text, name, ..., text
    return "".join(part if i % 2 == 0 else replacements[part] for i, part in enumerate(parts))


def framed_ctc_view(document: str, engines: int) -> str:
    """Returns an iframe around `ctc_view`'s document, about as high as that many engines need on a desktop.

    The document posts `{"type": "ctc-view-height", "height": pixels}` to its parent for those who listen.
    """
    return framed(document, 330 + 300 * engines, "CTC view")


def character_strip(recognition: Recognition) -> str:
    """Returns a small HTML fragment for lists: the characters, each underlined by its confidence."""
    if not recognition.characters:
        return f'<span dir="ltr">{escaped(recognition.text)}</span>'
    pieces = (
        f'<span title="{escaped(glyph(c.text))} {_percent(c.confidence)}" style="border-bottom:3px solid '
        f"{STRIP_COLOURS[level]};padding:0 1px;margin-right:1px"
        f'{";background:" + STRIP_COLOURS[level] + "33" if level < 2 else ""}">{escaped(_kept_space(c.text))}</span>'
        for c in recognition.characters
        for level in (confidence_level(c.confidence),)
    )
    return f'<span dir="ltr" style="unicode-bidi:isolate-override;line-height:1.7">{"".join(pieces)}</span>'


def _readings_html(readings: Sequence[EngineReading]) -> str:
    units = [_units(reading.recognition) for reading in readings]
    rows = zip(readings, marked_readings(units), strict=True)
    return "\n".join(_reading_html(number, reading, marks) for number, (reading, marks) in enumerate(rows))


def _units(recognition: Recognition) -> list[str]:
    """Returns the text cut as the characters cut it, so that a place in it is a character's number."""
    units = [character.text for character in recognition.characters]
    return units if "".join(units) == recognition.text else list(recognition.text)


def _reading_html(number: int, reading: EngineReading, marks: Sequence[Marked]) -> str:
    recognition = reading.recognition
    colour = checked_colour(reading.colour)
    text = "".join(_mark_html(mark) for mark in marks) or '<i class="none">nothing read</i>'
    warnings = "".join(f'<p class="warning">{escaped(warning)}</p>' for warning in recognition.warnings)
    return (
        f'<li class="reading" data-engine="{number}" style="--engine-light:{colour};'
        f'--engine-dark:{lightened(colour, 0.4)}"><span class="name" title="{escaped(_made_by(recognition))}">'
        f'<i class="swatch"></i>{escaped(reading.name)}</span>'
        f'<span class="text" dir="ltr">{text}</span><span class="facts">'
        f'<span class="fact" tabindex="0" title="{escaped(CONFIDENCE_DEFINITION)}">{_confidence(recognition)}</span>'
        f'<span class="fact time" tabindex="0" title="{escaped(_stages(recognition))}">'
        f"{recognition.timings_ms.total:.0f} ms</span></span>{warnings}</li>"
    )


def _mark_html(mark: Marked) -> str:
    if mark.index is None:
        return '<span class="gap" title="Another engine reads something here">\u00a0</span>'
    kind = "ch differs" if mark.differs else "ch"
    return f'<span class="{kind}" data-char="{mark.index}">{escaped(_kept_space(mark.text))}</span>'


def _kept_space(text: str) -> str:
    """Keeps spaces from collapsing at line ends and next to each other."""
    return "\u00a0" if text == " " else text


def _confidence(recognition: Recognition) -> str:
    if recognition.confidence is None:
        return "confidence unknown"
    return f"confidence {_percent(recognition.confidence)}"


def _percent(probability: float) -> str:
    """Keeps 100 % for what is certain to three digits."""
    return f"{probability * 100:.1f} %" if probability < 0.9995 else "100 %"


def _stages(recognition: Recognition) -> str:
    t = recognition.timings_ms
    stages = {
        "decode image": t.decode_image,
        "find lines": t.find_lines,
        "preprocess": t.preprocess,
        "network": t.infer,
        "CTC decoding": t.ctc_decode,
    }
    return "Time: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in stages.items())


def _made_by(recognition: Recognition) -> str:
    facts = (recognition.model, recognition.runtime, recognition.decoder, recognition.model_sha256[:12])
    return " \u00b7 ".join(fact for fact in facts if fact)


def _description(readings: Sequence[EngineReading]) -> str:
    """Says in words, for those who cannot see the picture, what was read."""
    return "; ".join(f"{reading.name} reads: {reading.recognition.text or 'nothing'}" for reading in readings)


def _image_uri(image: NDArray[np.uint8]) -> str:
    """Embeds the image: PNG where that is small, else WebP; scaled down beyond what a screen can use."""
    height, width = image.shape[:2]
    scale = min(1.0, SHOWN_WIDTH_PX / width, SHOWN_HEIGHT_PX / height)
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    kind, encoded = "png", cv2.imencode(".png", bgr)[1]
    if encoded.size > PNG_BYTES:
        kind, encoded = "webp", cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, 88])[1]
    return f"data:image/{kind};base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _sha256_base64(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
