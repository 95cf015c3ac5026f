"""Which kind of character each character is, so that errors can be told apart by kind.

Every character belongs to exactly one class. Knows nothing of scores.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_LEVEL_2_ROW: Final = 0xD8
"""First byte of GB2312's level 2; rows 0xB0 to 0xD7 are level 1, the 3,755 common hanzi."""


class ScriptClass(str, Enum):
    """Kinds of characters, in the order in which tables show them."""

    HANZI_COMMON = "hanzi_common"
    HANZI_RARE = "hanzi_rare"
    HANZI_OUTSIDE = "hanzi_outside"
    LATIN_UPPER = "latin_upper"
    LATIN_LOWER = "latin_lower"
    DIGIT = "digit"
    PUNCTUATION_CJK = "punctuation_cjk"
    PUNCTUATION_ASCII = "punctuation_ascii"
    GREEK = "greek"
    OPERATOR = "operator"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    SPACE = "space"
    OTHER = "other"


CLASSES: Final = tuple(ScriptClass)

CLASS_NAMES: Final[Mapping[ScriptClass, str]] = MappingProxyType(
    {
        ScriptClass.HANZI_COMMON: "common hanzi (GB2312 level 1)",
        ScriptClass.HANZI_RARE: "rare hanzi (GB2312 level 2)",
        ScriptClass.HANZI_OUTSIDE: "hanzi outside GB2312 (mostly traditional forms)",
        ScriptClass.LATIN_UPPER: "Latin capitals",
        ScriptClass.LATIN_LOWER: "Latin small letters",
        ScriptClass.DIGIT: "digits",
        ScriptClass.PUNCTUATION_CJK: "Chinese punctuation",
        ScriptClass.PUNCTUATION_ASCII: "ASCII punctuation",
        ScriptClass.GREEK: "Greek letters",
        ScriptClass.OPERATOR: "mathematical signs",
        ScriptClass.SUPERSCRIPT: "superscripts",
        ScriptClass.SUBSCRIPT: "subscripts",
        ScriptClass.SPACE: "spaces",
        ScriptClass.OTHER: "other signs",
    }
)

_SHARED_QUOTES_AND_DASHES: Final = frozenset("“”‘’…—～·")
"""Marks of Chinese typesetting that Unicode keeps outside its CJK blocks."""
_ASCII_OPERATORS: Final = frozenset("+<=>|^~")
_LETTERED_OPERATORS: Final = frozenset("¬±×÷′″‖ℏℓ⟨⟩⌈⌉⌊⌋")


@lru_cache(maxsize=1 << 16)
def script_class_of(character: str) -> ScriptClass:
    """Returns the class of one code point.

    `+ < = > | ^ ~` are counted as mathematical signs, the other printable ASCII signs as punctuation; the arrows and
    letter-like signs of formulas (→ ℝ ℏ) are mathematical too. Accented letters are Latin. Full-width letters and
    digits count as their ASCII.
    """
    if character.isspace():
        return ScriptClass.SPACE
    decomposition = unicodedata.decomposition(character)
    if decomposition.startswith("<super>"):
        return ScriptClass.SUPERSCRIPT
    if decomposition.startswith("<sub>"):
        return ScriptClass.SUBSCRIPT
    if (
        "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
    ):
        return _hanzi(character)
    if _is_operator(character):
        return ScriptClass.OPERATOR
    if character in _SHARED_QUOTES_AND_DASHES or "\u3000" <= character <= "\u303f":
        return ScriptClass.HANZI_COMMON if character == "〇" else ScriptClass.PUNCTUATION_CJK
    return _letter_or_mark(character)


def _hanzi(character: str) -> ScriptClass:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return ScriptClass.HANZI_OUTSIDE
    return ScriptClass.HANZI_COMMON if code[0] < _LEVEL_2_ROW else ScriptClass.HANZI_RARE


def _is_operator(character: str) -> bool:
    if character.isascii():
        return character in _ASCII_OPERATORS
    return (
        character in _LETTERED_OPERATORS
        or "\u2190" <= character <= "\u22ff"
        or unicodedata.decomposition(character).startswith("<font>")
    )


def _letter_or_mark(character: str) -> ScriptClass:
    plain = unicodedata.normalize("NFKC", character)
    category = unicodedata.category(character)
    name = unicodedata.name(character, "")
    if category == "Nd" and plain.isascii():
        return ScriptClass.DIGIT
    if category.startswith("L") and name.startswith("GREEK"):
        return ScriptClass.GREEK
    if category.startswith("L") and "LATIN" in name:
        return ScriptClass.LATIN_UPPER if category == "Lu" else ScriptClass.LATIN_LOWER
    if character.isascii() and character.isprintable():
        return ScriptClass.PUNCTUATION_ASCII
    if category.startswith("P") and name.startswith("FULLWIDTH"):
        return ScriptClass.PUNCTUATION_CJK
    return ScriptClass.OTHER
