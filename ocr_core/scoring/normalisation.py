"""Named ways to make two texts comparable before they are scored, one pure function each.

A figure means nothing without the name of its profile. Knows nothing of metrics: every profile is applied to the
truth and to the reading alike, both as they were written, so `profile(text) -> text` is all there is. All but `raw`
and `fudan` begin with `labels.canonical`, one spelling for what cannot be told apart by eye.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from ocr_core import labels
from ocr_core.errors import OcrError

Profile = Callable[[str], str]


def raw(text: str) -> str:
    """Leaves the text as it is, to the last code point: what another program computes from the same two texts."""
    return text


def canonical(text: str) -> str:
    """Applies the label conventions alone: what maths is judged by, where a superscript is no digit.

    Of the characters that fonts draw alike one stands for all: `Α` (Greek) and `A`, `○` and `〇`, `ø` and `∅`, `…` and
    three full stops, `º` and `°`, `㎡` and `m²`, full-width letters and digits; runs of white space are one space, and
    what cannot be seen goes. `LABELS.md` has all of them.
    """
    return labels.canonical(text)


def nfkc(text: str) -> str:
    """Applies Unicode's NFKC, folds every run of white space into one space and trims; inner spaces are kept.

    NFKC makes full-width and half-width equal (`，` and `,`, `Ａ` and `A`), and it also turns superscripts, subscripts
    and circled numbers into plain digits (`x²` becomes `x2`), `…` (U+2026) into three full stops, `℃` into `°C`,
    `″` into two primes and ligatures into their letters. It leaves `。`, `“`, `−` (U+2212) and `′` alone. One misread
    ellipsis therefore counts as up to three characters.
    """
    return _folded(_compatible(text))


def nfkc_no_punctuation(text: str) -> str:
    """As `nfkc`, then drops every character of Unicode's punctuation categories (P*); symbols such as `+` stay.

    Handwriting is stated with and without punctuation: many writers put `.` where print has `。`.
    """
    kept = (c for c in _compatible(text) if not unicodedata.category(c).startswith("P"))
    return _folded("".join(kept))


def fudan(text: str) -> str:
    """Follows the rules of FudanVI's Chinese text recognition benchmark, for comparison with its published table.

    Full-width ASCII and the ideographic space become half-width, traditional characters become simplified, letters
    lower case. Source: FudanVI/benchmarking-chinese-text-recognition, `models/CRNN/main.py`. It differs in two ways:
    both sides are made half-width (there, the labels only), and the conversion is OpenCC's `t2s` (there, zhconv).

    Raises:
        OcrError: opencc is not installed.
    """
    return _simplifier()(_half_width(text)).lower()


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {function.__name__: function for function in (raw, canonical, nfkc, nfkc_no_punctuation, fudan)}
)
DEFAULT_PROFILE: Final = "nfkc"


def profile_named(name: str) -> Profile:
    """Returns the profile of that name.

    Raises:
        OcrError: there is none.
    """
    if name not in PROFILES:
        raise OcrError(f"There is no normalisation profile '{name}'. The profiles are: {', '.join(PROFILES)}.")
    return PROFILES[name]


def _compatible(text: str) -> str:
    """Applies NFKC before and after the label conventions: it makes characters that they have another spelling for."""
    return unicodedata.normalize("NFKC", canonical(unicodedata.normalize("NFKC", text)))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _half_width(text: str) -> str:
    table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return text.translate({**table, 0x3000: 0x20})


@cache
def _simplifier() -> Profile:
    """Loads OpenCC's dictionaries once."""
    try:
        from opencc import OpenCC
    except ImportError as error:
        raise OcrError(
            "The 'fudan' profile turns traditional characters into simplified ones with the package opencc, which is "
            "not installed. Install it (pip install opencc) or choose another profile."
        ) from error
    return OpenCC("t2s").convert
