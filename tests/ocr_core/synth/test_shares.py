"""Special kinds of line are of training alone, and a share of nothing draws no random number."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from ocr_core.errors import OcrError
from ocr_core.scenario import Split
from ocr_core.synth.shares import Shares, strikes


def test_validation_and_test_lines_are_of_no_special_kind() -> None:
    assert any(astuple(Shares.of_split(Split.TRAIN)))
    for split in (Split.VALIDATION, Split.TEST):
        assert not any(astuple(Shares.of_split(split)))


def test_a_share_of_nothing_leaves_the_generator_where_it_was() -> None:
    rng, untouched = np.random.default_rng(3), np.random.default_rng(3)
    assert not any(strikes(0.0, rng) for _ in range(20))
    assert rng.random() == untouched.random()
    assert 60 < sum(strikes(0.4, rng) for _ in range(200)) < 100


def test_a_command_line_changes_single_shares() -> None:
    changed = Shares().changed("tight=0, tight_short=0.3")
    assert (changed.tight, changed.tight_short) == (0.0, 0.3)
    assert Shares().changed("") == Shares()


@pytest.mark.parametrize("wish", ["tigth=0.1", "tight=2", "tight=-0.1", "tight=some", "tight"])
def test_a_share_that_cannot_be_is_named(wish: str) -> None:
    with pytest.raises(OcrError, match="tig"):
        Shares().changed(wish)
