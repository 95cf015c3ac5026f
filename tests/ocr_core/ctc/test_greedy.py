from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.ctc.greedy import Run, best_classes, collapse, greedy
from tests.ocr_core.ctc.brute_force import collapsed, posteriors_of, posteriors_of_path, tiny_posteriors


def text_of(path: str, alphabet: str = "hapy") -> str:
    posteriors = posteriors_of_path(path, alphabet)
    return greedy(posteriors).text(posteriors.charset)


def test_greedy_keeps_repeated_letters():
    assert text_of("hhaap-pyy") == "happy"
    assert text_of("-h-a-pp-ppp-y-") == "happy"


def test_greedy_merges_a_letter_held_over_frames():
    assert text_of("haappppy") == "hapy"


def test_all_blank_is_empty_text():
    posteriors = posteriors_of_path("----", "hapy")
    path = greedy(posteriors)
    assert path.runs == ()
    assert path.text(posteriors.charset) == ""
    assert path.raw(posteriors.charset) == ("", "", "", "")


@pytest.mark.parametrize(("path", "runs"), [("-", ()), ("a", (Run(2, 0, 0),))])
def test_single_frame(path, runs):
    assert greedy(posteriors_of_path(path, "hapy")).runs == runs


def test_no_frames_no_runs():
    assert greedy(posteriors_of(np.ones((0, 3)))).runs == ()


def test_runs_know_their_first_and_last_frame():
    runs = greedy(posteriors_of_path("-hh-aa", "hapy")).runs
    assert runs == (Run(1, 1, 2), Run(2, 4, 5))


def test_blank_need_not_be_class_zero():
    assert collapse(np.array([0, 0, 2, 0, 1]), blank=2) == (Run(0, 0, 1), Run(0, 3, 3), Run(1, 4, 4))


@given(tiny_posteriors())
def test_greedy_equals_collapse_of_the_argmax_path(posteriors):
    path = greedy(posteriors)
    best = tuple(int(np.argmax(row)) for row in posteriors.log_probs)
    assert tuple(path.classes.tolist()) == best
    assert tuple(run.class_index for run in path.runs) == collapsed(best)
    for run in path.runs:
        assert set(best[run.first_frame : run.last_frame + 1]) == {run.class_index}


@given(st.lists(st.lists(st.integers(-3, 0), min_size=6, max_size=6), min_size=1, max_size=4), st.integers(1, 8))
def test_best_classes_are_a_stable_sort(rows, count):
    log_probs = np.array(rows, dtype=np.float32)
    log_probs[log_probs == -3] = -np.inf
    expected = np.argsort(-log_probs, axis=1, kind="stable")[:, :count]
    assert best_classes(log_probs, count).tolist() == expected.tolist()
