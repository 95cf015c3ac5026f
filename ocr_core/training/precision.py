"""Where training computes and in which precision: the accelerator that is there, else the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Final, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ocr_core.errors import RuntimeMissingError

DeviceChoice = Literal["auto", "cpu", "cuda"]
DEVICE_CHOICES: Final = get_args(DeviceChoice)
CPU: Final = torch.device("cpu")

_ROUNDS: Final = 6


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
    """Returns a context of bfloat16 where the device is faster in it, of float32 elsewhere."""
    return torch.autocast(device.type, torch.bfloat16, enabled=is_faster_in_bfloat16(device))


def is_faster_in_bfloat16(device: torch.device = CPU) -> bool:
    """Tells whether the device learns faster in bfloat16 than in float32.

    A processor without instructions for it emulates them, and a matrix product takes 70 times as long (measured on
    AVX2); of those with instructions some need half of float32's time and some more than all of it (a step of the
    CNN-Transformer's warm-up on an Intel Xeon with avx512_bf16 and no AMX: 0.63 s, and 0.37 in float32). So where
    there are any, both are timed, once.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16")) and _wins_a_race()


@cache
def _wins_a_race() -> bool:
    """Times a convolution, there and back, in both precisions in turns; the best of each counts. Draws nothing."""

    def once(is_bfloat16: bool) -> float:
        started = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bfloat16):
            result = F.conv2d(maps, kernel, padding=1)
        result.float().sum().backward()
        return time.perf_counter() - started

    # Validation may be the first to ask, and it computes without gradients.
    with torch.inference_mode(False), torch.enable_grad():
        maps, kernel = (
            torch.full(shape, 0.5).to(memory_format=torch.channels_last).requires_grad_()
            for shape in ((8, 128, 4, 64), (128, 128, 3, 3))
        )
        times = [(once(True), once(False)) for _ in range(_ROUNDS)]
    in_bfloat16, in_float32 = map(min, zip(*times, strict=True))
    return in_bfloat16 < in_float32


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
