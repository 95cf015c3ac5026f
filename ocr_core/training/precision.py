"""Where training computes and in which precision: the accelerator that is there, else the processor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal, get_args

import torch
from torch import Tensor, nn

from ocr_core.errors import RuntimeMissingError

DeviceChoice = Literal["auto", "cpu", "cuda"]
DEVICE_CHOICES: Final = get_args(DeviceChoice)
CPU: Final = torch.device("cpu")


def chosen_device(choice: DeviceChoice) -> torch.device:
    """Returns the device to train on; "auto" is an accelerator where PyTorch sees one, else the processor.

    Raises:
        RuntimeMissingError: an accelerator is asked for and PyTorch sees none.
    """
    has_accelerator = torch.cuda.is_available()
    if choice == "cuda" and not has_accelerator:
        raise RuntimeMissingError("PyTorch sees no CUDA device here; train with --device cpu, or auto.")
    return torch.device("cuda" if has_accelerator and choice != "cpu" else "cpu")


def autocast(device: torch.device = CPU) -> torch.autocast:
    """Returns a context of bfloat16 where the device computes with it, of float32 elsewhere.

    A processor without such instructions emulates them: a matrix product takes 70 times as long as in float32
    (measured on AVX2), one with them half as long.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))


def has_bfloat16(device: torch.device = CPU) -> bool:
    """Tells whether the device has instructions for products in bfloat16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def keep_depthwise_in_float32(network: nn.Module) -> None:
    """Lets depthwise convolutions compute in float32 on the processor, whatever autocast says.

    The gradient by their kernels takes oneDNN three times as long in bfloat16 as in float32 (60 and 19 ms for 96
    channels of 16 x 8 x 128), and products in bfloat16 save these layers nothing: they wait for memory.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1 and module.groups == module.in_channels:
            module.forward = partial(_in_float32, module.forward)  # pyright: ignore[reportAttributeAccessIssue]


def _in_float32(forward: Callable[[Tensor], Tensor], maps: Tensor) -> Tensor:
    with torch.autocast(maps.device.type, enabled=False):
        return forward(maps.float())
