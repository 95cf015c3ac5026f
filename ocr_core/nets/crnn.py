"""The CRNN: convolutions down to one row, two bidirectional LSTM layers, a linear CTC head. Image to log-probabilities.

After Shi, Bai and Yao, "An End-to-End Trainable Neural Network for Image-based Sequence Recognition", 2015, with
three trunks to choose from; which one is shipped, and why, is in `ocr_core/training/TRUNKS.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ocr_core.nets.line_network import LineNetwork

Stride = int | tuple[int, int]
Trunk = Literal["residual", "vgg", "separable"]


@dataclass(frozen=True, slots=True)
class CrnnConfig:
    """What it takes to rebuild the network; stored with the weights.

    Attributes:
        classes: C, blank included.
        trunk: which convolutions.
        features: D, the width of a frame's feature vector.
        hidden: units of each LSTM direction.
    """

    classes: int
    trunk: Trunk = "residual"
    features: int = 384
    hidden: int = 256


class ConvBnRelu(nn.Sequential):
    """Convolution, batch norm, ReLU: the brick of every trunk."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: Stride = 3,
        stride: Stride = 1,
        *,
        padding: Stride | None = None,
        groups: int = 1,
    ) -> None:
        if padding is None:
            padding = kernel // 2 if isinstance(kernel, int) else (kernel[0] // 2, kernel[1] // 2)
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around a shortcut (He et al., 2016); a stride is taken by the first."""

    def __init__(self, inputs: int, outputs: int, stride: Stride = 1) -> None:
        super().__init__()
        self.first = ConvBnRelu(inputs, outputs, 3, stride)
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity() if (inputs, stride) == (outputs, 1) else _projection(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Maps `N, inputs, H, W` to `N, outputs, H / stride, W / stride`."""
        return torch.relu(self.second(self.first(x)) + self.shortcut(x))


class SeparableBlock(nn.Module):
    """Depthwise 5 x 5, then two pointwise convolutions with an expansion of 2, around a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: Stride = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ConvBnRelu(inputs, inputs, 5, stride, groups=inputs),
            ConvBnRelu(inputs, 2 * outputs, 1),
            nn.Conv2d(2 * outputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity() if (inputs, stride) == (outputs, 1) else _projection(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Maps `N, inputs, H, W` to `N, outputs, H / stride, W / stride`."""
        return torch.relu(self.body(x) + self.shortcut(x))


def _projection(inputs: int, outputs: int, stride: Stride) -> nn.Module:
    pool = nn.Identity() if stride == 1 else nn.AvgPool2d(stride, stride)
    return nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def residual_trunk(features: int) -> nn.Sequential:
    """Residual blocks with a stem of stride 2; `N, 1, 32, W` to `N, features, 1, W / 4`."""
    return nn.Sequential(
        ConvBnRelu(1, 64, 3, 2),
        ResidualBlock(64, 64),
        ResidualBlock(64, 128, 2),
        ResidualBlock(128, 128),
        ResidualBlock(128, 256, (2, 1)),
        ResidualBlock(256, 256),
        ResidualBlock(256, 384, (2, 1)),
        ConvBnRelu(384, features, (2, 3), (2, 1), padding=(0, 1)),
    )


def vgg_trunk(features: int) -> nn.Sequential:
    """The classical plain stack with max pooling; `N, 1, 32, W` to `N, features, 1, W / 4`."""
    return nn.Sequential(
        ConvBnRelu(1, 48),
        nn.MaxPool2d(2),
        ConvBnRelu(48, 96),
        nn.MaxPool2d(2),
        ConvBnRelu(96, 192),
        ConvBnRelu(192, 192),
        nn.MaxPool2d((2, 1)),
        ConvBnRelu(192, 384),
        ConvBnRelu(384, 384),
        nn.MaxPool2d((2, 1)),
        ConvBnRelu(384, 512),
        ConvBnRelu(512, features, (2, 1), padding=0),
    )


def separable_trunk(features: int) -> nn.Sequential:
    """Depthwise-separable residual blocks, wider for fewer operations; shapes as the others."""
    return nn.Sequential(
        ConvBnRelu(1, 64, 3, 2),
        SeparableBlock(64, 64),
        SeparableBlock(64, 160, 2),
        SeparableBlock(160, 160),
        SeparableBlock(160, 320, (2, 1)),
        SeparableBlock(320, 320),
        SeparableBlock(320, 512, (2, 1)),
        SeparableBlock(512, 512),
        ConvBnRelu(512, features, (2, 3), (2, 1), padding=(0, 1)),
    )


TRUNKS = {"residual": residual_trunk, "vgg": vgg_trunk, "separable": separable_trunk}


class Crnn(LineNetwork):
    """`N, 1, 32, W` to log-probabilities `N, W / 4, C`.

    The recurrent part is added to the convolutional features, `z = f + P(BiLSTM(f))`, with P starting at zero: a
    network warmed up without it goes on from exactly where it was.
    """

    def __init__(self, config: CrnnConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = TRUNKS[config.trunk](config.features)
        self.lstm = nn.LSTM(config.features, config.hidden, num_layers=2, bidirectional=True)
        self.merge = nn.Linear(2 * config.hidden, config.features)
        self.head = nn.Linear(config.features, config.classes)
        nn.init.zeros_(self.merge.weight)
        nn.init.zeros_(self.merge.bias)

    def features(self, images: Tensor) -> Tensor:
        """Returns what the convolutions see: `N, T, D` from `N, 1, 32, W`."""
        return self.trunk(images).squeeze(2).transpose(1, 2)

    def context(self, features: Tensor) -> Tensor:
        """Lets every frame look along the line: `N, T, D` to `N, T, D`."""
        recurrent, _ = self.lstm(features.transpose(0, 1))
        return features + self.merge(recurrent.transpose(0, 1))
