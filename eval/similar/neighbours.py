"""Which failures are alike, and a map of them: by vectors of any kind, or by what was taken for what. Plain arrays.

Knows no network, no run and no page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Edits = tuple[tuple[str, str], ...]
"""What the truth has and what was read, an entry an edit; "" on either side is nothing."""

MOST_KINDS: Final = 400
"""Kinds of edits that a map is drawn from: the commonest."""


def cosine_to(vectors: NDArray[np.float32], place: int) -> NDArray[np.float64]:
    """Returns the cosine of every vector `L, K` to the one at a place, `L`; 0 for a vector without length."""
    sizes = np.linalg.norm(vectors, axis=1).astype(np.float64)
    products = vectors.astype(np.float64) @ vectors[place].astype(np.float64)
    return products / np.maximum(sizes * sizes[place], 1e-12)


def alike_by_edits(edits: Sequence[Edits], place: int) -> NDArray[np.float64]:
    """Returns how much of their edits every line shares with the one at a place, 0 to 1, `L`.

    Shared edits by all edits of both, rare kinds counting more than common ones: a weighted Jaccard index. Source of
    the weights: Spärck Jones (1972), inverse document frequency.
    """
    counts = [Counter(own) for own in edits]
    lines = Counter(kind for own in counts for kind in own)
    weight = {kind: 1.0 + np.log(len(counts) / count) for kind, count in lines.items()}
    own = counts[place]
    shares = []
    for other in counts:
        kinds = own.keys() | other.keys()
        either = sum(weight[kind] * max(own[kind], other[kind]) for kind in kinds)
        shares.append(sum(weight[kind] * min(own[kind], other[kind]) for kind in kinds) / either if either else 0.0)
    return np.array(shares)


def edit_vectors(edits: Sequence[Edits]) -> NDArray[np.float32]:
    """Returns every line's edits as a vector of unit length over the commonest kinds, `L, K`; K is at least 1."""
    counts = [Counter(own) for own in edits]
    lines = Counter(kind for own in counts for kind in own)
    kinds = [kind for kind, _ in lines.most_common(MOST_KINDS)]
    column = {kind: place for place, kind in enumerate(kinds)}
    vectors = np.zeros((len(counts), max(1, len(kinds))), dtype=np.float32)
    for row, own in enumerate(counts):
        for kind, count in own.items():
            if kind in column:
                vectors[row, column[kind]] = count * (1.0 + np.log(len(counts) / lines[kind]))
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def flat_map(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns places on a map for vectors `L, K`: their first two principal components, `L, 2`, within -1 to 1.

    Signs are fixed, so that the same vectors give the same map.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    kept = min(2, left.shape[1])
    places[:, :kept] = left[:, :kept] * sizes[:kept]
    for axis in range(2):
        longest = np.abs(places[:, axis]).argmax() if len(places) else 0
        if len(places) and places[longest, axis] < 0:
            places[:, axis] *= -1
    return places / max(float(np.abs(places).max(initial=0.0)), 1e-12)


def commonest(edits: Sequence[Edits], count: int) -> list[tuple[tuple[str, str], int, list[int]]]:
    """Returns the commonest edits of lines: what for what, how often, and the places of the lines that have it."""
    totals = Counter(kind for own in edits for kind in own)
    return [
        (kind, total, [place for place, own in enumerate(edits) if kind in own])
        for kind, total in sorted(totals.items(), key=lambda entry: (-entry[1], entry[0]))[:count]
    ]
