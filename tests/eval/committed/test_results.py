"""The results file: it belongs to the weights, and README's tables come from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from eval.committed import results
from eval.score import Engine, Item
from ocr_core.errors import DatasetError, ModelError
from ocr_core.result import Character, Recognition, Timings
from ocr_core.scenario import Scenario
from ocr_core.settings import Runtime, Settings
from ocr_core.synth.line import SyntheticLine


def put_weights(folder: Path, content: bytes = b"w") -> Path:
    for name in results.MODELS:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "model.onnx").write_bytes(b"graph of " + name.encode())
        (folder / name / "model.safetensors").write_bytes(content)
    return folder


def fake_latency(models: object, settings: object) -> dict[str, Any]:
    engine = {"engine": "crnn", "runtime": "onnx", "input": "1 x 32 x 320", "p50_ms": 2.0, "p95_ms": 3.0}
    return {
        "line_px": [32, 320],
        "threads": 1,
        "rounds": 40,
        "load_average": None,
        "reference": None,
        "engines": [engine | {"ratio_to_reference": None}],
    }


class Stripes:
    """Finds `ab` in every picture, each letter half a width too far right."""

    def recognize(self, _: object) -> Recognition:
        letters = [Character(text, 0, 0, (5.0 + 10 * n, 0, 15.0 + 10 * n, 8), 1.0, ()) for n, text in enumerate("ab")]
        return Recognition("ab", tuple(letters), (), None, Timings(), "crnn", "", "onnx")


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Path]:
    """Settings whose models are stand-ins, and where results go; every engine reads `ab`, enhanced ones `abc`."""

    def engine_of(name: str, runtime: Runtime, settings: Settings) -> Engine:
        text = "abc" if settings.enhance else "ab"
        return Engine(name, lambda images: [text] * len(images), runtime)

    def one_line(*_: object) -> list[tuple[str, SyntheticLine]]:
        boxes = np.array([[0, 0, 10, 8], [10, 0, 20, 8]], dtype=np.float32)
        return [("s", SyntheticLine(np.zeros((8, 20), np.uint8), "ab", boxes, Scenario.PRINT, {}))]

    monkeypatch.setattr(results, "engine_of", engine_of)
    monkeypatch.setattr(results, "REFERENCES", ())
    monkeypatch.setattr(results, "synthetic_lines", one_line)
    monkeypatch.setattr(results, "_model_facts", lambda *_: {"training": {"lines": 1}})
    monkeypatch.setattr(results.registry, "load", lambda *_: Stripes())
    monkeypatch.setattr(results.parity, "can_be_measured", lambda: False)
    monkeypatch.setattr(results.latency, "latency", fake_latency)
    return Settings(models_folder=put_weights(tmp_path / "models"), enhance=False), tmp_path / "results.json"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    folder = tmp_path / "real" / "s2_scene"
    folder.mkdir(parents=True)
    Image.new("RGB", (64, 32), "white").save(folder / "a.png")
    (folder / "labels.tsv").write_text("a.png\tabcd\n")
    return folder.parent


def make(settings: Settings, path: Path, real: Path | None = None) -> dict[str, Any]:
    results.write(results.measure(1, real, path, settings), path)
    return results.read(path)


def test_committed_results_belong_to_the_committed_weights() -> None:
    folder = Settings().models_folder
    if not any(folder.glob("*/model.safetensors")):
        pytest.skip("There are no weights in models/ yet.")
    assert results.is_current(results.RESULTS_FILE, folder), "weights have changed since; run: make results"


def test_changed_weights_make_results_outdated(measured: tuple[Settings, Path]) -> None:
    settings, path = measured
    make(settings, path)
    assert results.is_current(path, settings.models_folder)
    put_weights(settings.models_folder, b"other")
    assert not results.is_current(path, settings.models_folder)


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        results.weights_hashes(tmp_path)


def test_results_hold_figures_and_where_they_come_from(measured: tuple[Settings, Path], real: Path) -> None:
    made = make(*measured, real)
    assert set(made["models"]) == set(results.MODELS)
    assert made["models"]["crnn"]["training"] == {"lines": 1}
    assert made["sets"]["synthetic test lines"]["rows"][0]["character_accuracy"]["value"] == 1.0
    assert made["sets"]["real lines"]["rows"][0]["character_accuracy"]["value"] == 0.5
    assert made["latency"]["engines"][0]["p50_ms"] == 2.0
    assert {"cpu", "cores", "python"} <= set(made["machine"]) and made["versions"]["numpy"] == np.__version__
    assert "abcd" not in measured[1].read_text() and str(real) not in measured[1].read_text()


def test_other_peoples_recognisers_read_the_same_lines_where_they_are_installed(
    measured: tuple[Settings, Path], real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = results.engine_of

    def engine_of(name: str, runtime: Runtime, settings: Settings) -> Engine:
        if name == "missing":
            raise ModelError("not installed")
        return stand_in(name, runtime, settings)

    monkeypatch.setattr(results, "engine_of", engine_of)
    monkeypatch.setattr(results, "REFERENCES", ("peer", "missing"))
    made = make(*measured, real)
    for figures in made["sets"].values():
        assert list(dict.fromkeys(row["engine"] for row in figures["rows"])) == [*results.MODELS, "peer"]
        assert {row["engine"] for row in figures["by_width"]} == set(results.MODELS)


def test_latency_alone_can_be_measured_anew(measured: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, path = measured
    first = make(settings, path)
    monkeypatch.setattr(results.latency, "latency", lambda *_: {"engines": []})
    again = results.with_latency(first, settings)
    assert again["latency"]["engines"] == [] and again["latency"]["machine"] == results.machine()
    assert {**again, "latency": first["latency"]} == first
    put_weights(settings.models_folder, b"other")
    with pytest.raises(DatasetError, match="other weights"):
        results.with_latency(first, settings)


def test_real_rows_are_kept_only_while_the_weights_are_the_same(measured: tuple[Settings, Path], real: Path) -> None:
    settings, path = measured
    first = make(settings, path, real)
    assert make(settings, path)["sets"]["real lines"] == first["sets"]["real lines"]
    put_weights(settings.models_folder, b"other")
    assert "real lines" not in make(settings, path)["sets"]


def test_every_question_of_the_project_has_its_figures(measured: tuple[Settings, Path], real: Path) -> None:
    made = make(*measured, real)
    for name in ("synthetic test lines", "real lines"):
        assert [row["title"] for row in made["sets"][name]["by_width"]] == ["up to 160 px"] * 2
        assert {row["engine"] for row in made["sets"][name]["enhancement"]} == set(results.MODELS)
    (change, *_) = made["sets"]["synthetic test lines"]["enhancement"]
    assert (change["before"], change["after"], change["difference"]) == (1.0, 0.5, -0.5)
    suffered = ("as they are", "turned by 3°", "loosely cropped", "between strips of other lines")
    found = [(row["engine"], row["suffered"]) for row in made["rectification"]]
    assert found == [(name, what) for name in results.MODELS for what in suffered]
    (centres, *_) = made["alignment"]["rows"]
    assert (centres["median"], centres["share_far"], centres["characters"]) == (0.5, 1.0, 2)
    assert made["alignment"]["border_rule"] == "ink_borders"


def test_figures_are_those_of_the_chosen_setting(measured: tuple[Settings, Path]) -> None:
    settings, path = measured
    made = make(replace(settings, enhance=True), path)
    row = made["sets"]["synthetic test lines"]["rows"][0]
    assert (row["engine"], row["character_accuracy"]["value"]) == ("convnext_tiny", 0.5)
    assert made["enhance"] is True


def test_lines_to_compare_come_from_every_scenario() -> None:
    items = [
        Item(f"{scenario.value}/{n}", lambda: np.zeros((1, 1, 3), np.uint8), "", "", scenario, "")
        for scenario in Scenario
        for n in range(50)
    ]
    names = [item.name for item in results._spread(items, 200)]
    assert len(names) == 200
    assert len(set(names)) == 200
    assert all({f"{scenario.value}/0", f"{scenario.value}/48"} <= set(names) for scenario in Scenario)


def test_results_of_an_older_format_are_replaced(measured: tuple[Settings, Path]) -> None:
    measured[1].write_text('{"format": 1}')
    assert make(*measured)["format"] == results.FORMAT


@pytest.mark.parametrize("content", [None, "{", "[]", json.dumps({"format": 0})])
def test_unusable_results_files_say_how_to_make_one(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DatasetError, match="python -m eval results"):
        results.read(path)
