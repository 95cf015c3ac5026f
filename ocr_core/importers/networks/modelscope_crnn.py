"""ModelScope's CRNN for lines of text: colour picture `N, 3, H, W` to logits `N, T, C`, T = W / 4.

Parameters have the names of its published checkpoints. Architecture: https://arxiv.org/abs/1507.05717, with batch
normalisation after every convolution and two bidirectional LSTMs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from ocr_core.importers.networks.grey import to_grey


@dataclass(frozen=True, slots=True)
class ModelScopeCrnnConfig:
    """Sizes of the network; the defaults are those of every published checkpoint."""

    classes: int = 7644
    widths: tuple[int, int, int, int] = (64, 128, 256, 512)
    hidden: int = 256


class _Convolution(nn.Sequential):
    """A 3 x 3 convolution and its batch normalisation, once or twice; each followed by a ReLU."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        super().__init__(*layers)


class _BidirectionalLstm(nn.Module):
    def __init__(self, features: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, bidirectional=True, batch_first=True)
        self.embedding = nn.Linear(2 * hidden, outputs)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """`N, T, features` to `N, T, outputs`."""
        return self.embedding(self.rnn(frames)[0])


class ModelScopeCrnn(nn.Module):
    """The whole network, from RGB between 0 and 1; it takes lines 32 pixels high."""

    def __init__(self, config: ModelScopeCrnnConfig | None = None) -> None:
        super().__init__()
        config = config or ModelScopeCrnnConfig()
        a, b, c, d = config.widths
        self.conv0 = _Convolution((1, a))
        self.conv1 = _Convolution((a, b))
        self.conv2 = _Convolution((b, c, c))
        self.conv3 = _Convolution((c, d, d))
        self.conv4 = nn.Sequential(nn.Conv2d(d, d, (2, 1), stride=(2, 1)), nn.BatchNorm2d(d), nn.ReLU())
        self.rnn = nn.Sequential(
            _BidirectionalLstm(d, config.hidden, config.hidden),
            _BidirectionalLstm(config.hidden, config.hidden, 2 * config.hidden),
        )
        self.cls = nn.Linear(2 * config.hidden, config.classes, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Turns `N, 3, 32, W` into logits `N, W / 4, C`."""
        features = F.max_pool2d(self.conv0(to_grey(images)), 2)
        features = F.max_pool2d(self.conv1(features), 2)
        features = F.max_pool2d(self.conv2(features), (2, 1))
        features = F.max_pool2d(self.conv3(features), (2, 1))
        features = self.conv4(features)  # N, D, 1, T
        return self.cls(self.rnn(features.squeeze(2).transpose(1, 2)))
