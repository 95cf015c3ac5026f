"""The parts of the demo that need no server: samples, comparison without weights, ports, looks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps import gradio_app
from apps.demo.comparison import Failure, Reading, compare
from apps.demo.engines import Engines
from apps.demo.samples import find_samples
from ocr_core.errors import ImageError, OcrError
from ocr_core.settings import Settings
from tests.conftest import REPOSITORY


def test_samples_take_turns_by_kind(samples_folder: Path) -> None:
    assert {(sample.caption, sample.text) for sample in find_samples(samples_folder)} == {
        ("Print", "ABC"),
        ("English and maths", "CAB"),
    }


def test_no_samples_folder_means_no_samples(tmp_path: Path) -> None:
    assert find_samples(tmp_path / "nowhere") == ()
    assert find_samples(tmp_path) == ()


def test_models_are_loaded_once(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    model = engines.models[0]
    assert engines.get(model, "onnx") is engines.get(model, "onnx")


def test_missing_weights_are_said_kindly_and_found_without_a_restart(
    settings: Settings, picture: Path, tmp_path: Path
) -> None:
    engines = Engines(Settings(models_folder=tmp_path / "models"))
    before = compare(engines, picture, "", "onnx")
    assert all(isinstance(outcome, Failure) and "not here yet" in outcome.message for outcome in before.outcomes)
    (tmp_path / "models").symlink_to(settings.models_folder)
    after = compare(engines, picture, "", "onnx")
    assert all(isinstance(outcome, Reading) for outcome in after.outcomes)


def test_a_runtime_that_cannot_read_is_said_in_its_card(settings: Settings, picture: Path) -> None:
    outcomes = compare(Engines(settings), picture, "", "torch").outcomes
    assert all(isinstance(outcome, Failure) for outcome in outcomes)


def test_a_broken_picture_is_an_image_error(settings: Settings, broken_picture: Path) -> None:
    with pytest.raises(ImageError):
        compare(Engines(settings), broken_picture, "", "onnx")


@pytest.mark.parametrize(
    ("environment", "port"),
    [({}, 7860), ({"GRADIO_SERVER_PORT": "81"}, 81), ({"PORT": "80", "GRADIO_SERVER_PORT": "81"}, 80)],
)
def test_port_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], port: int
) -> None:
    for variable in ("PORT", "GRADIO_SERVER_PORT"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert gradio_app._port() == port


def test_a_senseless_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "seven")
    with pytest.raises(OcrError, match="PORT"):
        gradio_app._port()


def test_the_page_can_be_mounted(settings: Settings, samples_folder: Path) -> None:
    app = FastAPI()
    app.get("/api/health")(lambda: {"ok": True})
    page = gradio_app.build_demo(settings, samples_folder)
    gr.mount_gradio_app(app, page, path="/", **gradio_app.page_options(settings, samples_folder))
    with TestClient(app) as client:
        assert client.get("/api/health").json() == {"ok": True}
        assert gradio_app.TITLE in client.get("/").text


def test_the_style_sheet_and_theme_name_no_host() -> None:
    options = gradio_app.page_options(Settings())
    assert "http" not in options["css_paths"][0].read_text(encoding="utf-8")
    assert not options["theme"]._stylesheets


def test_importing_the_app_loads_no_pytorch_and_leaves_no_files() -> None:
    before = set((REPOSITORY / "apps").rglob("*.pyi"))
    code = "import apps.gradio_app, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
    assert set((REPOSITORY / "apps").rglob("*.pyi")) == before
