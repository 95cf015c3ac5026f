"""A slice: a name, and conditions on the columns of a line such as `length >= 20 & script = greek & contrast < 0.4`.

Patterns are matched by RE2, whose time grows with the text alone: anybody may write one. Knows nothing of runs; it gets
columns (`eval.slices.line_columns`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eval.slices.line_columns import LineColumns
from ocr_core.errors import OcrError

LONGEST: Final = 500
MOST_CONDITIONS: Final = 12

_CONDITION: Final = re.compile(
    r"\s*(?P<column>[^\s=!~<>&][^=!~<>&]*?)\s*(?P<sign>>=|<=|!=|!~|=|~|<|>)\s*(?P<value>.*?)\s*"
)
_COMPARED: Final[Mapping[str, Callable[..., NDArray[np.bool_]]]] = MappingProxyType(
    {
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)

HOW_TO_WRITE: Final = (
    "Conditions joined by `&`. Numbers: `length >= 20`, `width > 800`, `confidence < 0.9`, `contrast < 0.3`, "
    "`sharpness < 0.1`, `rotation > 2`. Texts: `title = maths`, `how != pen`, `truth ~ ^[0-9]+$` (a pattern), "
    "`script = greek` (the truth has any). Every other column of the label file is one, too."
)


class SliceError(OcrError):
    """A slice cannot be understood, or asks for a column that is not there."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `=`, `!=`, `<`, `<=`, `>`, `>=` of a number, `=`, `!=`, `~`, `!~` of a text."""

    column: str
    sign: str
    value: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines that meet all conditions, under a name."""

    name: str
    conditions: tuple[Condition, ...]

    @classmethod
    def parse(cls, name: str, text: str) -> Slice:
        """Reads conditions joined by `&`; within a value `\\&` is the character itself.

        Raises:
            SliceError: there is no name, or no condition, or one that is none.
        """
        if not name.strip() or len(name) > 60:
            raise SliceError("A slice needs a name of at most 60 characters.")
        if len(text) > LONGEST:
            raise SliceError(f"A slice takes at most {LONGEST} characters.")
        parts = [part.replace("\\&", "&") for part in re.split(r"(?<!\\)&", text)]
        if not 0 < len(parts) <= MOST_CONDITIONS:
            raise SliceError(f"A slice takes at most {MOST_CONDITIONS} conditions.")
        return cls(name.strip(), tuple(_condition(part) for part in parts))

    def members(self, columns: LineColumns) -> tuple[int, ...]:
        """Returns the indices of the lines that meet all conditions, in order.

        Raises:
            SliceError: a column is not there, or a value is none for it.
        """
        met = np.ones(len(columns.indices), dtype=bool)
        for condition in self.conditions:
            met &= _met(condition, columns)
        return tuple(int(index) for index in columns.indices[met])


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise SliceError(f"{text.strip()[:60]!r} is no condition. {HOW_TO_WRITE}")
    return Condition(found["column"], found["sign"], found["value"])


def _met(condition: Condition, columns: LineColumns) -> NDArray[np.bool_]:
    if condition.column == "script":
        return _has_script(condition, columns)
    if condition.column in columns.numbers:
        return _compared(condition, columns.numbers[condition.column])
    if condition.column in columns.texts:
        texts = columns.texts[condition.column]
        if condition.sign in ("<", "<=", ">", ">="):
            return _compared(condition, _as_numbers(texts))
        return _text_met(condition, texts)
    known = ", ".join(["script", *columns.numbers, *columns.texts])
    raise SliceError(f"There is no column {condition.column[:40]!r}; there are {known}.")


def _compared(condition: Condition, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    compare = _COMPARED.get(condition.sign)
    try:
        wanted = float(condition.value)
    except ValueError:
        compare = None
        wanted = 0.0
    if compare is None:
        raise SliceError(
            f"{condition.column} is a number: {condition.sign} {condition.value[:40]!r} says nothing of it."
        )
    return compare(values, wanted) & ~np.isnan(values)


def _as_numbers(texts: list[str]) -> NDArray[np.float64]:
    found = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        try:
            found[place] = float(text)
        except ValueError:
            continue
    return found


def _text_met(condition: Condition, texts: list[str]) -> NDArray[np.bool_]:
    if condition.sign in ("=", "!="):
        equal = np.array([text == condition.value for text in texts], dtype=bool)
        return equal if condition.sign == "=" else ~equal
    try:
        matched = pc.call_function(
            "match_substring_regex", [pa.array(texts, pa.string())], pc.MatchSubstringOptions(condition.value)
        )
    except pa.ArrowInvalid as error:
        raise SliceError(f"{condition.value[:60]!r} is no pattern: {error}.") from error
    found = np.array(matched.to_pylist(), dtype=bool)
    return found if condition.sign == "~" else ~found


def _has_script(condition: Condition, columns: LineColumns) -> NDArray[np.bool_]:
    wanted = condition.value.strip().lower().replace(" ", "_")
    known = columns.script_names
    if condition.sign not in ("=", "!=") or not any(name.startswith(wanted) for name in known) or not wanted:
        raise SliceError(f"script takes = or != and one of {', '.join(known)}, or how these begin.")
    has = np.array([any(name.startswith(wanted) for name in names) for names in columns.scripts], dtype=bool)
    return has if condition.sign == "=" else ~has
