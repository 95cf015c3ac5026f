"""Warnings and errors are told in another language, and every one in the table is one that the code makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from ocr_core.language import speaking
from ocr_core.wording.sentences import retold, say
from tests.conftest import REPOSITORY


@pytest.mark.parametrize("key", say.texts)
def test_a_sentence_is_told_in_chinese_with_its_figures(key: str) -> None:
    values = {name: str(7 * number + 3) for number, name in enumerate(sorted(say.places(key)[0]))}
    english = say(key, **values)
    with speaking("zh"):
        assert retold(str.__add__(english, "")) == say(key, **values)
    assert retold(english) == english


def test_an_unknown_sentence_stays_as_it_is() -> None:
    with speaking("zh"):
        assert retold("Tesseract is out of paper.") == "Tesseract is out of paper."


@pytest.mark.parametrize("key", say.texts)
def test_every_sentence_in_the_table_is_made_somewhere(key: str) -> None:
    assert re.sub(r"\{\w+\}", "{}", say.texts[key][0]) in written()


@cache
def written() -> frozenset[str]:
    """Returns the texts in the code, with {} for what is put into them."""
    folders = ("ocr_core", "apps/demo", "eval/cases")
    files = [path for folder in folders for path in (REPOSITORY / folder).rglob("*.py") if "wording" not in path.parts]
    return frozenset(text for path in files for text in _texts(ast.parse(path.read_text(encoding="utf-8"))))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
