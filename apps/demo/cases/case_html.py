"""Cases as HTML: the list with thumbnails, and what is known of an open one. Escapes whatever it shows.

Knows nothing of Gradio, and believes no text in a case: cases may come from other servers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Final

import numpy as np

from apps.demo.cards import notice
from apps.demo.view_frame import ShownView, shown_view
from apps.demo.wording.cases import say
from eval.cases.case_json import Setting
from eval.cases.store import Case, CaseReading, OpenCase
from ocr_core.ctc.decoding_change import what_changes
from ocr_core.engine_key import EngineKey
from ocr_core.registry import colour_of, display_name_of
from ocr_core.result import Recognition
from ocr_core.settings import Settings
from ocr_core.views.colours import decoder_colour, lightened
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.html import escaped
from ocr_core.views.truth import error_rate, truth_marks, units_of
from ocr_core.views.wording import decoder_suffix, nothing_read, percent, runtime_name

_SHORT: Final = 60


_FACTS: Final = frozenset(
    {"enhance", "level", "cut", "grey", "deskew", "max_width_px", "decoder", "allow", "forbid", "pattern"}
)
"""Settings that have a name of their own; others, from other versions, are called by their keys."""


def nothing_saved() -> str:
    """Returns what stands in the list's place while it is empty."""
    return notice(say("nothing"), say("nothing.what_to_do"))


def case_list(cases: Sequence[Case], thumbnails: Sequence[str], current: str) -> str:
    """Returns one button a case, its token in `data-case`; `thumbnails` are data URIs, "" where there is none.

    An empty list says what could be in it, unless a case is open all the same.
    """
    if not cases:
        return "" if current else nothing_saved()
    rows = (_card(case, uri, case.token == current) for case, uri in zip(cases, thumbnails, strict=True))
    return f'<ul class="zj-cases" aria-label="{escaped(say("list"))}">{"".join(rows)}</ul>'


def case_page(case: Case, again: Sequence[tuple[str, Recognition | str]] | None = None) -> str:
    """Returns title, note, settings and source of an open case; `again` is what engines read now, or why not."""
    title = case.note.strip().splitlines()[0] if case.note.strip() else case.truth or say("untitled")
    note = f'<p class="zj-case-note">{escaped(case.note)}</p>' if len(case.note.strip()) > len(title) else ""
    facts = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in _facts(case) if value
    )
    return (
        f'<article class="zj-case" data-open-case="{escaped(case.token)}"><header><h2>{escaped(title)}</h2>'
        f'<button type="button" class="zj-save" data-copy-case="{escaped(case.token)}">'
        f"{escaped(say('copy'))}</button></header>"
        f"{note}<dl>{facts}</dl>{_then_and_now(case, again) if again is not None else ''}</article>"
    )


def case_view(opened: OpenCase) -> ShownView:
    """Returns the CTC view of what was stored, with what the language model makes of it; no network is run."""
    models_folder = Settings.from_environment().models_folder
    readings = [
        EngineReading(
            reading.display_name,
            decoder_colour(colour_of(reading.model), EngineKey.parse(reading.key).decoder),
            reading.recognition,
            evidence,
            change=what_changes(reading.recognition, evidence, models_folder),
        )
        for reading, evidence in zip(opened.case.readings, opened.evidence, strict=True)
    ]
    return shown_view(
        opened.image,
        readings,
        truth=opened.case.truth,
        source_from_line=np.array(opened.case.source_from_line, dtype=np.float64),
    )


def readable_time(created: str) -> str:
    """Returns a moment in words, in UTC."""
    return datetime.fromisoformat(created).astimezone(timezone.utc).strftime("%d %b %Y, %H:%M UTC")


def _card(case: Case, uri: str, current: bool) -> str:
    picture = (
        f'<img src="{escaped(uri)}" alt="">'
        if uri
        else f'<span class="zj-no-picture">{escaped(say("no_picture"))}</span>'
    )
    readings = "".join(_reading(reading, case.truth) for reading in case.readings)
    truth = (
        f'<span class="zj-case-truth"><i>{escaped(say("truth"))}</i>{escaped(_short(case.truth))}</span>'
        if case.truth
        else ""
    )
    note = f'<span class="zj-case-line">{escaped(_short(case.note))}</span>' if case.note.strip() else ""
    return (
        f'<li><button type="button" data-case="{escaped(case.token)}" aria-pressed="{"true" if current else "false"}">'
        f"{picture}{note}{truth}{readings}"
        f"<time>{escaped(readable_time(case.created))}</time></button></li>"
    )


def _reading(reading: CaseReading, truth: str) -> str:
    colour = colour_of(reading.model)
    text = escaped(_short(reading.recognition.text)) or f"<em>{escaped(nothing_read())}</em>"
    verdict = ""
    if truth:
        rate = error_rate(truth_marks(truth, units_of(reading.recognition)))
        verdict = (
            f'<b class="{"wrong" if rate else "right"}">{escaped(f"CER {percent(rate)}" if rate else say("right"))}</b>'
        )
    return (
        f'<span class="zj-case-reading" style="--engine:{colour};--engine-dark:{lightened(colour, 0.4)}" '
        f'title="{escaped(reading.display_name)}"><i class="zj-swatch"></i><span>{text}</span>{verdict}</span>'
    )


def _facts(case: Case) -> list[tuple[str, str]]:
    readers = ", ".join(_read_by(reading) for reading in case.readings)
    known = {"engines": "", "runtime": "", "crop": ""}
    other = [
        (say(f"fact.{name}") if name in _FACTS else name.replace("_", " "), _value(value))
        for name, value in case.settings.items()
        if name not in known
    ]
    return [
        (say("truth"), case.truth),
        (say("fact.saved"), readable_time(case.created)),
        (say("fact.from"), case.source),
        (say("fact.read_by"), readers),
        (say("fact.part"), "" if case.settings.get("crop") is None else _value(case.settings["crop"])),
        *other,
    ]


def _read_by(reading: CaseReading) -> str:
    runtime = runtime_name(reading.recognition.runtime)
    return f"{reading.display_name} ({', '.join(x for x in (runtime, reading.recognition.model_sha256[:8]) if x)})"


def _value(value: Setting) -> str:
    if isinstance(value, bool):
        return say("on") if value else say("off")
    if isinstance(value, tuple):
        return ", ".join(_value(entry) for entry in value)
    if value in (None, 0):
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _then_and_now(case: Case, again: Sequence[tuple[str, Recognition | str]]) -> str:
    """Says for each engine whether it still reads what it read when the case was saved."""
    then = {reading.key: reading.recognition for reading in case.readings}
    rows = "".join(_changed(key, then.get(key), now) for key, now in again)
    named = (say("again.engine"), say("again.then"), say("again.now"), say("again.verdict"))
    heads = "".join(f'<th scope="col">{escaped(name)}</th>' for name in named)
    return (
        f'<table class="zj-again"><caption>{escaped(say("again.caption"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _changed(key: str, then: Recognition | None, now: Recognition | str) -> str:
    before = "" if then is None else then.text
    after = now if isinstance(now, str) else now.text
    if isinstance(now, str) or then is None:
        verdict: str = ""
    elif before != after:
        verdict = say("again.differs")
    elif then.model_sha256 != now.model_sha256:
        verdict = say("again.other_weights")
    else:
        verdict = say("again.same")
    return (
        f"<tr><th>{escaped(_name_of(key))}</th><td>{escaped(before)}</td>"
        f"<td>{escaped(after)}</td><td>{verdict}</td></tr>"
    )


def _name_of(key: str) -> str:
    engine = EngineKey.parse(key)
    runtime = f" \u00b7 {runtime_name(engine.runtime)}" if engine.runtime else ""
    return f"{display_name_of(engine.model)}{runtime}{decoder_suffix(engine.decoder)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "\u2026"
