"""A model's files to a session on the runtime that is asked for. Knows no names of models."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.settings import RUNTIMES, Runtime, Settings

if TYPE_CHECKING:
    from ocr_core.sessions.torch_session import TorchSession

_PACKAGES: Final[dict[Runtime, str]] = {"onnx": "onnxruntime", "onnx-int8": "onnx", "torch": "torch"}
"""What has to be installed; `onnx` builds the INT8 networks that ONNX Runtime runs."""


def installed_runtimes() -> tuple[Runtime, ...]:
    """Returns the runtimes of the project's own models that are installed here, the usual one first."""
    return tuple(runtime for runtime in RUNTIMES if find_spec(_PACKAGES[runtime]))


def load_session(files: ModelFiles, runtime: Runtime, settings: Settings) -> OnnxSession | TorchSession:
    """Loads a model on a runtime; an INT8 network is built first where this machine has none.

    Raises:
        ModelError: the files are missing or broken, or cannot run on this runtime.
        RuntimeMissingError: the runtime, or what builds its network, is not installed.
    """
    if runtime == "onnx":
        return OnnxSession.load(files, threads=settings.threads, device=settings.device)
    if runtime == "onnx-int8":
        return _int8_session(files, settings)
    if runtime == "torch":
        return _torch_session(files, settings)
    raise ModelError("A network runs on onnx, onnx-int8 or torch; it is no program of its own.")


def _int8_session(files: ModelFiles, settings: Settings) -> OnnxSession:
    from ocr_core.quantization.built import built

    sha256 = remembered_sha256(files, settings.hashes)
    network = ModelFiles.own_file(built(files, settings.int8_folder.expanduser(), sha256))
    session = OnnxSession.load(network, threads=settings.threads, device=settings.device)
    return replace(session, runtime="onnx-int8")


def _torch_session(files: ModelFiles, settings: Settings) -> TorchSession:
    try:
        from ocr_core.sessions.torch_session import TorchSession
    except ImportError as error:
        raise RuntimeMissingError(
            "PyTorch is not installed: pip install 'zijian[torch]' (in a clone: pip install -r requirements.txt)."
        ) from error
    return TorchSession.load(files, threads=settings.threads)
