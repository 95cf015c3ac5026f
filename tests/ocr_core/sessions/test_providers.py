"""The device asked for is the device used, or is said to be missing and what would bring it."""

from __future__ import annotations

import pytest

from ocr_core import registry
from ocr_core.errors import RuntimeMissingError
from ocr_core.sessions.providers import CPU, check_runs_on, providers_for
from ocr_core.settings import Device, Settings

CUDA = "CUDAExecutionProvider"


@pytest.mark.parametrize(
    ("device", "offered", "wanted"),
    [
        ("cpu", [CUDA, CPU], [CPU]),
        ("cuda", [CUDA, CPU], [CUDA, CPU]),
        ("auto", [CPU, CUDA], [CUDA, CPU]),
        ("auto", ["AzureExecutionProvider", CPU], [CPU]),
        ("openvino", ["OpenVINOExecutionProvider", CPU], ["OpenVINOExecutionProvider", CPU]),
    ],
)
def test_the_wanted_provider_comes_first(device: Device, offered: list[str], wanted: list[str]) -> None:
    assert providers_for(device, offered) == wanted


def test_a_device_that_is_not_offered_is_missed_by_name() -> None:
    with pytest.raises(RuntimeMissingError, match=r"cannot use cuda .* offers cpu.*onnxruntime-gpu"):
        providers_for("cuda", [CPU])


def test_a_silent_fall_back_to_the_processor_is_an_error() -> None:
    with pytest.raises(RuntimeMissingError, match="cannot use cuda"):
        check_runs_on("cuda", [CPU], [CUDA, CPU])
    check_runs_on("auto", [CPU], [CUDA, CPU])


def test_a_network_is_loaded_on_the_device_of_the_settings() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    assert registry.load("crnn", "onnx", Settings(threads=1, device="auto")).name == "crnn"
    if "CoreMLExecutionProvider" not in onnxruntime.get_available_providers():
        with pytest.raises(RuntimeMissingError, match="coreml"):
            registry.load("crnn", "onnx", Settings(threads=1, device="coreml"))
