"""The label conventions as code: one spelling for what cannot be told apart by eye. The page for people is LABELS.md.

Synthesis, training and evaluation pass every text through `canonical`; it knows nothing of charsets or images.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACES = dict.fromkeys(
    "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff", "")
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
    **_SPACES, **_INVISIBLE, **_FULL_WIDTH_ASCII, **_DASHES, **_DOTS, **_QUOTES, **_GREEK_AS_LATIN,
    **_GREEK_VARIANTS, **_SIGNS, **_ROMAN, **_LIGATURES,
}  # fmt: skip
"""Code point to the text that stands for it in every label."""

_TABLE: Final = str.maketrans(MERGED)
_LONE_ELLIPSIS: Final = re.compile("(?<!…)…(?!…)")
_SPACE_RUN: Final = re.compile(" {2,}")


def canonical(text: str) -> str:
    """Returns the label of a text: canonical code points, single U+0020 spaces, none at the ends.

    Composes first (NFC), so that an accent is part of its letter. A lone ellipsis becomes three full stops, since in
    Latin faces they look the same; the Chinese double ellipsis stays.
    """
    merged = unicodedata.normalize("NFC", text).translate(_TABLE)
    merged = _LONE_ELLIPSIS.sub("...", merged)
    return _SPACE_RUN.sub(" ", merged).strip(" ")
