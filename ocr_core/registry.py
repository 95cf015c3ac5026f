"""The models by name: what they are called, which colour they have everywhere, and how each is loaded.

To add an engine, write a builder (a function from runtime and settings to a `Recognizer`) and one entry in `MODELS`.
Nothing is loaded at import, and PyTorch only when its runtime is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.recognizer import CtcRecognizer, Recognizer
from ocr_core.sessions.model_files import GRAPH_NAME, ModelFiles
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.settings import RUNTIMES, Runtime, Settings

Builder = Callable[[Runtime, Settings], Recognizer]

OWN_FILE_COLOUR: Final = "#00816a"
"""Colour of whatever is loaded by path. All are safe for the colour-blind, and none means doubt, as orange does."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One engine that can be asked for by name.

    Attributes:
        name: what the user types; for the project's own models also the folder under `Settings.models_folder`.
        display_name: what apps, charts and tables show.
        colour: its colour in every chart of every app.
        runtimes: what it can run on.
        build: loads it.
        files: finds its files without loading anything; raises a `ModelError` that says what is missing.
    """

    name: str
    display_name: str
    colour: str
    runtimes: tuple[Runtime, ...]
    build: Builder
    files: Callable[[Settings], ModelFiles]


def load(name: str | os.PathLike[str], runtime: Runtime | None = None, settings: Settings | None = None) -> Recognizer:
    """Loads a registered model by its name, or an own ONNX file (or model folder) by its path.

    What an own file has to say of itself is the table in `ocr_core.sessions.model_files`. Without `settings` the
    environment's are taken, without `runtime` the settings'.

    Raises:
        ModelError: the name is unknown, files are missing or broken.
        RuntimeMissingError: the runtime is not installed.
    """
    chosen_settings = Settings.from_environment() if settings is None else settings
    chosen_runtime = runtime or chosen_settings.runtime
    if chosen_runtime not in RUNTIMES:
        raise ModelError(f"There is no runtime {chosen_runtime!r}; there are {' and '.join(RUNTIMES)}.")
    model = MODELS.get(os.fspath(name))
    if model is None:
        return _build_from_path(name, chosen_runtime, chosen_settings)
    if chosen_runtime not in model.runtimes:
        raise ModelError(f"{model.display_name} runs on {' or '.join(model.runtimes)}, not on {chosen_runtime}.")
    return model.build(chosen_runtime, chosen_settings)


def available(settings: Settings | None = None) -> tuple[RegisteredModel, ...]:
    """Returns the registered models whose files are there, in the registry's order."""
    chosen = Settings.from_environment() if settings is None else settings
    return tuple(model for model in MODELS.values() if _has_files(model, chosen))


def colour_of(name: str) -> str:
    """Returns the colour of a model, registered or not."""
    return MODELS[name].colour if name in MODELS else OWN_FILE_COLOUR


def display_name_of(name: str) -> str:
    """Returns what to call a model in front of people, registered or not."""
    return MODELS[name].display_name if name in MODELS else name


def _own_files(name: str, settings: Settings) -> ModelFiles:
    return ModelFiles.in_folder(settings.models_folder / name)


def _has_files(model: RegisteredModel, settings: Settings) -> bool:
    try:
        model.files(settings)
    except ModelError:
        return False
    return True


def _build_own(name: str, runtime: Runtime, settings: Settings) -> Recognizer:
    return _load_ctc(_own_files(name, settings), runtime, settings)


def _build_from_path(name: str | os.PathLike[str], runtime: Runtime, settings: Settings) -> Recognizer:
    path = Path(name)
    if path.is_dir() and (path / GRAPH_NAME).exists():
        return _load_ctc(ModelFiles.in_folder(path), runtime, settings)
    if path.suffix.lower() != ".onnx":
        raise ModelError(
            f"There is no model {os.fspath(name)!r}. Known: {', '.join(MODELS)}, or the path of an .onnx file."
        )
    if runtime != "onnx":
        raise ModelError("An own ONNX file runs on onnx only.")
    return _load_ctc(ModelFiles.own_file(path), runtime, settings)


def _load_ctc(files: ModelFiles, runtime: Runtime, settings: Settings) -> CtcRecognizer:
    if runtime == "onnx":
        session = OnnxSession.load(files, threads=settings.threads)
    else:
        try:
            from ocr_core.sessions.torch_session import TorchSession
        except ImportError as error:
            raise RuntimeMissingError("PyTorch is not installed: pip install -r requirements.txt") from error
        session = TorchSession.load(files, threads=settings.threads)
    return CtcRecognizer(session.description, files.sha256(), session, settings)


def _own_model(name: str, display_name: str, colour: str) -> RegisteredModel:
    return RegisteredModel(name, display_name, colour, RUNTIMES, partial(_build_own, name), partial(_own_files, name))


MODELS: Final[dict[str, RegisteredModel]] = {
    model.name: model
    for model in (
        _own_model("convnext_tiny", "ConvNeXt-Tiny + CTC", "#0072b2"),
        _own_model("crnn", "CRNN", "#b0478f"),
    )
}
