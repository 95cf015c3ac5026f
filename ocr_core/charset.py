"""Which characters a recogniser can write, and their class indices.

Knows nothing of images or models. `charset.txt` beside this file is the project's own charset, one character a
line, made by `python -m ocr_core.training.build_charset`; other engines bring theirs in their ONNX metadata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ocr_core.errors import CharsetError

BLANK = 0
CHARSET_FILE = Path(__file__).with_name("charset.txt")


@dataclass(frozen=True)
class Charset:
    """An ordered alphabet with the CTC blank among its C classes.

    `symbols[c]` is the text of class `c`; the blank's text is the empty string.
    """

    symbols: tuple[str, ...]
    blank: int = BLANK
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.blank < len(self.symbols):
            raise CharsetError(f"The blank index {self.blank} is outside the {len(self.symbols)} classes.")
        index = {symbol: c for c, symbol in enumerate(self.symbols) if c != self.blank}
        object.__setattr__(self, "_index", index)

    @classmethod
    def of(cls, characters: Iterable[str]) -> Charset:
        """Builds a charset whose blank is class 0 and whose characters follow in the given order."""
        return cls(("", *characters))

    @classmethod
    def own(cls) -> Charset:
        """Reads the project's own charset."""
        return cls.of(CHARSET_FILE.read_text(encoding="utf-8").rstrip("\n").split("\n"))

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, character: str) -> bool:
        return character in self._index

    def missing(self, text: str) -> tuple[str, ...]:
        """Returns the characters of `text` that have no class, each once, in order of appearance."""
        return tuple(dict.fromkeys(character for character in text if character not in self._index))

    def encode(self, text: str) -> list[int]:
        """Returns the class of every character.

        Raises:
            CharsetError: some characters have no class.
        """
        if missing := self.missing(text):
            raise CharsetError(f"Not in this model's charset: {' '.join(missing)}")
        return [self._index[character] for character in text]

    def decode(self, classes: Sequence[int]) -> str:
        """Returns the text of a sequence of classes; blanks are empty."""
        return "".join(self.symbols[c] for c in classes)

    @cached_property
    def sha256(self) -> str:
        """The hash that tells two charsets apart."""
        return hashlib.sha256("\n".join((str(self.blank), *self.symbols)).encode()).hexdigest()
