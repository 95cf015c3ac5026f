"""What the networks have in common: features of frames, their context along the line, a linear CTC head."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn


class LineNetwork(nn.Module, ABC):
    """`N, 1, H, W` to log-probabilities `N, T, C` by three steps that training can take one at a time.

    Attributes:
        head: D features to C logits, the same for every frame.
    """

    head: nn.Linear

    @abstractmethod
    def features(self, images: Tensor) -> Tensor:
        """Returns what the convolutions see, `N, T, D`."""

    @abstractmethod
    def context(self, features: Tensor) -> Tensor:
        """Lets frames look along the line, `N, T, D` to `N, T, D`."""

    def forward(self, images: Tensor) -> Tensor:
        """Returns log-probabilities `N, T, C`."""
        return torch.log_softmax(self.head(self.context(self.features(images))).float(), dim=-1)
