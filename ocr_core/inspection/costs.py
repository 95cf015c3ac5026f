"""How much work each layer of a network is: multiply-adds, computed from the shapes that went in and came out.

Counts what multiplies matrices or slides kernels; sums, activations and normalisations, which hardly count beside
them, are left out. Knows nothing of files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ocr_core.inspection.confined import Layer


@dataclass(frozen=True, slots=True)
class LayerCost:
    """One layer that multiplies: how much, what it returns, and the milliseconds it took when it was tried."""

    name: str
    operator: str
    output: tuple[int, ...]
    multiply_adds: int
    milliseconds: float


def costs_of(layers: Iterable[Layer]) -> tuple[LayerCost, ...]:
    """Returns the layers that multiply, in the order in which they ran."""
    return tuple(
        LayerCost(
            layer.name, layer.operator, layer.outputs[0] if layer.outputs else (), count, layer.microseconds / 1e3
        )
        for layer in layers
        if (count := multiply_adds(layer))
    )


def multiply_adds(layer: Layer) -> int:
    """Returns the multiply-adds of one layer; 0 for one that is not counted."""
    if len(layer.inputs) < 2 or not layer.outputs:
        return 0
    first, second, result = layer.inputs[0], layer.inputs[1], layer.outputs[0]
    if layer.operator in ("Conv", "ConvInteger"):  # weights are Cout, Cin / groups, kernel
        return math.prod(result) * math.prod(second[1:])
    if layer.operator == "QLinearConv" and len(layer.inputs) > 3:
        return math.prod(result) * math.prod(layer.inputs[3][1:])
    if layer.operator == "ConvTranspose":  # weights are Cin, Cout / groups, kernel
        return math.prod(first) * math.prod(second[1:])
    if layer.operator in ("MatMul", "MatMulInteger", "Gemm"):
        return math.prod(result) * _summed_over(first, second)
    if layer.operator in ("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM") and len(layer.inputs) > 2 and len(first) == 3:
        steps = first[0] * first[1]  # axes T, N, I; weights of all gates and directions are used at each
        return steps * (math.prod(second) + math.prod(layer.inputs[2]))
    return 0


def _summed_over(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    """Length of the axis that a product sums over; `Gemm` may be given either matrix transposed."""
    if len(first) < 2 or len(second) < 2:
        return math.prod(first[-1:])
    return first[-1] if first[-1] in second[-2:] else first[-2]
