"""Readings as small HTML cards, for tabs that read while something moves: text, confidence, what else it could be.

Escapes whatever it shows. Knows nothing of Gradio and runs nothing; the full cards of the Compare tab are `cards`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.demo.line_reading import LineReading, Outcome, UnreadLine, labels_of
from apps.demo.wording.readings import say
from ocr_core.result import Alternative, Character, Recognition
from ocr_core.views.colours import lightened
from ocr_core.views.html import escaped, glyph
from ocr_core.views.proof_marks import Proof, proof_html, text_html
from ocr_core.views.wording import confidence, confidence_definition, milliseconds, nothing_read, short_probability
from ocr_core.wording.sentences import retold

MOST_CANDIDATES: Final = 3
_WORTH_SHOWING: Final = 0.005


def candidate_cards(outcomes: Sequence[Outcome]) -> str:
    """Returns a card an engine: every character with its confidence, and below it what else it could have been."""
    labels = labels_of(outcomes)
    return _cards([_candidate_card(label, outcome) for label, outcome in zip(labels, outcomes, strict=True)])


def measured_cards(outcomes: Sequence[Outcome], verdicts: Sequence[str], proofs: Sequence[Sequence[Proof]]) -> str:
    """Returns a card an engine with its reading and how that looks; `verdicts` are HTML, already escaped."""
    return _cards(
        [
            _card(label, outcome, verdict, proofread_text(outcome.recognition, looks))
            if isinstance(outcome, LineReading)
            else _problem_card(label, outcome)
            for label, outcome, verdict, looks in zip(labels_of(outcomes), outcomes, verdicts, proofs, strict=True)
        ]
    )


def proofread_text(recognition: Recognition, proofs: Sequence[Proof]) -> str:
    """Returns the text alone, marked, with a bar of confidence under each character."""
    if not recognition.text:
        return f'<p class="zj-small-text zj-empty">{escaped(nothing_read())}</p>'
    characters = recognition.characters
    if not characters:
        return f'<p class="zj-small-text proofread" dir="ltr">{text_html(proofs)}</p>'

    def place(proof: Proof) -> str:
        if proof.read_index is None:
            return proof_html(proof)
        character = characters[proof.read_index]
        return proof_html(proof, confidence=character.confidence, title=_title(character))

    return f'<p class="zj-small-text proofread" dir="ltr">{"".join(map(place, proofs))}</p>'


def engine_style(colour: str) -> str:
    """Returns the style attribute's value that gives an element its engine's colour in light and dark."""
    return f"--engine:{colour};--engine-dark:{lightened(colour, 0.4)}"


def _cards(each: Sequence[str]) -> str:
    return f'<div class="zj-small-cards">{"".join(each)}</div>'


def _candidate_card(label: str, outcome: Outcome) -> str:
    if isinstance(outcome, LineReading):
        return _card(label, outcome, _facts(outcome.recognition), _candidates(outcome.recognition))
    return _problem_card(label, outcome)


def _problem_card(label: str, unread: UnreadLine) -> str:
    return _card(label, unread, "", f'<p class="zj-problem">{escaped(retold(unread.message))}</p>')


def _card(label: str, outcome: Outcome, facts: str, body: str) -> str:
    return (
        f'<article class="zj-card zj-small" data-engine="{escaped(outcome.engine.key)}" '
        f'style="{engine_style(outcome.engine.colour)}"><header><h3><i class="zj-swatch"></i>'
        f"{escaped(label)}</h3>{facts}</header><div>{body}</div></article>"
    )


def _facts(recognition: Recognition) -> str:
    known = recognition.confidence
    figure = confidence(recognition)
    if recognition.text and known is not None:
        figure = say("confidence.share", share=short_probability(known))
    return (
        f'<p class="zj-facts"><span class="zj-defined" tabindex="0" title="{escaped(confidence_definition())}">'
        f"{escaped(figure)}</span><span>{milliseconds(recognition.timings_ms.total)}</span></p>"
    )


def _candidates(recognition: Recognition) -> str:
    if not recognition.text:
        return f'<p class="zj-small-text zj-empty">{escaped(nothing_read())}</p>'
    if not recognition.characters:
        return f'<p class="zj-small-text" dir="ltr">{escaped(recognition.text)}</p>'
    columns = "".join(map(_column, recognition.characters))
    return (
        f'<p class="zj-unseen">{escaped(recognition.text)}</p>'
        f'<div class="zj-candidates" dir="ltr" aria-hidden="true" data-text="{escaped(recognition.text)}">'
        f"{columns}</div>"
    )


def _column(character: Character) -> str:
    others = "".join(
        f"<li><b>{escaped(glyph(other.text))}</b>{short_probability(other.probability)}</li>"
        for other in _others(character)
    )
    return (
        f'<div class="zj-candidate" title="{escaped(_title(character))}">'
        f'<span class="zj-best">{escaped(_kept(character.text))}</span>'
        f'<i class="proof-bar" style="--p:{character.confidence:.3f}"></i>'
        f"<small>{short_probability(character.confidence)}</small>{f'<ul>{others}</ul>' if others else ''}</div>"
    )


def _others(character: Character) -> list[Alternative]:
    others = [a for a in character.alternatives if a.text not in ("", character.text)]
    return [a for a in others if a.probability >= _WORTH_SHOWING][:MOST_CANDIDATES]


def _title(character: Character) -> str:
    each = (f"{glyph(a.text)} {short_probability(a.probability)}" for a in character.alternatives if a.text)
    others = say("candidates.and").join(each)
    best = f"{glyph(character.text)} {short_probability(character.confidence)}"
    return say("candidates", best=best, others=others) if others else best


def _kept(text: str) -> str:
    return "\u00a0" if text == " " else text
