"""Readings as HTML: one card an engine with its text, confidences and times. Escapes whatever it shows.

Knows nothing of Gradio and runs nothing; the CTC view is `ocr_core.views`' own.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.demo.comparison import Comparison
from apps.demo.line_reading import LineReading, UnreadLine
from apps.demo.wording.readings import say
from ocr_core.labels import canonical
from ocr_core.language import said
from ocr_core.registry import RegisteredModel
from ocr_core.result import Character, RankedText, Recognition, Timings
from ocr_core.scoring.metrics import score_lines
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.views.colours import lightened
from ocr_core.views.decoding_change import change_html
from ocr_core.views.engine_reading import proofs_of
from ocr_core.views.html import escaped, glyph
from ocr_core.views.proof_marks import Proof, proof_html, text_html
from ocr_core.views.truth import Judgement
from ocr_core.views.wording import (
    cer_definition,
    confidence_definition,
    milliseconds,
    nothing_read,
    percent,
    probability,
    stage_times,
)
from ocr_core.wording.sentences import retold


def cards(comparison: Comparison) -> str:
    """Returns a card an engine, one line each: name, text, CER, confidence and time; the rest opens with it.

    What is not the truth is marked, or, where no truth is known, where the engines differ.
    """
    longest_ms = max((reading.recognition.timings_ms.total for reading in comparison.readings), default=0.0)
    proofs = iter(proofs_of(comparison.shown()))
    shared = _shared_warnings(comparison)
    each = (
        _failure(label, outcome)
        if isinstance(outcome, UnreadLine)
        else _card(label, outcome, next(proofs), longest_ms, shared)
        for label, outcome in zip(comparison.labels(), comparison.outcomes, strict=True)
    )
    warned = "".join(f'<p class="zj-warning">{escaped(retold(warning))}</p>' for warning in shared)
    return f'<div class="zj-cards" aria-live="polite">{"".join(each)}{warned}</div>'


def timing_html(comparison: Comparison, drawn_ms: float) -> str:
    """Says what this reading cost altogether, so that nobody has to guess what is usual."""
    read = len(comparison.readings)
    total_ms = comparison.cost_time_ms + drawn_ms
    note = f"<span>{escaped(said(comparison.truth_note))}</span>" if comparison.truth_note else ""
    why = say("took.why", reading=milliseconds(comparison.cost_time_ms), drawing=milliseconds(drawn_ms))
    took = say("took", n=read, total=milliseconds(total_ms))
    return f'<p class="zj-took"><span title="{escaped(why)}">{escaped(took)}</span>{note}</p>'


def _shared_warnings(comparison: Comparison) -> tuple[str, ...]:
    """Returns what is warned of whoever reads: said once."""
    each = [reading.recognition.warnings for reading in comparison.readings]
    return tuple(warning for warning in each[0] if all(warning in other for other in each)) if len(each) > 1 else ()


def notice(title: str, message: str) -> str:
    """Returns a calm box that says what is wrong and what to do."""
    told = f"<strong>{escaped(title)}</strong><span>{escaped(retold(message))}</span>"
    return f'<div class="zj-notice" role="status">{told}</div>'


def missing_weights(missing: Sequence[RegisteredModel]) -> str:
    """Returns the notice for models without weights, "" when all are there."""
    if not missing:
        return ""
    names = say("names.and").join(model.display_name for model in missing)
    folders = say("names.and").join(f"models/{model.name}/" for model in missing)
    return notice(say("weights.missing", names=names), say("weights.what_to_do", folders=folders))


def _failure(label: str, failure: UnreadLine) -> str:
    problem = f'<p class="zj-problem">{escaped(retold(failure.message))}</p>'
    return f'<article class="zj-card zj-failed" {_identity(failure)}>{_name(label)}{problem}</article>'


def _card(label: str, reading: LineReading, proofs: Sequence[Proof], longest_ms: float, shared: Sequence[str]) -> str:
    recognition, judgement = reading.recognition, reading.judgement
    own = (warning for warning in recognition.warnings if warning not in shared)
    warnings = "".join(f'<p class="zj-warning">{escaped(retold(warning))}</p>' for warning in own)
    summary = (
        f"<summary>{_name(label)}{_text(recognition, proofs)}"
        f'<span class="zj-figures">{_score(judgement) if judgement else ""}{_facts(recognition)}</span></summary>'
    )
    more = (
        (_normalised(judgement, recognition) if judgement else "")
        + _readings(recognition)
        + (change_html(reading.change, recognition.text) if reading.change else "")
        + _times(recognition.timings_ms, longest_ms)
        + f'<p class="zj-made">{escaped(_made_by(recognition))}</p>'
    )
    return (
        f'<article class="zj-card" {_identity(reading)}><details>{summary}<div class="zj-more">{more}</div></details>'
        f"{warnings}</article>"
    )


def _identity(outcome: LineReading | UnreadLine) -> str:
    colour = outcome.engine.colour
    return (
        f'data-model="{escaped(outcome.model.name)}" data-engine="{escaped(outcome.engine.key)}" '
        f'style="--engine:{colour};--engine-dark:{lightened(colour, 0.4)}"'
    )


def _name(label: str) -> str:
    return f'<h2><i class="zj-swatch"></i>{escaped(label)}</h2>'


def _facts(recognition: Recognition) -> str:
    known = recognition.confidence if recognition.text else None
    figure = say("confidence.unknown") if recognition.text else say("confidence.none")
    confidence = figure if known is None else probability(known)
    bar = "" if known is None else f'<i class="proof-bar" style="--p:{known:.3f}"></i>'
    return (
        f'<span class="zj-defined zj-confidence" title="{escaped(confidence_definition())}">'
        f'{bar}<b>{confidence}</b><span class="zj-unseen"> '
        f"{escaped(say('confidence'))}</span></span>"
        f'<span class="zj-total" title="{escaped(say("total"))}">'
        f"<b>{milliseconds(recognition.timings_ms.total)}</b></span>"
    )


def _text(recognition: Recognition, proofs: Sequence[Proof]) -> str:
    """The text itself, every character's confidence as a bar under it."""
    if not recognition.text and not proofs:
        return f'<p class="zj-text zj-empty">{escaped(nothing_read())}</p>'
    if not recognition.text:
        marks = "".join(map(proof_html, proofs))
        return f'<p class="zj-text proofread"><i class="zj-empty">{escaped(nothing_read())}</i>{marks}</p>'
    characters = recognition.characters
    text = "".join(_place(proof, characters) for proof in proofs) if characters else text_html(proofs)
    return f'<p class="zj-text proofread" dir="ltr">{text}</p>'


def _place(proof: Proof, characters: Sequence[Character]) -> str:
    if proof.read_index is None:
        return proof_html(proof)
    character = characters[proof.read_index]
    return proof_html(proof, confidence=character.confidence, title=_candidates(character))


def _candidates(character: Character) -> str:
    others = say("candidates.and").join(f"{glyph(a.text)} {probability(a.probability)}" for a in character.alternatives)
    best = f"{glyph(character.text)} {probability(character.confidence)}"
    return say("candidates", best=best, others=others) if others else best


def _readings(recognition: Recognition) -> str:
    """The best readings with their shares, where more than one was asked for."""
    if not recognition.n_best:
        return ""
    rows = "".join(map(_ranked, recognition.n_best))
    return f'<ol class="zj-readings" title="{escaped(say("shares"))}">{rows}</ol>'


def _ranked(reading: RankedText) -> str:
    alone = say("share.alone", share=probability(reading.probability))
    text = escaped(reading.text) or f"<i>{escaped(nothing_read())}</i>"
    return f'<li title="{escaped(alone)}"><b>{probability(reading.share)}</b> <span dir="ltr">{text}</span></li>'


def _score(judgement: Judgement) -> str:
    """The figure of the line as written, as the CTC view has it; in words for who points at it or has it spoken."""
    rate = judgement.error_rate
    words = judgement.words if rate else say("matches")
    kind = "spaces" if judgement.only_spaces else "wrong" if rate else "right"
    seen = f"{escaped(say('only_spaces'))} " if judgement.only_spaces else ""
    return (
        f'<span class="zj-score {kind}" title="{escaped(f"{words}. {cer_definition()}")}">'
        f"{seen}<b>{escaped(say('cer', share=percent(rate)))}</b>"
        f'<span class="zj-unseen"> {escaped(words)}</span></span>'
    )


def _normalised(judgement: Judgement, recognition: Recognition) -> str:
    """The edits in words, and the normalised figure where that is another."""
    normalised = score_lines([(judgement.truth, canonical(recognition.text))], profile_named(DEFAULT_PROFILE)).cer
    also = ""
    if abs(normalised - judgement.error_rate) > 1e-9:
        told = say("cer.normalised", share=percent(normalised), profile=DEFAULT_PROFILE.upper())
        also = f'<span class="zj-also">{escaped(told)}</span>'
    return f'<p class="zj-edits">{escaped(judgement.words)}{also}</p>'


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
