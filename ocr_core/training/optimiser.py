"""The optimisers a recipe can name, behind one small interface: AdamW for everything, or Muon for the trunk's matrices.

Muon (Jordan et al., 2024) orthogonalises the momentum of a weight matrix before it is applied. Kernels of convolutions
count as matrices of outputs by everything else, those of attention layers are matrices; depthwise kernels, biases,
norms, LSTM and head stay with AdamW.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import nn

OptimiserName = Literal["adamw", "muon"]

_ADAM_BETAS = (0.9, 0.98)


class RecipeOptimiser:
    """One or two of PyTorch's optimisers that take their steps and their rate together."""

    def __init__(self, network: nn.Module, name: OptimiserName, weight_decay: float) -> None:
        """Sorts the network's parameters; `weight_decay` is for matrices and kernels, the rest has none."""
        self._matrices = [p for n, p in network.named_parameters() if name == "muon" and _is_trunk_matrix(n, p)]
        taken = {id(p) for p in self._matrices}
        others = [p for p in network.parameters() if id(p) not in taken]
        groups = [
            {"params": [p for p in others if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [p for p in others if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self._optimisers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, betas=_ADAM_BETAS, fused=True)]
        # PyTorch's Muon takes matrices only, so it works on flat copies that go in and out with every step.
        self._flat = [nn.Parameter(p.detach().reshape(len(p), -1).clone()) for p in self._matrices]
        if self._flat:
            muon = torch.optim.Muon(self._flat, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
            self._optimisers.append(muon)

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
        for parameter in self._matrices:
            parameter.grad = None

    def step(self) -> None:
        """Moves every parameter that has a gradient."""
        with torch.no_grad():
            for flat, parameter in zip(self._flat, self._matrices, strict=True):
                flat.copy_(parameter.reshape(flat.shape))
                flat.grad = None if parameter.grad is None else parameter.grad.reshape(flat.shape)
        for optimiser in self._optimisers:
            optimiser.step()
        with torch.no_grad():
            for flat, parameter in zip(self._flat, self._matrices, strict=True):
                parameter.copy_(flat.view(parameter.shape))

    def state_dict(self) -> list[dict[str, Any]]:
        """Returns the state of each optimiser."""
        return [optimiser.state_dict() for optimiser in self._optimisers]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """Takes back what `state_dict` gave."""
        for optimiser, state in zip(self._optimisers, states, strict=True):
            optimiser.load_state_dict(state)


def _is_trunk_matrix(name: str, parameter: nn.Parameter) -> bool:
    return name.startswith(("trunk.", "layers.")) and parameter.ndim > 1 and parameter.shape[1] > 1
