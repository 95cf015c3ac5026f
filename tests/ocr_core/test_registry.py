"""Models are found by name or by path, on either runtime, and what is missing is said."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocr_core import registry
from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_folder, write_own_file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_folder(tmp_path / "models" / "crnn", name="crnn")
    return Settings(models_folder=tmp_path / "models")


def without(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a package impossible to import, as where it is not installed."""
    ordinary: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *args: Any, **options: Any) -> Any:
        hidden = {package, "ocr_core.sessions.torch_session"} if package == "torch" else {package}
        if name in hidden:
            raise ImportError(name)
        return ordinary(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)


def test_model_is_loaded_by_name(settings: Settings) -> None:
    recognizer = registry.load("crnn", "onnx", settings)
    assert recognizer.name == "crnn"
    assert recognizer.gives_evidence
    assert recognizer.read([stripes("ABC")]) == ["ABC"]


def test_available_lists_what_has_its_files(settings: Settings, tmp_path: Path) -> None:
    assert [model.name for model in registry.available(settings)] == ["crnn"]
    assert registry.available(replace(settings, models_folder=tmp_path / "none")) == ()


def test_missing_weights_are_named(settings: Settings) -> None:
    with pytest.raises(ModelError, match=r"convnext_tiny lacks model\.onnx and model\.safetensors"):
        registry.load("convnext_tiny", "onnx", settings)


def test_own_file_and_own_folder_are_loaded_by_path(tmp_path: Path, settings: Settings) -> None:
    own = write_own_file(tmp_path / "Own Model.ONNX")
    folder = write_folder(tmp_path / "folder")
    for path in (own, str(own), folder):
        assert registry.load(path, "onnx", settings).read([stripes("CA")]) == ["CA"]


def test_unknown_name_lists_the_known(settings: Settings) -> None:
    with pytest.raises(ModelError, match="convnext_tiny, crnn"):
        registry.load("resnet", "onnx", settings)
    with pytest.raises(ModelError, match="no model file"):
        registry.load("missing.onnx", "onnx", settings)


def test_own_file_has_no_torch_network(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(ModelError, match="onnx only"):
        registry.load(write_own_file(tmp_path / "own.onnx"), "torch", settings)


def test_unknown_runtime_is_refused(settings: Settings) -> None:
    with pytest.raises(ModelError, match="onnx and torch"):
        registry.load("crnn", "tensorflow", settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runtime", "package", "file"),
    [("torch", "torch", "requirements.txt"), ("onnx", "onnxruntime", "requirements-demo.txt")],
)
def test_missing_runtime_says_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, runtime: Any, package: str, file: str
) -> None:
    without(package, monkeypatch)
    with pytest.raises(RuntimeMissingError, match=re.escape(file)):
        registry.load("crnn", runtime, settings)


def test_runtime_comes_from_the_settings_unless_it_is_given(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without("torch", monkeypatch)
    with pytest.raises(RuntimeMissingError):
        registry.load("crnn", settings=replace(settings, runtime="torch"))
    assert registry.load("crnn", "onnx", replace(settings, runtime="torch")).name == "crnn"


def test_every_model_has_its_own_name_and_colour() -> None:
    colours = [model.colour for model in registry.MODELS.values()] + [registry.OWN_FILE_COLOUR]
    assert len(set(colours)) == len(colours)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)
    assert len({model.display_name for model in registry.MODELS.values()}) == len(registry.MODELS)
    assert all(name == model.name for name, model in registry.MODELS.items())


def test_strangers_have_a_colour_and_a_name_too() -> None:
    assert registry.colour_of("mine") == registry.OWN_FILE_COLOUR
    assert registry.display_name_of("mine") == "mine"
    assert registry.display_name_of("crnn") == "CRNN"
    assert registry.colour_of("crnn") == "#b0478f"
