"""The label conventions as code: one spelling for what cannot be told apart by eye. The page for people is LABELS.md.

Synthesis, training and evaluation pass every text through `canonical`; it knows nothing of charsets or images.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ocr_core.radicals import IDEOGRAPH_OF

_SPACES = dict.fromkeys(
    "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u2800\u3000",
    " ",
)
_FULL_WIDTH_ASCII = {chr(0xFEE0 + ord(c)): c for c in map(chr, range(0x21, 0x7F)) if c not in ",:;!?()~"}
_DASHES = {"‐": "-", "‑": "-", "﹣": "-", "‒": "–", "―": "—", "─": "—", "━": "—", "﹘": "—"}
_DOTS = {"・": "·", "‧": "·", "∙": "·", "⋅": "·", "․": ".", "｡": "。", "⋯": "…", "▪": "•"}
_QUOTES = {"´": "'", "＂": '"', "＇": "'", "‚": ",", "„": '"', "‟": "“", "‛": "‘", "〃": "″", "ʹ": "′", "ˊ": "′"}
_GREEK_AS_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
_GREEK_VARIANTS = {"ϕ": "φ", "ϵ": "ε", "ϑ": "θ", "ϖ": "π", "ϱ": "ρ", "µ": "μ", "Ω": "Ω", "∆": "Δ", "ς": "σ"}
_SIGNS = {
    "〜": "～", "￥": "¥", "∗": "*", "∼": "~", "∣": "|", "∥": "‖", "∖": "\\", "∕": "/", "⁄": "/", "✓": "√", "✔": "√",
    "⟶": "→", "⟵": "←", "⟹": "⇒", "⟺": "⇔", "ˆ": "^", "˜": "~", "º": "°", "˚": "°", "ø": "∅", "⩽": "≤",
    "⩾": "≥", "≦": "≤", "≧": "≥", "≃": "≈", "○": "〇", "◯": "〇", "►": "▶", "◼": "■",
}  # fmt: skip
_ROMAN = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0x2160, 0x2180)}
_LIGATURES = {c: unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄ℡㎏㎜㎝㎞㏄㎎"} | {"㎡": "m²", "㎥": "m³"}

MERGED: Final[dict[str, str]] = {
    **_SPACES, **_FULL_WIDTH_ASCII, **_DASHES, **_DOTS, **_QUOTES, **_GREEK_AS_LATIN,
    **_GREEK_VARIANTS, **_SIGNS, **_ROMAN, **_LIGATURES, **IDEOGRAPH_OF,
}  # fmt: skip
"""Code point to the text that stands for it in every label."""

_TABLE: Final = str.maketrans(MERGED)
_INVISIBLE: Final = re.compile(
    # Default_Ignorable_Code_Point of Unicode 15.0, unassigned places included: they are ignorable for good.
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    # Marks around annotations, and control characters other than those that are spaces.
    "\ufff9-\ufffb\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_DEGREES: Final = re.compile("°+(?:℃|C(?![A-Za-z]))")
_DEGREES_FAHRENHEIT: Final = re.compile("°+(?:℉|F(?![A-Za-z]))")
_LONE_ELLIPSIS: Final = re.compile("(?<!…)…(?!…)")
_SPACE_RUN: Final = re.compile(" {2,}")


def canonical(text: str) -> str:
    """Returns the label of a text: canonical code points, single U+0020 spaces, none at the ends.

    What cannot be seen goes first, then letters and accents are composed (NFC), so that an accent is part of its
    letter. A lone ellipsis becomes three full stops, since in Latin faces they look the same; the Chinese double
    ellipsis stays.
    """
    seen = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    merged = unicodedata.normalize("NFC", seen.translate(_TABLE))
    merged = _DEGREES_FAHRENHEIT.sub("℉", _DEGREES.sub("℃", merged)).replace("ᵀᴹ", "™")
    merged = _LONE_ELLIPSIS.sub("...", merged)
    return _SPACE_RUN.sub(" ", merged).strip(" ")
