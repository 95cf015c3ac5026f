"""What a network does with lines made for it: which axis is which, stride, blank, and the input that it reads best.

Pure functions on pixels and raw outputs; nothing here runs a network. What comes of it is measured or guessed, and
whoever shows it says which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.scoring.metrics import similarity
from ocr_core.sessions.model_files import Output, OutputAxes

NORMALISATIONS: Final[tuple[tuple[float, float], ...]] = ((0.5, 0.5), (0.0, 1.0), (0.0, 1 / 255), (0.449, 0.226))
"""Mean and standard deviation of pixels scaled to 0..1: to -1..1, 0..1, 0..255, and ImageNet's over all channels."""

DRAWN_TEXTS: Final = ("Hello 2024", "READ this 75", "line 301 OK")
"""Letters and digits, which nearly every recogniser knows."""

BARS: Final = 11

_SUM_TOLERANCE: Final = 0.02
_PAPER: Final = 255
_FOLLOWED: Final = 0.8
"""Share of the bars that have to lie on one line."""


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of an output; `surely` is False where two axes could be taken for each other."""

    order: OutputAxes
    frames: int
    classes: int
    surely: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """How the frames that answer move with a bar.

    Attributes:
        stride_px: input pixels a frame; None where the answers do not move in a straight line.
        origin_px: where frame 0 begins.
        share: of the bars whose answer lies within a frame of that line.
    """

    stride_px: float | None
    origin_px: float
    share: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What was read of the drawn texts with one kind of input.

    Attributes:
        score: how sure the characters are, times similarity to what was drawn where the alphabet is known, else times
            how well their number fits; 0 to 1.
        texts: what was read; empty where the alphabet is not known.
    """

    height_px: int
    mean: float
    std: float
    score: float
    texts: tuple[str, ...]


def axes_of(narrow: tuple[int, ...], wide: tuple[int, ...] | None, lines: int, classes: int | None) -> Axes | None:
    """Tells frames from classes by the shapes of the outputs for one narrow and one wide line.

    Args:
        narrow, wide: shapes; `wide` is None where the width is fixed.
        lines: N of the input.
        classes: the size of the alphabet where it is known.

    Returns:
        None for what is no output of a CTC network.
    """
    if len(narrow) != 3 or (wide is not None and len(wide) != 3):
        return None
    orders: list[OutputAxes] = [order for order in ("NTC", "TNC") if narrow[order.index("N")] == lines]
    if wide is not None:
        orders = [order for order in orders if _grows(narrow, wide, order.index("T"))]
    if not orders:
        return None
    order = orders[0]
    surely = len(orders) == 1 and (wide is not None or classes == narrow[2])
    return Axes(order, narrow[order.index("T")], narrow[2], surely)


def _grows(narrow: tuple[int, ...], wide: tuple[int, ...], along: int) -> bool:
    return all((w > n) if axis == along else (w == n) for axis, (n, w) in enumerate(zip(narrow, wide, strict=True)))


def output_kind(ntc: NDArray[np.float32]) -> Output:
    """Tells log-probabilities and probabilities from logits by what a frame sums to; `N, T, C`."""
    values = ntc.reshape(-1, ntc.shape[-1]).astype(np.float64)
    if values.min() >= 0 and np.abs(values.sum(axis=-1) - 1).max() <= _SUM_TOLERANCE:
        return "probs"
    if values.max() <= _SUM_TOLERANCE and np.abs(np.exp(values).sum(axis=-1) - 1).max() <= _SUM_TOLERANCE:
        return "log_probs"
    return "logits"


def frames_a_pixel(narrow_px: int, wide_px: int, narrow_frames: int, wide_frames: int) -> int | None:
    """Returns the stride that two widths agree on, in whole pixels; None where there is none."""
    if wide_frames <= narrow_frames:
        return None
    stride = (wide_px - narrow_px) / (wide_frames - narrow_frames)
    whole = round(stride)
    return whole if whole >= 1 and abs(stride - whole) < 0.05 * whole else None


def paper(height_px: int, width_px: int) -> NDArray[np.uint8]:
    """Returns an empty line `H, W`."""
    return np.full((height_px, width_px), _PAPER, np.uint8)


def bar_places(width_px: int) -> NDArray[np.float64]:
    """Returns the middles of the bars, in pixels, away from both ends."""
    return np.linspace(0.2, 0.8, BARS).round(3) * width_px


def barred(height_px: int, width_px: int, middle_px: float) -> NDArray[np.uint8]:
    """Returns a line `H, W` with one dark bar, a stroke's width."""
    line = paper(height_px, width_px)
    half = max(1, height_px // 16)
    left = int(np.clip(round(middle_px) - half, 0, width_px - 2 * half))
    line[height_px // 8 : height_px - height_px // 8, left : left + 2 * half] = 30
    return line


def followed(
    empty: NDArray[np.floating], answers: Sequence[NDArray[np.floating]], places: NDArray[np.floating]
) -> Followed:
    """Finds how the frames that answer move with a bar.

    Args:
        empty: log-probabilities `T, C` of an empty line.
        answers: the same for every bar.
        places: the middles of the bars in pixels.
    """
    of_bars = [np.maximum(answer, -20) for answer in answers]
    of_paper = np.maximum(empty, -20)
    # Networks that say little in their logarithms say it in probabilities, and the other way round.
    logarithms = [np.abs(answer - of_paper).sum(axis=1) for answer in of_bars]
    probabilities = [np.abs(np.exp(answer) - np.exp(of_paper)).sum(axis=1) for answer in of_bars]
    found = [_straight_line(places, energies) for energies in (logarithms, probabilities)]
    return max(found, key=lambda each: each.share)


def _straight_line(places: NDArray[np.floating], energies: Sequence[NDArray[np.floating]]) -> Followed:
    """Lays a line through the answers by the median of all slopes, which some stray answers do not bend."""
    from scipy.stats import theilslopes  # long to import, and `inspect` alone comes here

    frames = np.array([_strongest(energy) for energy in energies])
    frames_a_px, first = (float(number) for number in tuple(theilslopes(frames, places))[:2])
    share = float((np.abs(frames - first - frames_a_px * places) <= 1).mean())
    if frames_a_px * (places[-1] - places[0]) < 2:
        return Followed(None, 0.0, 0.0)
    if share < _FOLLOWED:
        return Followed(None, 0.0, share)
    stride = 1 / frames_a_px
    return Followed(stride, -first * stride - stride / 2, share)


def blank_of(empty: NDArray[np.floating]) -> tuple[int, float]:
    """Returns the class that wins most frames of an empty line `T, C`, and its share of them."""
    winners, counts = np.unique(empty.argmax(axis=1), return_counts=True)
    best = int(counts.argmax())
    return int(winners[best]), float(counts[best] / counts.sum())


def drawn(text: str, height_px: int, width_px: int) -> NDArray[np.uint8]:
    """Draws a text `H, W` in the face that OpenCV brings, as high as lines usually fill their picture."""
    big = np.full((128, 128 * len(text)), _PAPER, np.uint8)
    cv2.putText(big, text, (24, 92), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 20, 5, cv2.LINE_AA)
    columns = np.flatnonzero((big < _PAPER).any(axis=0))
    rows = np.flatnonzero((big < _PAPER).any(axis=1))
    inked = big[max(0, rows[0] - 14) : rows[-1] + 15, max(0, columns[0] - 14) : columns[-1] + 15]
    width = min(width_px, max(1, round(inked.shape[1] * height_px / inked.shape[0])))
    fitted = cv2.resize(inked, (width, height_px), interpolation=cv2.INTER_AREA)
    line = paper(height_px, width_px)
    line[:, :width] = fitted
    return line


def as_input(line: NDArray[np.uint8], channels: int, mean: float, std: float) -> NDArray[np.float32]:
    """Turns a grey line `H, W` into a network's input `1, Cin, H, W`."""
    scaled = (line.astype(np.float32) / 255 - mean) / std
    return np.repeat(scaled[None, None], channels, axis=1).astype(np.float32)


def scored(
    log_probs: Sequence[NDArray[np.floating]], blank: int, symbols: Sequence[str] | None
) -> tuple[float, tuple[str, ...]]:
    """Judges what was read of the drawn texts, by their log-probabilities `T, C` each; see `Trial`."""
    scores, texts = list[float](), list[str]()
    for each, text in zip(log_probs, DRAWN_TEXTS, strict=True):
        best = each.argmax(axis=1)
        starts = np.flatnonzero((best != blank) & np.concatenate([[True], best[1:] != best[:-1]]))
        sure = float(np.exp(each[starts].max(axis=1)).mean()) if len(starts) else 0.0
        if symbols is None:
            wanted = len(text)
            scores.append(sure * math.exp(-abs(len(starts) - wanted) / wanted))
        else:
            texts.append("".join([symbols[int(c)] for c in best[starts] if c < len(symbols)]))
            scores.append(sure * max(0.0, similarity(_plain(text), _plain(texts[-1]))))
    return float(np.mean(scores)), tuple(texts)


def _plain(text: str) -> str:
    """Drawn spaces and the case of letters that look alike decide nothing."""
    return text.replace(" ", "").lower()


def _strongest(energy: NDArray[np.floating]) -> float:
    """Returns the frame that answers most, to a fraction by its neighbours."""
    peak = int(energy.argmax())
    frames = np.arange(max(0, peak - 1), min(len(energy), peak + 2))
    total = float(energy[frames].sum())
    return float((energy[frames] * frames).sum() / total) if total > 0 else 0.0
