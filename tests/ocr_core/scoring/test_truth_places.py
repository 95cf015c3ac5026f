"""Places carried over to normalised texts: what a character becomes lies where it lay."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.scoring.alignment import Places
from ocr_core.scoring.normalisation import nfkc
from ocr_core.scoring.truth_places import normalised_places

TEXT = st.text("a ，℃²　Ａ", max_size=8)


def places(truth: str, reading: str) -> Places:
    lefts = np.arange(len(truth), dtype=np.float64)
    return Places(np.stack([lefts, lefts + 1], axis=1), np.arange(len(reading), dtype=np.float64))


@given(TEXT, TEXT)
def test_every_normalised_character_lies_where_it_came_from(truth: str, reading: str) -> None:
    normal = nfkc(truth), nfkc(reading)
    found = normalised_places(places(truth, reading), truth, list(reading), *normal, nfkc)
    assert found is not None
    assert (len(found.reference), len(found.hypothesis)) == (len(normal[0]), len(normal[1]))
    for character, at in zip(normal[1], found.hypothesis.astype(int).tolist(), strict=True):
        origin = reading[at]
        assert character in nfkc(origin) or (character == " " and origin.isspace())


def test_one_that_becomes_two_gives_its_place_to_both() -> None:
    found = normalised_places(places("1℃", "1 C"), "1℃", list("1 C"), "1°C", "1 C", nfkc)
    assert found is not None and found.reference[:, 0].tolist() == [0, 1, 1]


def test_texts_that_are_not_normalised_character_by_character_have_no_places() -> None:
    composed = "e\u0301"
    assert normalised_places(places(composed, "e"), composed, ["e"], nfkc(composed), "e", nfkc) is None
    assert normalised_places(places("a", "b"), "ab", ["b"], "ab", "b", nfkc) is None
