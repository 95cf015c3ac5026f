"""What every runtime promises: an array of line images in, log-probabilities out. Sees no text and no files."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Session(Protocol):
    """A loaded network, safe to call from several threads at once."""

    @property
    def runtime(self) -> str:
        """Name of the runtime, one of `ocr_core.settings.RUNTIMES`."""
        ...

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` into log-probabilities `N, T, C`."""
        ...
