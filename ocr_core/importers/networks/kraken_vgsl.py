"""kraken's line recognisers as their VGSL definition draws them: `N, Cin, H, W` in 0..1 to logits `N, T, C`.

Written from kraken's published description of VGSL: convolutions, max-pooling, group norms, LSTMs, one folding of the
height into features, one output. Blocks in parallel and old kinds of LSTM are refused. Inverts and pads as kraken does.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import nn
from torch.nn import functional

from ocr_core.errors import ModelError

PADDING_PX: Final = 16
"""White columns that kraken puts on either side of a line."""

_LARGEST: Final = 16_384
_MOST_BLOCKS: Final = 200
_ACTIVATIONS: Final[dict[str, Callable[[torch.Tensor], torch.Tensor]]] = {
    "l": nn.Identity(),
    "r": torch.relu,
    "t": torch.tanh,
    "s": nn.Identity(),  # kraken leaves the sigmoid to whoever reads the output
    "lr": functional.leaky_relu,
    "m": nn.Softmax(dim=1),
}
_NAME: Final = r"(?:\{(?P<name>\w+)\})?"
_INPUT: Final = re.compile(r"\d+,(\d+),(\d+),(\d+)")
_CONVOLUTION: Final = re.compile(rf"C(s|t|r|lr|l|m){_NAME}(\d+),(\d+),(\d+)(?:,(\d+),(\d+))?(?:,(\d+),(\d+))?")
_POOLING: Final = re.compile(rf"Mp{_NAME}(\d+),(\d+)(?:,(\d+),(\d+))?")
_GROUP_NORM: Final = re.compile(rf"Gn{_NAME}(\d+)")
_LSTM: Final = re.compile(rf"L(f|b)(x|y)(s)?{_NAME}(\d+)")
_DROPOUT: Final = re.compile(rf"Do{_NAME}[\d.]*(?:,\d)?")
_FOLDING: Final = re.compile(rf"S{_NAME}1\(1x(\d+)\)1,3")
_OUTPUT: Final = re.compile(rf"O{_NAME}1c(\d+)")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What flows between two layers, and where its columns lie on the input.

    Attributes:
        channels, height: C and H.
        stride_px: input pixels a column.
        centre_px: middle of column 0, from the input's left edge.
    """

    channels: int
    height: int
    stride_px: int = 1
    centre_px: float = 0.5

    def through(self, channels: int, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int],
                padding: tuple[int, int]) -> _Shape:  # fmt: skip
        """Returns the shape behind a window that is moved over it."""
        reach = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
        height = (self.height + 2 * padding[0] - reach[0] - 1) // stride[0] + 1
        if height < 1:
            raise ModelError("The definition of the network leaves no row of the picture.")
        shift = (reach[1] / 2 - padding[1]) * self.stride_px
        return _Shape(channels, height, self.stride_px * stride[1], self.centre_px + shift)


class _Convolution(nn.Module):
    def __init__(self, channels: int, given: tuple[int, int, int], stride: tuple[int, int], dilation: tuple[int, int],
                 activation: str) -> None:  # fmt: skip
        super().__init__()
        kernel = given[:2]
        self.padding = tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        self.co = nn.Conv2d(channels, given[2], kernel, stride, self.padding, dilation)  # type: ignore[arg-type]
        self.activation = activation

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return _ACTIVATIONS[self.activation](self.co(images))


class _GroupNorm(nn.Module):
    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.layer = nn.GroupNorm(groups, channels)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layer(images)


class _Lstm(nn.Module):
    """Along the rows (x), every row for itself, or along the columns (y); its last step alone where it sums up."""

    def __init__(self, channels: int, hidden: int, *, both_ways: bool, along_columns: bool, last_alone: bool) -> None:
        super().__init__()
        self.layer = nn.LSTM(channels, hidden, bidirectional=both_ways, batch_first=True)
        self.along_columns, self.last_alone = along_columns, last_alone

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.along_columns:
            images = images.transpose(2, 3)
        lines, channels, rows, steps = images.shape
        read = self.layer(images.permute(0, 2, 3, 1).reshape(lines * rows, steps, channels))[0]
        if self.last_alone:
            read = read[:, -1:]
        read = read.reshape(lines, rows, read.shape[1], read.shape[2]).permute(0, 3, 1, 2)
        return read.transpose(2, 3) if self.along_columns else read


class _Folding(nn.Module):
    """Every row's channels after the other's: `N, C, H, W` to `N, H C, 1, W`."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.transpose(1, 2).flatten(1, 2).unsqueeze(2)


class _Output(nn.Module):
    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.lin = nn.Linear(channels, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.lin(images.squeeze(2).transpose(1, 2))


class KrakenVgsl(nn.Module):
    """A network from its definition.

    Attributes:
        height_px, channels: of its input.
        classes: C, the blank is class 0.
        stride_px: input pixels a frame.
        origin_px: input pixels before those that frame 0 covers; below 0, since kraken pads on the left.
    """

    def __init__(self, definition: str) -> None:
        """Builds it, with weights still to come.

        Raises:
            ModelError: the definition has a block that is not read here, or one that does not fit.
        """
        super().__init__()
        blocks = definition.strip().removeprefix("[").removesuffix("]").split(" ")
        found = _INPUT.fullmatch(blocks[0])
        if not found or len(blocks) > _MOST_BLOCKS:
            raise ModelError(f"{definition!r:.100} defines no network of kraken.")
        self.height_px, width, self.channels = map(int, found.groups())
        if width or not 8 <= self.height_px <= 512 or self.channels not in (1, 3):
            raise ModelError(
                f"The network reads inputs of {blocks[0]}; lines of any width and a fixed height are read."
            )
        shape, layers = _Shape(self.channels, self.height_px), OrderedDict[str, nn.Module]()
        for place, block in enumerate(blocks[1:]):
            kind, name, layer, shape = _layer(block, shape)
            layers[name or f"{kind}_{place}"] = layer
        if not isinstance(next(reversed(layers.values()), None), _Output):
            raise ModelError("The network does not end in an output for CTC (O1c): it recognises no text.")
        self.classes, self.stride_px = shape.channels, shape.stride_px
        self.origin_px = shape.centre_px - shape.stride_px / 2 - PADDING_PX
        self.nn = nn.Sequential(layers)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Turns `N, Cin, H, W`, white being 1, into logits `N, T, C`."""
        return self.nn(functional.pad(1 - images, (PADDING_PX, PADDING_PX)))


def _layer(block: str, shape: _Shape) -> tuple[str, str | None, nn.Module, _Shape]:
    """Returns a block's kind, its name if it has one, what it does, and what comes out of it."""
    for kind, pattern, build in _KINDS:
        if found := pattern.fullmatch(block):
            numbers = [int(part) for part in found.groups() if part and part.isdecimal()]
            if max(numbers, default=0) > _LARGEST or (kind != "S" and kind != "Do" and 0 in numbers):
                break
            layer, behind = build(found, shape)
            return kind, found.group("name"), layer, behind
    raise ModelError(f"The definition of the network has a block that is not read here: {block!r:.60}.")


def _convolution(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    activation, _, *sizes = found.groups()
    y, x, channels, stride_y, stride_x, dilation_y, dilation_x = (int(size) if size else 1 for size in sizes)
    stride, dilation = (stride_y, stride_x), (dilation_y, dilation_x)
    layer = _Convolution(shape.channels, (y, x, channels), stride, dilation, activation)
    return layer, shape.through(channels, (y, x), stride, dilation, layer.padding)  # type: ignore[arg-type]


def _pooling(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    _, y, x, stride_y, stride_x = found.groups()
    kernel, stride = (int(y), int(x)), (int(stride_y or y), int(stride_x or x))
    return nn.MaxPool2d(kernel, stride), shape.through(shape.channels, kernel, stride, (1, 1), (0, 0))


def _group_norm(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    groups = int(found.group(2))
    if shape.channels % groups:
        raise ModelError(f"The definition of the network normalises {shape.channels} channels in {groups} groups.")
    return _GroupNorm(shape.channels, groups), shape


def _lstm(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    direction, axis, last, _, size = found.groups()
    if last and axis == "x":
        raise ModelError("The network sums up whole lines, so it has no frames.")
    both_ways, hidden = direction == "b", int(size)
    layer = _Lstm(shape.channels, hidden, both_ways=both_ways, along_columns=axis == "y", last_alone=bool(last))
    channels = hidden * (2 if both_ways else 1)
    return layer, _Shape(channels, 1 if last else shape.height, shape.stride_px, shape.centre_px)


def _folding(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    if int(found.group(2)) not in (0, shape.height):
        raise ModelError(f"The definition of the network folds {found.group(2)} rows of {shape.height}.")
    return _Folding(), _Shape(shape.channels * shape.height, 1, shape.stride_px, shape.centre_px)


def _dropout(_: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    return nn.Identity(), shape


def _output(found: re.Match[str], shape: _Shape) -> tuple[nn.Module, _Shape]:
    if shape.height != 1:
        raise ModelError(f"The network's output is {shape.height} rows high, so it recognises no text.")
    classes = int(found.group(2))
    return _Output(shape.channels, classes), _Shape(classes, 1, shape.stride_px, shape.centre_px)


_Build = Callable[[re.Match[str], _Shape], tuple[nn.Module, _Shape]]
_KINDS: Final[tuple[tuple[str, re.Pattern[str], _Build], ...]] = (
    ("C", _CONVOLUTION, _convolution),
    ("Mp", _POOLING, _pooling),
    ("Gn", _GROUP_NORM, _group_norm),
    ("L", _LSTM, _lstm),
    ("Do", _DROPOUT, _dropout),
    ("S", _FOLDING, _folding),
    ("O", _OUTPUT, _output),
)
