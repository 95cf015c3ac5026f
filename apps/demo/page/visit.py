"""What a visitor looks at in the Page tab: which file, which page of it was asked for last, and whether to read on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.demo.address.address import Address
from apps.demo.address.bar import shown_at


@dataclass(frozen=True, slots=True)
class Given:
    """The file whose pages are looked at; `sample` and `case` are what links call it, "" for a visitor's own."""

    path: Path
    name: str
    sample: str = ""
    case: str = ""

    def address(self, number: int) -> dict[str, Any]:
        """Returns what the address line is told of one of its pages."""
        own = not (self.sample or self.case)
        address = Address(tab="page", sample=self.sample, case=self.case, page=number if number > 1 else 0)
        return shown_at(Address() if own else address, own)


class Visit:
    """Which page a visitor asked for last, and whether to read it no further: what came before is shown no more."""

    def __init__(self) -> None:
        self._asked = 0
        self._cancelled = 0

    def ask(self) -> Callable[[], bool]:
        """Returns a function that says whether this is still the last."""
        self._asked = mine = self._asked + 1
        return lambda: mine == self._asked

    def cancel(self) -> None:
        """Lets the reading of the last page end where it is."""
        self._cancelled = self._asked

    def is_cancelled(self) -> bool:
        """Tells whether the last page is to be read no further."""
        return self._cancelled == self._asked
