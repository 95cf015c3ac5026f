"""The project's networks by the name and arguments that are stored with their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ocr_core.errors import ModelError
from ocr_core.nets.cnn_transformer import CnnTransformer, CnnTransformerConfig
from ocr_core.nets.convnext_ctc import ConvNextCtc, ConvNextCtcConfig
from ocr_core.nets.crnn import Crnn, CrnnConfig
from ocr_core.nets.line_network import LineNetwork

_NETWORKS: dict[str, tuple[type[LineNetwork], type]] = {
    "crnn": (Crnn, CrnnConfig),
    "convnext_ctc": (ConvNextCtc, ConvNextCtcConfig),
    "cnn_transformer": (CnnTransformer, CnnTransformerConfig),
}


def build(architecture: str, config: Mapping[str, Any]) -> LineNetwork:
    """Builds a network with fresh weights.

    Raises:
        ModelError: there is no such architecture, or it does not take these arguments.
    """
    if architecture not in _NETWORKS:
        raise ModelError(f"There is no network {architecture!r} here; known are {', '.join(_NETWORKS)}.")
    network, arguments = _NETWORKS[architecture]
    try:
        return network(arguments(**config))
    except (TypeError, KeyError) as error:
        raise ModelError(f"The network {architecture} cannot be built from {dict(config)}: {error}") from error


def description_of(network: LineNetwork) -> tuple[str, dict[str, Any]]:
    """Returns the name and the arguments that `build` rebuilds the network from."""
    for name, (kind, _) in _NETWORKS.items():
        if isinstance(network, kind):
            return name, asdict(network.config)  # type: ignore[call-overload]
    raise ModelError(f"{type(network).__name__} is none of the project's networks.")
