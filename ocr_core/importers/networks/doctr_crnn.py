"""docTR's CTC recognisers, rebuilt on torchvision's networks: colour `N, 3, 32, W` in 0..1 to logits `N, T, C`.

As docTR publishes them: the features of a VGG-16 with batch norms or of a MobileNetV3, three of whose later steps halve
the height alone, then two bidirectional LSTMs (https://arxiv.org/abs/1507.05717). Its normalisation is inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import torch
from torch import nn
from torchvision import models

from ocr_core.errors import ModelError
from ocr_core.importers.doctr_normalisation import MEAN, STD

_LARGEST_SIDE: Final = 100_000
_HEIGHT_PX: Final = 32
_LATER_POOLS: Final = 3
_HALVING_HEIGHT_ALONE: Final = {"crnn_mobilenet_v3_small": (2, 4, 9), "crnn_mobilenet_v3_large": (4, 7, 13)}
"""Blocks of MobileNetV3 whose depthwise convolution does."""


@dataclass(frozen=True, slots=True)
class DoctrConfig:
    """Which of docTR's networks, and its sizes."""

    name: str
    classes: int
    hidden: int = 128


class DoctrCrnn(nn.Module):
    """The whole network; its parameters have docTR's names."""

    def __init__(self, config: DoctrConfig) -> None:
        super().__init__()
        self.feat_extractor = _features(config.name)
        self.register_buffer("mean", torch.tensor(MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).reshape(1, 3, 1, 1), persistent=False)
        self.feat_extractor.eval()
        with torch.inference_mode():
            channels, height = self.feat_extractor(torch.zeros(1, 3, _HEIGHT_PX, 4 * _HEIGHT_PX)).shape[1:3]
        self.decoder = nn.LSTM(channels * height, config.hidden, 2, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * config.hidden, config.classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Turns `N, 3, 32, W` into logits `N, W / 4, C`."""
        mean, std = cast(torch.Tensor, self.mean), cast(torch.Tensor, self.std)
        features = self.feat_extractor((images - mean) / std)  # N, D, h, T
        return self.linear(self.decoder(features.flatten(1, 2).transpose(1, 2))[0])


def config_of(tensors: Mapping[str, torch.Tensor]) -> DoctrConfig:
    """Tells by its tensors which network a checkpoint is of.

    Raises:
        ModelError: it is none of them.
    """
    if "feat_extractor.0.weight" in tensors:
        name = "crnn_vgg16_bn"
    elif "feat_extractor.16.0.weight" in tensors:
        name = "crnn_mobilenet_v3_large"
    elif "feat_extractor.12.0.weight" in tensors:
        name = "crnn_mobilenet_v3_small"
    else:
        name = ""
    shape = list(tensors["linear.weight"].shape) if "linear.weight" in tensors else []
    if not name or len(shape) != 2 or not 1 < min(shape) <= max(shape) <= _LARGEST_SIDE or shape[1] % 2:
        raise ModelError("The weights are not those of a CTC recogniser of docTR (crnn_vgg16_bn, crnn_mobilenet_v3_*).")
    return DoctrConfig(name, shape[0], shape[1] // 2)


def _features(name: str) -> nn.Sequential:
    if name == "crnn_vgg16_bn":
        features = cast(nn.Sequential, models.vgg16_bn(weights=None).features)
        pools = [place for place, layer in enumerate(features) if isinstance(layer, nn.MaxPool2d)]
        for place in pools[-_LATER_POOLS:]:
            features[place] = nn.MaxPool2d((2, 1))
        return features
    small = name == "crnn_mobilenet_v3_small"
    whole = (models.mobilenet_v3_small if small else models.mobilenet_v3_large)(weights=None)
    features = cast(nn.Sequential, whole.features)
    for place in _HALVING_HEIGHT_ALONE[name]:
        depthwise = cast(nn.Conv2d, features[place].get_submodule("block.1.0"))
        depthwise.stride = (2, 1)
    return features
