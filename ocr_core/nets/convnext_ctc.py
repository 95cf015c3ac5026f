"""The baseline: timm's ConvNeXt-Tiny with a linear CTC head and no recurrence. Image to log-probabilities.

After Liu et al., "A ConvNet for the 2020s", 2022. Depths and widths are timm's own; only the strides are changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import timm
from timm.models.convnext import ConvNeXt
from torch import Tensor, nn

from ocr_core.nets.line_network import LineNetwork


@dataclass(frozen=True, slots=True)
class ConvNextCtcConfig:
    """What it takes to rebuild the network; stored with the weights.

    Attributes:
        classes: C, blank included.
        layer_scale: where LayerScale starts. With timm's 1e-6 nothing is learnt in the first minutes.
        drop_path: stochastic depth while training.
    """

    classes: int
    layer_scale: float = 0.1
    drop_path: float = 0.0


class ConvNextCtc(LineNetwork):
    """`N, 1, 32, W` to log-probabilities `N, W / 4, C`.

    The stem takes 4 x 4 patches; the three stage downsamplings halve the height only, so that 32 pixels come down to
    one row and the width stays at W / 4.
    """

    def __init__(self, config: ConvNextCtcConfig) -> None:
        super().__init__()
        self.config = config
        trunk = timm.create_model(
            "convnext_tiny",
            pretrained=False,
            in_chans=1,
            num_classes=0,
            ls_init_value=config.layer_scale,
            drop_path_rate=config.drop_path,
        )
        assert isinstance(trunk, ConvNeXt)
        for stage in list(trunk.stages)[1:]:
            downsample = cast(nn.Sequential, stage.downsample)
            square = cast(nn.Conv2d, downsample[1])
            downsample[1] = _halving_height(square.in_channels, square.out_channels)
        del trunk.head
        self.trunk = trunk
        width = trunk.num_features
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, config.classes)

    def features(self, images: Tensor) -> Tensor:
        """Returns what the convolutions see, height pooled: `N, T, D` from `N, 1, 32, W`."""
        maps = self.trunk.stages(self.trunk.stem(images))
        return self.norm(maps.mean(dim=2).transpose(1, 2))

    def context(self, features: Tensor) -> Tensor:
        """Returns the features as they are: this network has no recurrence."""
        return features


def _halving_height(inputs: int, outputs: int) -> nn.Conv2d:
    """Returns a downsampling of stride (2, 1), initialised as timm initialises its own."""
    halving = nn.Conv2d(inputs, outputs, (2, 1), (2, 1))
    nn.init.trunc_normal_(halving.weight, std=0.02)
    if halving.bias is not None:
        nn.init.zeros_(halving.bias)
    return halving
