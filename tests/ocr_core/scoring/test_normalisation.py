"""What each profile makes equal and what it keeps apart."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.errors import OcrError
from ocr_core.scoring import normalisation
from ocr_core.scoring.normalisation import PROFILES, canonical, nfkc, nfkc_no_punctuation, profile_named, raw


@given(st.text(max_size=20))
def test_raw_changes_nothing(text: str) -> None:
    assert raw(text) == text


@given(st.text(max_size=20))
def test_nfkc_is_stable_and_has_single_inner_spaces(text: str) -> None:
    once = nfkc(text)
    assert nfkc(once) == once
    assert once == once.strip() and "  " not in once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ａ，\u3000b\t c ", "A, b c"),
        ("x² + a₁", "x2 + a1"),
        ("等…", "等..."),
        ("20℃", "20°C"),
        ("“好”。−′", "“好”。−′"),
        ("new york", "new york"),
        ("¼ ○Α", "1/4 〇A"),
    ],
)
def test_nfkc_does_what_its_docstring_says(text: str, expected: str) -> None:
    assert nfkc(text) == expected


def test_canonical_makes_alike_what_looks_alike_and_keeps_scripts() -> None:
    assert canonical("Α○ø…º㎡") == canonical("A〇∅...°m²") == "A〇∅...°m²"
    assert canonical("x²") != canonical("x2") and raw("○") != raw("〇")


@given(st.text(max_size=20))
def test_no_punctuation_leaves_none(text: str) -> None:
    assert not any(unicodedata.category(c).startswith("P") for c in nfkc_no_punctuation(text))


def test_no_punctuation_keeps_words_and_signs_apart() -> None:
    assert nfkc_no_punctuation("你好，world 。 1+1=2 —— ok…") == "你好world 1+1=2 ok"


def test_fudan_folds_width_script_and_case() -> None:
    pytest.importorskip("opencc")
    assert normalisation.fudan("ＡＢ漢語，Hello！") == "ab汉语,hello!"
    assert normalisation.fudan("x² …") == "x² …"


def test_fudan_without_opencc_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    normalisation._simplifier.cache_clear()
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(OcrError, match="opencc"):
        normalisation.fudan("漢")
    normalisation._simplifier.cache_clear()


def test_profiles_are_found_by_name() -> None:
    assert list(PROFILES) == ["raw", "canonical", "nfkc", "nfkc_no_punctuation", "fudan"]
    assert profile_named("nfkc") is nfkc
    with pytest.raises(OcrError, match="nfkc_no_punctuation"):
        profile_named("nfkd")
