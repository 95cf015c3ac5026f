"""Models of the Hub by address: fetched once, pinned by their hash, and nothing else that a repository may hold."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from ocr_core import registry
from ocr_core.engine_key import EngineKey
from ocr_core.engines import hub_model
from ocr_core.engines.hub_model import HubAddress, model_files, read_pin
from ocr_core.errors import ModelError, OcrError, RuntimeMissingError
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings
from tests.hub_stand_in import StandIn, hub
from tests.ocr_core.tiny_model import stripes, write_folder, write_own_file

NAME = "somebody/tiny"
ADDRESS = f"hf://{NAME}"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    with hub() as state:
        monkeypatch.setattr(hub_model, "_client", lambda: HfApi(endpoint=state.address))
        yield state


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(hub_folder=tmp_path / "hub", hashes=tmp_path / "hashes.json", own_models=tmp_path / "none")


@pytest.fixture
def own(tmp_path: Path) -> bytes:
    write_own_file(tmp_path / "made.onnx")
    return (tmp_path / "made.onnx").read_bytes()


def sha256_of(content: bytes, tmp_path: Path) -> str:
    (tmp_path / "hashed.onnx").write_bytes(content)
    return ModelFiles.own_file(tmp_path / "hashed.onnx").sha256()


def asked_for(state: StandIn) -> list[str]:
    """What was fetched, by its last name."""
    return [asked.rsplit("/", 1)[-1] for asked in state.asked if asked.startswith("GET") and "resolve" in asked]


def test_a_model_is_fetched_and_reads(stand_in: StandIn, settings: Settings, own: bytes) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own, "README.md": b"words", "evil.py": b"x", "pytorch_model.bin": b"x"})
    recognizer = registry.load(ADDRESS, settings=settings)
    assert recognizer.recognize(stripes("ABC")).text == "ABC"
    assert recognizer.name.startswith("tiny-")
    assert asked_for(stand_in) == ["net.onnx"]


def test_it_is_fetched_once_and_stays_what_it_was(stand_in: StandIn, settings: Settings, own: bytes) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    first = registry.load(ADDRESS, settings=settings)
    stand_in.put(f"models/{NAME}", {"net.onnx": b"another network"})
    stand_in.asked.clear()
    again = registry.load(ADDRESS, settings=settings)
    assert stand_in.asked == []
    assert again.name == first.name


def test_a_folder_of_graph_and_weights_is_fetched_whole(stand_in: StandIn, settings: Settings, tmp_path: Path) -> None:
    write_folder(tmp_path / "pair")
    files = {path.name: path.read_bytes() for path in (tmp_path / "pair").iterdir()}
    stand_in.put(f"models/{NAME}", {**files, "other.onnx": b"x"})
    assert registry.load(ADDRESS, settings=settings).recognize(stripes("CAB")).text == "CAB"
    assert sorted(asked_for(stand_in)) == ["model.onnx", "model.safetensors"]


def test_a_file_and_a_revision_can_be_named(stand_in: StandIn, settings: Settings, own: bytes) -> None:
    stand_in.put(f"models/{NAME}", {"nets/one.onnx": own, "two.onnx": b"x", "three.onnx": b"x"})
    commit = stand_in.repositories[f"models/{NAME}"].sha()
    stand_in.put(f"models/{NAME}", {"nets/one.onnx": b"changed"})
    recognizer = registry.load(f"{ADDRESS}@{commit}/nets/one.onnx", settings=settings)
    assert recognizer.recognize(stripes("A")).text == "A" and recognizer.name.startswith("one-")


def test_a_pin_that_fits_needs_no_network_and_one_that_does_not_keeps_nothing(
    stand_in: StandIn, settings: Settings, own: bytes, tmp_path: Path
) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    pinned = f"{ADDRESS}#sha256={sha256_of(own, tmp_path).upper()}"
    registry.load(pinned, settings=settings)
    stand_in.asked.clear()
    registry.load(pinned, settings=settings)
    assert stand_in.asked == []
    with pytest.raises(ModelError, match="does not hold the model that was asked for"):
        registry.load(f"{ADDRESS}#sha256={'0' * 64}", settings=settings)
    assert read_pin(HubAddress.parse(ADDRESS).folder(settings)) is not None, "what was there before is gone"
    other = replace(settings, hub_folder=tmp_path / "other")
    with pytest.raises(ModelError, match="Nothing was kept"):
        registry.load(f"{ADDRESS}#sha256={'0' * 64}", settings=other)
    assert not list(other.hub_folder.rglob("*.onnx"))


def test_another_pin_fetches_anew(stand_in: StandIn, settings: Settings, own: bytes, tmp_path: Path) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    registry.load(ADDRESS, settings=settings)
    write_own_file(tmp_path / "newer.onnx", output="logits")
    newer = (tmp_path / "newer.onnx").read_bytes()
    assert newer != own
    stand_in.put(f"models/{NAME}", {"net.onnx": newer})
    recognizer = registry.load(f"{ADDRESS}#sha256={sha256_of(newer, tmp_path)}", settings=settings)
    assert recognizer.name == f"tiny-{sha256_of(newer, tmp_path)[:8]}"


def test_files_that_were_changed_here_are_not_read(stand_in: StandIn, settings: Settings, own: bytes) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    registry.load(ADDRESS, settings=settings)
    path = HubAddress.parse(ADDRESS).folder(settings) / "net.onnx"
    path.write_bytes(own + b"\x00")
    with pytest.raises(ModelError, match="not those that were fetched"):
        registry.load(ADDRESS, settings=settings)


@pytest.mark.parametrize("pin", ["", "[]", "{}", '{"commit": "c", "files": [], "sha256": "x"}'])
def test_a_damaged_pin_is_no_pin(stand_in: StandIn, settings: Settings, own: bytes, pin: str) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    folder = HubAddress.parse(ADDRESS).folder(settings)
    folder.mkdir(parents=True)
    (folder / "pin.json").write_text(pin)
    assert registry.load(ADDRESS, settings=settings).recognize(stripes("B")).text == "B"


def test_what_is_damaged_on_its_way_is_not_read(
    stand_in: StandIn, settings: Settings, own: bytes, tmp_path: Path
) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    stand_in.spoil = "net.onnx"
    with pytest.raises(ModelError):
        registry.load(f"{ADDRESS}#sha256={sha256_of(own, tmp_path)}", settings=settings)
    assert not list(settings.hub_folder.rglob("*.onnx"))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": b"x"}, "Of ONNX files it has none"),
        ({"a.onnx": b"x", "b.onnx": b"x"}, r"a\.onnx, b\.onnx"),
        ({"a.onnx": b"no network"}, "ONNX"),
    ],
)
def test_a_repository_without_a_model_is_told(
    stand_in: StandIn, settings: Settings, files: dict[str, bytes], words: str
) -> None:
    stand_in.put(f"models/{NAME}", files)
    with pytest.raises(OcrError, match=words):
        registry.load(ADDRESS, settings=settings)


def test_a_model_that_is_too_large_is_not_fetched(
    stand_in: StandIn, settings: Settings, own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    monkeypatch.setattr(hub_model, "LARGEST_BYTES", 10)
    with pytest.raises(ModelError, match="larger than"):
        registry.load(ADDRESS, settings=settings)
    assert asked_for(stand_in) == []


def test_no_hub_and_no_repository_are_said_in_a_sentence(
    stand_in: StandIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="could not be fetched"):
        registry.load("hf://nobody/nothing", settings=settings)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(RuntimeMissingError, match="pip install huggingface-hub"):
        registry.load("hf://nobody/nothing", settings=settings)


@pytest.mark.parametrize(
    "text",
    [
        "hf://", "hf://name", "hf://../name", "hf://owner/../../etc", "hf://owner/name/x.pt", "hf://owner/name/../x.onnx",
        "hf://owner/name#sha256=12", "hf://owner/name@", "hf://owner/name?x", "hf://owner/na me", "hf://owner/name/.x.onnx",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_asked_for(stand_in: StandIn, settings: Settings, text: str) -> None:
    with pytest.raises(ModelError, match="no address of a model"):
        registry.load(text, settings=settings)
    assert stand_in.asked == []


def test_an_address_is_part_of_an_engines_key() -> None:
    key = EngineKey.parse(f"{ADDRESS}@main/net.onnx@onnx+beam")
    assert (key.model, key.runtime, key.decoder) == (f"{ADDRESS}@main/net.onnx", "onnx", "beam")


def test_files_are_those_of_any_own_model(stand_in: StandIn, settings: Settings, own: bytes) -> None:
    stand_in.put(f"models/{NAME}", {"net.onnx": own})
    files = model_files(HubAddress.parse(ADDRESS), settings)
    assert files.weights is None and files.graph.read_bytes() == own
    assert json.loads((files.graph.parent / "pin.json").read_text())["sha256"] == files.sha256()
    with pytest.raises(ModelError, match="onnx only"):
        registry.load(ADDRESS, "torch", settings)
