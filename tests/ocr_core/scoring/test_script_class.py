"""Classes of characters: one for each, by the lists that define them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.charset import Charset
from ocr_core.scoring.metrics import is_script
from ocr_core.scoring.script_class import CLASS_NAMES, CLASSES, ScriptClass, script_class_of

EXAMPLES = {
    ScriptClass.HANZI_COMMON: "的一啊座〇",
    ScriptClass.HANZI_RARE: "亍饕鼗",
    ScriptClass.HANZI_OUTSIDE: "國學喆",
    ScriptClass.LATIN_UPPER: "AZÉＡ",
    ScriptClass.LATIN_LOWER: "azéǎ",
    ScriptClass.DIGIT: "09７",
    ScriptClass.PUNCTUATION_CJK: "，。《》“”—…～·（",
    ScriptClass.PUNCTUATION_ASCII: ".,()[]'\"-/%@",
    ScriptClass.GREEK: "αΩπ",
    ScriptClass.OPERATOR: "+=<−×∑≤→ℝ′",
    ScriptClass.SUPERSCRIPT: "²ⁿ⁻",
    ScriptClass.SUBSCRIPT: "₁ₙ",
    ScriptClass.SPACE: " \u3000",
    ScriptClass.OTHER: "①★℃¥",
}


@pytest.mark.parametrize(("kind", "characters"), EXAMPLES.items())
def test_characters_are_in_the_class_they_belong_to(kind: ScriptClass, characters: str) -> None:
    assert {character: script_class_of(character) for character in characters} == dict.fromkeys(characters, kind)


def test_every_class_has_a_name_and_examples() -> None:
    assert set(CLASSES) == set(CLASS_NAMES) == set(EXAMPLES)


def test_the_level_1_of_gb2312_is_complete() -> None:
    kinds = [script_class_of(symbol) for symbol in Charset.own().symbols[1:]]
    assert kinds.count(ScriptClass.HANZI_COMMON) == 3755 + 1, "and the zero 〇"
    assert kinds.count(ScriptClass.HANZI_RARE) == 3008


@given(st.characters())
def test_any_character_has_a_class_and_scripts_are_those_of_the_metrics(character: str) -> None:
    kind = script_class_of(character)
    assert kind in CLASSES
    assert is_script(character) == (kind in (ScriptClass.SUPERSCRIPT, ScriptClass.SUBSCRIPT))
