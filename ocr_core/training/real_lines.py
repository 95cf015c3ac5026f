"""Real labelled lines as training material: Parquet files of pictures and texts, drawn from by number.

Knows nothing of networks. Where a line's characters lie is not known, so it teaches by CTC alone; nothing of it is ever
written anywhere but into the weights. Training does without such lines as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import DatasetError, OcrError
from ocr_core.grey import line_grey
from ocr_core.imaging import decode
from ocr_core.labelled.parquet import Row, read_rows
from ocr_core.labels import canonical
from ocr_core.settings import Settings
from ocr_core.synth.line import SyntheticLine

UNLABELLED: Final = frozenset({"disagree", "doubtful"})
"""What `how` says of a row whose text nobody stands for: its readers differ, or were not sure."""

_LEAST_CONFIDENCE: Final = 0.05
_LIMITS: Final = Settings()
_JOINED_SHARE: Final = 0.35
"""Of short lines, how many are set side by side with others of their source: a name alone teaches no line."""
_SHORT: Final = 3.5
"""Width over height up to which a line counts as short."""
_MOST_JOINED: Final = 5


@dataclass(frozen=True, slots=True)
class RealLine:
    """A picture of a line as somebody's camera, scanner or screen gave it.

    Attributes:
        pixels: grey, `H, W` uint8, at its own size.
        text: its label, conventions applied, all of it in the charset.
        source: which collection it is from.
    """

    pixels: NDArray[np.uint8]
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class _Row:
    encoded: bytes
    text: str
    source: str
    weight: float
    file: str
    how: str


@dataclass(frozen=True, slots=True)
class RealChoice:
    """Which real lines a run is given: Parquet files or folders of them, and factors by collection."""

    paths: tuple[Path, ...]
    factors: Mapping[str, float]


class RealLines:
    """Lines of several Parquet files, drawn so that no large collection drowns the small ones.

    A collection (`source`) is drawn in proportion to the square root of its lines, times a factor one may name; within
    it a line in proportion to the confidence of its label.
    """

    def __init__(self, rows: Iterable[_Row], factors: Mapping[str, float] | None = None) -> None:
        by_source: dict[str, list[_Row]] = {}
        for row in rows:
            if (factors or {}).get(row.source, 1.0) > 0:
                by_source.setdefault(row.source, []).append(row)
        if not by_source:
            raise DatasetError("None of the real lines has a label that the charset can write.")
        self._sources = {source: by_source[source] for source in sorted(by_source)}
        weights = [len(rows) ** 0.5 * (factors or {}).get(source, 1.0) for source, rows in self._sources.items()]
        self._source_edges = np.cumsum(weights) / sum(weights)
        self._row_edges = {
            source: np.cumsum([row.weight for row in rows]) / sum(row.weight for row in rows)
            for source, rows in self._sources.items()
        }

    @classmethod
    def open(cls, paths: Iterable[Path], charset: Charset, factors: Mapping[str, float] | None = None) -> RealLines:
        """Reads the labelled rows of Parquet files, or of folders of them, encoded pictures and all, into memory.

        Rows without a label anybody stands for, and those with characters the charset lacks, are left out.

        Raises:
            DatasetError: a file cannot be read, or nothing labelled is in any of them.
        """
        return cls((row for path in parquet_files(paths) for row in _rows(path, charset)), factors)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines there are of every collection."""
        return {source: len(rows) for source, rows in self._sources.items()}

    @property
    def labels(self) -> dict[str, dict[str, int]]:
        """How many lines every file has of each way their labels came about, for what a run says of itself."""
        found: dict[str, dict[str, int]] = {}
        for row in (row for rows in self._sources.values() for row in rows):
            of_file = found.setdefault(row.file, {})
            of_file[row.how] = of_file.get(row.how, 0) + 1
        return {file: dict(sorted(of_file.items())) for file, of_file in sorted(found.items())}

    def draw(self, rng: np.random.Generator) -> RealLine:
        """Draws a line and varies it a little, as another camera would; a short one may be joined with others."""
        source = list(self._sources)[int(np.searchsorted(self._source_edges, rng.random(), side="right"))]
        line = self._one(source, rng)
        if _is_short(line) and rng.random() < _JOINED_SHARE:
            others = [self._one(source, rng) for _ in range(int(rng.integers(1, _MOST_JOINED)))]
            line = _side_by_side([line, *(other for other in others if _is_short(other))], rng)
        return RealLine(varied(line.pixels, rng), line.text, source)

    def sample(self, count: int, seed: int) -> list[RealLine]:
        """Returns `count` lines as they are, each at most once as far as there are enough, drawn as `draw` draws."""
        rng = np.random.default_rng(seed)
        chosen: dict[tuple[str, int], None] = {}
        total = sum(self.counts.values())
        while len(chosen) < min(count, total):
            source = list(self._sources)[int(np.searchsorted(self._source_edges, rng.random(), side="right"))]
            chosen[source, int(rng.integers(len(self._sources[source])))] = None
        rows = [self._sources[source][index] for source, index in chosen]
        return [RealLine(_grey(row.encoded), row.text, row.source) for row in rows]

    def _one(self, source: str, rng: np.random.Generator) -> RealLine:
        rows = self._sources[source]
        row = rows[int(np.searchsorted(self._row_edges[source], rng.random(), side="right"))]
        return RealLine(_grey(row.encoded), row.text, source)


def parquet_files(paths: Iterable[Path]) -> list[Path]:
    """Returns the Parquet files among paths and in folders, in order.

    Raises:
        DatasetError: a path is neither a Parquet file nor a folder that holds one.
    """
    found: list[Path] = []
    for path in paths:
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise DatasetError(f"There is no Parquet file at {path}.")
        found += files
    return found


def label_confidence(row: Row) -> float:
    """Returns how sure a row is of its label, 0 to 1; 1 where it does not say."""
    confidence = row.columns.get("confidence")
    return float(confidence) if isinstance(confidence, (int, float)) else 1.0


def _rows(path: Path, charset: Charset) -> Iterable[_Row]:
    for row in read_rows(path):
        text = canonical(row.text)
        how, source = (row.columns.get(name) for name in ("how", "source"))
        if how in UNLABELLED or not text or charset.missing(text):
            continue
        collection, label = str(source or path.stem), str(how or "not said")
        yield _Row(row.image, text, collection, max(label_confidence(row), _LEAST_CONFIDENCE), path.stem, label)


def _grey(encoded: bytes) -> NDArray[np.uint8]:
    try:
        return line_grey(decode(encoded, _LIMITS))
    except OcrError:
        return np.full((32, 32), 255, dtype=np.uint8)


def _is_short(line: RealLine) -> bool:
    height, width = line.pixels.shape
    return width <= _SHORT * height


def _side_by_side(lines: list[RealLine], rng: np.random.Generator) -> RealLine:
    """Sets lines in a row at one height; a wide gap is a space, a narrow one is none."""
    height = max(24, int(np.median([line.pixels.shape[0] for line in lines])))
    is_spaced = rng.random() < 0.3
    pieces, text = [], ""
    for line in lines:
        width = max(1, round(line.pixels.shape[1] * height / line.pixels.shape[0]))
        picture = np.asarray(cv2.resize(line.pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if pieces:
            gap = round(height * (rng.uniform(0.55, 1.0) if is_spaced else rng.uniform(0.0, 0.12)))
            if gap:
                pieces.append(_between(pieces[-1], picture, gap))
            text += " " if is_spaced else ""
        pieces.append(picture)
        text += line.text
    return RealLine(np.ascontiguousarray(np.concatenate(pieces, axis=1)), canonical(text), lines[0].source)


def _between(left: NDArray[np.uint8], right: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Paper for a gap: from the median of one picture's edge to that of the other's."""
    ramp = np.linspace(np.median(left[:, -2:]), np.median(right[:, :2]), width)
    return np.repeat(ramp[None].astype(np.uint8), left.shape[0], axis=0)


def varied(grey: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns a line as another camera might have taken it: size, width, blur, light, noise, each a little or not."""
    height, width = grey.shape
    if rng.random() < 0.5:
        factor = rng.uniform(0.55, 1.25) if height > 24 else rng.uniform(0.8, 1.5)
        stretch = rng.uniform(0.85, 1.18)
        size = (max(4, round(width * factor * stretch)), max(10, round(height * factor)))
        interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        grey = np.asarray(cv2.resize(grey, size, interpolation=interpolation), dtype=np.uint8)
    if rng.random() < 0.25:
        grey = _slanted(grey, float(rng.normal(0, 0.06)))
    if rng.random() < 0.3:
        blur_px = float(rng.uniform(0.3, 0.9)) * max(1.0, grey.shape[0] / 40)
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur_px), dtype=np.uint8)
    values = grey.astype(np.float32)
    if rng.random() < 0.5:
        mean = float(values.mean())
        values = (values - mean) * rng.uniform(0.55, 1.3) + mean + rng.normal(0, 14)
    if rng.random() < 0.15:
        values = values + np.linspace(-1, 1, values.shape[1], dtype=np.float32)[None] * rng.normal(0, 25)
    if rng.random() < 0.35:
        values = values + rng.normal(0, rng.uniform(1, 9), values.shape)
    if rng.random() < 0.12:
        values = 255 - values
    return np.clip(values, 0, 255).astype(np.uint8)


def _slanted(grey: NDArray[np.uint8], slope: float) -> NDArray[np.uint8]:
    """Shears a line sideways; what comes in at the sides repeats the edge."""
    height, width = grey.shape
    matrix = np.array([[1, slope, -slope * height / 2], [0, 1, 0]], dtype=np.float32)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


@dataclass(frozen=True)
class MixedSource:
    """Drawn lines with a share of real ones among them; the same number always gives the same line."""

    drawn: Callable[[int], SyntheticLine]
    real: RealLines
    real_share: float
    seed: int

    def __call__(self, index: int) -> SyntheticLine | RealLine:
        """Returns line number `index`."""
        rng = np.random.default_rng([88, self.seed, index])
        return self.real.draw(rng) if rng.random() < self.real_share else self.drawn(index)
