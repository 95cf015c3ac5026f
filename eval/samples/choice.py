"""Which lines tell engines apart, chosen by a rule and not by hand, and the file that keeps them.

A line tells if exactly one of ConvNeXt-Tiny and the CRNN reads it without an error as they are, or if neither does and
one does with the language model. Knows no model and no picture; what was read is given to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import DatasetError
from ocr_core.labels import canonical
from ocr_core.views.truth import edits_in_words, truth_marks

CHOICE_FILE: Final = Path(__file__).resolve().parents[2] / "sample_images" / "telling.json"
FORMAT: Final = 1

NETWORKS: Final = ("convnext_tiny", "crnn")
DECODER: Final = "beam+zh"
WANTED: Final[Mapping[str, int]] = {"crnn": 3, "convnext_tiny": 3, DECODER: 2}
"""How many lines of each kind, by who alone is right: a network, or one of them with the language model."""

_SHORTEST, _LONGEST = 5, 26
"""Characters of a line that is legible on one screen with all of its frames."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of the benchmark and what was read of it.

    Attributes:
        folder, picture: where it lies in the benchmark's folder.
        scenario: the kind of line.
        text: the truth.
        readings: by engine key; those with the language model only where both err without it.
    """

    folder: str
    picture: str
    scenario: str
    text: str
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TellingLine:
    """A chosen line: `kind` is a key of `WANTED`, `winner` the key of the engine that alone is right."""

    folder: str
    picture: str
    scenario: str
    text: str
    kind: str
    winner: str
    readings: Mapping[str, str]


def winner_of(line: ReadLine) -> tuple[str, str] | None:
    """Returns kind and engine key where exactly one network, or only the language model, reads a line without error."""
    right = [name for name in NETWORKS if _errors(line, name) == 0]
    if len(right) == 1:
        return right[0], right[0]
    decoded = [key for key in line.readings if key.endswith(f"+{DECODER}") and _errors(line, key) == 0]
    return (DECODER, decoded[0]) if not right and decoded else None


def choose(lines: Iterable[ReadLine], wanted: Mapping[str, int] = WANTED) -> tuple[TellingLine, ...]:
    """Returns the lines that tell most, as many of each kind as are wanted, the kinds by turns.

    Of one kind they are taken by turns from the five scenarios, in each those with the fewest errors of the loser
    first: one wrong character explains more than ten. Lines whose errors are of spaces, marks or case alone, and lines
    too short or too long to be looked at frame by frame, are passed over.
    """
    by_kind: dict[str, list[TellingLine]] = {kind: [] for kind in wanted}
    for line in lines:
        found = winner_of(line)
        if found and found[0] in by_kind and _is_legible(line) and _is_of_characters(line, found[1]):
            by_kind[found[0]].append(_telling(line, *found))
    taken = [_by_turns(by_kind[kind], count) for kind, count in wanted.items()]
    longest = max(map(len, taken), default=0)
    return tuple(each[i] for i in range(longest) for each in taken if i < len(each))


def written(lines: Sequence[TellingLine], hashes: Mapping[str, str], read: int, found: Mapping[str, int]) -> str:
    """Returns the file's content.

    Args:
        lines: those chosen.
        hashes: of the networks' weights, by name.
        read: of how many lines they were chosen.
        found: how many lines of each kind there were.
    """
    data = {
        "format": FORMAT,
        "command": "python -m eval samples",
        "models": dict(hashes),
        "lines_read": read,
        "lines_found": dict(found),
        "chosen": [asdict(line) for line in lines],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def read_choice(file: Path = CHOICE_FILE) -> tuple[tuple[TellingLine, ...], dict[str, str]]:
    """Returns the chosen lines, and the hashes of the weights that they are true of.

    Raises:
        DatasetError: the file is missing or is no such file.
    """
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']}")
        return tuple(TellingLine(**entry) for entry in data["chosen"]), dict(data["models"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{file.name} does not hold chosen lines: {error}.") from error


def count_kinds(lines: Iterable[ReadLine]) -> dict[str, int]:
    """Returns how many lines of each kind there are, before any is passed over."""
    found = [kind[0] for line in lines if (kind := winner_of(line))]
    return {kind: found.count(kind) for kind in WANTED}


def _telling(line: ReadLine, kind: str, winner: str) -> TellingLine:
    return TellingLine(line.folder, line.picture, line.scenario, line.text, kind, winner, dict(line.readings))


def _by_turns(lines: Sequence[TellingLine], count: int) -> list[TellingLine]:
    by_scenario: dict[str, list[TellingLine]] = {}
    for line in sorted(lines, key=lambda line: (_loss(line), line.picture)):
        by_scenario.setdefault(line.scenario, []).append(line)
    queues = [by_scenario[name] for name in sorted(by_scenario, key=lambda name: _loss(by_scenario[name][0]))]
    turns = [queue[i] for i in range(max(map(len, queues), default=0)) for queue in queues if i < len(queue)]
    return turns[:count]


def _loss(line: TellingLine) -> int:
    """Returns the errors of all engines together, which only the losers make."""
    return sum(_distance(line.text, line.readings[name]) for name in NETWORKS)


def _errors(line: ReadLine, key: str) -> int:
    return _distance(line.text, line.readings[key])


def _distance(text: str, reading: str) -> int:
    return sum(mark.is_edit for mark in truth_marks(canonical(text), list(canonical(reading))))


def _is_legible(line: ReadLine) -> bool:
    return _SHORTEST <= len(line.text) <= _LONGEST


def _is_of_characters(line: ReadLine, winner: str) -> bool:
    """Whether every loser errs in letters, figures or hanzi, and not in their case alone."""
    losers = [line.readings[name] for name in NETWORKS if name != winner]
    return all(_bare(line.text) != _bare(reading) for reading in losers)


def _bare(text: str) -> str:
    return "".join(character for character in canonical(text).casefold() if character.isalnum())


def errors_in_words(line: TellingLine, key: str) -> str:
    """Returns what an engine did with a line, for the command's table."""
    return edits_in_words(truth_marks(canonical(line.text), list(canonical(line.readings[key]))))
