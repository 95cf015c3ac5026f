"""The label conventions, and the charset they meet in."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ocr_core
from ocr_core.charset import BLANK, Charset
from ocr_core.labels import MERGED, canonical

PAGE = (Path(ocr_core.__file__).parent / "LABELS.md").read_text(encoding="utf-8")


TRICKY = st.text(
    st.sampled_from("°℃℉CF ᵀᴹ…⋯.\u0301\u030a\u0338AaΑOoºøÅK<＜=~∼≃\u200d\ufe0f\u00ad\t\u3000⼾⻓⺀戶\u115f\u1161ᄀ가"),
    max_size=12,
)


@given(st.one_of(st.text(max_size=40), TRICKY))
@example("Ａ\u0301")
@example("°\u200d°C")
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


@pytest.mark.parametrize(
    ("copied", "drawn"),
    [
        ("⻓度三⽶", "长度三米"),
        ("⼾⼝", "户口"),
        ("⻢到成功", "马到成功"),
        ("⻬⼼", "齐心"),
        ("⻄⻋⻉⻨⻤⻩", "西车贝麦鬼黄"),
        ("⿓⿔⼀⾦", "龍龜一金"),
        ("⺀", "⺀"),
    ],
)
def test_radicals_copied_out_of_a_pdf_are_the_ideographs_that_are_drawn(copied: str, drawn: str) -> None:
    assert canonical(copied) == drawn


def test_every_radical_has_its_ideograph() -> None:
    radicals = [chr(code) for code in range(0x2E81, 0x2FD6) if unicodedata.name(chr(code), "").find("RADICAL") > 0]
    assert len(radicals) == 114 + 214
    for radical in radicals:
        assert unicodedata.name(canonical(radical)).startswith("CJK UNIFIED IDEOGRAPH")
        compatible = unicodedata.normalize("NFKC", radical)
        assert compatible == radical or radical == "⼾" or canonical(radical) == compatible


@pytest.mark.parametrize(
    "mark",
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u180f\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2062\u2065"
    "\u2066\u2069\u206f\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0\ufffb\U0001bca0\U0001d173\U000e0001\U000e0041\U000e0100\U000e0fff"
    "\0\x07\x7f\x80",
    ids=ascii,
)
def test_what_cannot_be_seen_is_no_part_of_a_label(mark: str) -> None:
    assert canonical(f"{mark}红{mark}心{mark}{mark}") == "红心"
    assert canonical(f"cafe{mark}\u0301") == "café"
    assert canonical(mark) == ""


def test_every_white_space_is_the_one_space() -> None:
    for character in map(chr, range(0x110000)):
        if character.isspace():
            assert canonical(f"a{character}{character} b") == "a b"


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("36.5°C", "36.5℃"),
        ("36.5℃", "36.5℃"),
        ("36.5°℃", "36.5℃"),
        ("20℃~30°C", "20℃~30℃"),
        ("98.6°F", "98.6℉"),
        ("98.6º\u200bＦ", "98.6℉"),
        ("a 30°Curve", "a 30°Curve"),
        ("90° C", "90° C"),
        ("№ 25", "№ 25"),
        ("No 25", "No 25"),
        ("Zijian™", "Zijian™"),
        ("Zijianᵀᴹ", "Zijian™"),
        ("ZijianTM", "ZijianTM"),
    ],
)
def test_degrees_are_one_character_however_they_were_typed(written: str, label: str) -> None:
    assert canonical(written) == label


def test_every_merged_sign_is_on_the_page() -> None:
    def in_a_range(c: str) -> bool:
        return c.isspace() or "！" <= c <= "～" or "Ⅰ" <= c <= "ⅿ" or "⺁" <= c <= "⿕" or c == "\u2800"

    missing = [c for c in MERGED if not in_a_range(c) and c not in PAGE]
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
