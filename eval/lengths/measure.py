"""How right lines are read by their length, and by the place along a long line. Reads what `long_lines` draws.

Figures only: character accuracy, 1 - edits / characters, characters compared in NFKC one by one. Intervals resample
lines. Knows nothing of files or charts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from eval.lengths.long_lines import LongLine, Script, draw_lines
from ocr_core.recognizer import Recognizer
from ocr_core.scoring.alignment import align
from ocr_core.scoring.intervals import ratio_bounds

WIDTHS_PX: Final = (512, 1024, 2048, 4096, 8192, 20_000)
PIXELS: Final = 20_000
"""Lines of one width, script and face are together about so wide: every point is of the same text."""
LONG_PX: Final = 4096
"""Lines from this width on are looked at along their length: more than one window in every network."""
PARTS: Final = 10


class LengthCell(TypedDict):
    """Lines of one width and script, read by one engine; accuracies are shares."""

    engine: str
    script: str
    width_px: int
    lines: int
    characters: int
    edits: int
    accuracy: float
    low: float | None
    high: float | None
    warned: int


class PlaceRow(TypedDict):
    """Long lines of one script, read by one engine: accuracy in each tenth of the line, from its beginning."""

    engine: str
    script: str
    lines: int
    characters: list[int]
    accuracy: list[float]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True, slots=True)
class _ReadLine:
    """Edits and characters in every tenth of one line, `PARTS` each."""

    edits: NDArray[np.float64]
    characters: NDArray[np.float64]
    warned: bool


def measure_engine(
    engine: str,
    recognizer: Recognizer,
    widths_px: Iterable[int] = WIDTHS_PX,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[list[LengthCell], list[PlaceRow]]:
    """Reads lines of every width and script with one engine.

    Raises:
        MaterialsError: what lines are drawn from has not been fetched.
        ModelError: the network failed.
    """
    cells: list[LengthCell] = []
    places: list[PlaceRow] = []
    scripts: tuple[Script, ...] = ("hanzi", "Latin")
    for script in scripts:
        long: list[_ReadLine] = []
        for width_px in widths_px:
            read = [_read(recognizer, line) for line in draw_lines(script, width_px, PIXELS)]
            cells.append(_cell(engine, script, width_px, read))
            long += read if width_px >= LONG_PX else []
            say(f"{engine}, {script}, {width_px} px: {100 * cells[-1]['accuracy']:.2f} %")
        if long:
            places.append(_places(engine, script, long))
    return cells, places


def _read(recognizer: Recognizer, line: LongLine) -> _ReadLine:
    found = recognizer.recognize(line.pixels)
    edits, characters = by_place(line, found.text)
    return _ReadLine(edits, characters, bool(found.warnings))


def by_place(line: LongLine, reading: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the edits and the characters of every tenth of a line; what was made up counts where it stands."""
    width_px = line.pixels.shape[1]
    tenths = np.minimum(np.array(line.middles) * PARTS / width_px, PARTS - 1).astype(int)
    edits = np.zeros(PARTS)
    last = 0
    for step in align(_comparable(line.text), _comparable(reading)):
        last = last if step.reference is None else step.reference
        if step.kind != "equal" and len(tenths):
            edits[tenths[last]] += 1
    return edits, np.bincount(tenths, minlength=PARTS).astype(np.float64)


def _comparable(text: str) -> list[str]:
    return [unicodedata.normalize("NFKC", character) for character in text]


def _cell(engine: str, script: Script, width_px: int, read: Sequence[_ReadLine]) -> LengthCell:
    edits = np.array([[line.edits.sum()] for line in read])
    characters = np.array([[line.characters.sum()] for line in read])
    ((low, high),) = _bounds(edits, characters)
    return LengthCell(
        engine=engine,
        script=script,
        width_px=width_px,
        lines=len(read),
        characters=int(characters.sum()),
        edits=int(edits.sum()),
        accuracy=1 - float(edits.sum() / characters.sum()),
        low=low,
        high=high,
        warned=sum(line.warned for line in read),
    )


def _places(engine: str, script: Script, read: Sequence[_ReadLine]) -> PlaceRow:
    edits, characters = np.stack([line.edits for line in read]), np.stack([line.characters for line in read])
    bounds = _bounds(edits, characters)
    return PlaceRow(
        engine=engine,
        script=script,
        lines=len(read),
        characters=characters.sum(axis=0).astype(int).tolist(),
        accuracy=(1 - edits.sum(axis=0) / np.maximum(characters.sum(axis=0), 1)).tolist(),
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
    )


def _bounds(edits: NDArray[np.float64], characters: NDArray[np.float64]) -> list[tuple[float | None, float | None]]:
    """Returns the 95 % bounds of accuracies, `L, K` edits and characters to K pairs; None where there are none."""
    found = ratio_bounds(edits, characters, list(range(len(edits))), np.random.default_rng(0))
    return [(None, None) if np.isnan(pair).any() else (float(1 - pair[1]), float(1 - pair[0])) for pair in found]
