"""Readings as HTML: one card a model with its text, confidences and times. Escapes whatever it shows.

Knows nothing of Gradio and runs nothing; the CTC view is `ocr_core.views`' own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.demo.comparison import Comparison, Failure, Reading
from apps.demo.samples import Sample
from eval.metrics import Score, score_lines
from eval.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.registry import RegisteredModel
from ocr_core.result import Character, Recognition, Timings
from ocr_core.views.colours import confidence_level, lightened
from ocr_core.views.ctc_view import CONFIDENCE_DEFINITION
from ocr_core.views.html import escaped, glyph

_STAGES: Final = (
    ("decode_image", "decode image"),
    ("find_lines", "find line"),
    ("preprocess", "preprocess"),
    ("infer", "network"),
    ("ctc_decode", "CTC decode"),
)

_LONGEST_WORD: Final = 12


def cards(comparison: Comparison) -> str:
    """Returns the cards of all models, side by side where there is room."""
    longest_ms = max((reading.recognition.timings_ms.total for reading in comparison.readings), default=0.0)
    each = (_card(outcome, comparison.truth, longest_ms) for outcome in comparison.outcomes)
    return f'<div class="zj-cards" aria-live="polite">{"".join(each)}</div>'


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


def sample_buttons(samples: Sequence[Sample], thumbnails: Sequence[str]) -> str:
    """Returns one button a sample, its number in `data-sample`; `thumbnails` are data URIs."""
    if not samples:
        return '<p class="zj-none">No samples here: upload a picture of your own.</p>'
    buttons = (
        f'<button type="button" class="zj-sample" data-sample="{number}" title="Read this line">'
        f'<img src="{escaped(uri)}" alt=""><span>{escaped(sample.caption)}</span></button>'
        for number, (sample, uri) in enumerate(zip(samples, thumbnails, strict=True))
    )
    return f'<div class="zj-samples" role="group" aria-label="Samples">{"".join(buttons)}</div>'


def _card(outcome: Reading | Failure, truth: str, longest_ms: float) -> str:
    model = outcome.model
    body = (
        f'<p class="zj-problem">{escaped(outcome.message)}</p>'
        if isinstance(outcome, Failure)
        else _reading(outcome.recognition, truth, longest_ms)
    )
    return (
        f'<article class="zj-card" data-model="{escaped(model.name)}" '
        f'style="--engine:{model.colour};--engine-dark:{lightened(model.colour, 0.4)}">'
        f'<h3><i class="zj-swatch"></i>{escaped(model.display_name)}</h3>{body}</article>'
    )


def _reading(recognition: Recognition, truth: str, longest_ms: float) -> str:
    warnings = "".join(f'<p class="zj-warning">{escaped(warning)}</p>' for warning in recognition.warnings)
    return (
        _facts(recognition)
        + _characters(recognition)
        + (_score(truth, recognition.text) if truth else "")
        + warnings
        + _times(recognition.timings_ms, longest_ms)
        + f'<p class="zj-made">{escaped(_made_by(recognition))}</p>'
    )


def _facts(recognition: Recognition) -> str:
    known = recognition.confidence
    confidence = "unknown" if known is None else _percent(known)
    return (
        f'<p class="zj-facts"><span title="{escaped(CONFIDENCE_DEFINITION)}"><b>{confidence}</b> confidence</span>'
        f"<span><b>{_milliseconds(recognition.timings_ms.total)}</b> in all</span></p>"
    )


def _characters(recognition: Recognition) -> str:
    """The text itself, big enough to be read from a distance, with every character's confidence under it.

    The figures are generated content of the style sheet, so that selecting and copying gives the plain text. What is
    sure has none: the doubtful ones stand out.
    """
    if not recognition.text:
        return '<p class="zj-text zj-empty">nothing read</p>'
    if not recognition.characters:
        return f'<p class="zj-text" dir="ltr">{escaped(recognition.text)}</p>'
    return f'<p class="zj-text" dir="ltr">{"".join(map(_unbroken, _words(recognition.characters)))}</p>'


def _words(characters: Sequence[Character]) -> list[list[Character]]:
    """Keeps the letters of a Latin word together; every other character stands alone and may begin a row."""
    words: list[list[Character]] = []
    for character in characters:
        if words and _is_latin(character) and _is_latin(words[-1][-1]) and len(words[-1]) < _LONGEST_WORD:
            words[-1].append(character)
        else:
            words.append([character])
    return words


def _is_latin(character: Character) -> bool:
    return character.text.isascii() and not character.text.isspace()


def _unbroken(word: Sequence[Character]) -> str:
    spans = "".join(map(_character, word))
    return f'<span class="zj-word">{spans}</span>' if len(word) > 1 else spans


def _character(character: Character) -> str:
    others = ", ".join(f"{glyph(a.text)} {_percent(a.probability)}" for a in character.alternatives)
    title = f"{glyph(character.text)} {_percent(character.confidence)}" + (f"; candidates: {others}" if others else "")
    shown = "\u00a0" if character.text == " " else character.text
    percent = round(character.confidence * 100)
    return (
        f'<span class="zj-ch l{confidence_level(character.confidence)}" '
        f'data-p="{percent if percent < 100 else ""}" title="{escaped(title)}">{escaped(shown)}</span>'
    )


def _score(truth: str, text: str) -> str:
    score = score_lines([(truth, text)], profile_named(DEFAULT_PROFILE))
    verdict = "exactly the truth" if score.exact_match else f"CER {score.cer * 100:.1f} %"
    detail = "" if score.exact_match else f" {escaped(_edits(score))}"
    return (
        f'<p class="zj-score {"right" if score.exact_match else "wrong"}" '
        f'title="Normalisation profile: {DEFAULT_PROFILE}"><b>{verdict}</b>{detail}</p>'
    )


def _edits(score: Score) -> str:
    kinds = (
        (score.edits.substitutions, "wrong"),
        (score.edits.deletions, "missed"),
        (score.edits.insertions, "made up"),
    )
    return ", ".join(f"{count} {kind}" for count, kind in kinds if count) + f" of {score.edits.reference_length}"


def _times(timings_ms: Timings, longest_ms: float) -> str:
    """A bar of the stages, as long as this model's share of the slowest, and the figures in words."""
    stages = [(name, getattr(timings_ms, field)) for field, name in _STAGES]
    bars = "".join(
        f'<i class="s{number}" style="flex-grow:{ms:.4f}"></i>' for number, (_, ms) in enumerate(stages) if ms > 0
    )
    rows = "".join(
        f'<li><i class="s{number}"></i>{name} <b>{_milliseconds(ms)}</b></li>'
        for number, (name, ms) in enumerate(stages)
    )
    share = 100 * timings_ms.total / longest_ms if longest_ms else 100
    return (
        f'<div class="zj-times"><div class="zj-bar" aria-hidden="true" style="width:{share:.1f}%">{bars}</div>'
        f"<ul>{rows}</ul></div>"
    )


def _made_by(recognition: Recognition) -> str:
    return f"{recognition.runtime} \u00b7 {recognition.decoder} \u00b7 {recognition.model_sha256[:12]}"


def _percent(probability: float) -> str:
    """Keeps 100 % for what is certain to three digits."""
    return f"{probability * 100:.1f} %" if probability < 0.9995 else "100 %"


def _milliseconds(ms: float) -> str:
    return f"{ms:.0f} ms" if ms >= 9.95 else f"{ms:.1f} ms"
