"""The CNN-Transformer: convolutions down to one row, four layers of local convolution and self-attention, a CTC head.

What stands for "replace the LSTM by a Transformer": the CRNN's residual trunk, made narrower, and attention where it is
cheap, on one row of W / 4 frames. Self-attention after Vaswani et al., "Attention Is All You Need", 2017, in the
pre-norm form; a depthwise convolution in every layer tells frames where they stand (Gulati et al., "Conformer", 2020),
so there are no positions and the width is free. Knows nothing of files or text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ocr_core.nets.crnn import ConvBnRelu, ResidualBlock, Stride
from ocr_core.nets.line_network import LineNetwork


@dataclass(frozen=True, slots=True)
class CnnTransformerConfig:
    """What it takes to rebuild the network; stored with the weights.

    Attributes:
        classes: C, blank included.
        features: D, the width of a frame's feature vector.
        layers: how many layers of attention.
        heads: attention heads a layer.
        hidden: width of the feed-forward part.
        kernel: frames that a layer's local convolution sees.
    """

    classes: int
    features: int = 256
    layers: int = 4
    heads: int = 8
    hidden: int = 512
    kernel: int = 7


class MaskedTrunk(nn.Module):
    """Residual blocks from `N, 1, 32, W` to `N, D, 1, W / 4` that see zeros beyond a line's own width.

    After every stage the columns past the line are set to zero again, which is what a convolution's own padding shows
    where a picture ends: so a line's features do not depend on how far its batch is padded.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.stem = ConvBnRelu(1, 32, 3, 2)
        self.blocks = nn.ModuleList(
            MaskedBlock(inputs, outputs, stride)
            for inputs, outputs, stride in (
                (32, 64, 2),
                (64, 64, 1),
                (64, 128, (2, 1)),
                (128, 128, 1),
                (128, features, (2, 1)),
                (features, features, 1),
            )
        )
        self.to_row = ConvBnRelu(features, features, (2, 3), (2, 1), padding=(0, 1))

    def forward(self, images: Tensor, halves: Tensor, frames: Tensor) -> Tensor:
        """Maps `N, 1, 32, W` to `N, D, 1, W / 4`.

        Args:
            images: normalised pixels, 0 beyond a line's width.
            halves: 1 for columns of the line at half the width, 0 beyond, `N, 1, 1, W / 2`.
            frames: the same at a quarter, `N, 1, 1, W / 4`.
        """
        x = self.stem(images) * halves
        for block in self.blocks:
            x = block(x, frames)
        return self.to_row(x) * frames


class MaskedBlock(ResidualBlock):
    """A residual block whose maps are zero beyond a line's width, in between as well as at the end."""

    def __init__(self, inputs: int, outputs: int, stride: Stride) -> None:
        super().__init__(inputs, outputs, stride)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        """Maps `N, inputs, H, W` to `N, outputs, H / stride, W / stride`; `mask` is `N, 1, 1, W / stride`."""
        inner = self.first(x) * mask
        return torch.relu(self.second(inner) + self.shortcut(x)) * mask


class Attention(nn.Module):
    """Multi-head self-attention along a line; frames beyond its width are seen by none."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(features, 3 * features)
        self.merge = nn.Linear(features, features)

    def forward(self, x: Tensor, unseen: Tensor) -> Tensor:
        """Maps `N, T, D` to `N, T, D`; `unseen` is added to every score, `N, 1, 1, T`: 0, or a very low number."""
        lines, frames, features = x.shape
        query, key, value = self.project(x).reshape(lines, frames, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) / math.sqrt(features // self.heads) + unseen
        seen = torch.softmax(scores.float(), dim=-1).to(value.dtype) @ value
        return self.merge(seen.transpose(1, 2).reshape(lines, frames, features))


class Layer(nn.Module):
    """Local convolution, attention, feed-forward, each added to what it was given."""

    def __init__(self, config: CnnTransformerConfig) -> None:
        super().__init__()
        features = config.features
        self.local = nn.Conv1d(features, features, config.kernel, padding=config.kernel // 2, groups=features)
        self.attention_norm = nn.LayerNorm(features)
        self.attention = Attention(features, config.heads)
        self.forward_norm = nn.LayerNorm(features)
        self.widen = nn.Linear(features, config.hidden)
        self.narrow = nn.Linear(config.hidden, features)

    def forward(self, x: Tensor, mask: Tensor, unseen: Tensor) -> Tensor:
        """Maps `N, T, D` to `N, T, D`; `mask` is `N, T, 1`, `unseen` as in `Attention`."""
        x = x + self.local((x * mask).transpose(1, 2)).transpose(1, 2)
        x = x + self.attention(self.attention_norm(x), unseen)
        return x + self.narrow(F.relu(self.widen(self.forward_norm(x))))


class CnnTransformer(LineNetwork):
    """`N, 1, 32, W` to log-probabilities `N, W / 4, C`.

    The attention's result is added to the convolutional features, `z = f + P(layers(f))`, with P starting at zero: a
    network warmed up without it goes on from exactly where it was. What is padding is read off the pictures: padded
    columns are exactly 0, which no grey level is after normalisation by 0.5.
    """

    def __init__(self, config: CnnTransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = MaskedTrunk(config.features)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.features)
        self.merge = nn.Linear(config.features, config.features)
        self.head = nn.Linear(config.features, config.classes)
        nn.init.zeros_(self.merge.weight)
        nn.init.zeros_(self.merge.bias)

    def features(self, images: Tensor) -> Tensor:
        """Returns what the convolutions see, 0 beyond a line's width: `N, T, D` from `N, 1, 32, W`."""
        halves, frames = _own_columns(images)
        return self.trunk(images, halves, frames).squeeze(2).transpose(1, 2)

    def context(self, features: Tensor) -> Tensor:
        """Lets every frame look along the line: `N, T, D` to `N, T, D`.

        Frames whose features are 0 throughout are taken for padding. A frame of a line that is, by chance, only looks
        and is not looked at.
        """
        mask = (features.amax(dim=-1, keepdim=True) > 0).to(features.dtype)
        unseen = ((1 - mask) * -1e4).transpose(1, 2).unsqueeze(1)
        x = features
        for layer in self.layers:
            x = layer(x, mask, unseen)
        return features + self.merge(self.norm(x))


def _own_columns(images: Tensor) -> tuple[Tensor, Tensor]:
    """Returns which columns belong to the lines themselves, at half the width and at a quarter, 1 or 0."""
    columns = images.abs().amax(dim=(1, 2), keepdim=True).ne(0).to(images.dtype)
    halves = F.max_pool2d(columns, (1, 2))
    return halves, F.max_pool2d(halves, (1, 2))
