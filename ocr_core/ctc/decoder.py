"""What a decoder is, and the one that needs nothing but the posteriors: the best class of every frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.character_set import masked
from ocr_core.ctc.greedy import GreedyPath, Run, greedy
from ocr_core.result import Posteriors, RankedText


@dataclass(frozen=True, slots=True)
class Decoded:
    """A line decoded.

    Attributes:
        runs: the characters read and the frames that emit each, in order.
        n_best: the best readings, where more than one is asked for.
        notes: sentences for the user.
    """

    runs: tuple[Run, ...]
    n_best: tuple[RankedText, ...] = ()
    notes: tuple[str, ...] = ()


class Decoder(Protocol):
    """Posteriors to characters on frames."""

    @property
    def name(self) -> str:
        """What `Recognition.decoder` says."""
        ...

    @property
    def needs_whole_line(self) -> bool:
        """Whether sections of a long line cannot be read one by one."""
        ...

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns what is read; the best path is known already."""
        ...


@dataclass(frozen=True, slots=True)
class GreedyDecoder:
    """The best path (`ocr_core.ctc.greedy`), over all characters or, where `allowed` says which (`C`), over some."""

    name: str = "greedy"
    allowed: NDArray[np.bool_] | None = None

    @property
    def needs_whole_line(self) -> bool:
        """Never."""
        return False

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns the runs of the best class of every frame."""
        return Decoded(path.runs if self.allowed is None else greedy(masked(posteriors, self.allowed)).runs)


GREEDY: Final = GreedyDecoder()
