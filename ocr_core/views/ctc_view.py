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

import numpy as np
from numpy.typing import NDArray

from ocr_core.result import Recognition, SourceFromLine
from ocr_core.views.colours import CONFIDENCE_COLOURS, checked_colour, confidence_level, lightened
from ocr_core.views.ctc_view_data import EngineReading, drawing_data, judged
from ocr_core.views.decoding_change import change_html
from ocr_core.views.differences import Marked, marked_readings
from ocr_core.views.html import escaped, framed, glyph, json_in_script
from ocr_core.views.image_uri import image_uri
from ocr_core.views.parting import parting_html
from ocr_core.views.truth import TruthMark, units_of
from ocr_core.views.wording import confidence, milliseconds, percent, probability, stage_times

__all__ = ["CONFIDENCE_DEFINITION", "EngineReading", "character_strip", "ctc_view", "framed_ctc_view"]

CONFIDENCE_DEFINITION: Final = (
    "Line confidence: exp(log P(text | image) / characters). P(text | image) is the CTC forward sum over every path "
    "that spells this text, so it is a probability of the text, taken per character so that long lines compare "
    "with short ones. It is not a guarantee, and engines need not be equally honest. Where nothing was read there "
    "is none: upright text and much else that no engine has learned is read as nothing, and surely."
)

CER_DEFINITION: Final = (
    "Character error rate: characters substituted, missed or inserted, per character of the truth, on this line as "
    "written. "
    "Nothing is normalised but what the label conventions take for one character; spaces at the ends do not count."
)

SCRIPTS: Final = (
    "ctc_view_draw.js",
    "ctc_view_change.js",
    "ctc_view_marks.js",
    "ctc_view.js",
    "ctc_view_truth.js",
    "ctc_view_play.js",
)

_HERE: Final = Path(__file__).parent
Theme = Literal["auto", "light", "dark"]


def ctc_view(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    truth: str | None = None,
    source_from_line: SourceFromLine | None = None,
    theme: Theme = "auto",
) -> str:
    """Returns the whole document.

    Args:
        image: the line's pixels `H, W, 3` RGB, on whose x axis the evidence lies.
        readings: the engines, from top to bottom.
        truth: what the line says, where known: every engine then shows its edits, and where its frames had the right
            characters. Stored evidence suffices if it was taken with the truth.
        source_from_line: `LineImage.source_map` if the line was cut from a larger source; the characters'
            boxes are in the source's pixels. None if the image is the source.
        theme: "auto" follows the viewer's system.
    """
    height, width = image.shape[:2]
    size_px = (width, height)
    readings = judged(readings, truth or "", size_px, source_from_line)
    data = json_in_script(drawing_data(size_px, readings, source_from_line, truth or ""))
    script = "\n".join(map(_asset, SCRIPTS))
    replacements = {
        "script_hash": _sha256_base64(script),
        "theme": escaped(theme),
        "style": _asset("ctc_view.css"),
        "readings": _readings_html(readings) if not truth else _judged_html(readings, truth),
        "image": image_uri(image),
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
        f'<span title="{escaped(glyph(c.text))} {probability(c.confidence)}" style="border-bottom:3px solid '
        f"{CONFIDENCE_COLOURS[level]};padding:0 1px;margin-right:1px"
        f'{";background:" + CONFIDENCE_COLOURS[level] + "33" if level < 2 else ""}">'
        f"{escaped(_kept_space(c.text))}</span>"
        for c in recognition.characters
        for level in (confidence_level(c.confidence),)
    )
    return f'<span dir="ltr" style="unicode-bidi:isolate-override;line-height:1.7">{"".join(pieces)}</span>'


def _readings_html(readings: Sequence[EngineReading]) -> str:
    """Returns one row an engine; where they differ, it is marked."""
    rows = zip(readings, marked_readings([units_of(reading.recognition) for reading in readings]), strict=True)
    return "\n".join(
        _reading_html(number, reading, "".join(map(_mark_html, marks)), "")
        for number, (reading, marks) in enumerate(rows)
    )


def _judged_html(readings: Sequence[EngineReading], truth: str) -> str:
    """Returns the truth's row and one row an engine; what is not the truth is marked."""
    right = "".join(f'<span class="ch" data-truth="{i}">{escaped(_kept_space(c))}</span>' for i, c in enumerate(truth))
    rows = [
        '<li class="reading truth"><span class="name">Truth <small lang="zh">真值</small></span>'
        f'<span class="text" dir="ltr">{right}</span></li>'
    ]
    for number, reading in enumerate(readings):
        judgement = reading.judgement
        assert judgement is not None
        rate = judgement.error_rate
        verdict = (
            f'<span class="fact cer{"" if rate else " right"}" tabindex="0" '
            f'title="{escaped(f"{judgement.words}. {CER_DEFINITION}")}">CER {percent(rate)}</span>'
        )
        rows.append(_reading_html(number, reading, "".join(map(_judged_mark_html, judgement.marks)), verdict))
    return "\n".join(rows)


def _reading_html(number: int, reading: EngineReading, marked_text: str, verdict: str) -> str:
    recognition = reading.recognition
    colour = checked_colour(reading.colour)
    text = marked_text if recognition.text or marked_text else '<i class="none">nothing read</i>'
    warnings = "".join(f'<p class="warning">{escaped(warning)}</p>' for warning in recognition.warnings)
    warnings += change_html(reading.change, recognition.text) if reading.change else ""
    warnings += parting_html(reading.parted, reading.name) if reading.parted else ""
    return (
        f'<li class="reading" data-engine="{number}" style="--engine-light:{colour};'
        f'--engine-dark:{lightened(colour, 0.4)}"><span class="name" title="{escaped(_made_by(recognition))}">'
        f'<i class="swatch"></i>{escaped(reading.name)}</span>'
        f'<span class="text" dir="ltr">{text}</span><span class="facts">{verdict}'
        f'<span class="fact" tabindex="0" title="{escaped(CONFIDENCE_DEFINITION)}">{confidence(recognition)}</span>'
        f'<span class="fact time" tabindex="0" title="{escaped(_stages(recognition))}">'
        f"{milliseconds(recognition.timings_ms.total)}</span></span>{warnings}</li>"
    )


def _mark_html(mark: Marked) -> str:
    if mark.index is None:
        return '<span class="gap" title="Another engine reads something here">\u00a0</span>'
    kind = "ch differs" if mark.differs else "ch"
    return f'<span class="{kind}" data-char="{mark.index}">{escaped(_kept_space(mark.text))}</span>'


def _judged_mark_html(mark: TruthMark) -> str:
    """The right character is generated content of the style sheet, so that what is copied is what was read."""
    read, right = escaped(_kept_space(mark.read)), escaped(glyph(mark.truth))
    if mark.kind == "right":
        return f'<span class="ch" data-char="{mark.read_index}" data-truth="{mark.truth_index}">{read}</span>'
    if mark.kind == "ignored":
        return f'<span class="ch" data-char="{mark.read_index}">{read}</span>'
    if mark.kind == "made_up":
        return f'<span class="ch made" data-char="{mark.read_index}" title="Inserted">{read}</span>'
    if mark.kind == "missed":
        return f'<span class="ch missed" data-truth="{mark.truth_index}" data-right="{right}" title="Missed"></span>'
    return (
        f'<span class="ch wrong" data-char="{mark.read_index}" data-truth="{mark.truth_index}" '
        f'data-right="{right}">{read}</span>'
    )


def _kept_space(text: str) -> str:
    """Keeps spaces from collapsing at line ends and next to each other."""
    return "\u00a0" if text == " " else text


def _stages(recognition: Recognition) -> str:
    stages = stage_times(recognition.timings_ms)
    return "Time: " + ", ".join(f"{name} {milliseconds(ms)}" for name, ms in stages)


def _made_by(recognition: Recognition) -> str:
    facts = (recognition.model, recognition.runtime, recognition.decoder, recognition.model_sha256[:12])
    return " \u00b7 ".join(fact for fact in facts if fact)


def _description(readings: Sequence[EngineReading]) -> str:
    """Says in words, for those who cannot see the picture, what was read."""
    return "; ".join(f"{reading.name} reads: {reading.recognition.text or 'nothing'}" for reading in readings)


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _sha256_base64(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
