"""Several decoders on the same posteriors of one recogniser, what each reads and how long it takes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr_core.ctc.decoder import Decoded, Decoder
from ocr_core.ctc.greedy import GreedyPath
from ocr_core.label_characters import labelled_text
from ocr_core.labels import canonical
from ocr_core.result import Posteriors


@dataclass(slots=True)
class SideBySide:
    """A decoder that lets others decode the same posteriors, and keeps what they read and how long they took.

    Attributes:
        decoders: by name; the first one's reading is what the recogniser returns.
        symbols: what each has read of the line so far, section by section.
        times_ms: processor time that each has needed for it; decoding is one thread's work.
    """

    decoders: Mapping[str, Decoder]
    symbols: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    times_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    name: str = "side by side"
    needs_whole_line: bool = False

    def begin(self) -> None:
        """Forgets the line before."""
        self.symbols.clear()
        self.times_ms.clear()

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns what the first decoder reads."""
        first: Decoded | None = None
        for name, each in self.decoders.items():
            started = time.thread_time()
            decoded = each.decode(posteriors, path)
            self.times_ms[name] += (time.thread_time() - started) * 1e3
            self.symbols[name] += [posteriors.charset.symbols[run.class_index] for run in decoded.runs]
            first = first or decoded
        assert first is not None
        return first

    def text(self, name: str) -> str:
        """Returns what one decoder has read of the line."""
        return canonical(labelled_text(self.symbols[name]))
