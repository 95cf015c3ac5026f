"""Single characters cut out of real handwritten lines, for networks that are to read one character alone.

`python -m ocr_core.training.single_characters FILE... -o FILE [--engine crnn]` goes through labelled rows. Where our
own network repeats a character of the label, it also says where that lies; hanzi that it is sure of and that have paper
on both sides are cut out tight around their ink, and become rows of one more file for `--real`. So a network meets
hands that it knows from lines in the form that people cut characters in: touching the picture on all sides.

Who writes apart and is read already comes through, so nothing is measured on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr_core.ctc.borders import INKED, ink_profile
from ocr_core.errors import OcrError
from ocr_core.grey import line_grey
from ocr_core.imaging import decode
from ocr_core.labelled.parquet import Row
from ocr_core.labels import canonical
from ocr_core.result import Character, LineImage, Recognition
from ocr_core.settings import Settings
from ocr_core.training.derived_lines import DerivedRow, derived, source_of, write_derived
from ocr_core.training.real_lines import UNLABELLED, label_confidence

MOST_OF_ONE: Final = 60
"""Pictures of one character that are kept of a collection: surnames would otherwise be most of them."""

_LIMITS: Final = Settings()
_SURE: Final = 0.9
_LEAST_HEIGHT_PX: Final = 12
_LEAST_ASPECT, _MOST_ASPECT = 0.3, 1.8
"""Width over height of a cut: a stroke like 一 is let be, two characters taken for one are not."""
_LEAST_CONTRAST: Final = 40.0
"""Grey levels between ink and paper."""
_INK: Final = 0.4
"""Of that contrast: what is further from the paper is ink."""
_REMAINS: Final = 0.12
"""Of the line's height: ink at its upper or lower edge that is no higher is left over from a neighbouring line."""


class Reader(Protocol):
    """What reads a line and says where its characters lie."""

    @property
    def name(self) -> str:
        """What labels that it repeated are called after."""
        ...

    def recognize(self, image: LineImage) -> Recognition:
        """Reads a line."""
        ...


def single_characters(rows: Iterable[Row], reader: Reader) -> Iterator[DerivedRow]:
    """Yields rows of a Parquet file, one a character; broken pictures are passed over.

    A collection is called after the one it is cut from, so that it can be weighed by itself.
    """
    kept: Counter[tuple[str, str]] = Counter()
    for row in rows:
        text = canonical(row.text)
        if row.columns.get("how") in UNLABELLED or len(text) < 2:
            continue
        try:
            pixels = decode(row.image, _LIMITS)
            read = reader.recognize(LineImage.whole(pixels))
        except OcrError:
            continue
        source = f"{source_of(row)} characters"
        for character, picture in cut_out(pixels, _repeated(read.characters, text)):
            if kept[source, character] < MOST_OF_ONE:
                kept[source, character] += 1
                yield derived(
                    row,
                    image=cv2.imencode(".png", picture[..., ::-1])[1].tobytes(),
                    text=character,
                    how=f"cut out by {reader.name}",
                    confidence=label_confidence(row),
                    source=source,
                )


def _repeated(characters: Sequence[Character], text: str) -> list[Character]:
    """Returns the characters that the label has in the same place; spaces do not count."""
    read = [character for character in characters if not character.text.isspace()]
    steps = Levenshtein.opcodes([character.text for character in read], list(text.replace(" ", "")))
    return [character for step in steps if step.tag == "equal" for character in read[step.src_start : step.src_end]]


def cut_out(pixels: NDArray[np.uint8], characters: Iterable[Character]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yields hanzi and their pictures `H, W, 3`, tight around the ink; `characters` lie on the line's own pixels.

    One that the network doubts, whose ink goes on into a neighbour, or whose shape is no character's, is left out.
    """
    grey = line_grey(pixels)
    line = LineImage.whole(pixels)
    profile = ink_profile(line, grey)
    difference = np.abs(grey.astype(np.float32) - np.median(grey))
    contrast = float(np.percentile(difference, 98))
    if contrast < _LEAST_CONTRAST:
        return
    ink = difference > _INK * contrast
    for character in characters:
        left, right = round(character.box[0]), round(character.box[2])
        if character.confidence < _SURE or not _is_hanzi(character.text) or right <= left:
            continue
        if any(profile[x] >= INKED for x in (left - 1, right) if 0 <= x < len(profile)):
            continue
        rows = _rows_of_character(ink[:, left:right])
        if rows is None:
            continue
        top, bottom = rows
        columns = np.flatnonzero(ink[top:bottom, left:right].any(axis=0))
        cut = pixels[top:bottom, left + columns[0] : left + columns[-1] + 1]
        height, width = cut.shape[:2]
        if height >= _LEAST_HEIGHT_PX and _LEAST_ASPECT * height <= width <= _MOST_ASPECT * height:
            yield character.text, cut


def _rows_of_character(ink: NDArray[np.bool_]) -> tuple[int, int] | None:
    """Returns the first row with ink and the one after the last, without what hangs in from other lines."""
    inked = np.concatenate([[False], ink.any(axis=1), [False]])
    edges = np.flatnonzero(inked[1:] != inked[:-1])
    stretches = list(zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True))
    height = len(ink)
    thin = _REMAINS * height
    stretches = [(a, b) for a, b in stretches if not ((a == 0 or b == height) and b - a <= thin)]
    return (stretches[0][0], stretches[-1][1]) if stretches else None


def _is_hanzi(text: str) -> bool:
    return len(text) == 1 and "\u4e00" <= text <= "\u9fff"


def main() -> None:
    """Reads the command line."""
    found = write_derived("single_characters", __doc__, single_characters)
    for source, count in sorted(Counter(row["source"] for row in found).items()):
        print(f"{count:6} {source}: {len({row['text'] for row in found if row['source'] == source})} kinds")


if __name__ == "__main__":
    main()
