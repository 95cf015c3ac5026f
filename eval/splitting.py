"""The smallest damage that splits engines: under which one still reads a line and another no longer does.

Whether engines split is asked for notch after notch of a coarse scale, of all kinds of damage at once, and bisected
where it first happens. Between two notches that were tried a smaller split may be missed: readings need not get worse
steadily, and what was seen of that is told with the result. Spaces do not count. Knows nothing of pictures or networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from eval.breaking import accuracy
from ocr_core.corruption import Corruption

SCALE: Final = 12
"""Into how many notches each range is divided before bisection."""

Readings = tuple[str, ...]
"""What each engine reads, in their order."""

Read = Callable[[Corruption, Sequence[float]], Sequence[Readings]]
"""Reads the line under one kind of damage at some severities."""

State = Literal["searching", "splits", "holds", "split before", "nothing read"]


@dataclass(frozen=True, slots=True)
class Split:
    """Where engines part.

    Attributes:
        corruption: the kind of damage.
        severity: the smallest tried that splits them, in the damage's unit, a whole number of its steps.
        below: the largest tried below it that does not.
        readings: what each engine reads there.
        holds: which of them still read it, in their order.
        steady: whether no engine was seen to read right again after it had not, anywhere on this kind's scale.
    """

    corruption: Corruption
    severity: float
    below: float
    readings: Readings
    holds: tuple[bool, ...]
    steady: bool


@dataclass(frozen=True, slots=True)
class Search:
    """How far the search has come.

    Attributes:
        state: "holds" where no damage within the range splits the engines; "split before" where they differ on the
            clean picture already, "nothing read" where none of them reads that.
        share: of every range that has been looked through.
        splits: of the kinds that split them first, smallest share of its range first.
    """

    state: State = "searching"
    share: float = 0.0
    splits: tuple[Split, ...] = ()


def smallest_splits(
    read: Read, corruptions: Sequence[Corruption], references: Readings, clean: Readings, scale: int = SCALE
) -> Iterator[Search]:
    """Yields how far the search has come, and at last what was found; who no longer wants it stops asking.

    Args:
        read: reads the line damaged; called with rising severities.
        corruptions: the kinds of damage that are tried.
        references: what each engine should read: the truth, or what it reads of the clean picture.
        clean: what each reads of the clean picture.
        scale: notches of the coarse scale.
    """
    right = _right(references, clean)
    if not any(right):
        yield Search("nothing read")
        return
    if not all(right):
        yield Search("split before")
        return
    tried: dict[str, _Tried] = {one.name: _Tried(one, references, {0: clean}) for one in corruptions}
    for notch in range(1, scale + 1):
        split: list[Split] = []
        for kind in tried.values():
            step = round(kind.last_step * notch / scale)
            if kind.try_steps(read, [step]) and kind.splits_at(step):
                split.append(kind.bisected(read, step))
        if split:
            split.sort(key=lambda one: one.severity / one.corruption.most)
            yield Search("splits", notch / scale, tuple(split))
            return
        yield Search("searching", notch / scale)
    yield Search("holds", 1.0)


@dataclass(slots=True)
class _Tried:
    """What was read under one kind of damage, by whole numbers of its steps."""

    corruption: Corruption
    references: Readings
    readings: dict[int, Readings] = field(default_factory=dict)

    @property
    def last_step(self) -> int:
        return round(self.corruption.most / self.corruption.step)

    def severity(self, step: int) -> float:
        return min(self.corruption.most, round(step * self.corruption.step, 6))

    def try_steps(self, read: Read, steps: Sequence[int]) -> bool:
        """Reads at steps that have not been tried; tells whether there were any."""
        new = [step for step in steps if step not in self.readings]
        if new:
            read_there = read(self.corruption, [self.severity(step) for step in new])
            self.readings |= dict(zip(new, read_there, strict=True))
        return bool(new)

    def right_at(self, step: int) -> tuple[bool, ...]:
        return _right(self.references, self.readings[step])

    def splits_at(self, step: int) -> bool:
        right = self.right_at(step)
        return any(right) and not all(right)

    def bisected(self, read: Read, splits: int) -> Split:
        """Returns the smallest step between the last that was tried below and this one that splits, found by halving.

        Where all fail in the middle the split at the upper end is a recovery, and the upper half is halved on.
        """
        low, high = max(step for step in self.readings if step < splits), splits
        while high - low > 1:
            middle = (low + high) // 2
            self.try_steps(read, [middle])
            if self.splits_at(middle):
                high = middle
            else:
                low = middle
        return Split(
            self.corruption,
            self.severity(high),
            self.severity(low),
            self.readings[high],
            self.right_at(high),
            self._is_steady(),
        )

    def _is_steady(self) -> bool:
        rows = [self.right_at(step) for step in sorted(self.readings)]
        return all(
            before or not after for row, next_row in pairwise(rows) for before, after in zip(row, next_row, strict=True)
        )


def _right(references: Readings, readings: Readings) -> tuple[bool, ...]:
    """Tells who reads right, apart from spaces: those are no sight that anybody would call a split."""
    pairs = zip(references, readings, strict=True)
    return tuple(accuracy(_without_spaces(reference), _without_spaces(reading)) == 1.0 for reference, reading in pairs)


def _without_spaces(text: str) -> str:
    return "".join(text.split())
