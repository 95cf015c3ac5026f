"""The wizard for one's own model: off unless it is turned on, asks what is open, tries, writes, keeps; in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from onnx import ModelProto
from playwright.sync_api import Browser, expect

from apps.demo.engines import Engines
from apps.demo.models.facts import KnownModels
from apps.demo.models.tab import own_file_cards
from apps.demo.models.wizard import build_wizard
from apps.demo.models.wizard_html import findings_html
from apps.gradio_app import build_demo, page_options
from ocr_core import registry
from ocr_core.inspection.inspect_model import inspect_model
from ocr_core.language import speaking
from ocr_core.sessions.model_files import ModelFiles, to_metadata
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.apps.visits import until_still
from tests.ocr_core.tiny_model import PLAIN, description, write_own_file

HTML = "<img src=x onerror=alert(1)>"


def test_models_are_not_taken_unless_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZIJIAN_UPLOAD_MODELS", raising=False)
    with gr.Blocks() as demo:
        assert build_wizard(Engines(Settings())) is None
    assert not any(isinstance(block, gr.File) for block in demo.blocks.values())
    assert demo.fns == {}, "there is nothing that could be called"


def test_nothing_of_a_file_becomes_html(tmp_path: Path) -> None:
    path = write_own_file(tmp_path / "x.onnx", metadata={"character": "a\nb\nc", HTML: HTML})
    model = ModelProto.FromString(path.read_bytes())
    model.graph.input[0].name = HTML
    for node in model.graph.node:
        node.name = HTML
        for place, name in enumerate(node.input):
            node.input[place] = HTML if name == "image" else name
    path.write_bytes(model.SerializeToString())
    shown = findings_html(inspect_model(ModelFiles.own_file(path)), HTML)
    assert HTML not in shown and "&lt;img" in shown


def test_findings_are_told_in_the_visitors_language(tmp_path: Path) -> None:
    path = write_own_file(tmp_path / "x.onnx", metadata={})
    found = inspect_model(ModelFiles.own_file(path))
    with speaking("zh"):
        names = re.findall(r"<dt>(.*?)</dt>", findings_html(found, "x.onnx"))
    assert len(names) > 8 and not any(re.search("[A-Za-z]{3}", name) for name in names)
    assert "<dt>what it returns</dt>" in findings_html(found, "x.onnx")


def test_a_card_says_source_licence_hashes_and_what_is_unknown(tmp_path: Path) -> None:
    source = {"project": "Elsewhere", "files": {"weights.pt": "ab" * 32}, "odd": {"x": 1}}
    training = {"source": source, "unknown": ["Who labelled its lines.", HTML]}
    fixed = replace(PLAIN, min_width_px=256)
    told = description(training=training, licence="Apache-2.0", input_format=fixed)
    write_own_file(tmp_path / "theirs.onnx", metadata=to_metadata(told))
    settings = Settings(own_models=tmp_path)
    (model,) = [m for name, m in registry.models(settings).items() if name not in registry.MODELS]
    facts = KnownModels(settings).facts(model)
    card = own_file_cards([facts])
    for words in ("theirs", "Elsewhere", "ab" * 32, "Apache-2.0", "Who labelled", facts.sha256, "always: a short line"):
        assert words in card
    assert HTML not in card and own_file_cards([]) == ""


def test_a_card_of_a_file_that_says_nothing_says_so(tmp_path: Path) -> None:
    write_own_file(tmp_path / "bare.onnx", metadata={})
    write_own_file(tmp_path / "mute.onnx")
    settings = Settings(own_models=tmp_path)
    models = {m.display_name: m for m in registry.models(settings).values()}
    facts = {name: KnownModels(settings).facts(models[name]) for name in ("bare", "mute")}
    assert "zijian.alphabet is missing" in facts["bare"].problem
    assert any("its source" in sentence and "its licence" in sentence for sentence in facts["mute"].unknown)


@pytest.fixture
def open_app(
    settings: Settings, samples_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Path]]:
    """An app that takes and keeps models, and the folder it keeps them in."""
    monkeypatch.setenv("ZIJIAN_UPLOAD_MODELS", "1")
    monkeypatch.setenv("ZIJIAN_KEEP_MODELS", "1")
    monkeypatch.setattr("apps.demo.models.wizard.SAMPLES_FOLDER", samples_folder)
    chosen = replace(settings, own_models=tmp_path / "own")
    demo = build_demo(chosen, samples_folder)
    options = page_options(chosen, samples_folder)
    demo.launch(server_name="127.0.0.1", server_port=free_port(), prevent_thread_lock=True, quiet=True, **options)
    yield str(demo.local_url), chosen.own_models
    demo.close()


@pytest.mark.browser
@pytest.mark.slow
def test_from_a_bare_file_to_an_engine(
    browser: Browser, open_app: tuple[str, Path], tmp_path: Path, artefacts: Path
) -> None:
    url, kept = open_app
    path = write_own_file(tmp_path / "bare.onnx", metadata={})
    (tmp_path / "dictionary.txt").write_text("A\nB\nC\n")
    (tmp_path / "broken.onnx").write_bytes(path.read_bytes()[:100])
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(url)
    page.get_by_role("tab", name="Models").click()
    chooser = page.locator("#wizard-file input[type=file]")
    chooser.set_input_files(tmp_path / "broken.onnx")
    expect(page.locator("#wizard-found")).to_contain_text("not an ONNX file")
    page.locator("#wizard-file").get_by_label("Clear").or_(
        page.locator("#wizard-file button[aria-label]")
    ).first.click()
    chooser.set_input_files(path)
    expect(page.locator("#wizard-found article")).to_contain_text("4 px a frame")
    expect(page.locator("#wizard-channels")).to_be_hidden()

    page.locator("#wizard-try").click()
    expect(page.locator("#wizard-reading")).to_contain_text("give its dictionary")
    page.locator("#wizard-characters input[type=file]").set_input_files(tmp_path / "dictionary.txt")
    expect(page.locator("#wizard-characters")).to_contain_text("dictionary")
    page.locator("#wizard-try").click()
    expect(page.locator("#wizard-reading strong")).to_have_text("ABC")
    expect(page.locator("#wizard-view iframe")).to_have_count(1)
    page.screenshot(path=artefacts / "wizard.png", full_page=True)

    page.locator("#wizard-write").click()
    expect(page.locator("#wizard-written")).to_contain_text("bare")
    page.locator("#wizard-keep").click()
    expect(page.locator("#models-own-files")).to_contain_text("bare")
    assert [file.name for file in kept.iterdir()] == ["bare.onnx"]
    page.reload()
    expect(page.locator("#tab-models")).to_be_visible()
    until_still(page)
    page.get_by_role("tab", name="Compare").click()  # a reload stays where the visitor was
    page.locator("#engines input").click()
    expect(page.get_by_role("option", name="bare")).to_have_count(1)
    context.close()
