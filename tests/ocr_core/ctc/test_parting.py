"""Where two readings of the same frames part: the place, the frame, and how near the decision was."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.parting import largest_difference, partings
from ocr_core.result import Evidence, Posteriors
from tests.ocr_core.ctc.brute_force import posteriors_of


def evidence(rows: list[list[float]]) -> Evidence:
    posteriors: Posteriors = posteriors_of(rows)
    return evidence_of(posteriors, "")


SURE = [0.02, 0.96, 0.01, 0.01]
BLANK = [0.97, 0.01, 0.01, 0.01]


def test_the_frame_is_where_the_best_class_changed() -> None:
    first = evidence([SURE, BLANK, [0.1, 0.1, 0.5, 0.3], BLANK])
    second = evidence([SURE, BLANK, [0.1, 0.1, 0.3, 0.5], BLANK])
    (place,) = partings(first, second)
    symbols = first.symbols
    assert (place.first, place.second, place.before, place.frame) == (symbols[2], symbols[3], symbols[1], 2)
    assert [text for text, _ in place.first_odds] == [symbols[2], symbols[3]]
    assert [text for text, _ in place.second_odds] == [symbols[3], symbols[2]]
    assert place.first_odds[0][1] == pytest.approx(0.5, abs=1e-3)
    assert place.right_px - place.left_px == first.stride_px


def test_what_one_reads_more_is_a_place_of_its_own() -> None:
    first = evidence([SURE, BLANK, BLANK, BLANK])
    second = evidence([SURE, BLANK, BLANK, [0.2, 0.1, 0.6, 0.1]])
    (place,) = partings(first, second)
    assert (place.first, place.second, place.frame) == ("", second.symbols[2], 3)
    (back,) = partings(second, first)
    assert (back.first, back.second, back.frame) == (place.second, "", 3)


def test_a_letter_doubled_by_a_blank_between_parts_at_the_blank() -> None:
    first = evidence([SURE, SURE, SURE])
    second = evidence([SURE, [0.6, 0.38, 0.01, 0.01], SURE])
    (place,) = partings(first, second)
    assert place.frame == 1
    assert place.second == first.symbols[1]


def test_the_same_paths_part_nowhere_however_far_posteriors_lie_apart() -> None:
    first, second = evidence([SURE, BLANK]), evidence([[0.3, 0.6, 0.05, 0.05], BLANK])
    assert partings(first, second) == ()
    assert largest_difference(first, second) == pytest.approx(0.36, abs=1e-3)
    assert largest_difference(first, first) == 0.0


def test_the_largest_difference_is_that_of_full_posteriors_where_all_is_kept() -> None:
    rng = np.random.default_rng(4)
    rows = [rng.dirichlet(np.ones(4), size=9).tolist() for _ in range(2)]
    first, second = map(evidence, rows)
    assert largest_difference(first, second) == pytest.approx(np.abs(np.subtract(*rows)).max(), abs=2e-3)


def test_other_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="same frames"):
        partings(evidence([SURE]), evidence([SURE, BLANK]))
