"""Cases in the launched demo: saved, listed, opened by link, in and out as zips, and no text of theirs becomes HTML."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser, expect

from apps.demo.cases import tab as cases_tab
from apps.demo.cases.case_html import case_list, case_page, case_view, nothing_saved
from apps.demo.cases.saving import (
    MOST_REMEMBERED,
    STORAGE_KEY,
    cases_of_this_browser,
    remembered,
    save_case,
    settings_of,
    with_token,
)
from apps.demo.comparison import Question, compare
from apps.demo.engines import Engines
from apps.gradio_app import build_demo, page_options
from eval.cases.store import CaseError, CaseStore
from ocr_core.registry import colour_of
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.apps.visits import until_still
from tests.eval.cases.made_up_cases import HTML, made_up_case

TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def store(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> CaseStore:
    return CaseStore(tmp_path_factory.mktemp("cases"), settings)


@pytest.fixture(scope="module")
def url(settings: Settings, samples_folder: Path, store: CaseStore) -> Iterator[str]:
    """Address of an app that keeps its cases in `store`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIJIAN_CASES_FOLDER", str(store.folder))
        demo = build_demo(settings, samples_folder)
    demo.launch(
        server_name="127.0.0.1",
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        **page_options(settings, samples_folder),
    )
    yield str(demo.local_url)
    demo.close()


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(url, verbose=False, analytics_enabled=False, download_files=tmp_path_factory.mktemp("downloads"))


# The endpoints


def test_a_case_is_saved_read_exported_and_imported_by_programs(
    client: Client, store: CaseStore, picture: Path, tmp_path: Path
) -> None:
    saved = client.predict(handle_file(picture), "BAC", "my note", ["crnn"], False, api_name="/save_case")
    assert saved["link"] == f"?case={saved['token']}"
    told = client.predict(saved["token"], api_name="/case")
    assert (told["truth"], told["note"], told["settings"]["engines"]) == ("BAC", "my note", ["crnn@onnx"])
    assert [reading["recognition"]["text"] for reading in told["readings"]] == ["BAC"]

    archive = Path(client.predict(saved["token"], api_name="/export_case"))
    assert {Path(name).name for name in zipfile.ZipFile(archive).namelist()} == {
        "case.json",
        "image.png",
        "evidence.npz",
    }
    store.delete(saved["token"])
    imported = client.predict(handle_file(archive), api_name="/import_case")
    assert imported == {"token": saved["token"], "link": saved["link"]}, "a zip carries no secret"
    assert store.load(saved["token"]).evidence[0] is not None


def test_a_program_removes_what_it_saved_and_nothing_else(client: Client, store: CaseStore, picture: Path) -> None:
    saved = client.predict(handle_file(picture), "BAC", "", ["crnn"], False, api_name="/save_case")
    for wrong in ("", "0" * 32, saved["token"], "é"):
        with pytest.raises(AppError, match="Only the browser that saved"):
            client.predict(saved["token"], wrong, api_name="/remove_case")
    assert saved["secret"].encode() not in b"".join(f.read_bytes() for f in (store.folder / saved["token"]).iterdir())
    client.predict(saved["token"], saved["secret"], api_name="/remove_case")
    with pytest.raises(AppError, match="no such case"):
        client.predict(saved["token"], api_name="/case")


@pytest.mark.parametrize(
    ("endpoint", "inputs", "words"),
    [
        ("/case", ["../../etc/passwd"], "does not belong to any case"),
        ("/case", [TOKEN], "no such case"),
        ("/export_case", [TOKEN], "no such case"),
        ("/save_case", [None, "", "", [], False], "No picture"),
        ("/import_case", [None], "No archive"),
    ],
)
def test_what_cannot_be_done_is_answered_in_words(client: Client, endpoint: str, inputs: list[Any], words: str) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(*inputs, api_name=endpoint)


def test_a_broken_archive_is_answered_in_words(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(b"PK nothing")
    with pytest.raises(AppError, match="not a zip"):
        client.predict(handle_file(path), api_name="/import_case")


# Saving


def test_a_comparison_becomes_a_case_with_its_settings(settings: Settings, picture: Path, tmp_path: Path) -> None:
    engines, cases = Engines(settings), CaseStore(tmp_path / "cases", settings)
    question = Question(engines.defaults(), "BAC", enhance=True, crop=(0.0, 0.0, 0.9, 1.0))
    token = save_case(cases, compare(engines, picture, question), " note ", settings_of(engines, question), "mine.png")
    case = cases.facts(token)
    assert (case.note, case.source, case.truth) == ("note", "mine.png", "BAC")
    assert case.settings["engines"] == ("convnext_tiny@onnx", "crnn@onnx")
    assert (case.settings["enhance"], case.settings["crop"]) == (True, (0.0, 0.0, 0.9, 1.0))
    assert case.settings["deskew"] is True
    assert [reading.key for reading in case.readings] == ["convnext_tiny@onnx", "crnn@onnx"]


def test_where_nothing_was_read_nothing_is_saved(picture: Path, tmp_path: Path) -> None:
    engines = Engines(Settings(models_folder=tmp_path / "none"))
    cases = CaseStore(tmp_path / "cases", engines.settings)
    with pytest.raises(CaseError, match="Nothing was read"):
        save_case(cases, compare(engines, picture, Question(engines.defaults())), "", {})
    assert not cases.folder.exists()


def test_a_browser_may_say_anything_of_what_it_saved() -> None:
    assert remembered(None) == remembered({"a": 1}) == remembered([7, "../x", TOKEN.upper()]) == []
    assert with_token([TOKEN, "b" * 32, "no token"], "b" * 32) == ["b" * 32, TOKEN]
    assert len(with_token([f"{n:032x}" for n in range(999)], TOKEN)) == MOST_REMEMBERED


def test_all_tabs_share_one_list_of_a_browser() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        first = cases_of_this_browser(demo)
        assert cases_of_this_browser(demo) is first and first.storage_key == STORAGE_KEY


def test_only_tokens_that_a_browser_names_are_listed(settings: Settings, tmp_path: Path) -> None:
    cases = CaseStore(tmp_path, settings)
    mine, others = cases.save(made_up_case(note="mine")), cases.save(made_up_case(note="theirs"))
    shown = cases_tab._list(cases, [mine], "")
    assert mine in shown and others not in shown and "theirs" not in shown
    assert cases_tab._list(cases, [], "") == nothing_saved()


def test_cases_are_removed_only_where_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZIJIAN_DELETE_CASES", raising=False)
    assert not cases_tab.may_delete()
    monkeypatch.setenv("ZIJIAN_DELETE_CASES", "1")
    assert cases_tab.may_delete()


# What is shown


def test_no_text_of_a_case_becomes_html(tmp_path: Path) -> None:
    opened = made_up_case(note=f"{HTML}\n{HTML}", truth=HTML, source=HTML, settings={"how": HTML, "many": (HTML, 1)})
    hostile = tuple(
        replace(
            reading,
            display_name=HTML,
            model=HTML,
            recognition=replace(reading.recognition, runtime=HTML, model_sha256=HTML, model=HTML, warnings=(HTML,)),
        )
        for reading in opened.case.readings
    )
    hostile = (*hostile[:2], replace(hostile[2], recognition=replace(hostile[2].recognition, text=HTML)))
    case = replace(opened.case, readings=hostile)
    shown = [
        case_list([case], ["data:image/png;base64,AA=="], case.token),
        case_page(case),
        case_page(case, [(HTML, HTML), ("crnn@onnx", hostile[2].recognition)]),
        "".join(map(str, case_view(replace(opened, case=case)).values())),
    ]
    assert all("<script>alert" not in html and "alert(1)" in html for html in shown)


def test_the_view_is_drawn_from_what_was_stored(tmp_path: Path) -> None:
    cases = CaseStore(tmp_path, Settings())
    opened = cases.load(cases.save(made_up_case("看见", truth="看见")))
    readings = str(case_view(opened)["readings"])
    assert "看" in readings and "CRNN" in readings and colour_of("crnn") in readings


def test_the_engines_that_read_again_are_compared_with_what_was_kept(
    settings: Settings, picture: Path, tmp_path: Path
) -> None:
    engines, cases = Engines(settings), CaseStore(tmp_path / "cases", settings)
    question = Question(engines.chosen(["crnn"]), "BAC")
    token = save_case(cases, compare(engines, picture, question), "", settings_of(engines, question))
    assert "<td>same</td>" in cases_tab._read_again(engines, cases, token)
    path = cases.folder / token / "case.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["readings"][0]["recognition"]["model_sha256"] = "0" * 64
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "<td>same, other weights</td>" in cases_tab._read_again(engines, cases, token)
    assert "cannot be read again" in cases_tab._read_again(engines, cases, "f" * 32)


def test_a_case_whose_engines_are_elsewhere_cannot_be_read_again(settings: Settings, tmp_path: Path) -> None:
    cases = CaseStore(tmp_path / "cases", settings)
    opened = made_up_case()
    moved = replace(opened.case.readings[0], key="theirs@onnx", model="theirs")
    token = cases.save(replace(opened, case=replace(opened.case, readings=(moved,)), evidence=opened.evidence[:1]))
    assert "None of its engines" in cases_tab._read_again(Engines(settings), cases, token)


def test_a_link_to_nothing_says_so(tmp_path: Path) -> None:
    cases = CaseStore(tmp_path, Settings())
    for token in ("f" * 32, "../../etc/passwd", HTML, SimpleNamespace()):
        opened = cases_tab._open(cases, token, tmp_path)
        assert opened[0] == "" and "cannot be opened" in opened[1] and HTML not in opened[1]


# A visit


@pytest.mark.browser
def test_a_case_saved_in_compare_is_listed_and_reopens_by_its_link(browser: Browser, url: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#cards .zj-card").first).to_be_visible()
    until_still(page)
    page.get_by_text("Save as a case").click()
    note = page.locator("#save-case-note textarea, #save-case-note input").first
    # Typed as people type: a value put in at once while the block still unfolds can be drawn over by its first drawing.
    note.press_sequentially("look at this <b>one</b>")
    expect(note).to_have_value("look at this <b>one</b>")
    until_still(page)
    page.locator("#save-case-button").click()
    token = page.locator("#save-case-said [data-copy-case]").get_attribute("data-copy-case", timeout=120_000)
    page.get_by_role("tab", name="Cases").click()
    expect(page.locator(f'#cases-list [data-case="{token}"]')).to_contain_text("look at this <b>one</b>")
    context.close()

    stranger = browser.new_context(viewport={"width": 390, "height": 844})
    page = stranger.new_page()
    page.goto(f"{url}?case={token}")
    expect(page.locator("#case-open h2")).to_have_text("look at this <b>one</b>")
    expect(page.locator("#cases-list [data-case]")).to_have_count(0)
    expect(page.locator("#case-view iframe[data-measured]")).to_be_visible()
    expect(page.frame_locator("#case-view iframe").locator(".reading .text").first).to_contain_text("ABC")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    stranger.close()


@pytest.mark.browser
def test_who_saves_a_case_can_remove_it_and_others_cannot(browser: Browser, url: str, store: CaseStore) -> None:
    context, other = browser.new_context(), browser.new_context()
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    until_still(page)
    page.locator("#save-case button").first.click()
    until_still(page)
    page.locator("#save-case-button").click()
    expect(page.locator("#save-case-said")).to_contain_text("Saved.")
    token = page.locator("#save-case-said [data-copy-case]").get_attribute("data-copy-case")
    stranger = other.new_page()
    stranger.goto(f"{url}?case={token}")
    expect(stranger.locator("#case-open [data-open-case]")).to_be_visible()
    expect(stranger.locator("#case-again")).to_be_visible()
    expect(stranger.locator("#case-remove")).to_be_hidden()
    page.goto(f"{url}?case={token}")
    expect(page.locator("#case-forget")).to_be_visible()
    until_still(page)
    page.locator("#case-remove").click()
    expect(page.locator("#case-open")).to_contain_text("has been removed")
    with pytest.raises(CaseError):
        store.facts(str(token))
    context.close()
    other.close()
