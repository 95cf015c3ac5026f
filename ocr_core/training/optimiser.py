"""The optimisers a recipe can name, behind one small interface: AdamW for everything, or Muon for the trunk's matrices.

Muon takes the kernels of convolutions and the matrices of attention layers; depthwise kernels, biases, norms, LSTM and
head stay with AdamW.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import nn

from ocr_core.training.muon import Muon

OptimiserName = Literal["adamw", "muon"]

_ADAM_BETAS = (0.9, 0.98)


class RecipeOptimiser:
    """One or two of PyTorch's optimisers that take their steps and their rate together."""

    def __init__(self, network: nn.Module, name: OptimiserName, weight_decay: float) -> None:
        """Sorts the network's parameters; `weight_decay` is for matrices and kernels, the rest has none."""
        matrices = [p for n, p in network.named_parameters() if name == "muon" and _is_trunk_matrix(n, p)]
        taken = {id(p) for p in matrices}
        others = [p for p in network.parameters() if id(p) not in taken]
        groups = [
            {"params": [p for p in others if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [p for p in others if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self._optimisers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, betas=_ADAM_BETAS, fused=True)]
        if matrices:
            self._optimisers.append(Muon(matrices, weight_decay=weight_decay))

    @property
    def rate(self) -> float:
        """The learning rate of the last step; in AdamW's scale for both."""
        return self._optimisers[0].param_groups[0]["lr"]

    def set_rate(self, rate: float) -> None:
        """Sets the learning rate of the next step."""
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Moves every parameter that has a gradient."""
        for optimiser in self._optimisers:
            optimiser.step()

    def state_dict(self) -> list[dict[str, Any]]:
        """Returns the state of each optimiser."""
        return [optimiser.state_dict() for optimiser in self._optimisers]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """Takes back what `state_dict` gave."""
        for optimiser, state in zip(self._optimisers, states, strict=True):
            optimiser.load_state_dict(state)


def _is_trunk_matrix(name: str, parameter: nn.Parameter) -> bool:
    return name.startswith(("trunk.", "layers.")) and parameter.ndim > 1 and parameter.shape[1] > 1
