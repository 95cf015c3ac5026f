"""ModelScope's ConvNextViT for lines of text: colour picture `N, 3, 32, 804` to logits `N, 201, C`.

A ConvNeXt (https://arxiv.org/abs/2201.03545) that shrinks height alone after its stem, and a ViT on its 75 columns. The
ViT knows 75 positions, so a line is cut into three overlapping parts, always, and their frames are joined before the
head. Parameters have the names of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import torch
from torch import nn
from torch.nn import functional as F

from ocr_core.importers.networks.grey import to_grey

LINE_PX: Final = 804
PART_PX: Final = 300
PART_STARTS_PX: Final = (0, 252, 504)
FRAMES_KEPT: Final = ((0, 69), (6, 69), (6, 75))
"""First frame and end of what each part contributes: the overlap of 12 frames is shared between neighbours."""

_STRIDE: Final = 4
_EPSILON: Final = 1e-6
"""Of every layer norm; PyTorch's default is ten times that."""


@dataclass(frozen=True, slots=True)
class ConvNextVitConfig:
    """Sizes of the network; the defaults are those of every published checkpoint."""

    classes: int = 7644
    depths: tuple[int, int, int, int] = (3, 3, 8, 3)
    widths: tuple[int, int, int, int] = (96, 192, 256, 512)
    embedding: int = 192
    blocks: int = 12
    heads: int = 3


class _ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of `N, C, H, W`."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return super().forward(images.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class _ConvNextBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=_EPSILON)
        self.pwconv1 = nn.Linear(channels, 4 * channels)
        self.pwconv2 = nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(torch.ones(channels))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        mixed = self.norm(self.dwconv(images).permute(0, 2, 3, 1))
        mixed = self.gamma * self.pwconv2(F.gelu(self.pwconv1(mixed)))
        return images + mixed.permute(0, 3, 1, 2)


class _ConvNext(nn.Module):
    """`N, 1, 32, W` to `N, D, 1, W / 4`; no norm after the last stage."""

    def __init__(self, config: ConvNextVitConfig) -> None:
        super().__init__()
        stem = nn.Sequential(nn.Conv2d(1, config.widths[0], 4, stride=4), _norm_of(config.widths[0]))
        shrinking = [
            nn.Sequential(_norm_of(before), nn.Conv2d(before, after, (2, 1), stride=(2, 1)))
            for before, after in pairwise(config.widths)
        ]
        self.downsample_layers = nn.ModuleList([stem, *shrinking])
        self.stages = nn.ModuleList(
            nn.Sequential(*(_ConvNextBlock(width) for _ in range(depth)))
            for width, depth in zip(config.widths, config.depths, strict=True)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        for shrink, stage in zip(self.downsample_layers, self.stages, strict=True):
            images = stage(shrink(images))
        return images


def _norm_of(channels: int) -> _ChannelNorm:
    return _ChannelNorm(channels, eps=_EPSILON)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        lines, length, width = frames.shape
        of_heads = self.qkv(frames).reshape(lines, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        queries, keys, values = of_heads[0], of_heads[1], of_heads[2]  # each N, heads, T, D
        weights = (queries @ keys.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(dim=-1)
        return self.proj((weights @ values).transpose(1, 2).reshape(lines, length, width))


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.fc2(F.gelu(self.fc1(frames)))


class _VitBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=_EPSILON)
        self.attn = _Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=_EPSILON)
        self.mlp = _Mlp(width)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        frames = frames + self.attn(self.norm1(frames))
        return frames + self.mlp(self.norm2(frames))


class _PatchEmbedding(nn.Module):
    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(features, width, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """`N, D, 1, T` to `N, T, width`."""
        return self.proj(features).flatten(2).transpose(1, 2)


class _Vit(nn.Module):
    def __init__(self, config: ConvNextVitConfig) -> None:
        super().__init__()
        width = config.embedding
        self.patch_embed = _PatchEmbedding(config.widths[-1], width)
        self.pos_embed = nn.Parameter(torch.zeros(1, PART_PX // _STRIDE, width))
        self.blocks = nn.Sequential(*(_VitBlock(width, config.heads) for _ in range(config.blocks)))
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.head = nn.Linear(width, config.classes)

    def frames_of(self, features: torch.Tensor) -> torch.Tensor:
        """Everything before the head: `N, D, 1, 75` to `N, 75, width`."""
        return self.norm(self.blocks(self.patch_embed(features) + self.pos_embed))


class ConvNextVit(nn.Module):
    """The whole network, from RGB between 0 and 1."""

    def __init__(self, config: ConvNextVitConfig | None = None) -> None:
        super().__init__()
        config = config or ConvNextVitConfig()
        self.cnn_model = _ConvNext(config)
        self.vitstr = _Vit(config)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Turns `N, 3, 32, 804` into logits `N, 201, C`; merged frame t covers the pixels 4t to 4t + 3."""
        grey = to_grey(images)
        parts = torch.cat([grey[..., start : start + PART_PX] for start in PART_STARTS_PX])  # part by part: 3N
        of_parts = self.vitstr.frames_of(self.cnn_model(parts)).chunk(len(PART_STARTS_PX))
        kept = [frames[:, first:end] for frames, (first, end) in zip(of_parts, FRAMES_KEPT, strict=True)]
        return self.vitstr.head(torch.cat(kept, dim=1))
