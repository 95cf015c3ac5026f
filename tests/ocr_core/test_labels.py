"""The label conventions, and the charset they meet in."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import ocr_core
from ocr_core.charset import BLANK, Charset
from ocr_core.labels import MERGED, canonical

PAGE = (Path(ocr_core.__file__).parent / "LABELS.md").read_text(encoding="utf-8")


@given(st.text(max_size=40))
def test_canonical_is_idempotent(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.text(max_size=40))
def test_the_only_space_is_single_and_inside(text: str) -> None:
    label = canonical(text)
    assert "  " not in label
    assert label == label.strip(" ")
    assert not re.search("[\u00a0\u2000-\u200f\u3000\t]", label)


def test_maths_keeps_its_scripts() -> None:
    assert canonical("x² + y₁ ≤ √z") == "x² + y₁ ≤ √z"


def test_chinese_ellipsis_stays_and_a_lone_one_is_three_stops() -> None:
    assert canonical("好……") == "好……"
    assert canonical("Loading…") == "Loading..."


def test_every_merged_sign_is_on_the_page() -> None:
    shown = [c for c in MERGED if not re.match("[\\s\u00ad\u200b-\u202f\u205f-\u2060\ufeffＡ-Ｚａ-ｚ０-９]", c)]
    ranges = "".join(c for c in shown if not "！" <= c <= "～" and not "Ⅰ" <= c <= "ⅿ")
    missing = [c for c in ranges if c not in PAGE]
    assert not missing


def test_charset_has_no_merged_character() -> None:
    merged = [c for c in Charset.own().symbols[1:] if c not in " …" and canonical(c) != c]
    assert merged == []


def test_charset_holds_what_the_project_promises() -> None:
    charset = Charset.own()
    hanzi = [bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    promised = (
        "".join(hanzi) + "".join(map(chr, range(0x20, 0x7F))) + "，。、；：？！“”‘’（）《》—·αβγΩ≤≥≠≈∈∑∫√∞²₁ⁿᵢ℃№①−′"
    )
    assert charset.missing(promised) == ()
    assert charset.symbols[BLANK] == ""
    assert len(set(charset.symbols)) == len(charset)


@given(st.lists(st.integers(1, 7700), max_size=30))
def test_encode_and_decode_are_inverse(classes: list[int]) -> None:
    charset = Charset.own()
    assert charset.encode(charset.decode(classes)) == classes
