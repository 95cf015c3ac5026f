"""Models are found by name or by path, on either runtime, and what is missing is said."""

from __future__ import annotations

import builtins
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from ocr_core import registry
from ocr_core.engines import ppocr, tesseract
from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import description, stripes, to_metadata, write_folder, write_own_file


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


@pytest.fixture
def no_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's recogniser is installed."""

    def missing(*_: object) -> NoReturn:
        raise ModelError("not installed")

    monkeypatch.setattr(ppocr, "find", missing)
    monkeypatch.setattr(tesseract, "find", missing)


@pytest.mark.usefixtures("no_peers")
def test_available_lists_what_has_its_files(settings: Settings, tmp_path: Path) -> None:
    assert [model.name for model in registry.available(settings)] == ["crnn"]
    assert registry.available(replace(settings, models_folder=tmp_path / "none")) == ()


def test_missing_weights_are_named(settings: Settings) -> None:
    with pytest.raises(ModelError, match=r"models/convnext_tiny is missing.*ZIJIAN_MODELS_FOLDER names"):
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
    with pytest.raises(ModelError, match="onnx, onnx-int8, torch"):
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


def test_peers_are_available_when_they_are_installed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tesseract.Installation(tmp_path / "tesseract", tmp_path)
    monkeypatch.setattr(tesseract, "find", lambda: program)
    found = registry.ModelFiles(tmp_path / "rec.onnx", None)
    monkeypatch.setattr(ppocr, "find", lambda model: found)
    assert [model.name for model in registry.available(settings)] == ["crnn", "ppocr_v4", "ppocr_v6", "tesseract"]
    assert registry.MODELS["ppocr_v6"].files(settings) == found
    assert registry.MODELS["tesseract"].files(settings).paths[0].name == "chi_sim.traineddata"


@pytest.mark.usefixtures("no_peers")
@pytest.mark.parametrize("name", ["ppocr_v4", "ppocr_v6", "tesseract"])
def test_missing_peer_is_an_error_only_when_it_is_asked_for(name: str, settings: Settings) -> None:
    with pytest.raises(ModelError, match="not installed"):
        registry.load(name, None, settings)


def test_peers_run_on_one_runtime_only(settings: Settings) -> None:
    with pytest.raises(ModelError, match="PP-OCRv4 mobile runs on onnx, not on torch"):
        registry.load("ppocr_v4", "torch", settings)
    with pytest.raises(ModelError, match="Tesseract 5 runs on program, not on onnx"):
        registry.load("tesseract", "onnx", settings)
    with pytest.raises(ModelError, match="CRNN runs on onnx or onnx-int8 or torch, not on program"):
        registry.load("crnn", "program", settings)
    with pytest.raises(ModelError, match="onnx"):
        registry.load(settings.models_folder / "crnn", "program", settings)


def test_preferred_runtime_gives_way_where_a_model_cannot_use_it() -> None:
    assert registry.runtime_of("crnn", "torch") == "torch"
    assert registry.runtime_of("ppocr_v6", "torch") == "onnx"
    assert registry.runtime_of("tesseract", "onnx") == "program"
    assert registry.runtime_of("some/own.onnx", "torch") == "torch"


def test_own_files_of_one_name_are_told_apart(tmp_path: Path, settings: Settings) -> None:
    paths = [tmp_path / folder / "mine.onnx" for folder in ("a", "b", "c")]
    for path, licence in zip(paths, ("MIT", "other", "MIT"), strict=True):
        path.parent.mkdir()
        write_own_file(path, metadata=to_metadata(description(name="crnn", licence=licence)))
    first, second, copy = (registry.load(path, "onnx", settings) for path in paths)
    assert re.fullmatch("mine-[0-9a-f]{8}", first.name)
    assert first.name != second.name
    assert copy.name == first.name
    assert first.recognize(stripes("A")).model == first.name
    assert {registry.colour_of(engine.name) for engine in (first, second)} <= set(registry.OWN_FILE_COLOURS)


@pytest.mark.parametrize(
    ("path", "beginning"),
    [
        ("Own Model.ONNX", "Own-Model"),
        ("..onnx", "own"),
        ("crnn.onnx", "crnn"),
        ("a@torch..onnx", "a-torch"),
        ("我的模型.onnx", "我的模型"),
        ("<b>.onnx", "b"),
        ("models/v1.2", "v1-2"),
        ("x" * 200 + ".onnx", "x" * 40),
    ],
)
def test_own_name_can_be_part_of_a_key_and_of_a_file_name(path: str, beginning: str) -> None:
    name = registry.own_name(Path(path), "0123456789abcdef")
    assert name == f"{beginning}-01234567"
    assert name not in registry.MODELS


def test_every_model_has_its_own_name_and_colour() -> None:
    colours = [*(model.colour for model in registry.MODELS.values()), *registry.OWN_FILE_COLOURS]
    assert len(set(colours)) == len(colours)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)
    assert len({model.display_name for model in registry.MODELS.values()}) == len(registry.MODELS)
    assert all(name == model.name for name, model in registry.MODELS.items())


def test_strangers_have_a_colour_and_a_name_too() -> None:
    assert registry.colour_of("mine") in registry.OWN_FILE_COLOURS
    assert registry.colour_of("mine") == registry.colour_of("mine")
    assert {registry.colour_of(f"mine-{number}") for number in range(40)} == set(registry.OWN_FILE_COLOURS)


def test_strangers_shown_together_have_colours_of_their_own() -> None:
    alike = [name for name in map("mine-{}".format, range(40)) if registry.colour_of(name) == "#56b4e9"][:4]
    given = registry.colours_of([*alike, "crnn"])
    assert given[alike[0]] == "#56b4e9", "the first keeps its own"
    assert {given[name] for name in alike[:3]} == set(registry.OWN_FILE_COLOURS)
    assert given[alike[3]] == "#56b4e9", "where none is left, its own"
    assert given["crnn"] == "#b0478f"
    assert registry.display_name_of("mine") == "mine"
    assert registry.display_name_of("crnn") == "CRNN"
    assert registry.display_name_of("ppocr_v4") == "PP-OCRv4 mobile"
    assert registry.colour_of("crnn") == "#b0478f"


# Machado, Oliveira, Fernandes (2009): how linear RGB looks to somebody who lacks one kind of cone.
SEEN_WITH = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanopia": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
# Ottosson (2020): linear RGB to OKLab, where distance is roughly what the eye makes of it.
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_OKLAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def linear(colour: str) -> np.ndarray:
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def oklab(light: np.ndarray) -> np.ndarray:
    return TO_OKLAB @ np.cbrt(TO_CONES @ np.clip(light, 0, 1))


@pytest.mark.parametrize("eyes", SEEN_WITH)
def test_colours_stay_apart_for_the_colour_blind(eyes: str) -> None:
    colours = [*(model.colour for model in registry.MODELS.values()), *registry.OWN_FILE_COLOURS]
    seen = {colour: oklab(SEEN_WITH[eyes] @ linear(colour)) for colour in colours}
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.06, (one, other)


@pytest.mark.parametrize("ground", ["#ffffff", "#0e1117"])
def test_colours_are_seen_on_light_and_dark_ground(ground: str) -> None:
    luminance = np.array([0.2126, 0.7152, 0.0722])
    behind = float(luminance @ linear(ground))

    def contrast(colour: str) -> float:
        darker, lighter = sorted((behind, float(luminance @ linear(colour))))
        return (lighter + 0.05) / (darker + 0.05)

    assert min(contrast(model.colour) for model in registry.MODELS.values()) > 3  # WCAG 2.2, 1.4.11
    assert min(map(contrast, registry.OWN_FILE_COLOURS)) > 2


def test_own_files_are_engines_by_name(tmp_path: Path) -> None:
    settings = Settings(own_models=tmp_path, deskew=False)
    assert registry.models(settings).keys() >= registry.MODELS.keys()
    path = write_own_file(tmp_path / "Mein Modell.onnx")
    (tmp_path / ".hidden.onnx").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no model")
    (name,) = registry.models(settings).keys() - registry.MODELS.keys()
    model = registry.models(settings)[name]
    assert name.startswith("Mein-Modell-") and model.display_name == "Mein Modell"
    assert model.colour == registry.colour_of(name), "the same in every chart, also where only the name is known"
    recognizer = registry.load(name, settings=settings)
    assert recognizer.name == name and recognizer.read([stripes("CAB")]) == ["CAB"]
    assert model in registry.available(settings)
    write_own_file(path, output="probs", metadata=to_metadata(description(output="probs")))
    assert name not in registry.models(settings), "another file is another engine"
    path.unlink()
    assert registry.models(settings).keys() == registry.MODELS.keys()


def test_a_broken_own_file_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"broken")
    settings = Settings(own_models=tmp_path)
    (name,) = registry.models(settings).keys() - registry.MODELS.keys()
    with pytest.raises(ModelError, match="not an ONNX file"):
        registry.load(name, settings=settings)
