"""The character language model: probabilities that add up, contexts that matter, files that are not believed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.charset import Charset
from ocr_core.ctc.language_model import LanguageModel, LanguageScorer, NgramModel, is_latin
from ocr_core.errors import ModelError
from ocr_core.training.language_model import build, count_ngrams

CHARSET = Charset.of("今天气很好不坏我去公园abc， 1+")
TEXTS = ["今天天气很好，我去公园", "今天气很坏，我不去公园", "天气好我去", "a cab, bac 1+1"] * 3


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return build(TEXTS, CHARSET)


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=1, max_size=6),
    st.lists(st.integers(0, 3), max_size=4),
    st.sampled_from([(1, 1, 1), (1, 2, 2)]),
)
def test_what_may_follow_a_context_adds_up_to_one(
    texts: list[list[int]], history: list[int], cutoffs: tuple[int, ...]
) -> None:
    tables = count_ngrams([np.array(text, dtype=np.uint64) for text in texts], 4, 3, cutoffs)
    found = NgramModel(tuple("甲乙丙丁"), tables).log_probs(history, range(4))
    assert sum(map(math.exp, found)) == pytest.approx(1.0, abs=0.01)  # half precision


def test_absolute_discounting_as_by_hand() -> None:
    """甲乙 twice and 甲丙 once: after 甲, 乙 has (2 - D) / 3 and its share of the 2 D / 3 that were taken off."""
    texts = [np.array([0, 1]), np.array([0, 1]), np.array([0, 2])]
    tables = count_ngrams([text.astype(np.uint64) for text in texts], 3, 2, (1, 1), discount=0.75)
    alone = (2 - 0.75) / 6 + 3 * 0.75 / 6 / 3
    expected = (2 - 0.75) / 3 + 2 * 0.75 / 3 * alone
    assert math.exp(NgramModel(("甲", "乙", "丙"), tables).log_probs([0], [1])[0]) == pytest.approx(expected, rel=2e-3)


def test_a_context_makes_its_continuation_likely(model: LanguageModel) -> None:
    scorer = LanguageScorer(model, CHARSET)
    state = scorer.start()
    for c in CHARSET.encode("今天天"):
        state = scorer.after(state, c)
    air, bad = scorer.scores(state, CHARSET.encode("气坏"))
    assert air > bad + 1


def test_the_first_character_costs_nothing(model: LanguageModel) -> None:
    scorer = LanguageScorer(model, CHARSET)
    assert list(scorer.scores(scorer.start(), CHARSET.encode("今坏a1"))) == [0.0] * 4


def test_digits_are_all_alike_and_so_are_other_signs(model: LanguageModel) -> None:
    charset = Charset.of("今天0123456789+=")
    scorer = LanguageScorer(model, charset)
    state = scorer.after(scorer.start(), charset.encode("今")[0])
    digits = scorer.scores(state, charset.encode("0123456789"))
    assert len(set(digits)) == 1
    plus, equals = scorer.scores(state, charset.encode("+="))
    assert plus == equals


def test_letters_are_judged_by_the_letters_before(model: LanguageModel) -> None:
    scorer = LanguageScorer(model, CHARSET)
    state = scorer.start()
    for c in CHARSET.encode("ca"):
        state = scorer.after(state, c)
    b, c = scorer.scores(state, CHARSET.encode("bc"))
    assert b > c
    after_hanzi = scorer.after(state, CHARSET.encode("今")[0])
    assert after_hanzi[1] == ()  # type: ignore[index]


def test_latin_is_letters_and_what_holds_words_together() -> None:
    assert all(map(is_latin, "aZ '-")) and not any(map(is_latin, "1é今.，"))


def test_a_saved_model_says_the_same(model: LanguageModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    again = LanguageModel.load(tmp_path / "m.npz")
    assert again.about == model.about
    scorers = LanguageScorer(model, CHARSET), LanguageScorer(again, CHARSET)
    state: object = scorers[0].start()
    for character in "今天天气，a b":
        c = CHARSET.encode(character)[0]
        scores = [list(scorer.scores(state, range(1, len(CHARSET)))) for scorer in scorers]  # type: ignore[arg-type]
        assert scores[0] == scores[1]
        state = scorers[0].after(state, c)  # type: ignore[arg-type]


def test_the_same_texts_give_the_same_bytes(model: LanguageModel, tmp_path: Path) -> None:
    model.save(tmp_path / "a.npz")
    build(TEXTS, CHARSET).save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"not a model at all"])
def test_a_file_that_is_no_model_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.npz"):
        LanguageModel.load(tmp_path / "m.npz")


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", version=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError):
        LanguageModel.load(tmp_path / "m.npz")


def test_tables_that_do_not_fit_are_refused(model: LanguageModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as arrays:
        content = dict(arrays)
    content["outer/1/log_probs"] = content["outer/1/log_probs"][:-1]
    np.savez(tmp_path / "m.npz", **content)
    with pytest.raises(ModelError, match="fit"):
        LanguageModel.load(tmp_path / "m.npz")
