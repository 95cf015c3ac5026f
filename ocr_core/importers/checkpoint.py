"""Weights of other projects: tensors by name out of a file, and into a network that must take every one of them.

Promises that no code in a file is run and that nothing is guessed: a missing, unknown or misshapen tensor is an error.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from ocr_core.errors import ModelError

Tensors = dict[str, torch.Tensor]

_WRAPPERS: Final = ("state_dict", "model_state_dict", "model")
_SHOWN: Final = 4

_Network = TypeVar("_Network", bound=nn.Module)


def read_tensors(path: Path) -> Tensors:
    """Reads a `.safetensors` file, or a PyTorch file as weights alone; a training checkpoint gives up its wrapping.

    Raises:
        ModelError: the file is broken, or holds anything but tensors by name.
    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, SafetensorError, zipfile.BadZipFile) as error:
        raise ModelError(f"The weights {path} cannot be read: {_first_line(error)}") from error
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"The file {path} holds more than weights, or no weights at all. Nothing in it was run. "
            "Whoever trusts it can save its tensors alone, as safetensors for example."
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(stored, Mapping) and isinstance(stored.get(wrapper), Mapping):
            stored = stored[wrapper]
            break
    if not isinstance(stored, Mapping) or not stored:
        raise ModelError(f"The file {path} holds no weights by name.")
    for name, value in stored.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise ModelError(f"The file {path} holds something under {name!r:.60} that is no tensor.")
    return {str(name): value.detach() for name, value in stored.items()}


def without(parts: Iterable[str], tensors: Tensors) -> Tensors:
    """Takes parts out of all names, wherever in them they stand.

    Raises:
        ModelError: two tensors end up under one name.
    """
    renamed: Tensors = {}
    for name, value in tensors.items():
        short = name
        for part in parts:
            short = short.replace(part, "")
        if short in renamed:
            raise ModelError(f"The weights hold two tensors for {short}: {name} is one of them.")
        renamed[short] = value
    return renamed


def fill(network: _Network, tensors: Tensors, what: str, *, ignored: tuple[str, ...] = ()) -> _Network:
    """Puts tensors into a network, as FP32, and returns it in evaluation mode.

    Args:
        network: what they are for; every parameter and every running statistic of it is demanded.
        tensors: by the network's own names.
        what: what the network is called in messages.
        ignored: endings of names that carry nothing; counters of batch norms are always among them.

    Raises:
        ModelError: a tensor is missing, unknown, of another shape, or holds something that is no number.
    """
    wanted = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    endings = ("num_batches_tracked", *ignored)
    given = {name: value for name, value in tensors.items() if not name.endswith(endings)}
    shapes = [
        f"{name} is {tuple(given[name].shape)} and not {tuple(value.shape)}"
        for name, value in wanted.items()
        if name in given and given[name].shape != value.shape
    ]
    _refuse(what, "lack", sorted(wanted.keys() - given.keys()))
    _refuse(what, "hold unknown tensors:", sorted(given.keys() - wanted.keys()))
    _refuse(what, "have other shapes:", shapes)
    broken = [name for name, value in given.items() if not (value.is_floating_point() and value.isfinite().all())]
    _refuse(what, "hold values that are no numbers in", broken)
    network.load_state_dict({name: value.float() for name, value in given.items()}, strict=False)
    return network.eval()


def _refuse(what: str, complaint: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise ModelError(f"The weights are not those of {what}: they {complaint} {', '.join(names[:_SHOWN])}{more}.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
