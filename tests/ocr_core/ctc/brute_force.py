"""CTC by enumeration of all C^T paths, and small random posteriors: what the tests compare against."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from ocr_core.charset import Charset
from ocr_core.result import Posteriors

ALPHABET = "甲乙丙"


def posteriors_of(probabilities: ArrayLike, alphabet: str = ALPHABET, stride_px: float = 4.0) -> Posteriors:
    """Makes posteriors of rows of probabilities, blank first."""
    with np.errstate(divide="ignore"):
        log_probs = np.log(np.asarray(probabilities, dtype=np.float64)).astype(np.float32)
    return Posteriors(log_probs, Charset.of(alphabet[: log_probs.shape[1] - 1]), stride_px)


def posteriors_of_path(path: str, alphabet: str, peak: float = 0.9, stride_px: float = 4.0) -> Posteriors:
    """Makes posteriors whose best path is `path`, "-" for blank."""
    C = len(alphabet) + 1
    probabilities = np.full((len(path), C), (1 - peak) / (C - 1))
    for t, symbol in enumerate(path):
        probabilities[t, 0 if symbol == "-" else 1 + alphabet.index(symbol)] = peak
    return posteriors_of(probabilities, alphabet, stride_px)


@st.composite
def tiny_posteriors(draw: st.DrawFn, max_frames: int = 5) -> Posteriors:
    """Draws posteriors of 1 to 5 frames and 2 to 4 classes, some of them peaky, some with ties."""
    frames, classes = draw(st.integers(1, max_frames)), draw(st.integers(2, 4))
    weights = draw(
        st.lists(st.lists(st.integers(1, 40), min_size=classes, max_size=classes), min_size=frames, max_size=frames)
    )
    table = np.array(weights, dtype=np.float64) ** draw(st.sampled_from([1, 4]))
    return posteriors_of(table / table.sum(axis=1, keepdims=True))


def all_paths(posteriors: Posteriors) -> list[tuple[tuple[int, ...], float]]:
    """Returns every path of classes and its log-probability."""
    T, C = posteriors.log_probs.shape
    log_probs = posteriors.log_probs.astype(np.float64)
    return [(path, float(log_probs[range(T), path].sum())) for path in itertools.product(range(C), repeat=T)]


def collapsed(path: tuple[int, ...], blank: int = 0) -> tuple[int, ...]:
    """Collapses a path one frame at a time, as the definition says."""
    classes, previous = [], blank
    for c in path:
        if c not in (previous, blank):
            classes.append(c)
        previous = c
    return tuple(classes)
