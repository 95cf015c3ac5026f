"""The parts of the demo that need no server: samples, comparison without weights, ports, looks."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps import gradio_app
from apps.demo.comparison import Question, compare, cropped
from apps.demo.engines import EngineChoice, Engines, told_apart
from apps.demo.image_input import image_input, parse_crop, preview, uploaded_file
from apps.demo.line_reading import LineReading, UnreadLine
from apps.demo.samples import find_samples
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError, ModelError, OcrError
from ocr_core.settings import Settings
from tests.conftest import REPOSITORY
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.tiny_model import MENDED, write_folder


def asked(engines: Engines, **how) -> Question:
    return Question(engines.defaults(), **how)


def test_samples_come_kind_by_kind_print_first(samples_folder: Path) -> None:
    assert [(sample.caption, sample.text) for sample in find_samples(samples_folder)] == [
        ("Printed documents", "ABC"),
        ("English with maths", "CAB"),
    ]


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
    before = compare(engines, picture, asked(engines))
    assert all(isinstance(outcome, UnreadLine) and "not here yet" in outcome.message for outcome in before.outcomes)
    (tmp_path / "models").symlink_to(settings.models_folder)
    after = compare(engines, picture, asked(engines))
    assert all(isinstance(outcome, LineReading) for outcome in after.outcomes)


def test_a_runtime_that_cannot_read_is_said_in_its_card(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    outcomes = compare(engines, picture, Question(engines.defaults("torch"))).outcomes
    assert all(isinstance(outcome, UnreadLine) for outcome in outcomes)


def test_a_broken_picture_is_an_image_error(settings: Settings, broken_picture: Path) -> None:
    with pytest.raises(ImageError):
        compare(Engines(settings), broken_picture, asked(Engines(settings)))


def test_of_several_lines_the_biggest_or_all_are_read(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "two.png"
    cv2.imwrite(str(path), np.concatenate([drawn_line(), drawn_line()]))
    engines = Engines(settings)
    one = compare(engines, path, asked(engines))
    every = compare(engines, path, asked(engines, every_line=True))
    assert one.line.height_px < every.line.height_px == 80
    for biggest, whole in zip(one.readings, every.readings, strict=True):
        assert any("holds 2 lines" in warning for warning in biggest.recognition.warnings)
        assert len(whole.text.split("\n")) == 2
        assert whole.text.split("\n")[0] == biggest.text
        assert whole.evidence is None
    assert len(every.shown()) == len(every.readings)


def test_engines_are_chosen_by_key(settings: Settings) -> None:
    engines = Engines(settings)
    crnn = registry.MODELS["crnn"]
    assert engines.chosen(["crnn@torch", "crnn", "crnn@torch"]) == (
        EngineChoice(crnn, "torch"),
        EngineChoice(crnn, "onnx"),
    )
    assert engines.chosen([]) == engines.defaults() and len(engines.defaults()) == 2
    assert [choice.key for choice in engines.choices()][:1] == ["convnext_tiny@onnx"]
    assert engines.chosen(["crnn"], "torch")[0].key == "crnn@torch"
    for nonsense in ("rocket", "crnn@rocket", "", "<b>@onnx"):
        with pytest.raises(ModelError):
            engines.chosen([nonsense])
    convnext = registry.MODELS["convnext_tiny"]
    keys = [f"{name}@{runtime}" for name in (crnn.name, convnext.name) for runtime in ("onnx", "torch")]
    assert len(engines.chosen(keys)) == 4


def test_a_crop_is_read_and_its_boxes_lie_in_the_whole_picture(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    whole = compare(engines, picture, asked(engines)).readings[0].recognition
    part = compare(engines, picture, asked(engines, crop=(36 / 104, 0.0, 1.0, 1.0)))
    assert part.readings[0].recognition.text == "AC"
    assert part.readings[0].recognition.characters[0].box[0] == pytest.approx(whole.characters[1].box[0], abs=4)
    assert part.source.shape[1] == 104 and part.line.width_px == 68


def test_a_crop_of_nothing_is_refused() -> None:
    pixels = np.zeros((20, 50, 3), dtype=np.uint8)
    for crop in ((0.5, 0, 0.5, 1), (0, 0, 1, 0.01), (float("nan"), 0, 1, 1), (5, 5, 9, 9)):
        with pytest.raises(ImageError):
            cropped(pixels, crop)
    assert cropped(pixels, (1.0, 1.0, -3.0, 0.0)).pixels.shape == (20, 50, 3)


@pytest.mark.parametrize(
    "told", ["x", {"crop": "all"}, {"crop": [0, 0, 1]}, {"crop": [0, 0, 1, "1"]}, {"crop": [True] * 4}]
)
def test_a_crop_that_is_none_is_refused(told: object) -> None:
    with pytest.raises(ImageError):
        parse_crop(told)


def test_no_crop_is_the_whole_picture() -> None:
    assert parse_crop({"crop": None}) is None and parse_crop(None) is None and parse_crop([]) is None


def test_enhancing_is_for_this_reading_alone(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    compare(engines, picture, asked(engines, enhance=False))
    recognizer = engines.get(registry.MODELS["crnn"], "onnx")
    assert isinstance(recognizer, CtcRecognizer) and recognizer.settings.enhance


def test_enhancing_changes_what_the_network_is_fed(tmp_path: Path) -> None:
    for name in registry.MODELS:
        write_folder(tmp_path / name, name=name, input_format=MENDED)
    settings = Settings(models_folder=tmp_path)
    faint = np.full((32, 104, 3), 120, dtype=np.uint8)
    faint[:, 32:56] = 100
    cv2.imwrite(str(tmp_path / "faint.png"), faint)
    engines = Engines(settings)
    plain, mended = (
        compare(engines, tmp_path / "faint.png", asked(engines, enhance=on)).readings[0].recognition.text
        for on in (False, True)
    )
    assert plain != mended and mended == "A"


def test_a_typed_truth_is_taken_in_the_spelling_of_labels(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    comparison = compare(engines, picture, asked(engines, truth="  \uff22A  C "))
    assert comparison.truth == "BA C"
    evidence = comparison.readings[0].evidence
    assert evidence is not None and {"A", "B", "C"} <= set(evidence.symbols.values())


def test_only_uploads_are_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    inside = tmp_path / "uploads" / "abc" / "my line.png"
    inside.parent.mkdir(parents=True)
    inside.touch()
    assert uploaded_file({"path": str(inside), "name": "x" * 200}) == (inside, "x" * 80)
    assert uploaded_file({"path": str(inside)})[1] == "my line.png"
    (inside.parent / "link.png").symlink_to("/etc/passwd")
    hostile = [
        "/etc/passwd",
        str(inside.parent / ".." / ".." / ".." / "secret"),
        str(inside.parent / "link.png"),
        "a\0b",
        3,
    ]
    for told in (None, {}, "x", *({"path": path} for path in hostile)):
        with pytest.raises(ImageError):
            uploaded_file(told)


def test_file_names_cannot_become_markup(settings: Settings) -> None:
    html = preview(np.zeros((4, 4, 3), dtype=np.uint8), '"><script>x</script>.png')
    assert "<script" not in html


def test_the_limits_are_said_before_anything_is_sent(settings: Settings) -> None:
    assert "0.954 MB" in image_input(settings) and "40 megapixels" in image_input(settings)


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
        assert "see what each recogniser sees" in client.get("/").text


def test_the_style_sheet_and_theme_name_no_host() -> None:
    options = gradio_app.page_options(Settings())
    assert "http" not in options["css_paths"][0].read_text(encoding="utf-8")
    assert not options["theme"]._stylesheets


def test_importing_the_app_loads_no_pytorch_and_leaves_no_files() -> None:
    before = set((REPOSITORY / "apps").rglob("*.pyi"))
    code = "import apps.gradio_app, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
    assert set((REPOSITORY / "apps").rglob("*.pyi")) == before


@pytest.mark.parametrize(
    ("host", "said"), [("127.0.0.1", "is taken"), ("192.0.2.1", "Nothing can listen at 192.0.2.1")]
)
def test_a_port_nobody_can_listen_at_is_said_before_anything_is_loaded(
    host: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr(gradio_app, "build_page", never)
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        monkeypatch.setenv("GRADIO_SERVER_NAME", host)
        assert gradio_app.main() == 2
    assert said in capsys.readouterr().err


def test_engines_of_one_model_are_told_apart_by_name_and_decoder(settings: Settings) -> None:
    engines = Engines(settings)
    chosen = engines.chosen(["crnn@onnx", "crnn@onnx-int8", "convnext_tiny@onnx+beam+zh"])
    assert told_apart(chosen) == (
        "CRNN",
        "CRNN \u00b7 ONNX Runtime (INT8)",
        "ConvNeXt-Tiny + CTC \u00b7 language model",
    )
    assert told_apart(chosen[:1]) == ("CRNN",)
    assert len({choice.colour for choice in engines.chosen(["crnn@onnx", "crnn@onnx+beam+zh"])}) == 2
