"""The Models tab: facts read from files, figures from the results, and kind words where either is missing or broken."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from gradio_client import Client

from apps.demo.cards import notice
from apps.demo.models.facts import ABOUT, KnownModels, as_data, is_own, read_points
from apps.demo.models.tab import _chart, _measured, own_cards, peer_cards
from apps.demo.wording.models import say
from apps.gradio_app import build_demo
from eval.committed.results import MODELS, RESULTS_FILE, weights_hashes
from ocr_core import registry
from ocr_core.language import speaking
from ocr_core.settings import Settings
from ocr_core.views.result_names import phase_name as say_phase
from ocr_core.views.training_chart import TrainingPoint, training_chart
from tests.eval.invented import invented_results
from tests.ocr_core.tiny_model import write_folder

HTML = "<script>alert(1)</script>"


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    for name in MODELS:
        write_folder(tmp_path / name, name=name)
    return Settings(models_folder=tmp_path)


def record(steps: int, accuracy: float) -> str:
    counters = {"total_s": 1.0, "cpu_s": 3600.0 * steps, "steps": steps, "lines": 100 * steps, "phase": "CTC"}
    return json.dumps({**counters, "validation": {"print": accuracy, "maths": accuracy / 2}})


def test_every_registered_engine_is_described() -> None:
    assert set(ABOUT) == set(registry.MODELS)


def test_own_models_tell_hash_size_classes_and_licence(own_settings: Settings) -> None:
    facts = KnownModels(own_settings).facts(registry.MODELS["crnn"])
    assert facts.sha256 == weights_hashes(own_settings.models_folder)["crnn"]
    assert (facts.own, facts.classes, facts.weights, facts.problem) == (True, 4, 8, "")
    assert facts.sha256 in own_cards([facts])
    assert "8" in json.dumps(as_data(facts))


def test_missing_weights_are_said_and_found_when_they_come(tmp_path: Path) -> None:
    known = KnownModels(Settings(models_folder=tmp_path))
    assert "not here yet" in known.facts(registry.MODELS["crnn"]).problem
    write_folder(tmp_path / "crnn", name="crnn")
    assert known.facts(registry.MODELS["crnn"]).problem == ""


def test_broken_weights_are_said(own_settings: Settings) -> None:
    (own_settings.models_folder / "crnn" / "model.safetensors").write_bytes(b"\x05\0\0\0\0\0\0\0{{{{{")
    facts = KnownModels(own_settings).facts(registry.MODELS["crnn"])
    assert facts.problem == "Its files are damaged."


def test_a_curve_beside_the_weights_is_drawn(own_settings: Settings) -> None:
    (own_settings.models_folder / "crnn" / "curve.jsonl").write_text(record(1, 40) + "\n" + record(2, 80) + "\n")
    facts = KnownModels(own_settings).facts(registry.MODELS["crnn"])
    assert [point.core_hours for point in facts.curve] == [1.0, 2.0]
    figure = json.loads(training_chart(facts.curve, facts.display_name, facts.colour).to_json() or "")
    assert figure["layout"]["title"]["text"] == "How fast did CRNN learn?"
    assert figure["data"][-1]["y"] == [30.0, 60.0]
    assert {trace["line"]["color"] for trace in figure["data"]} == {registry.colour_of("crnn")}
    assert _chart(facts).visible
    assert not _chart(replace(facts, curve=facts.curve[:1])).visible


@pytest.mark.parametrize("text", ["", "{", "[]\n", "null\n", '{"steps": 1, "validation": 7}\n', '{"validation": {}}\n'])
def test_a_broken_curve_is_no_curve(tmp_path: Path, text: str) -> None:
    path = tmp_path / "curve.jsonl"
    path.write_text(text)
    assert read_points(path) == ()


def test_accuracy_below_zero_is_drawn_at_zero_and_told_as_it_is() -> None:
    chart = training_chart([TrainingPoint(1.0, 10, "p", {"print": -50.0})], "X", "#123456")
    trace = json.loads(chart.to_json() or "")["data"][0]
    assert trace["y"] == [0.0] and trace["customdata"] == [-50.0]


def test_without_results_nothing_is_claimed(tmp_path: Path) -> None:
    assert _measured(tmp_path / "none.json", {}) == (notice(say("not_measured"), say("not_measured.how")), "")


def test_measured_figures_are_shown_with_n_and_interval(own_settings: Settings, tmp_path: Path) -> None:
    hashes = weights_hashes(own_settings.models_folder)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(invented_results(hashes)))
    said, tables = _measured(path, hashes)
    assert said == "" and "**50.0** (40.0 to 60.0)" in tables and "9 (7)" in tables
    said, _ = _measured(path, {**hashes, "in_training": "", "not_measured": "abc"})
    assert said == "", "weights that were not measured, or are not here, are no other weights"
    said, tables = _measured(path, dict.fromkeys(hashes, "other"))
    assert "other weights" in said and tables


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"format": 2}', '{"format": 2, "sets": 7, "models": {}}'])
def test_broken_results_are_answered_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    said, tables = _measured(path, {})
    assert "cannot be read" in said and tables == ""


def test_peers_are_said_to_be_others_work(own_settings: Settings) -> None:
    known = KnownModels(own_settings)
    peers = [known.facts(model) for model in registry.MODELS.values() if not is_own(model)]
    assert "trained by others" in peer_cards(peers)
    assert not any(peer.own or peer.training for peer in peers)


def test_no_text_of_a_model_file_becomes_html(own_settings: Settings) -> None:
    facts = KnownModels(own_settings).facts(registry.MODELS["crnn"])
    training = {"data": HTML, "phases": [{"name": HTML}], "best": {"validation": {HTML: 1.0}, "lines": HTML}}
    shown = own_cards([replace(facts, licence=HTML, training=training)])
    assert HTML not in shown and "&lt;script&gt;" in shown


@pytest.mark.parametrize("training", [{"phases": 7, "best": []}, {"best": {"validation": None}}, {"lines": "many"}])
def test_odd_training_facts_are_left_out(own_settings: Settings, training: dict) -> None:
    facts = KnownModels(own_settings).facts(registry.MODELS["crnn"])
    assert "CRNN" in own_cards([replace(facts, training=training)])


def test_no_curve_has_a_status_that_pages_copy_with_it(own_settings: Settings) -> None:
    events = build_demo(own_settings).fns.values()
    shown = {str(part.elem_id) for event in events for part in event.outputs}
    have_status = {str(part.elem_id) for event in events for part in event.show_progress_on or event.outputs}
    assert {f"curve-{name}" for name in MODELS} <= shown - have_status


def test_programs_get_the_same_facts(app_url: str) -> None:
    client = Client(app_url, verbose=False, analytics_enabled=False)
    told = {model["model"]: model for model in client.predict(api_name="/models")}
    assert set(told) == set(registry.MODELS)
    assert told["crnn"]["available"] and told["crnn"]["classes"] == 4 and told["crnn"]["own"]


def test_what_was_measured_is_told_in_the_visitors_language() -> None:
    with speaking("zh"):
        _, tables = _measured(RESULTS_FILE, {})
        phases = say_phase("warm-up"), say_phase("made up by somebody")
    proper = (
        r"zijian-[\w-]+|ConvNeXt-Tiny|PP-OCRv\d \w+|Tesseract|CRNN|CNN-T\w+|C[TE][CR]|CPU|NFKC|onnx(?:-int8)?|torch"
    )
    tables = tables.replace(json.loads(RESULTS_FILE.read_text())["latency"]["machine"]["cpu"], "")
    assert re.findall(r"[A-Za-z]{3,}", re.sub(proper, "", tables)) == []
    assert "手写体（字体，随机字符）" in tables
    assert phases == ("预热", "made up by somebody")
    assert "handwriting (face, random characters)" in _measured(RESULTS_FILE, {})[1]
