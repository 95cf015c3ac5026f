"""ModelScope's networks as rebuilt here give the numbers of ModelScope's own, and every likely mistake would show.

`golden/modelscope.json` holds logits that ModelScope's modules gave in float64 for weights and a line that are drawn by
rule (`random_weights.py`); no package of theirs is needed to compare.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from ocr_core.importers.networks import grey, modelscope_convnext_vit  # noqa: E402
from ocr_core.importers.networks.modelscope_convnext_vit import ConvNextVit, ConvNextVitConfig  # noqa: E402
from ocr_core.importers.networks.modelscope_crnn import ModelScopeCrnn  # noqa: E402
from tests.ocr_core.importers.random_weights import lively_tensors, noise_line  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.torch]

GOLDEN = json.loads((Path(__file__).parent / "golden" / "modelscope.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-5
"""Rounding moves a logit by about 2e-6, the least of the mistakes below by 3e-5."""
WIDTHS = {"CRNN": 640, "ConvNextViT": 804}


@pytest.fixture(scope="module")
def drawn() -> dict[str, dict[str, Any]]:
    """The weights of both networks, drawn once."""
    fresh = {"CRNN": ModelScopeCrnn(), "ConvNextViT": ConvNextVit()}
    return {name: lively_tensors(network) for name, network in fresh.items()}


@pytest.fixture
def networks(drawn: dict[str, dict[str, Any]]) -> Callable[[str], nn.Module]:
    """Makes either network anew, for a test to do with as it likes."""

    def make(name: str) -> nn.Module:
        network = ModelScopeCrnn() if name == "CRNN" else ConvNextVit()
        network.load_state_dict(drawn[name])
        return network.eval()

    return make


def logits_of(network: nn.Module, line: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return network(torch.from_numpy(line)).numpy()[0]


def distance(name: str, logits: np.ndarray) -> float:
    """How far the logits are from ModelScope's at the points that are kept."""
    return max(abs(float(logits[t, c]) - value) for t, c, value in GOLDEN[name]["points"])


@pytest.mark.parametrize("name", ["CRNN", "ConvNextViT"])
def test_logits_and_best_classes_are_those_of_modelscope(name: str, networks: Callable[[str], nn.Module]) -> None:
    logits = logits_of(networks(name), noise_line(WIDTHS[name]))
    assert logits.shape == (GOLDEN[name]["frames"], GOLDEN[name]["classes"])
    assert distance(name, logits) <= TOLERANCE
    assert logits.argmax(axis=1).tolist() == GOLDEN[name]["best_classes"]


def test_parts_of_a_batch_are_joined_with_their_own_line(networks: Callable[[str], nn.Module]) -> None:
    network, line = networks("ConvNextViT"), noise_line(804)
    other = np.ascontiguousarray(line[..., ::-1])
    together = torch.from_numpy(np.concatenate([line, other]))
    with torch.inference_mode():
        both = network(together).numpy()
    assert np.abs(both[0] - logits_of(network, line)).max() <= 2e-4
    assert np.abs(both[1] - logits_of(network, other)).max() <= 2e-4


def _grey_of_television(_: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grey, "RED", 0.299)


def _half_precision(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    network.load_state_dict({name: value.half().float() for name, value in network.state_dict().items()})


def _directions_swapped(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    weights = network.state_dict()
    swapped = {
        name: weights[name.removesuffix("_reverse") if name.endswith("_reverse") else f"{name}_reverse"]
        for name in weights
        if ".rnn." in name and "_l0" in name
    }
    network.load_state_dict({**weights, **swapped})


def _other_batch_norm(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-3


def _other_layer_norm(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    for module in network.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-5


def _tanh_gelu(_: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    real = F.gelu
    monkeypatch.setattr(modelscope_convnext_vit.F, "gelu", lambda values: real(values, approximate="tanh"))


def _six_heads(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    for block in network.vitstr.blocks:  # type: ignore[union-attr]
        block.attn.heads = 6


def _no_positions(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    nn.init.zeros_(network.vitstr.pos_embed)  # type: ignore[union-attr, arg-type]


def _no_layer_scale(network: nn.Module, _: pytest.MonkeyPatch) -> None:
    for name, value in network.named_parameters():
        if name.endswith("gamma"):
            nn.init.ones_(value)


def _seam_a_frame_off(_: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelscope_convnext_vit, "FRAMES_KEPT", ((0, 68), (5, 69), (6, 75)))


def _blue_first(line: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(line[:, ::-1])


def _padded_with_mid_grey(line: np.ndarray) -> np.ndarray:
    padded = line.copy()
    padded[..., line.shape[3] * 2 // 3 :] = 0.5
    return padded


BOTH, CRNN, VIT = ("CRNN", "ConvNextViT"), ("CRNN",), ("ConvNextViT",)
MISTAKES: list[tuple[tuple[str, ...], Callable[[nn.Module, pytest.MonkeyPatch], None]]] = [
    (BOTH, _grey_of_television),
    (BOTH, _half_precision),
    (CRNN, _directions_swapped),
    (CRNN, _other_batch_norm),
    (VIT, _other_layer_norm),
    (VIT, _tanh_gelu),
    (VIT, _six_heads),
    (VIT, _no_positions),
    (VIT, _no_layer_scale),
    (VIT, _seam_a_frame_off),
]


@pytest.mark.parametrize(
    ("name", "mistake"),
    [pytest.param(name, mistake, id=f"{name}{mistake.__name__}") for names, mistake in MISTAKES for name in names],
)
def test_mistake_in_the_network_shows(
    name: str,
    mistake: Callable[[nn.Module, pytest.MonkeyPatch], None],
    networks: Callable[[str], nn.Module],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = networks(name)
    with torch.no_grad():
        mistake(network, monkeypatch)
    assert distance(name, logits_of(network, noise_line(WIDTHS[name]))) > TOLERANCE


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("mistake", [_blue_first, _padded_with_mid_grey])
def test_mistake_in_the_input_shows(
    name: str, mistake: Callable[[np.ndarray], np.ndarray], networks: Callable[[str], nn.Module]
) -> None:
    assert distance(name, logits_of(networks(name), mistake(noise_line(WIDTHS[name])))) > TOLERANCE


def test_published_sizes_are_the_defaults() -> None:
    with torch.device("meta"):
        crnn, vit = ModelScopeCrnn(), ConvNextVit(ConvNextVitConfig())
    assert len(crnn.state_dict()) == 70
    assert sum(value.numel() for value in crnn.parameters()) == 11_966_336
    # Published files have the class token, too, which nothing reads.
    assert len(vit.state_dict()) + 1 == 321
    assert sum(value.numel() for value in vit.parameters()) + 192 == 19_177_980
