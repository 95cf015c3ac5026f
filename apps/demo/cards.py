"""Readings as HTML: one card an engine with its text, confidences and times. Escapes whatever it shows.

Knows nothing of Gradio and runs nothing; the CTC view is `ocr_core.views`' own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.demo.comparison import Comparison
from apps.demo.line_reading import LineReading, UnreadLine
from ocr_core.labels import canonical
from ocr_core.registry import RegisteredModel
from ocr_core.result import Character, RankedText, Recognition, Timings
from ocr_core.scoring.metrics import score_lines
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.views.colours import confidence_level, lightened
from ocr_core.views.ctc_view import CER_DEFINITION, CONFIDENCE_DEFINITION
from ocr_core.views.differences import marked_readings
from ocr_core.views.html import escaped, glyph
from ocr_core.views.truth import Judgement, units_of
from ocr_core.views.wording import counted, milliseconds, percent, probability, stage_times

_LONGEST_WORD: Final = 12


def cards(comparison: Comparison) -> str:
    """Returns the cards of all engines, side by side where there is room.

    What is not the truth is marked, or, where no truth is known, where the engines differ.
    """
    longest_ms = max((reading.recognition.timings_ms.total for reading in comparison.readings), default=0.0)
    marked = iter(_marked(comparison))
    each = (
        _card(label, outcome, _failure(outcome))
        if isinstance(outcome, UnreadLine)
        else _card(label, outcome, _reading(outcome, next(marked), longest_ms))
        for label, outcome in zip(comparison.labels(), comparison.outcomes, strict=True)
    )
    return f'<div class="zj-cards n{len(comparison.outcomes)}" aria-live="polite">{"".join(each)}</div>'


def timing_html(comparison: Comparison, drawn_ms: float) -> str:
    """Says what this reading cost altogether, so that nobody has to guess what is usual."""
    read = len(comparison.readings)
    engines = counted(read, "engine")
    total_ms = comparison.cost_time_ms + drawn_ms
    meaning = "differs from the truth" if comparison.truth else "engines differ"
    key = f'<span class="zj-key"><i></i>{meaning}</span>' if any(_marked(comparison)) else ""
    note = f"<span>{escaped(comparison.truth_note)}</span>" if comparison.truth_note else ""
    return (
        f'<p class="zj-took"><span title="Decoding {milliseconds(comparison.cost_time_ms)} with reading, one engine '
        f'after the other; drawing the view and the files {milliseconds(drawn_ms)}">'
        f"Read by {engines} and drawn in <b>{milliseconds(total_ms)}</b></span>{note}{key}</p>"
    )


def _marked(comparison: Comparison) -> list[set[int]]:
    """Returns, for every reading, the places of the characters that are marked."""
    judged = [reading.judgement.marks for reading in comparison.readings if reading.judgement]
    if judged:
        return [{m.read_index for m in marks if m.is_edit and m.read_index is not None} for marks in judged]
    units = [units_of(reading.recognition) for reading in comparison.readings]
    return [{m.index for m in marks if m.differs and m.index is not None} for marks in marked_readings(units)]


def notice(title: str, message: str) -> str:
    """Returns a calm box that says what is wrong and what to do."""
    return (
        f'<div class="zj-notice" role="status"><strong>{escaped(title)}</strong><span>{escaped(message)}</span></div>'
    )


def missing_weights(missing: Sequence[RegisteredModel]) -> str:
    """Returns the notice for models without weights, "" when all are there."""
    if not missing:
        return ""
    names = " and ".join(model.display_name for model in missing)
    folders = " and ".join(f"models/{model.name}/" for model in missing)
    return notice(
        f"No weights yet for {names}.",
        f"Put model.onnx and model.safetensors into {folders} and read again; nothing needs to be restarted.",
    )


def _card(label: str, outcome: LineReading | UnreadLine, body: str) -> str:
    colour = outcome.engine.colour
    return (
        f'<article class="zj-card" data-model="{escaped(outcome.model.name)}" '
        f'data-engine="{escaped(outcome.engine.key)}" '
        f'style="--engine:{colour};--engine-dark:{lightened(colour, 0.4)}">'
        f'<h3><i class="zj-swatch"></i>{escaped(label)}</h3>{body}</article>'
    )


def _failure(failure: UnreadLine) -> str:
    return f'<p class="zj-problem">{escaped(failure.message)}</p>'


def _reading(reading: LineReading, marked: set[int], longest_ms: float) -> str:
    recognition, judgement = reading.recognition, reading.judgement
    warnings = "".join(f'<p class="zj-warning">{escaped(warning)}</p>' for warning in recognition.warnings)
    return (
        _facts(recognition)
        + _characters(recognition, marked)
        + _readings(recognition)
        + (_score(judgement, recognition) if judgement else "")
        + warnings
        + _times(recognition.timings_ms, longest_ms)
        + f'<p class="zj-made">{escaped(_made_by(recognition))}</p>'
    )


def _facts(recognition: Recognition) -> str:
    known = recognition.confidence if recognition.text else None
    figure = "unknown" if recognition.text else "no"
    confidence = figure if known is None else probability(known)
    return (
        f'<p class="zj-facts"><span class="zj-defined" tabindex="0" title="{escaped(CONFIDENCE_DEFINITION)}">'
        f"<b>{confidence}</b> confidence</span>"
        f"<span><b>{milliseconds(recognition.timings_ms.total)}</b> total</span></p>"
    )


def _characters(recognition: Recognition, marked: set[int]) -> str:
    """The text itself, big enough to be read from a distance, with every character's confidence under it.

    The figures are generated content of the style sheet, so that selecting and copying gives the plain text. What is
    sure has none: the doubtful ones stand out.
    """
    if not recognition.text:
        return '<p class="zj-text zj-empty">nothing read</p>'
    if not recognition.characters:
        plain = (
            f'<span class="zj-differs">{escaped(c)}</span>' if i in marked else escaped(c)
            for i, c in enumerate(recognition.text)
        )
        return f'<p class="zj-text" dir="ltr">{"".join(plain)}</p>'
    spans = [_character(character, i in marked) for i, character in enumerate(recognition.characters)]
    words = _words(recognition.characters)
    return f'<p class="zj-text" dir="ltr">{"".join(_unbroken([spans[i] for i in word]) for word in words)}</p>'


def _words(characters: Sequence[Character]) -> list[list[int]]:
    """Keeps the letters of a Latin word together; every other character stands alone and may begin a row."""
    words: list[list[int]] = []
    for i, character in enumerate(characters):
        follows = i > 0 and _is_latin(character) and _is_latin(characters[i - 1])
        if follows and len(words[-1]) < _LONGEST_WORD:
            words[-1].append(i)
        else:
            words.append([i])
    return words


def _is_latin(character: Character) -> bool:
    return character.text.isascii() and not character.text.isspace()


def _unbroken(spans: Sequence[str]) -> str:
    joined = "".join(spans)
    return f'<span class="zj-word">{joined}</span>' if len(spans) > 1 else joined


def _character(character: Character, marked: bool) -> str:
    others = ", ".join(f"{glyph(a.text)} {probability(a.probability)}" for a in character.alternatives)
    title = f"{glyph(character.text)} {probability(character.confidence)}" + (
        f"; candidates: {others}" if others else ""
    )
    shown = "\u00a0" if character.text == " " else character.text
    rounded = round(character.confidence * 100)
    return (
        f'<span class="zj-ch l{confidence_level(character.confidence)}{" zj-differs" if marked else ""}" '
        f'data-p="{rounded if rounded < 100 else ""}" title="{escaped(title)}">{escaped(shown)}</span>'
    )


def _readings(recognition: Recognition) -> str:
    """The best readings with their shares, where more than one was asked for."""
    if not recognition.n_best:
        return ""
    rows = "".join(map(_ranked, recognition.n_best))
    return f'<ol class="zj-readings" title="Share among the readings that the search ended with">{rows}</ol>'


def _ranked(reading: RankedText) -> str:
    alone = f"P(text | image) by the network alone: {probability(reading.probability)}"
    text = escaped(reading.text) or "<i>nothing</i>"
    return f'<li title="{escaped(alone)}"><b>{probability(reading.share)}</b> <span dir="ltr">{text}</span></li>'


def _score(judgement: Judgement, recognition: Recognition) -> str:
    """The figure of the line as written, as the CTC view has it, and the normalised one where that is another."""
    rate = judgement.error_rate
    normalised = score_lines([(judgement.truth, canonical(recognition.text))], profile_named(DEFAULT_PROFILE)).cer
    verdict = f"<b>CER {percent(rate)}</b> {judgement.words}" if rate else "<b>matches the truth</b>"
    if abs(normalised - rate) > 1e-9:
        verdict += f'<span class="zj-also">{percent(normalised)} after {DEFAULT_PROFILE.upper()}</span>'
    return f'<p class="zj-score {"wrong" if rate else "right"}" title="{escaped(CER_DEFINITION)}">{verdict}</p>'


def _times(timings_ms: Timings, longest_ms: float) -> str:
    """A bar of the stages, as long as this model's share of the slowest, and the figures in words."""
    stages = stage_times(timings_ms)
    bars = "".join(
        f'<i class="s{number}" style="flex-grow:{ms:.4f}"></i>' for number, (_, ms) in enumerate(stages) if ms > 0
    )
    rows = "".join(
        f'<li><i class="s{number}"></i>{name} <b>{milliseconds(ms)}</b></li>'
        for number, (name, ms) in enumerate(stages)
    )
    share = 100 * timings_ms.total / longest_ms if longest_ms else 100
    return (
        f'<div class="zj-times"><div class="zj-bar" aria-hidden="true" style="width:{share:.1f}%">{bars}</div>'
        f"<ul>{rows}</ul></div>"
    )


def _made_by(recognition: Recognition) -> str:
    return f"{recognition.runtime} \u00b7 {recognition.decoder} \u00b7 {recognition.model_sha256[:12]}"
