"""Colours of engines in safe form, and hues that keep neighbouring characters apart.

Chosen to stay apart under the common colour-vision deficiencies. An engine's own colour is the registry's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

HUES: Final = 8
"""How many hues `--h0` to `--h7` the style sheet names for characters."""

NEUTRAL_COLOUR: Final = "#7f7f7f"
"""Of an engine whose own colour is not known."""

_CROWD: Final = 64
"""More symbols over the same pixels cannot be told apart anyway, and would take time with their square."""

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


def checked_colour(colour: str) -> str:
    """Returns `colour` if it is #rrggbb, and so safe inside a style attribute.

    Raises:
        ValueError: it is anything else.
    """
    if not _HEX.fullmatch(colour):
        raise ValueError(f"A colour must be written #rrggbb, not {colour!r}.")
    return colour


def known_colour(colour: object) -> str:
    """Returns `colour` if it is #rrggbb, else the grey of what has no colour of its own."""
    return colour if isinstance(colour, str) and _HEX.fullmatch(colour) else NEUTRAL_COLOUR


def lightened(colour: str, share: float) -> str:
    """Returns `colour` moved towards white by `share` (0 to 1), for dark backgrounds."""
    channels = (int(checked_colour(colour)[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel + (255 - channel) * share):02x}" for channel in channels)


def decoder_colour(colour: str, decoder: str | None) -> str:
    """Returns the colour of a model under another decoder than greedy: its own, lighter."""
    return {"beam": lightened(colour, 0.12), "beam+zh": lightened(colour, 0.25)}.get(decoder or "", colour)


def hues_apart(spans: Iterable[tuple[str, float, float]]) -> dict[str, int]:
    """Gives every symbol one hue so that symbols drawn over the same or touching pixels differ where possible.

    Args:
        spans: symbol, left and right edge of everywhere it is drawn, already widened by what counts as touching.

    A symbol keeps its hue wherever it appears. Greedy colouring of the overlap graph, symbols from left to right;
    among the hues its neighbours leave free it takes the one used least recently, so that the whole range is seen.
    """
    ordered = sorted(spans, key=lambda span: span[1])
    neighbours: dict[str, set[str]] = {symbol: set() for symbol, _, _ in ordered}
    live: list[tuple[str, float]] = []
    for symbol, left, right in ordered:
        live = [(other, edge) for other, edge in live if edge > left]
        for other, _ in live:
            if other != symbol:
                neighbours[symbol].add(other)
                neighbours[other].add(symbol)
        live = [*live[-_CROWD:], (symbol, right)]
    hues: dict[str, int] = {}
    recent = list(range(HUES))
    for symbol, around in neighbours.items():
        used = [hues[other] for other in around if other in hues]
        hue = next((hue for hue in recent if hue not in used), min(recent, key=used.count))
        recent.remove(hue)
        recent.append(hue)
        hues[symbol] = hue
    return hues
