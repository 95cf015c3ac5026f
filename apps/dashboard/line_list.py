"""Lines with truth and readings as a list that a phone has room for; a click or Enter on one opens it.

Equal readings stand together, edits are marked. Knows nothing of runs: it gets what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2 import component

from ocr_core.views.html import visible
from ocr_core.views.truth import truth_marks
from ocr_core.views.wording import counted

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ListedReading:
    """A text that one or several engines read.

    Attributes:
        mark: how many edits it needs, in a sign; "–" for a picture that was not read.
        parts: its text in pieces, each with the kind of its `TruthMark`; what was missed has none.
    """

    names: str
    right: bool
    mark: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One line of the list; `picture` is a data URI."""

    index: int
    picture: str | None
    truth: str
    readings: tuple[ListedReading, ...]
    facts: str
    tags: str = ""
    opened: bool = False


def listed_readings(truth: str, readings: Sequence[tuple[str, str | None, float, bool]]) -> tuple[ListedReading, ...]:
    """Puts equal readings together, in the order of the engines: each is (name, text, edits, right)."""
    together: dict[tuple[str | None, bool], list[str]] = {}
    edits: dict[tuple[str | None, bool], float] = {}
    for name, text, errors, right in readings:
        together.setdefault((text, right), []).append(name)
        edits[text, right] = errors
    return tuple(
        ListedReading(", ".join(names), right, _mark(text, edits[text, right]), _parts(truth, text, right))
        for (text, right), names in together.items()
    )


def show(lines: Sequence[ListedLine], key: str, label: str, on_chosen: Callable[[int], None]) -> None:
    """Draws the list; `on_chosen` is called with the index of the line that was clicked."""

    def chosen() -> None:
        index = getattr(st.session_state.get(key), "chosen", None)
        if isinstance(index, int):
            on_chosen(index)

    _component()(data={"label": label, "lines": [asdict(line) for line in lines]}, key=key, on_chosen_change=chosen)


def _component() -> Any:
    return _made((_FOLDER / "line_list.css").read_text("utf-8"), (_FOLDER / "line_list.js").read_text("utf-8"))


@lru_cache(maxsize=1)
def _made(css: str, js: str) -> Any:
    return component("line_list", css=css, js=js)


def _mark(text: str | None, errors: float) -> str:
    return "–" if text is None else f"✗ {counted(int(errors), 'edit')}:"


def _parts(truth: str, text: str | None, right: bool) -> tuple[tuple[str, str], ...]:
    if text is None:
        return (("right", "not read"),)
    if right or not text:
        return (("right", visible(text) if text else "nothing"),)
    parts: list[tuple[str, str]] = []
    for mark in truth_marks(truth, list(text)):
        kind = "right" if mark.kind == "ignored" else mark.kind
        if parts and parts[-1][0] == kind == "right":
            parts[-1] = (kind, parts[-1][1] + visible(mark.read))
        else:
            parts.append((kind, visible(mark.read)))
    return tuple(parts)
