"""The results file: it belongs to the weights, and README's tables come from it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from eval import results
from eval.score import Engine, Item
from ocr_core.errors import DatasetError, ModelError
from ocr_core.settings import Settings
from ocr_core.synth.line import Scenario


def put_weights(folder: Path, content: bytes = b"w") -> Path:
    for name in results.MODELS:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "model.onnx").write_bytes(b"graph of " + name.encode())
        (folder / name / "model.safetensors").write_bytes(content)
    return folder


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Path]:
    """Settings whose models are stand-ins, and where results go; every engine reads `ab`."""

    def one_item(*_: object) -> list[Item]:
        return [Item("s", lambda: np.zeros((8, 8, 3), np.uint8), "ab", "print", Scenario.PRINT, "g")]

    monkeypatch.setattr(results, "engine_of", lambda name, *_: Engine(name, lambda images: ["ab"] * len(images)))
    monkeypatch.setattr(results, "synthetic_items", one_item)
    monkeypatch.setattr(results, "_training", lambda *_: {"lines": 1})
    fake_label = {"engine": "crnn", "runtime": "onnx", "input": "1 x 32 x 320"}
    monkeypatch.setattr(results, "_own_networks", lambda *_: [(fake_label, lambda: 2.0)])
    monkeypatch.setattr(results, "_pp_ocr", lambda: [])
    return Settings(models_folder=put_weights(tmp_path / "models")), tmp_path / "results.json"


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
        pytest.skip("there are no weights yet")
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


def test_real_rows_are_kept_only_while_the_weights_are_the_same(measured: tuple[Settings, Path], real: Path) -> None:
    settings, path = measured
    first = make(settings, path, real)
    assert make(settings, path)["sets"]["real lines"] == first["sets"]["real lines"]
    put_weights(settings.models_folder, b"other")
    assert "real lines" not in make(settings, path)["sets"]


def test_engines_take_turns_and_warm_up_apart() -> None:
    order: list[str] = []
    clock = itertools.count()

    def engine(name: str):
        def run() -> float:
            order.append(name)
            return float(next(clock))

        return run

    timings = results.take_turns([engine("a"), engine("b")], rounds=3)
    assert "".join(order[2 * results.WARM_UP_ROUNDS :]) == "ababab"
    assert timings == [[10.0, 12.0, 14.0], [11.0, 13.0, 15.0]]


def test_markdown_has_a_column_a_model_and_shows_n_and_interval(measured: tuple[Settings, Path], real: Path) -> None:
    settings, path = measured
    made = make(settings, path, real)
    row = made["sets"]["real lines"]["rows"][0]
    row["character_accuracy"] |= {"low": 0.4, "high": 0.625}
    row["groups"] = 7
    results.write(made, path)
    table = results.markdown_table(path)
    assert "| lines of | n (groups) | ConvNeXt-Tiny + CTC | CRNN |" in table
    assert "| background | 1 (7) | **50.0** (40.0 to 62.5) | **50.0** |" in table
    assert "| CRNN | onnx | 1 x 32 x 320 | 2.0 | 2.0 |" in table


def test_readme_changes_only_between_the_markers(measured: tuple[Settings, Path], tmp_path: Path) -> None:
    settings, path = measured
    make(settings, path)
    readme = tmp_path / "README.md"
    readme.write_text(f"top\n{results.BEGIN}\nold\n{results.END}\nbottom\n", encoding="utf-8")
    results.rewrite_readme(readme, path)
    once = readme.read_text(encoding="utf-8")
    results.rewrite_readme(readme, path)
    assert readme.read_text(encoding="utf-8") == once
    assert once.startswith(f"top\n{results.BEGIN}\n") and once.endswith(f"{results.END}\nbottom\n")
    assert results.markdown_table(path) in once and "old" not in once


@pytest.mark.parametrize(
    "text", ["none", results.BEGIN, f"{results.END}{results.BEGIN}", f"{results.BEGIN}{results.END}" * 2]
)
def test_a_readme_without_proper_markers_is_left_alone(
    measured: tuple[Settings, Path], tmp_path: Path, text: str
) -> None:
    make(*measured)
    readme = tmp_path / "README.md"
    readme.write_text(text)
    with pytest.raises(DatasetError, match="needs the lines"):
        results.rewrite_readme(readme, measured[1])
    assert readme.read_text() == text


@pytest.mark.parametrize("content", [None, "{", "[]", json.dumps({"format": 0})])
def test_unusable_results_files_say_how_to_make_one(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DatasetError, match="python -m eval results"):
        results.read(path)
