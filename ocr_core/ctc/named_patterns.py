"""Fixed forms that have a name: dates, times, amounts, number plates, identity numbers of the Chinese mainland.

Written in the language of `ocr_core.ctc.pattern`; an identity number's last character is checked too. Knows no network.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.pattern import PatternConstraint

_MONTH: Final = "(0?[1-9]|1[0-2])"
_DAY: Final = "(0?[1-9]|[12]\\d|3[01])"
_PROVINCES: Final = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_PLATE_SIGNS: Final = "[A-HJ-NP-Z0-9]"

NAMED_PATTERNS: Final[dict[str, str]] = {
    "date": f"[12]\\d{{3}}([-/.]{_MONTH}[-/.]{_DAY}|年{_MONTH}月({_DAY}[日号])?)",
    "time": "([01]?\\d|2[0-3])[:：][0-5]\\d([:：][0-5]\\d)?",
    "amount": "[-−]?[¥$€£]? ?(\\d{1,3}([,，]\\d{3})+|\\d+)(\\.\\d{1,2})?( ?元)?",
    "plate": (
        f"{_PROVINCES}[A-HJ-Z][·.]?"
        f"({_PLATE_SIGNS}{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[DF]{_PLATE_SIGNS}\\d{{4}}|\\d{{5}}[DF])"
    ),
    "id_number": "[1-9]\\d{5}(19|20)\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}[\\dX]",
    "phone": "1[3-9]\\d([- ]?\\d{4}){2}|0\\d{2,3}[- ]?\\d{7,8}",
}
"""What may be asked for by name instead of a pattern."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


class IdNumberConstraint:
    """The form of an identity number, and its last character the one that follows from the others.

    Source: GB 11643-1999, ISO 7064 MOD 11-2: the weighted sum of the first 17 digits, modulo 11, names the 18th.
    """

    def __init__(self, charset: Charset) -> None:
        self._form = PatternConstraint(NAMED_PATTERNS["id_number"], charset)
        self._symbols = charset.symbols

    @property
    def alphabet(self) -> NDArray[np.bool_]:
        """For every class whether the form has it, `C`."""
        return self._form.alphabet

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        return (self._form.start(), 0, 0)

    def after(self, state: Hashable, class_index: int) -> Hashable | None:
        """Returns the state after one more character; None where no such number begins so."""
        form, place, remainder = state  # type: ignore[misc]
        reached = self._form.after(form, class_index)
        if reached is None:
            return None
        character = self._symbols[class_index]
        if place == len(_WEIGHTS):
            return (reached, place + 1, 0) if character == _CHECKS[remainder] else None
        return (reached, place + 1, (remainder + _WEIGHTS[place] * int(character)) % 11)

    def is_complete(self, state: Hashable) -> bool:
        """Tells whether the number is whole."""
        return self._form.is_complete(state[0])  # type: ignore[index]


def form(pattern: str, charset: Charset) -> PatternConstraint | IdNumberConstraint:
    """Returns a pattern, or the one that has this name, in a charset's classes.

    Raises:
        DecodingError: it is no pattern, or too large.
    """
    if pattern == "id_number":
        return IdNumberConstraint(charset)
    return PatternConstraint(NAMED_PATTERNS.get(pattern, pattern), charset)
