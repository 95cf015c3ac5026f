"""What an engine looks at, as the CTC view is told of it: `ctc_view_sight.js` draws it. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ocr_core.occlusion import OcclusionMap


def sight_message(maps: Sequence[OcclusionMap | str]) -> dict[str, Any]:
    """Returns what is posted to the view's document: for every engine shown its map, or in words why it has none.

    Probabilities are in ten-thousandths, as everywhere in the view; borders in pixels of the line.
    """
    return {"type": "ctc-view-sight", "engines": [_engine(one) for one in maps]}


def progress_message(done: int, places: int) -> dict[str, Any]:
    """Returns what is posted to the view while the maps are made: how many of how many places have been hidden."""
    return {"type": "ctc-view-sight-progress", "done": done, "places": places}


def _engine(one: OcclusionMap | str) -> dict[str, Any]:
    if isinstance(one, str):
        return {"why": one}
    return {
        "edges": np.round(one.edges_px, 1).tolist(),
        "seen": np.rint(one.seen * 10_000).astype(int).tolist(),
        "hidden": np.rint(one.hidden * 10_000).astype(int).tolist(),
    }
