"""EasyOCR's second generation of recognisers: grey picture `N, 1, 64, W` to logits `N, T, C`, T = W / 4 - 1.

A VGG, its height averaged, and two bidirectional LSTMs (https://arxiv.org/abs/1507.05717, without a transposition).
Parameters have the names of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class EasyOcrConfig:
    """Sizes of the network; all but the classes are the same in every published checkpoint."""

    classes: int
    features: int = 256
    hidden: int = 256


class _Vgg(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        a, b, c, d = features // 8, features // 4, features // 2, features
        self.ConvNet = nn.Sequential(
            *(nn.Conv2d(1, a, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(b, c, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1))),
            *(nn.Conv2d(c, d, 3, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU()),
            *(nn.Conv2d(d, d, 3, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU(), nn.MaxPool2d((2, 1))),
            *(nn.Conv2d(d, d, 2), nn.ReLU()),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.ConvNet(images)


class _BidirectionalLstm(nn.Module):
    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, bidirectional=True, batch_first=True)
        self.linear = nn.Linear(2 * hidden, hidden)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.linear(self.rnn(frames)[0])


class EasyOcrVgg(nn.Module):
    """The whole network."""

    def __init__(self, config: EasyOcrConfig) -> None:
        super().__init__()
        self.FeatureExtraction = _Vgg(config.features)
        self.SequenceModeling = nn.Sequential(
            _BidirectionalLstm(config.features, config.hidden), _BidirectionalLstm(config.hidden, config.hidden)
        )
        self.Prediction = nn.Linear(config.hidden, config.classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Turns `N, 1, 64, W` into logits `N, W / 4 - 1, C`."""
        features = cast(torch.Tensor, self.FeatureExtraction(images)).mean(dim=2)  # N, D, T
        return self.Prediction(self.SequenceModeling(features.transpose(1, 2)))
