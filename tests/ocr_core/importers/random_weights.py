"""Weights of no meaning in which every tensor matters, the same wherever and by whomever they are made.

Fresh networks hide mistakes: a layer scale near 0 switches its branch off, biases and positions are 0, running
statistics 0 and 1. Here every tensor is drawn by its name. Needs PyTorch.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from torch import nn


def lively_tensor(name: str, like: torch.Tensor) -> torch.Tensor:
    """Draws one tensor by its name and shape."""
    if not like.is_floating_point():
        return torch.zeros_like(like)
    shape = tuple(like.shape)
    normal = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
    if name.endswith("running_var"):
        values = 0.5 + 0.5 * np.abs(normal)
    elif name.endswith("gamma"):
        values = 0.3 + 0.1 * normal
    elif name.endswith(("pos_embed", "cls_token")):
        values = 0.5 * normal
    elif len(shape) == 1:
        values = (1.0 if name.endswith(("weight", "scale")) else 0.0) + 0.1 * normal
    else:
        values = normal * np.sqrt(1.6 / np.prod(shape[1:]))
    return torch.from_numpy(np.asarray(values, dtype=np.float32).reshape(shape))


def lively_tensors(network: nn.Module) -> dict[str, torch.Tensor]:
    """Draws all tensors of a network, by its own names."""
    return {name: lively_tensor(name, value) for name, value in network.state_dict().items()}


def noise_line(width_px: int) -> np.ndarray:
    """Returns a line `1, 3, 32, W` between 0 and 1: two thirds noise, then black, as if padded."""
    line = np.zeros((1, 3, 32, width_px), dtype=np.float32)
    noisy = width_px * 2 // 3
    line[..., :noisy] = np.random.RandomState(7).randint(0, 256, (1, 3, 32, noisy)) / 255
    return line
