"""Which of ONNX Runtime's execution providers a network runs on: the device asked for, or a clear word that it lacks.

Tested on processors alone: other devices run the same networks in the same numbers, and nothing here converts to FP16.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ocr_core.errors import RuntimeMissingError
from ocr_core.settings import Device

CPU: Final = "CPUExecutionProvider"
PROVIDERS: Final[dict[Device, str]] = {
    "cpu": CPU,
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
_PACKAGES: Final[dict[Device, str]] = {
    "cuda": "the package onnxruntime-gpu, and an NVIDIA GPU with CUDA and cuDNN",
    "openvino": "the package onnxruntime-openvino",
    "coreml": "onnxruntime on macOS",
}
_BEST_FIRST: Final[tuple[Device, ...]] = ("cuda", "coreml")
"""What "auto" prefers to the processor. Not OpenVINO: on a processor it need not be faster."""


def providers_for(device: Device, offered: Sequence[str]) -> list[str]:
    """Returns the providers to ask for, the wanted one first; the processor takes what that one cannot do.

    Args:
        device: what is asked for; "auto" takes the best there is.
        offered: what ONNX Runtime offers on this machine.

    Raises:
        RuntimeMissingError: it is not offered.
    """
    if device == "auto":
        found = [PROVIDERS[each] for each in _BEST_FIRST if PROVIDERS[each] in offered]
        return [*found, CPU]
    wanted = PROVIDERS[device]
    if wanted not in offered:
        raise _missing(device, offered)
    return list(dict.fromkeys((wanted, CPU)))


def check_runs_on(device: Device, used: Sequence[str], offered: Sequence[str]) -> None:
    """Makes sure that a loaded network runs where it was asked to: ONNX Runtime falls back without an error.

    Raises:
        RuntimeMissingError: it runs somewhere else.
    """
    if device != "auto" and PROVIDERS[device] not in used:
        raise _missing(device, offered)


def _missing(device: Device, offered: Sequence[str]) -> RuntimeMissingError:
    there = [name for name, provider in PROVIDERS.items() if provider in offered]
    return RuntimeMissingError(
        f"ONNX Runtime cannot use {device} on this machine; it offers {', '.join(there) or 'none that is known here'}. "
        f"{device} needs {_PACKAGES.get(device, 'onnxruntime')}."
    )
