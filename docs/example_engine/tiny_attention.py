"""An attention recogniser small enough to read, as somebody else's engine for Zijian: see docs/own-engine.md.

It reads stripes: black is "A", dark grey "B", mid-grey "C", on white. As in any encoder and decoder with attention, the
text comes character by character, each from a softmax over all frames, until the decoder looks at the end. Its weights
were set by hand; a trained network has the same three steps.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ocr_core.engines.offered import OfferedEngine
from ocr_core.engines.text_engine import TextEngine, TextReading
from ocr_core.settings import Settings

LETTERS = "ABC"
LONGEST = 64

_FRAME_PX = 4
_GREYS = np.array([1.0, 0.0, 0.25, 0.5])  # of paper, then of the letters
_SHARPNESS = 200.0
_FOCUS = 20.0
_END = -5.0


class TinyAttention:
    """What `ENGINE` loads; immutable, so safe to share between threads."""

    version = "tiny attention 1.0"
    sha256 = hashlib.sha256(_GREYS.tobytes()).hexdigest()

    def read_line(self, pixels: NDArray[np.uint8]) -> TextReading:
        """Reads a line `H, W, 3`."""
        values, keys = self._encode(pixels)
        text, confidences, boxes = "", list[float](), list[tuple[float, float, float, float]]()
        for step in range(1, LONGEST + 1):
            attention = self._attend(keys, step)
            if attention[-1] > 0.5:  # the last place is the end of the line
                break
            context = attention[:-1] @ values
            letter = int(context[1:].argmax())
            looked_at = np.flatnonzero(attention[:-1] > 0.01) * _FRAME_PX
            text += LETTERS[letter]
            confidences.append(float(context[1 + letter]))
            boxes.append((float(looked_at[0]), 0.0, float(looked_at[-1] + _FRAME_PX), float(pixels.shape[0])))
        return TextReading(text, float(np.prod(confidences)) if text else None, tuple(confidences), tuple(boxes))

    def _encode(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns what each of T frames shows, `T, 4`, and how many letters have begun up to it, `T`; 0 on paper."""
        frames = max(1, pixels.shape[1] // _FRAME_PX)
        grey = pixels[:, : frames * _FRAME_PX].mean(axis=(0, 2)) / 255
        grey = np.pad(grey, (0, frames * _FRAME_PX - len(grey)), constant_values=1).reshape(frames, -1).mean(axis=1)
        scores = -_SHARPNESS * (grey[:, None] - _GREYS) ** 2
        values = np.exp(scores - scores.max(axis=1, keepdims=True))
        values /= values.sum(axis=1, keepdims=True)
        kind = values.argmax(axis=1)
        begins = (kind > 0) & (kind != np.concatenate([[0], kind[:-1]]))
        return values, np.where(kind > 0, np.cumsum(begins), 0)

    def _attend(self, keys: NDArray[np.float64], step: int) -> NDArray[np.float64]:
        """Returns the share of attention of every frame, and of the end, `T + 1`."""
        scores = np.append(-_FOCUS * (keys - step) ** 2, _END)
        weights = np.exp(scores - scores.max())
        return weights / weights.sum()


def _load(_: Settings) -> TextEngine:
    return TinyAttention()


ENGINE = OfferedEngine(
    display_name="Tiny attention (example)",
    load=_load,
    about="An encoder and decoder with attention that reads stripes: the example of docs/own-engine.md.",
    licence="Apache-2.0",
)
