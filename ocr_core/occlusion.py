"""What a network looks at: how much of a character's probability goes when a part of the line is hidden.

Patches of the line's own background are slid over what the network sees (M. D. Zeiler and R. Fergus, Visualizing and
understanding convolutional networks, ECCV 2014, section 4.2). Measured is the probability of the character's class at
its best frame, the same that is its confidence. Knows nothing of drawing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.preprocess import PreparedLine, padded_width
from ocr_core.recognizer import Recognizer
from ocr_core.result import Character, LineImage, Recognition

MOST_PATCHES: Final = 40
"""Places that are hidden, one after another: what bounds the time, however long the line."""

STEP: Final = 0.25
"""How far a patch moves on, in heights of the line, where that is not too many places; a patch is two steps wide."""

_BESIDE: Final = 1
"""Frames beside a character's own on which it is still the same: hiding its edge moves its peak."""
_PIXELS_AT_ONCE: Final = 8192
"""Width of all lines that go through the network together: posteriors of 7,700 classes are 63 MB then."""

Unable = Literal["", "no probabilities", "too long", "nothing read"]


@dataclass(frozen=True, slots=True)
class OcclusionMap:
    """What hiding each part of a line does to each of its L characters.

    Attributes:
        texts: the characters, as they were read.
        seen: `L` probabilities with nothing hidden.
        hidden: `L, S` probabilities with that part hidden, each the mean of the two patches that lie over it.
        edges_px: `S + 1` borders of the parts, in pixels of the line image.
    """

    texts: tuple[str, ...]
    seen: NDArray[np.float32]
    hidden: NDArray[np.float32]
    edges_px: NDArray[np.float64]

    @property
    def lost(self) -> NDArray[np.float32]:
        """Returns `L, S` shares of the probability that go, 1 where all of it does; below 0 where hiding helps."""
        return np.asarray(1 - self.hidden / np.maximum(self.seen, 1e-6)[:, None], dtype=np.float32)


def unable(recognizer: Recognizer, line: LineImage, recognition: Recognition) -> Unable:
    """Returns why `occlusion_map` cannot be made, "" where it can."""
    if not isinstance(recognizer, CtcRecognizer):
        return "no probabilities"
    if not recognition.characters:
        return "nothing read"
    return "too long" if recognizer.prepared(line).width_px > recognizer.input_format.max_width_px else ""


def occlusion_map(recognizer: CtcRecognizer, line: LineImage, recognition: Recognition) -> OcclusionMap:
    """Runs the network over the line with each part hidden in turn.

    Args:
        line: what was read, `H, W, 3`.
        recognition: how the recogniser read it.

    Raises:
        ValueError: `unable` says why not.
        ModelError: the network failed.
    """
    steps = occlusion_steps(recognizer, line, recognition)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


def occlusion_steps(
    recognizer: CtcRecognizer, line: LineImage, recognition: Recognition
) -> Generator[tuple[int, int], None, OcclusionMap]:
    """Does the same in steps: yields how many of how many places have been hidden, and returns the map.

    Raises:
        ValueError, ModelError: as `occlusion_map`.
    """
    if why_not := unable(recognizer, line, recognition):
        raise ValueError(f"There is no map of this reading: {why_not}.")
    prepared = recognizer.prepared(line)
    edges = part_edges(prepared.width_px, recognizer.input_format.height_px)
    hiding = (hidden(prepared, first, last) for first, last in patches(edges))
    characters = recognition.characters
    places = _places(characters, recognition.raw_path, recognizer.description.charset)
    rows: list[NDArray[np.float32]] = []
    for together in _runs(recognizer, prepared, hiding):
        rows.extend(_best(log_probs, places) for log_probs in together)
        yield len(rows) - 1, len(edges)
    seen, each = np.exp(rows[0]), np.exp(np.stack(rows[1:]))
    return OcclusionMap(
        tuple(character.text for character in characters),
        seen.astype(np.float32),
        ((each[:-1] + each[1:]) / 2).T.astype(np.float32),
        np.asarray(edges, dtype=np.float64) * line.width_px / prepared.width_px,
    )


def part_edges(width_px: int, height_px: int) -> tuple[int, ...]:
    """Returns the borders of the parts of a network's input, from 0 to its width."""
    parts = min(MOST_PATCHES - 1, max(1, round(width_px / (STEP * height_px))), width_px)
    return tuple(round(width_px * part / parts) for part in range(parts + 1))


def patches(edges: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yields first and last column of every patch: two parts each, and one at either end."""
    last = len(edges) - 1
    for place in range(len(edges)):
        yield edges[max(0, place - 1)], edges[min(last, place + 1)]


def hidden(line: PreparedLine, first_px: int, last_px: int) -> PreparedLine:
    """Returns a line with columns `[first, last)` in the colour of its background around them.

    That is the median of the neighbourhood, a line's height to both sides: ink covers less than half of it.
    """
    height = line.pixels.shape[1]
    around = line.pixels[:, :, max(0, first_px - height) : last_px + height]
    pixels = line.pixels.copy()
    pixels[:, :, first_px:last_px] = np.median(around, axis=(1, 2))[:, None, None]
    return replace(line, pixels=pixels)


_Place = tuple[int, int, int]
"""A character's class, and the first and the last of its frames."""


def _places(characters: Sequence[Character], path: Sequence[str], charset: Charset) -> list[_Place]:
    """Returns where each character is looked for: on its frames and beside them, but not on its neighbours'."""
    places: list[_Place] = []
    for number, character in enumerate(characters):
        before = characters[number - 1].last_frame + 1 if number else 0
        behind = characters[number + 1].first_frame - 1 if number + 1 < len(characters) else len(path) - 1
        first = min(character.first_frame, max(before, character.first_frame - _BESIDE))
        last = max(character.last_frame, min(behind, character.last_frame + _BESIDE))
        places.append((_class_of(character, path, charset), first, last))
    return places


def _class_of(character: Character, path: Sequence[str], charset: Charset) -> int:
    """Returns a character's class; of one that the label conventions made of others, the first of those."""
    if character.text in charset:
        return charset.encode(character.text)[0]
    own = (text for text in path[character.first_frame : character.last_frame + 1] if text in charset)
    return charset.encode(next(own))[0]


def _best(log_probs: NDArray[np.float32], places: Sequence[_Place]) -> NDArray[np.float32]:
    return np.array([log_probs[first : last + 1, of].max(initial=-np.inf) for of, first, last in places], np.float32)


def _runs(
    recognizer: CtcRecognizer, whole: PreparedLine, hiding: Iterable[PreparedLine]
) -> Iterator[Sequence[NDArray[np.float32]]]:
    """Yields log-probabilities `T, C` of the line as it is and with each part hidden, as many as run together."""
    at_once = max(1, _PIXELS_AT_ONCE // padded_width(whole.width_px, recognizer.input_format))
    group = [whole]
    for line in hiding:
        if len(group) == at_once:
            yield recognizer.infer(group)
            group = []
        group.append(line)
    yield recognizer.infer(group)
