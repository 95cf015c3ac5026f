"""ONNX files that other people's packages carry: found where the package is installed, run without importing it.

Promises one clear error where a package is missing or is another release. Knows nothing of what the networks do.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.model_files import ModelFiles


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """One network and where it lies.

    Attributes:
        name: as in the registry.
        display_name: what messages call it.
        package: the importable package that carries it.
        file: its path inside the package.
        how_to_install: the command that brings it.
    """

    name: str
    display_name: str
    package: str
    file: str
    how_to_install: str


def find(model: PackagedModel) -> ModelFiles:
    """Finds the model file of an installed package without importing the package.

    Raises:
        ModelError: the package is not installed, or it is a release without this file; the message says what to do.
    """
    folders = _folders_of(model.package)
    if not folders:
        raise ModelError(
            f"{model.display_name} comes with the package {model.package}, which is not installed: "
            f"{model.how_to_install}"
        )
    for folder in folders:
        if (path := folder / model.file).is_file():
            return ModelFiles.own_file(path)
    raise ModelError(
        f"The installed package {model.package} lacks {model.file}; another release of it has it: "
        f"{model.how_to_install}"
    )


def is_installed(model: PackagedModel) -> bool:
    """Tells whether the model can be found here."""
    try:
        find(model)
    except ModelError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class PictureNetwork:
    """A loaded network that takes one picture `1, 3, H, W` and returns arrays of its own."""

    name: str
    _session: Any  # onnxruntime.InferenceSession, which need not be installed

    def run(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Returns all that the network returns, in its order.

        Raises:
            ModelError: the network failed.
        """
        try:
            outputs = self._session.run(None, {self._session.get_inputs()[0].name: picture})
        except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
            raise ModelError(f"{self.name} failed: {error}") from error
        return [np.asarray(output, dtype=np.float32) for output in outputs]


@lru_cache(maxsize=8)
def load_network(model: PackagedModel, threads: int = 0) -> PictureNetwork:
    """Loads a network from its installed package, once for everybody who asks; `threads` 0 leaves it to the runtime.

    Raises:
        ModelError: it is not installed, or cannot be loaded.
        RuntimeMissingError: ONNX Runtime is not installed.
    """
    path = find(model).graph
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeMissingError("ONNX Runtime is not installed: pip install onnxruntime.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise ModelError(f"{model.display_name} cannot be loaded from {path.name}: {error}") from error
    return PictureNetwork(model.display_name, session)


def _folders_of(package: str) -> list[Path]:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # ValueError: something without a spec stands under that name already
        return []
    return [Path(folder) for folder in spec.submodule_search_locations or ()] if spec else []
