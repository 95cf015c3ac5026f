"""Made-up formats and rows: amounts in words are right, texts are varied and within the charset."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.synth.formats import amount_in_words, coin_format
from ocr_core.synth.layout import is_wide
from ocr_core.synth.rows import leader, repeated, separator, spaced

WORDS = "中国人民今天北京公园"


def words(length: int) -> str:
    return (WORDS * length)[:length]


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (123450, "壹仟贰佰叁拾肆元伍角整"),
        (100_00, "壹佰元整"),
        (1005_06, "壹仟零伍元零陆分"),
        (10_0000_00, "壹拾万元整"),
        (1_0001_00, "壹万零壹元整"),
        (20_0300_10, "贰拾万零叁佰元壹角整"),
        (7, "柒分"),
        (0, "零元整"),
    ],
)
def test_amounts_are_said_as_on_cheques(cents: int, said: str) -> None:
    assert amount_in_words(cents) == said


SAMPLERS = {
    "format": lambda rng: coin_format(rng, words),
    "separator": lambda rng: separator(rng, 20),
    "leader": lambda rng: leader(rng, 24, words),
    "repeated": lambda rng: repeated(rng, 12),
    "spaced": lambda rng: spaced(rng, 10, words),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_texts_are_varied_short_enough_and_of_the_charset(name: str) -> None:
    charset = Charset.own()
    texts = [canonical(SAMPLERS[name](np.random.default_rng(n))) for n in range(400)]
    assert all(texts)
    assert max(map(len, texts)) <= 90
    assert len(set(texts)) > 50
    strange = {character for text in texts for character in text if character not in charset}
    assert not strange


def test_rows_are_long_and_leaders_end_in_a_number() -> None:
    rng = np.random.default_rng(2)
    rows = [separator(rng, 20) for _ in range(100)]
    assert np.mean([max(map(row.count, set(row))) >= 8 for row in rows]) > 0.7
    assert all(leader(rng, 24, words)[-1].isdigit() for _ in range(100))


def test_spaced_texts_set_single_characters_apart_and_hanzi_mostly_by_words() -> None:
    rng = np.random.default_rng(3)
    texts = [canonical(spaced(rng, 10, words)).split(" ") for _ in range(300)]
    assert all(len(pieces) > 1 for pieces in texts)
    assert np.mean([any(len(piece) == 1 for piece in pieces) for pieces in texts]) > 0.5
    hanzi = [pieces for pieces in texts if all(map(is_wide, "".join(pieces)))]
    assert 0.05 < np.mean([all(len(piece) == 1 for piece in pieces) for pieces in hanzi]) < 0.5
    assert any(pieces[0].startswith("第") for pieces in texts)
