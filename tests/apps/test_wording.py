"""The demo's texts: complete in both languages, all of them used, and nothing on the page that is not one of them."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import gradio as gr
import pytest
from gradio.blocks import Block

import apps.demo.wording
import ocr_core.wording
from apps.gradio_app import build_demo
from ocr_core.language import LANGUAGES, Phrase, Words, speaking
from ocr_core.settings import Settings
from tests.conftest import REPOSITORY

FOLDERS = (Path(apps.demo.wording.__file__).parent, Path(ocr_core.wording.__file__).parent)
TABLES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts): importlib.import_module(
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
    ).say
    for folder in FOLDERS
    for path in sorted(folder.glob("*.py"))
    if path.stem != "__init__"
}
ASKED_FOR_BY_WHAT_THEY_SAY = "ocr_core.wording.sentences"  # see tests/ocr_core/test_sentences.py
TEXTS = [(module, key) for module, table in TABLES.items() for key in table.texts]

PROGRAMS = [
    REPOSITORY / "apps/gradio_app.py",
    *(path for folder in ("apps/demo", "ocr_core", "eval") for path in sorted((REPOSITORY / folder).rglob("*.py"))),
]

CTC_VIEW = REPOSITORY / "ocr_core/views/ctc_view.html"
SCRIPTS = {
    "ocr_core.wording.ctc_view": ("js.", sorted(CTC_VIEW.parent.glob("ctc_view*.js"))),
    "apps.demo.wording.compare": ("js.", [REPOSITORY / "apps/demo/chips.js"]),
    "apps.demo.wording.pictures": ("js.", [REPOSITORY / "apps/demo/image_input.js"]),
    "apps.demo.wording.break_it": ("js.", [REPOSITORY / "apps/demo/break_it/sliders.js"]),
    "apps.demo.wording.page": ("js.", [REPOSITORY / "apps/demo/page/page_view.js"]),
    "apps.demo.wording.tours": ("js.", [REPOSITORY / "apps/demo/tours/guide.js"]),
    "apps.demo.wording.cases": ("js.", [REPOSITORY / "apps/demo/cases/copy_link.js"]),
}
"""Tables whose texts scripts ask for: what the keys begin with, and the scripts."""

SPOKEN_TABS = ("write", "compare", "break", "page", "cases", "models")

HANZI = re.compile(r"[\u4e00-\u9fff]")
NAMES = re.compile(r"\{[^}]*\}")


@cache
def used() -> dict[str, tuple[set[str], set[str]]]:
    """Returns what the code asks each table for: whole keys, and beginnings of keys."""
    asked: dict[str, tuple[set[str], set[str]]] = {module: (set(), set()) for module in TABLES}
    for path in PROGRAMS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables = dict(_imported_tables(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                if isinstance(node.func, ast.Name) and node.func.id == "speaking_script":
                    _, table, prefix = node.args
                    asked[tables[ast.unparse(table)]][1].update(_keys(prefix))
                    continue
                function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
                if isinstance(function, ast.Name) and function.id in tables:
                    whole, begun = asked[tables[function.id]]
                    for key in _keys(node.args[0]):
                        (begun if key.endswith("*") or isinstance(node.func, ast.Attribute) else whole).add(
                            key.rstrip("*")
                        )
    _, begun = asked["ocr_core.wording.ctc_view"]
    begun |= set(re.findall(r"@@say:([\w.]+)@@", CTC_VIEW.read_text(encoding="utf-8")))
    return asked


def _imported_tables(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in TABLES:
            yield from ((alias.asname or alias.name, node.module) for alias in node.names if alias.name == "say")


def _keys(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield f"{node.values[0].value}*"
    elif isinstance(node, ast.IfExp):
        yield from (*_keys(node.body), *_keys(node.orelse))
    elif not isinstance(node, ast.Name):  # a name's keys must be asked for somewhere else, or they count as unused
        raise AssertionError(f"A key that cannot be followed: {ast.unparse(node)}")


@pytest.mark.parametrize(("module", "key"), TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_places(module: str, key: str) -> None:
    english, chinese = TABLES[module].texts[key]
    if key.endswith(".and") or key.startswith("between_"):  # what stands between things that are listed
        return
    assert english.strip()
    assert chinese.strip()
    assert not HANZI.search(NAMES.sub("", english).replace("字鉴", "")), "hanzi in the English text"
    is_translated = HANZI.search(chinese) or key.startswith(("runtime.", "phase."))
    assert is_translated or not re.search(r"[a-z]{4}", NAMES.sub("", chinese)), "no hanzi in the Chinese text"
    assert len(set(TABLES[module].places(key))) == 1


@pytest.mark.parametrize(("module", "key"), TEXTS)
def test_no_text_is_kept_that_nobody_asks_for(module: str, key: str) -> None:
    whole, begun = used()[module]
    assert module == ASKED_FOR_BY_WHAT_THEY_SAY or key in whole or any(key.startswith(beginning) for beginning in begun)


@pytest.mark.parametrize("module", TABLES)
def test_no_text_is_asked_for_that_is_not_there(module: str) -> None:
    table: Words = TABLES[module]
    whole, begun = used()[module]
    assert whole <= table.texts.keys()
    assert all(any(key.startswith(beginning) for key in table.texts) for beginning in begun)


@pytest.mark.parametrize("module", SCRIPTS)
def test_scripts_ask_for_texts_that_are_there_and_for_all_of_them(module: str) -> None:
    prefix, scripts = SCRIPTS[module]
    asked = {
        key for path in scripts for key in re.findall(r"""\bsay\(["']([\w.]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert asked == {key.removeprefix(prefix) for key in TABLES[module].texts if key.startswith(prefix)}


@pytest.fixture(scope="module")
def page(settings: Settings, samples_folder: Path) -> gr.Blocks:
    """The page as it is built, before anybody visits it."""
    return build_demo(settings, samples_folder)


def test_everything_that_is_laid_out_speaks_both_languages(page: gr.Blocks) -> None:
    silent = [
        f"{type(block).__name__} {block.elem_id}: {name}={text!r}"
        for block in _shown(page)
        for name, text in _texts_of(block)
        if not isinstance(text, Phrase) and re.search(r"[A-Za-z]{2}", text)
    ]
    assert not silent


def _shown(block: Block) -> Iterator[Block]:
    if getattr(block, "visible", True) is False:
        return
    if isinstance(block, gr.Tab) and block.id not in SPOKEN_TABS:
        return
    yield block
    for child in getattr(block, "children", ()):
        yield from _shown(child)


def _texts_of(block: Block) -> Iterator[tuple[str, str]]:
    names = ["label", "info", "placeholder", "title"]
    if isinstance(block, (gr.HTML, gr.Button, gr.Markdown)):
        names += ["value", "html_template"]
    for name in names:
        text = getattr(block, name, None)
        if isinstance(text, str) and not (name == "label" and getattr(block, "show_label", True) is False):
            yield name, re.sub(r"(?s)<[^>]*>|\$\{.*\}", "", text) if not isinstance(text, Phrase) else text


def test_the_page_as_it_is_sent_is_in_one_language(page: gr.Blocks) -> None:
    titles = {}
    for language in LANGUAGES:
        with speaking(language):
            titles[language] = page.config["title"]
    assert HANZI.search(titles["zh"].replace("字鉴", ""))
    assert not HANZI.search(titles["en"].replace("字鉴", ""))
