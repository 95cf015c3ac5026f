"""Labels for real lines that have none yet: where our own network reads what another reader read, that is taken.

`python -m ocr_core.training.second_reading FILE... -o FILE [--engine crnn]` goes through rows that training leaves
out (`real_lines.UNLABELLED`) and writes those whose reading found support, as one more file for `--real`. A reading
that was repeated to the letter becomes a label; one that was nearly repeated does too, with less weight, since the
reader it comes from errs less than the network that is to learn from it. Agreement favours lines that are easy already,
so nothing is measured on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rapidfuzz.distance import Levenshtein

from ocr_core.errors import OcrError
from ocr_core.imaging import decode
from ocr_core.labelled.parquet import Row
from ocr_core.labels import canonical
from ocr_core.scoring.normalisation import nfkc
from ocr_core.settings import Settings
from ocr_core.training.derived_lines import DerivedRow, derived, source_of, write_derived
from ocr_core.training.real_lines import UNLABELLED, label_confidence

NEARLY: Final = 0.8
"""From this similarity on (1 less edits over the longer length) a reading counts as nearly repeated."""
_LIMITS: Final = Settings()
_LEAST_LENGTH: Final = 4
"""A shorter text that is not repeated to the letter has hardly anything in common with the other."""
_SURE: Final = 0.95
"""Weight of a label on which two readers agree, at the least."""


class Reader(Protocol):
    """What reads a line a second time."""

    @property
    def name(self) -> str:
        """What labels that it supported are called after."""
        ...

    def read(self, images: Iterable[Any]) -> list[str]:
        """Returns the texts of pictures."""
        ...


@dataclass(frozen=True, slots=True)
class Supported:
    """A label that a second reading supports, how it came about, and its weight in training from 0 to 1."""

    text: str
    how: str
    confidence: float


def supported(row: Row, reading: str, reader: str) -> Supported | None:
    """Returns the row's label, or its alternative, if the second reading repeats or nearly repeats one of them.

    Spaces and what NFKC makes equal do not count, as readers differ in them by habit.
    """
    weight = label_confidence(row)
    candidates = [canonical(text) for text in (row.text, str(row.columns.get("alternative") or "")) if text.strip()]
    for text in candidates:
        if _bare(text) and _bare(text) == _bare(reading):
            return Supported(text, f"repeated by {reader}", max(weight, _SURE))
    for text in candidates:
        alike = Levenshtein.normalized_similarity(_bare(text), _bare(reading))
        if alike >= NEARLY and len(_bare(text)) >= _LEAST_LENGTH:
            return Supported(text, f"nearly repeated by {reader}", weight * alike)
    return None


def second_labels(rows: Iterable[Row], reader: Reader) -> Iterator[DerivedRow]:
    """Yields rows of a Parquet file of labelled lines for those that found support; broken pictures are passed over."""
    for row in rows:
        if row.columns.get("how") not in UNLABELLED:
            continue
        try:
            reading = reader.read([decode(row.image, _LIMITS)])[0]
        except OcrError:
            continue
        if found := supported(row, reading, reader.name):
            yield derived(
                row,
                image=row.image,
                text=found.text,
                how=found.how,
                confidence=found.confidence,
                source=source_of(row),
            )


def _bare(text: str) -> str:
    return nfkc(text).replace(" ", "")


def main() -> None:
    """Reads the command line."""
    found = write_derived("second_reading", __doc__, second_labels)
    for (source, how), count in sorted(Counter((row["source"], row["how"]) for row in found).items()):
        print(f"{count:6} {source}: {how}")


if __name__ == "__main__":
    main()
