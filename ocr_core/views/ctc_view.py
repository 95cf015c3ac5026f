"""One line as one or several engines see it: a self-contained HTML document on one shared pixel axis.

Made from (image, Recognition, Evidence) alone; runs no model, asks no network, and is safe in an iframe's srcdoc.
The drawing is done by the scripts beside this file from the data of `ctc_view_data`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.language import Language, speaking, spoken
from ocr_core.result import Recognition, SourceFromLine
from ocr_core.views.colours import checked_colour, lightened
from ocr_core.views.ctc_view_data import drawing_data
from ocr_core.views.decoding_change import change_html
from ocr_core.views.engine_reading import EngineReading, judged, proofs_of
from ocr_core.views.html import escaped, framed, json_in_script
from ocr_core.views.image_uri import image_uri
from ocr_core.views.parting import parting_html
from ocr_core.views.proof_marks import (
    STYLE_SHEET,
    Proof,
    judged_proofs,
    legend_html,
    proof_html,
)
from ocr_core.views.truth import Judgement
from ocr_core.views.wording import (
    cer_definition,
    confidence,
    confidence_definition,
    milliseconds,
    nothing_read,
    percent,
    stage_times,
)
from ocr_core.wording.ctc_view import say
from ocr_core.wording.sentences import retold

SCRIPTS: Final = (
    "ctc_view_draw.js",
    "ctc_view_change.js",
    "ctc_view_marks.js",
    "ctc_view_edit.js",
    "ctc_view_sight.js",
    "ctc_view_live.js",
    "ctc_view.js",
    "ctc_view_tip.js",
    "ctc_view_truth.js",
    "ctc_view_spotlight.js",
    "ctc_view_place.js",
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
    of_line = ctc_view_of_line(image, readings, truth=truth, source_from_line=source_from_line)
    known = {"theme": escaped(theme), "room": "", **ctc_view_code(), **of_line}
    return "".join(part if i % 2 == 0 else known[part] for i, part in enumerate(ctc_view_page(spoken())))


def ctc_view_of_line(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    truth: str | None = None,
    source_from_line: SourceFromLine | None = None,
) -> dict[str, str]:
    """Returns what of a document is of this line alone, each ready to stand where the page names it.

    Whoever has `ctc_view_page` and `ctc_view_code` needs no more for another line; a view that is shown takes it as
    `{"type": "ctc-view-line", ...}`. Arguments are those of `ctc_view`.
    """
    height, width = image.shape[:2]
    size_px = (width, height)
    readings = judged(readings, truth or "", size_px, source_from_line)
    return {
        "readings": _readings_html(readings) if not truth else _judged_html(readings, truth),
        "image": image_uri(image),
        "description": escaped(_description(readings)),
        "data": json_in_script(drawing_data(size_px, readings, source_from_line, truth or "")),
    }


def live_update(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    truth: str | None = None,
    source_from_line: SourceFromLine | None = None,
) -> dict[str, Any]:  # Any: JSON
    """Returns what is posted to a `ctc_view` to show other readings by the same engines, in their order.

    Arguments are those of `ctc_view`. What stands above the tracks stays as it was.
    """
    height, width = image.shape[:2]
    drawing = drawing_data((width, height), readings, source_from_line, truth or "")
    return {"type": "ctc-view-update", "drawing": drawing, "image": image_uri(image)}


@cache
def ctc_view_page(language: Language) -> tuple[str, ...]:
    """Returns the page in a language: text, name of what comes there, text, name, ..., text.

    The names are those of `ctc_view_of_line` and `ctc_view_code`, `theme`, and `room`: the height in CSS pixels that
    the page around has for the view, "" where it may be as high as it likes.
    """
    page = [""]
    with speaking(language):
        said = {
            "language": language,
            "legend": legend_html(("wrong", "missed", "inserted", "differs")),
            "words": json_in_script({key: str.__str__(text) for key, text in say.keys_under("js.").items()}),
        }
        for number, part in enumerate(_asset("ctc_view.html").split("@@")):  # text, name, text, name, ..., text
            if number % 2 == 0:
                page[-1] += part
            elif part in said:
                page[-1] += said[part]
            elif part.startswith("say:"):
                page[-1] += _said(part.removeprefix("say:"))
            else:
                page += [part, ""]
    return tuple(page)


@cache
def ctc_view_code() -> dict[str, str]:
    """Returns what of a document is the same for every line and language: style, script, and the script's hash."""
    script = "\n".join(map(_asset, SCRIPTS))
    style = STYLE_SHEET.read_text(encoding="utf-8") + _asset("ctc_view.css")
    return {"style": style, "script": script, "script_hash": _sha256_base64(script)}


def _said(key: str) -> str:
    """Returns the text of a key as HTML, which `html.` keys are already."""
    return say(key) if key.startswith("html.") else escaped(say(key))


def framed_ctc_view(document: str, engines: int) -> str:
    """Returns an iframe around `ctc_view`'s document, about as high as that many engines need on a desktop.

    The document posts `{"type": "ctc-view-height", "height": pixels}` to its parent for those who listen.
    """
    return framed(document, height_guess_px(engines), say("title"))


def height_guess_px(engines: int) -> int:
    """Returns about how high a view of that many engines is on a desktop, before it says so itself."""
    return 330 + 300 * engines


def _readings_html(readings: Sequence[EngineReading]) -> str:
    """Returns one row an engine; where they differ, it is marked."""
    rows = zip(readings, proofs_of(readings), strict=True)
    return "\n".join(
        _reading_html(number, reading, _proofs_html(proofs), "") for number, (reading, proofs) in enumerate(rows)
    )


def _judged_html(readings: Sequence[EngineReading], truth: str) -> str:
    """Returns the truth's row and one row an engine; what is not the truth is marked."""
    right = "".join(f'<span class="ch" data-truth="{i}">{escaped(_kept_space(c))}</span>' for i, c in enumerate(truth))
    rows = [
        '<li class="reading truth"><span class="name">'
        f"{escaped(say('truth'))}</span>"
        f'<span class="text" dir="ltr">{right}</span></li>'
    ]
    for number, reading in enumerate(readings):
        judgement = reading.judgement
        assert judgement is not None
        rate = judgement.error_rate
        verdict = (
            f'<span class="fact cer{_kind(judgement)}" tabindex="0" '
            f'title="{escaped(f"{judgement.words}. {cer_definition()}")}">CER {percent(rate)}</span>'
        )
        rows.append(_reading_html(number, reading, _proofs_html(judged_proofs(judgement.marks)), verdict))
    return "\n".join(rows)


def _reading_html(number: int, reading: EngineReading, marked_text: str, verdict: str) -> str:
    recognition = reading.recognition
    colour = checked_colour(reading.colour)
    text = marked_text if recognition.text or marked_text else f'<i class="none">{escaped(nothing_read())}</i>'
    warnings = "".join(f'<p class="warning">{escaped(retold(warning))}</p>' for warning in recognition.warnings)
    warnings += change_html(reading.change, recognition.text) if reading.change else ""
    warnings += parting_html(reading.parted, reading.name) if reading.parted else ""
    return (
        f'<li class="reading" data-engine="{number}" style="--engine-light:{colour};'
        f'--engine-dark:{lightened(colour, 0.4)}"><span class="name" title="{escaped(_made_by(recognition))}">'
        f'<i class="swatch"></i>{escaped(reading.name)}</span>'
        f'<span class="text" dir="ltr">{text}</span><span class="facts">{verdict}'
        f'<span class="fact" tabindex="0" title="{escaped(confidence_definition())}">{confidence(recognition)}</span>'
        f'<span class="fact time" tabindex="0" title="{escaped(_stages(recognition))}">'
        f"{milliseconds(recognition.timings_ms.total)}</span></span>{warnings}</li>"
    )


def _kind(judgement: Judgement) -> str:
    if not judgement.error_rate:
        return " right"
    return " spaces" if judgement.only_spaces else ""


def _proofs_html(proofs: Sequence[Proof]) -> str:
    return "".join(proof_html(proof, classes="ch") for proof in proofs)


def _kept_space(text: str) -> str:
    """Keeps spaces from collapsing at line ends and next to each other."""
    return "\u00a0" if text == " " else text


def _stages(recognition: Recognition) -> str:
    stages = stage_times(recognition.timings_ms)
    return say("time", stages=say("stages.and").join(f"{name} {milliseconds(ms)}" for name, ms in stages))


def _made_by(recognition: Recognition) -> str:
    facts = (recognition.model, recognition.runtime, recognition.decoder, recognition.model_sha256[:12])
    return " \u00b7 ".join(fact for fact in facts if fact)


def _description(readings: Sequence[EngineReading]) -> str:
    """Says in words, for those who cannot see the picture, what was read."""
    return "; ".join(say("reads", engine=one.name, text=one.recognition.text or nothing_read()) for one in readings)


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _sha256_base64(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
