"""Grey as ModelScope's recognisers make it, inside their networks and in floating point."""

from __future__ import annotations

import torch

RED, GREEN, BLUE = 0.2989, 0.5870, 0.1140
"""Their weights add up to 0.9999; the digits matter, since the networks were trained with them."""


def to_grey(images: torch.Tensor) -> torch.Tensor:
    """Turns RGB `N, 3, H, W` into grey `N, 1, H, W`."""
    return RED * images[:, 0:1] + GREEN * images[:, 1:2] + BLUE * images[:, 2:3]
