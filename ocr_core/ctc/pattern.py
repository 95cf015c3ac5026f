"""Fixed forms of text: a small language of regular expressions as an automaton that the beam search walks along.

After Glushkov, "The abstract theory of automata" (1961): one state a character of the pattern and no empty steps; sets
of them become the states of a deterministic automaton as the search comes by. A pattern is the user's: it is bounded,
and what it says is never handed to Python's `re`. `\\d` is a digit, `\\a` a Latin letter, `\\h` a hanzi, `\\p`
punctuation, `\\w` any of the first three, `\\s` the space.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.character_set import NAMED_SETS, CharacterSet, spelt
from ocr_core.errors import DecodingError
from ocr_core.scoring.script_class import ScriptClass

LONGEST_PATTERN: Final = 500
MOST_POSITIONS: Final = 500
"""Characters of a pattern once its repetitions are written out."""
MOST_STEPS: Final = 50_000
"""Pairs of positions of which one may follow the other."""
DEEPEST: Final = 20
"""Brackets inside each other."""
LARGEST_COUNT: Final = 200
_CACHED: Final = 20_000
"""States that a pattern remembers what follows them: a few megabytes, whatever the pattern."""

ANY: Final = CharacterSet(negated=True)
_ESCAPES: Final[dict[str, frozenset[ScriptClass]]] = {
    "d": NAMED_SETS["digits"],
    "a": NAMED_SETS["latin"],
    "h": NAMED_SETS["hanzi"],
    "p": NAMED_SETS["punctuation"],
    "s": NAMED_SETS["space"],
    "w": NAMED_SETS["digits"] | NAMED_SETS["latin"] | NAMED_SETS["hanzi"],
}
_SPECIAL: Final = frozenset("()[]{}|*+?.\\^$")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One character of a set."""

    characters: CharacterSet


@dataclass(frozen=True, slots=True)
class Chain:
    """One part after the other; without parts the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `least` times or more, up to `most`; None for no limit."""

    part: Node
    least: int
    most: int | None


Node = Leaf | Chain | Choice | Repeat


def parse(pattern: str) -> Node:
    """Reads a pattern; it stands for whole texts, so `^` at its beginning and `$` at its end say nothing new.

    Raises:
        DecodingError: it is too long, or not a pattern; the message says where.
    """
    if not pattern:
        raise DecodingError("The pattern is empty.")
    if len(pattern) > LONGEST_PATTERN:
        raise DecodingError(f"A pattern has at most {LONGEST_PATTERN} characters, not {len(pattern):,}.")
    start = 1 if pattern.startswith("^") else 0
    end = len(pattern) - 1 if pattern.endswith("$") and not pattern.endswith("\\$") else len(pattern)
    return _Parser(pattern, start, end).whole()


class _Parser:
    """Reads a pattern from left to right, one method for each of its forms."""

    def __init__(self, pattern: str, start: int, end: int) -> None:
        self._pattern, self._place, self._end = pattern, start, end
        self._depth = 0

    def whole(self) -> Node:
        node = self._choice()
        if self._place < self._end:
            raise self._error(f"has a '{self._next()}' too many")
        return node

    def _next(self) -> str:
        return self._pattern[self._place] if self._place < self._end else ""

    def _take(self) -> str:
        character = self._next()
        self._place += 1
        return character

    def _takes(self, character: str) -> bool:
        if self._next() != character:
            return False
        self._place += 1
        return True

    def _error(self, what: str) -> DecodingError:
        return DecodingError(f"The pattern {self._pattern!r} {what} at character {min(self._place, self._end) + 1}.")

    def _choice(self) -> Node:
        parts = [self._chain()]
        while self._takes("|"):
            parts.append(self._chain())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _chain(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _atom(self) -> Node:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return Leaf(self._bracketed())
        if character == ".":
            return Leaf(ANY)
        if character == "\\":
            return Leaf(self._escaped())
        if character in _SPECIAL:
            self._place -= 1
            before = "nothing to repeat before" if character in "*+?{" else "a lone"
            raise self._error(f"has {before} '{character}' (write \\{character} for the character itself)")
        return Leaf(CharacterSet(spelt(character)))

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"has brackets more than {DEEPEST} deep")
        opened = self._place
        if self._takes("?") and not self._takes(":"):
            raise self._error("has a '(?' that only '(?:' may follow as")
        node = self._choice()
        if not self._takes(")"):
            self._place = opened - 1
            raise self._error("has no ')' for the '('")
        self._depth -= 1
        return node

    def _escaped(self) -> CharacterSet:
        character = self._take()
        if not character:
            raise self._error("ends in a lone '\\'")
        if character in _ESCAPES:
            return CharacterSet(classes=_ESCAPES[character])
        if character.isascii() and character.isalnum():
            self._place -= 1
            raise self._error(f"has '\\{character}', which means nothing here; there are \\d \\a \\h \\p \\w \\s")
        return CharacterSet(spelt(character))

    def _bracketed(self) -> CharacterSet:
        opened = self._place
        negated = self._takes("^")
        characters: set[str] = set()
        classes: frozenset[ScriptClass] = frozenset()
        while not self._takes("]"):
            if not self._next():
                self._place = opened - 1
                raise self._error("has no ']' for the '['")
            if self._takes("\\"):
                escaped = self._escaped()
                classes |= escaped.classes
                characters |= escaped.characters
            else:
                characters |= self._single_or_range()
        if not characters and not classes:
            raise self._error("has an empty '[]'")
        return CharacterSet(frozenset(characters), classes, negated)

    def _single_or_range(self) -> frozenset[str]:
        first = self._take()
        rest = self._pattern[self._place : self._place + 2]
        if not (rest.startswith("-") and len(rest) == 2 and rest[1] not in "]\\" and self._place + 1 < self._end):
            return spelt(first)
        last = rest[1]
        if last < first:
            raise self._error(f"has a range '{first}-{last}' that runs backwards")
        self._place += 2
        return spelt(map(chr, range(ord(first), ord(last) + 1)))

    def _repeated(self, node: Node) -> Node:
        while self._next() and self._next() in "*+?{":
            sign = self._take()
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self._counts()
            node = Repeat(node, least, most)
        return node

    def _counts(self) -> tuple[int, int | None]:
        opened = self._place
        closing = self._pattern.find("}", opened, self._end)
        least, comma, most = self._pattern[opened : max(closing, opened)].partition(",")
        counts = [part for part in (least, most) if part]
        if closing < 0 or not least or not all(part.isascii() and part.isdigit() for part in counts):
            self._place = opened - 1
            raise self._error("has a '{' that is no count such as {4}, {2,} or {1,3} (write \\{ for the bracket)")
        self._place = closing + 1
        low, high = int(least[:9]), int(most[:9]) if most else (None if comma else int(least[:9]))
        if max(low, high or 0) > LARGEST_COUNT or (high is not None and high < low):
            raise self._error(f"has a count that is above {LARGEST_COUNT} or runs backwards")
        return low, high


class Automaton:
    """A pattern's positions: which characters each takes, which may begin, end and follow.

    Raises:
        DecodingError: it has too many of them.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.sets: list[CharacterSet] = [CharacterSet()]  # position 0 is the beginning, and takes no character
        self.follow: list[set[int]] = [set()]
        self._steps = 0
        nullable, first, last = self._build(parse(pattern))
        self._follow([0], first)
        self.ends = frozenset(last) | (frozenset({0}) if nullable else frozenset())

    def _build(self, node: Node) -> tuple[bool, list[int], list[int]]:
        """Returns whether a part may be empty, and the positions it may begin and end with."""
        if isinstance(node, Leaf):
            return self._position(node.characters)
        if isinstance(node, Choice):
            parts = [self._build(part) for part in node.parts]
            return (
                any(nullable for nullable, _, _ in parts),
                [p for _, first, _ in parts for p in first],
                [p for _, _, last in parts for p in last],
            )
        if isinstance(node, Chain):
            return self._joined([self._build(part) for part in node.parts])
        return self._repeated(node)

    def _position(self, characters: CharacterSet) -> tuple[bool, list[int], list[int]]:
        if len(self.sets) > MOST_POSITIONS:
            raise self._too_large()
        self.sets.append(characters)
        self.follow.append(set())
        return False, [len(self.sets) - 1], [len(self.sets) - 1]

    def _repeated(self, node: Repeat) -> tuple[bool, list[int], list[int]]:
        copies = node.least if node.most is not None else max(node.least, 1)
        parts = [self._build(node.part) for _ in range(copies)]
        if node.most is None:
            nullable, first, last = parts[-1]
            self._follow(last, first)
            parts[-1] = (nullable or node.least == 0, first, last)
        else:
            for _ in range(node.most - node.least):
                _, first, last = self._build(node.part)
                parts.append((True, first, last))
        return self._joined(parts)

    def _joined(self, parts: list[tuple[bool, list[int], list[int]]]) -> tuple[bool, list[int], list[int]]:
        nullable, first, last = True, list[int](), list[int]()
        for its_nullable, its_first, its_last in parts:
            self._follow(last, its_first)
            first = first + its_first if nullable else first
            last = last + its_last if its_nullable else its_last
            nullable = nullable and its_nullable
        return nullable, first, last

    def _follow(self, before: list[int], after: list[int]) -> None:
        self._steps += len(before) * len(after)
        if self._steps > MOST_STEPS:
            raise self._too_large()
        for position in before:
            self.follow[position].update(after)

    def _too_large(self) -> DecodingError:
        return DecodingError(
            f"The pattern {self._pattern!r} is too large: with its repetitions written out it may have "
            f"{MOST_POSITIONS} characters and {MOST_STEPS:,} steps from one to the next."
        )


class PatternConstraint:
    """A pattern in one charset's classes, as the beam search asks for it.

    A state is the set of positions reached, one bit each: a number of 500 bits takes a hundredth of a set of as many
    positions, of which a hostile pattern makes a new one for every state and character.
    """

    def __init__(self, pattern: str, charset: Charset) -> None:
        automaton = Automaton(pattern)
        self._symbols = charset.symbols
        self._follow = [_bits(positions) for positions in automaton.follow]
        self._ends = _bits(automaton.ends)
        self._places: dict[CharacterSet, int] = {}
        for position, characters in enumerate(automaton.sets):
            self._places[characters] = self._places.get(characters, 0) | 1 << position
        self._after = lru_cache(maxsize=_CACHED)(self._looked_up)
        self._reached = lru_cache(maxsize=_CACHED)(self._followers)
        self._taking = lru_cache(maxsize=_CACHED)(self._positions_taking)
        self.alphabet = self._in_charset(charset)
        if not self.alphabet.any() and not self.is_complete(self.start()):
            raise DecodingError(f"No character of the pattern {pattern!r} is known to this model.")

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        return 1

    def after(self, state: Hashable, class_index: int) -> Hashable | None:
        """Returns the state after one more character; None where no text of this form begins so."""
        return self._after(state, class_index)

    def is_complete(self, state: Hashable) -> bool:
        """Tells whether the text so far has the form."""
        assert isinstance(state, int)
        return bool(state & self._ends)

    def _looked_up(self, state: int, class_index: int) -> int | None:
        reached = state
        for character in self._symbols[class_index]:
            reached = self._reached(reached) & self._taking(character)
        return reached or None

    def _followers(self, state: int) -> int:
        reached, left = 0, state
        while left:
            lowest = left & -left
            reached |= self._follow[lowest.bit_length() - 1]
            left ^= lowest
        return reached

    def _positions_taking(self, character: str) -> int:
        return sum(places for characters, places in self._places.items() if character in characters)

    def _in_charset(self, charset: Charset) -> NDArray[np.bool_]:
        """Returns for every class whether any place of the pattern takes it, `C`."""
        used = np.zeros(len(charset), dtype=bool)
        for characters in self._places:
            used |= characters.in_charset(charset)
        return used


def _bits(positions: Iterable[int]) -> int:
    return sum(1 << position for position in positions)
