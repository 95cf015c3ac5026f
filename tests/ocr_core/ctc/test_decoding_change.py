"""Why decoders differ: the changes, their shares of picture and language, and what stored evidence cannot say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from ocr_core.charset import Charset
from ocr_core.ctc.beam import BeamSettings
from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.decoders import LANGUAGE_MODEL
from ocr_core.ctc.decoding_change import (
    Decision,
    changed_by,
    decisions_between,
    decoding_change,
    posteriors_of_evidence,
)
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.forward import text_log_prob
from ocr_core.ctc.greedy import greedy
from ocr_core.result import Posteriors
from ocr_core.training.language_model import build
from tests.ocr_core.ctc.brute_force import posteriors_of, posteriors_of_path, tiny_posteriors
from tests.ocr_core.ctc.test_beam import Table

ALPHABET = "今天气大ab"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / LANGUAGE_MODEL).parent.mkdir()
    build(["今天天气", "天气今天", "ab"] * 20, Charset.of(ALPHABET)).save(folder / LANGUAGE_MODEL)
    return folder


def doubtful() -> Posteriors:
    """今天 clearly, then a frame that takes 大 for a little likelier than 天, then 气."""
    probabilities = np.exp(posteriors_of_path("今-天-大-气", ALPHABET, peak=0.96).log_probs)
    probabilities[4] = [0.02, 0.01, 0.42, 0.02, 0.51, 0.01, 0.01]
    return posteriors_of(probabilities, ALPHABET)


def test_the_changed_character_and_both_shares_are_told(models: Path) -> None:
    change = decoding_change(evidence_of(doubtful(), "今天天气"), "beam+zh", models)
    assert (change.left, change.taken, change.note) == ("今天大气", "今天天气", "")
    (decision,) = change.decisions
    assert (decision.left, decision.taken, decision.before) == ("大", "天", "今天")
    assert decision.left_runs == (("大", 4, 4),) and decision.taken_runs == (("天", 4, 4),)
    assert decision.acoustic == pytest.approx(math.log(0.42 / 0.51), abs=0.03)
    assert decision.language > -decision.acoustic
    assert decision.sentence.startswith(
        "“天” instead of “大”: the picture is against it, 1.2 to 1, the language after “今天”"
    )


@given(tiny_posteriors())
def test_the_shares_of_all_changes_are_those_of_the_texts(posteriors: Posteriors) -> None:
    scorer, settings = Table([-1.0, -2.0, -0.5, -3.0], [-2.0, -0.5, -1.0, -1.5]), BeamSettings(8, 0.5, 0.25)
    left = [run.class_index for run in greedy(posteriors).runs]
    taken = [1] if left != [1] else []
    found = decisions_between(posteriors, left, taken, settings, scorer)

    def log_prob(classes: list[int]) -> float:
        return text_log_prob(columns_of_posteriors(posteriors, classes))

    def language(classes: list[int]) -> float:
        return 0.5 * scorer.of_text(classes) + 0.25 * len(classes)

    assert sum(each.acoustic for each in found) == pytest.approx(log_prob(taken) - log_prob(left), abs=1e-6)
    assert sum(each.language for each in found) == pytest.approx(language(taken) - language(left), abs=1e-9)


def test_posteriors_come_back_from_evidence_over_the_classes_it_names() -> None:
    posteriors = doubtful()
    again = posteriors_of_evidence(evidence_of(posteriors, "今天天气"))
    assert set(again.charset.symbols) == set(posteriors.charset.symbols)
    for c, symbol in enumerate(again.charset.symbols):
        column = posteriors.charset.blank if not symbol else posteriors.charset.encode(symbol)[0]
        assert again.log_probs[:, c] == pytest.approx(posteriors.log_probs[:, column], abs=2e-2)


def test_what_evidence_of_the_best_path_lacks_is_said(models: Path) -> None:
    """天 has a column since it was read once; a line without it has none."""
    probabilities = np.exp(posteriors_of_path("今-大-气", ALPHABET, peak=0.96).log_probs)
    probabilities[2] = [0.02, 0.01, 0.42, 0.02, 0.51, 0.01, 0.01]
    change = decoding_change(evidence_of(posteriors_of(probabilities, ALPHABET), "今大气"), "beam+zh", models)
    assert change.taken == "今天气" and "天" in change.note and "lower bound" in change.note


def test_a_reading_that_evidence_does_not_give_again_is_said(models: Path) -> None:
    evidence = evidence_of(doubtful(), "今天天气")
    change = changed_by("beam+zh", evidence, models, "", "今天大大")
    assert change is not None and "too little" in change.note and "今天天气" in change.note


def test_nothing_is_said_of_greedy_readings_and_of_unknown_conditions(models: Path) -> None:
    evidence = evidence_of(doubtful(), "今天天气")
    assert changed_by("greedy", evidence, models, "", "今天大气") is None
    assert changed_by("beam, pattern", evidence, models, "", "今天大气") is None


@pytest.mark.parametrize(
    ("left", "taken", "acoustic", "language", "says"),
    [
        (" ", "", -1.0, 2.0, "A space left out: the picture is against it, 2.7 to 1, the language for it, 7.4 to 1"),
        ("", "l", 1.0, 0.0, "“l” put in: not on the best path, but over all paths the picture is for it, 2.7 to 1."),
        ("a", "b", -3.0, 1.0, "it comes with the other changes."),
        ("a", "b", 0.02, 1.0, "the picture is undecided, the language for it, 2.7 to 1"),
        ("a", "b", 9.0, 1.0, "more than 1,000 to 1"),
    ],
)
def test_a_decision_is_one_sentence(left: str, taken: str, acoustic: float, language: float, says: str) -> None:
    sentence = Decision(left, taken, "", (), (), acoustic, language).sentence
    assert says in sentence and sentence.count(". ") == 0 and sentence.endswith(".")
