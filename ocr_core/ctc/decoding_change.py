"""Why another decoder reads a line otherwise: which characters changed, and what picture and language say to each.

Made from stored evidence alone: the best path is in it, and the search goes over what was kept. What that does not
suffice for is said in a note. Knows nothing of pixels or HTML.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rapidfuzz.distance import Levenshtein

from ocr_core.charset import Charset
from ocr_core.ctc.beam import BeamSettings, Scorer
from ocr_core.ctc.beam_decoder import BeamDecoder, language_score
from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.decoders import BEAM, PRIOR_SHARE, language_model, language_settings
from ocr_core.ctc.forced_alignment import best_runs
from ocr_core.ctc.forward import text_log_prob
from ocr_core.ctc.greedy import Run, greedy
from ocr_core.ctc.language_model import LanguageScorer
from ocr_core.errors import OcrError
from ocr_core.label_characters import labelled_text
from ocr_core.result import Evidence, Posteriors, Recognition
from ocr_core.settings import DECODERS, DecoderName
from ocr_core.wording.spotlight import say

MOST_DECISIONS: Final = 60
_NOT_KEPT: Final = float(np.finfo(np.float16).min)
"""Stands for a log-probability that was not kept: too small for any path that matters."""
_CONTEXT: Final = 6
_NO_SIDE: Final = math.log(1.05)
"""Odds that would be written as 1.0 to 1."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One place where two decoders differ.

    Attributes:
        left, taken: what the best path reads there, and what the other decoder does; "" for nothing.
        before: what stands in front of it.
        left_runs, taken_runs: the frames of both, with the texts of their characters.
        acoustic: how much likelier the picture makes the text with the change, as a difference of log P(text | line).
        language: the same of the language model with the bonus for length, weighed as the search weighs them.
    """

    left: str
    taken: str
    before: str
    left_runs: tuple[tuple[str, int, int], ...]
    taken_runs: tuple[tuple[str, int, int], ...]
    acoustic: float
    language: float

    @property
    def sentence(self) -> str:
        """The decision in one sentence."""
        return _sentence(self)


@dataclass(frozen=True, slots=True)
class DecodingChange:
    """What a decoder changes of the best path of a line.

    Attributes:
        decoder: its name.
        left, taken: both texts, in label form.
        decisions: the places where they differ, from left to right; their shares add up to those of the whole texts.
        note: what stored evidence could not answer, in words; "" where it sufficed.
    """

    decoder: str
    left: str
    taken: str
    decisions: tuple[Decision, ...]
    note: str = ""


def posteriors_of_evidence(evidence: Evidence) -> Posteriors:
    """Returns what was kept of posteriors, over the classes that it names; all else counts as impossible.

    The classes are numbered anew, blank first. Characters with a column have all of their probabilities, others those
    of frames where they were among the best.
    """
    named = [c for c in sorted(evidence.symbols) if c != evidence.blank_class]
    place = {c: number for number, c in enumerate([evidence.blank_class, *named])}
    log_probs = np.full((evidence.frames, len(place)), _NOT_KEPT, dtype=np.float32)
    if evidence.top_classes.size:
        tops = np.array([[place[c] for c in row] for row in evidence.top_classes.tolist()])
        np.put_along_axis(log_probs, tops, evidence.top_log_probs, axis=1)
    if len(evidence.column_classes):
        log_probs[:, [place[c] for c in evidence.column_classes.tolist()]] = evidence.columns
    log_probs[:, 0] = evidence.blank
    charset = Charset(("", *(evidence.symbols[c] for c in named)))
    return Posteriors(log_probs, charset, evidence.stride_px, evidence.origin_px)


def decoding_change(
    evidence: Evidence, name: DecoderName, models_folder: Path, model: str = "", read: str | None = None
) -> DecodingChange:
    """Returns what a decoder makes of stored evidence otherwise than its best path, and why.

    Args:
        evidence: what was kept of the line.
        name: the decoder.
        models_folder: where the language model lies.
        model: the network, which has its own weights for the language model.
        read: what the decoder read of the full posteriors, where that is known; a difference is noted.

    Raises:
        ModelError: the language model cannot be read.
    """
    posteriors = posteriors_of_evidence(evidence)
    path = greedy(posteriors)
    settings, scorer = BEAM, None
    if name == "beam+zh":
        settings = language_settings(model)
        scorer = LanguageScorer(language_model(models_folder), posteriors.charset, PRIOR_SHARE)
    found = path.runs if name == "greedy" else BeamDecoder(name, settings, scorer).decode(posteriors, path).runs
    left, taken = _classes(path.runs), _classes(found)
    texts = [labelled_text([posteriors.charset.symbols[c] for c in classes]) for classes in (left, taken)]
    decisions = decisions_between(posteriors, left, taken, settings, scorer)
    return DecodingChange(name, texts[0], texts[1], decisions, _note(evidence, decisions, texts[1], read))


def changed_by(decoder: str, evidence: Evidence, models_folder: Path, model: str, read: str) -> DecodingChange | None:
    """Returns what the decoder of a recognition changed; None where it is greedy, or was given conditions.

    Conditions (a pattern, a list) are not kept with a reading, so nothing can be said of what they decided.

    Raises:
        ModelError: the language model cannot be read.
    """
    if decoder == "greedy" or decoder not in DECODERS:
        return None
    return decoding_change(evidence, decoder, models_folder, model, read)


def what_changes(recognition: Recognition, evidence: Evidence | None, models_folder: Path) -> DecodingChange | None:
    """Returns what the decoder of a stored reading changed, or what the language model would change of a greedy one.

    None where that cannot be said: no evidence, conditions that were not kept, or no language model here.
    """
    if evidence is None or recognition.decoder not in DECODERS:
        return None
    name = "beam+zh" if recognition.decoder == "greedy" else recognition.decoder
    read = None if recognition.decoder == "greedy" else recognition.text
    try:
        return decoding_change(evidence, name, models_folder, recognition.model, read)
    except OcrError:
        return None


def decisions_between(
    posteriors: Posteriors,
    left: Sequence[int],
    taken: Sequence[int],
    settings: BeamSettings,
    scorer: Scorer | None,
) -> tuple[Decision, ...]:
    """Goes from one text to the other, change by change, and measures each step.

    Raises:
        AlignmentError: the frames cannot hold a text.
    """
    symbols = posteriors.charset.symbols
    runs_left = best_runs(columns_of_posteriors(posteriors, left))
    runs_taken = best_runs(columns_of_posteriors(posteriors, taken))
    current = list(left)
    acoustic, language = _log_prob(posteriors, current), _language(scorer, settings, current)
    shift = 0
    decisions: list[Decision] = []
    for (l0, l1), (t0, t1) in _changes(left, taken)[:MOST_DECISIONS]:
        current[l0 + shift : l1 + shift] = taken[t0:t1]
        shift += (t1 - t0) - (l1 - l0)
        acoustic_then, language_then = _log_prob(posteriors, current), _language(scorer, settings, current)
        decisions.append(
            Decision(
                left="".join(symbols[c] for c in left[l0:l1]),
                taken="".join(symbols[c] for c in taken[t0:t1]),
                before="".join(symbols[c] for c in taken[max(0, t0 - _CONTEXT) : t0]),
                left_runs=_told(runs_left[l0:l1], symbols),
                taken_runs=_told(runs_taken[t0:t1], symbols),
                acoustic=acoustic_then - acoustic,
                language=language_then - language,
            )
        )
        acoustic, language = acoustic_then, language_then
    return tuple(decisions)


def _changes(left: Sequence[int], taken: Sequence[int]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Returns where two texts differ, neighbouring edits as one."""
    changes: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for step in Levenshtein.opcodes(list(left), list(taken)):
        if step.tag == "equal":
            continue
        here = (step.src_start, step.src_end), (step.dest_start, step.dest_end)
        if changes and changes[-1][0][1] == step.src_start and changes[-1][1][1] == step.dest_start:
            (l0, _), (t0, _) = changes.pop()
            here = (l0, step.src_end), (t0, step.dest_end)
        changes.append(here)
    return changes


def _classes(runs: Sequence[Run]) -> list[int]:
    return [run.class_index for run in runs]


def _told(runs: Sequence[Run], symbols: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    return tuple((symbols[run.class_index], run.first_frame, run.last_frame) for run in runs)


def _log_prob(posteriors: Posteriors, classes: Sequence[int]) -> float:
    return text_log_prob(columns_of_posteriors(posteriors, classes))


def _language(scorer: Scorer | None, settings: BeamSettings, classes: Sequence[int]) -> float:
    if scorer is None:
        return 0.0
    return settings.language_weight * language_score(scorer, classes) + settings.length_bonus * len(classes)


def _note(evidence: Evidence, decisions: Sequence[Decision], taken: str, read: str | None) -> str:
    notes: list[str] = []
    kept = {evidence.symbols[c] for c in evidence.column_classes.tolist()}
    partly = dict.fromkeys(text for decision in decisions for text, _, _ in decision.taken_runs if text not in kept)
    if partly:
        best = evidence.top_classes.shape[1]
        named = " ".join(partly)
        notes.append(say("note.lower_bound", named=named, best=best))
    if read is not None and read != taken:
        notes.append(say("note.too_little", taken=taken))
    return say("sentences.and").join(notes)


def _sentence(decision: Decision) -> str:
    """For and against are said of the change, whatever it is: a character for another, put in or left out."""
    left, taken = _named(decision.left), _named(decision.taken)
    subject: str = say("change.subject", taken=taken, left=left)
    if not decision.left or not decision.taken:
        subject = say("change.put_in", taken=taken) if decision.taken else say("change.left_out", left=left)
    subject = subject[0].upper() + subject[1:]
    total = decision.acoustic + decision.language
    if decision.language == 0.0:
        whole = say("change.all_paths", subject=subject, side=_side(decision.acoustic))
    else:
        told = {
            "subject": subject, "picture": _side(decision.acoustic), "language": _side(decision.language),
            "together": _side(total),
        }  # fmt: skip
        before = decision.before
        whole = say("change.both.after", before=before, **told) if before.strip() else say("change.both", **told)
    return say("change.alone", whole=whole) if total >= 0 else say("change.with_others", whole=whole)


def _named(text: str) -> str:
    if not text:
        return say("nothing")
    return say("space") if text == " " else say("quoted", text=text)


def _side(log_ratio: float) -> str:
    if abs(log_ratio) < _NO_SIDE:
        return say("side.undecided")
    odds = _to_one(log_ratio)
    return say("side.for", odds=odds) if log_ratio >= 0 else say("side.against", odds=odds)


def _to_one(log_ratio: float) -> str:
    """Returns odds in words: `1.3`, `12`, `more than 1,000`."""
    ratio = math.exp(min(abs(log_ratio), 20.0))
    if ratio > 1000:
        return say("odds.most")
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"
