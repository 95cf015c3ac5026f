from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given

from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.forward import line_confidence, text_log_prob
from tests.ocr_core.ctc.brute_force import (
    all_paths,
    collapsed,
    posteriors_of,
    posteriors_of_path,
    tiny_posteriors,
)


def log_prob_of(posteriors, classes) -> float:
    return text_log_prob(columns_of_posteriors(posteriors, classes))


@given(tiny_posteriors())
def test_forward_sum_equals_the_sum_over_all_alignments(posteriors):
    probability = defaultdict(float)
    for path, log_prob in all_paths(posteriors):
        probability[collapsed(path)] += math.exp(log_prob)
    for classes, expected in probability.items():
        assert math.exp(log_prob_of(posteriors, classes)) == pytest.approx(expected, rel=1e-9)
    assert sum(probability.values()) == pytest.approx(1.0, abs=1e-5)


@given(tiny_posteriors(max_frames=3))
def test_texts_that_no_path_spells_are_impossible(posteriors):
    spelt = {collapsed(path) for path, _ in all_paths(posteriors)}
    for classes in [(1, 1), (1, 1, 1), (1,) * posteriors.frames, (1,) * (posteriors.frames + 1)]:
        assert (log_prob_of(posteriors, classes) > -math.inf) == (classes in spelt)


def test_empty_text_is_all_blank():
    posteriors = posteriors_of([[0.5, 0.5], [0.25, 0.75]])
    assert line_confidence(posteriors, []) == pytest.approx(0.125)


def test_single_frame():
    posteriors = posteriors_of([[0.25, 0.75]])
    assert line_confidence(posteriors, [1]) == pytest.approx(0.75)
    assert line_confidence(posteriors, []) == pytest.approx(0.25)


def test_text_longer_than_frames_has_no_confidence():
    posteriors = posteriors_of_path("甲乙", "甲乙丙")
    assert log_prob_of(posteriors, [1, 2, 3]) == -math.inf
    assert line_confidence(posteriors, [1, 2, 3]) == 0.0


def test_confidence_is_the_geometric_mean_a_character():
    posteriors = posteriors_of_path("甲-乙", "甲乙丙", peak=0.7)
    assert line_confidence(posteriors, [1, 2]) == pytest.approx(math.exp(log_prob_of(posteriors, [1, 2]) / 2))


def test_impossible_frames_do_not_become_nan():
    posteriors = posteriors_of([[0.0, 1.0], [0.0, 1.0]])
    assert log_prob_of(posteriors, []) == -math.inf
    assert math.exp(log_prob_of(posteriors, [1])) == pytest.approx(1.0)


def test_forward_survives_probabilities_below_the_range_of_floats():
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 60, (200, 5))
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    posteriors = posteriors_of(np.full((200, 4), 0.25))
    object.__setattr__(posteriors, "log_probs", log_probs.astype(np.float32)[:, :4])
    log_prob = log_prob_of(posteriors, [1, 2, 3] * 20)
    assert math.isfinite(log_prob) and log_prob < -800
