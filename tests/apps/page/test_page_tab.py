"""The Page tab without a browser: what its functions answer, and its endpoint."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from apps.demo.address.arrival import make_arrivals
from apps.demo.engines import Engines
from apps.demo.page import tab as page_tab
from apps.demo.page.api import parse_page_number
from apps.demo.page.page_reading import find_page, read_page
from apps.demo.page.visit import Given
from apps.demo.server.fair_lock import LONG_LANE, ONE_AT_A_TIME
from ocr_core.errors import DocumentError, ModelError
from ocr_core.page_formats.formats import FORMATS
from ocr_core.settings import Settings
from tests.apps.page.made_up import LINES, made_up


def given(path: Path) -> Given:
    return Given(path, path.name)


@pytest.mark.parametrize("form", list(FORMATS))
def test_what_an_engine_read_becomes_a_document(
    engines: Engines, picture_of_page: Path, form: str, tmp_path: Path
) -> None:
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    *_, read = read_page(engines, found)
    made = page_tab._document_file(engines, read, given(picture_of_page), "crnn@onnx", form, tmp_path)
    target = Path(made.value["path"] if isinstance(made.value, dict) else made.value)
    assert target.name == "zijian-article" + FORMATS[form].suffix
    assert target.stat().st_size > 20


@pytest.mark.parametrize(("engine", "form"), [("nobody", "pdf"), ("crnn@onnx", "../x"), (None, None), ([], {})])
def test_documents_that_do_not_exist_are_refused(
    engines: Engines, picture_of_page: Path, engine: object, form: object, tmp_path: Path
) -> None:
    page = made_up(engines, ("a", "b"))
    with pytest.raises(gr.Error, match="no such document"):
        page_tab._document_file(engines, page, given(picture_of_page), engine, form, tmp_path)
    with pytest.raises(gr.Error, match="forgotten"):
        page_tab._document_file(engines, None, given(picture_of_page), engine, form, tmp_path)


def test_without_weights_lines_are_found_but_not_read(picture_of_page: Path, tmp_path: Path) -> None:
    engines = Engines(Settings(models_folder=tmp_path))
    found, _ = find_page(engines, picture_of_page, "article.png", 1)
    with pytest.raises(ModelError, match="weights"):
        next(read_page(engines, found))
    *_, last = page_tab._open(engines, given(picture_of_page), 1, 1)
    assert "No weights yet" in last[4]


def test_the_last_step_says_what_the_first_one_said(engines: Engines, picture_of_page: Path) -> None:
    first, *_, last = page_tab._open(engines, given(picture_of_page), 1, 1)
    selector, picture = 1, 3
    assert first[picture].count("data-line") == LINES
    assert last[picture] == first[picture]
    assert last[selector].value == first[selector].value == 1


@pytest.mark.parametrize(
    "told", [None, {}, {"line": "1"}, {"line": -1}, {"line": 99}, {"line": True}, [], {"line": 1.5}]
)
def test_what_a_browser_says_of_a_line_may_be_anything(engines: Engines, told: object) -> None:
    found = made_up(engines, ("a", "b"), ("c", "d")).found
    assert all(isinstance(each, dict) for each in page_tab._look_into(engines, found, told))  # nothing changes


def test_a_forgotten_page_is_said_kindly(engines: Engines) -> None:
    assert "forgotten" in page_tab._look_into(engines, None, {"line": 0})[0]


@pytest.mark.parametrize("told", [0, 21, 1.5, None, "2", True, float("nan"), float("inf")])
def test_page_numbers_are_whole_and_within_bounds(told: object) -> None:
    with pytest.raises(DocumentError, match="whole number"):
        parse_page_number(told)


def test_everything_that_runs_a_network_waits_in_one_lane(engines: Engines) -> None:
    with gr.Blocks() as demo, gr.Tab("Page"):
        page_tab.build_page_tab(demo, engines, make_arrivals())
    lanes = {name: function.concurrency_id for function in demo.fns.values() if (name := function.name)}
    assert lanes["look_into"] == ONE_AT_A_TIME
    assert lanes["write"] == ONE_AT_A_TIME
    assert {lanes[name] for name in ("open_upload", "open_arrived", "open_other", "page")} == {LONG_LANE}


@pytest.fixture(scope="module")
def client(tab_url: str) -> Client:
    return Client(tab_url, verbose=False, analytics_enabled=False)


def test_the_endpoint_gives_lines_boxes_and_texts(client: Client, picture_of_page: Path) -> None:
    answer = client.predict(file=handle_file(picture_of_page), number=1, api_name="/page")
    assert (answer["width"], answer["height"], answer["pages"]) == (760, 900, 1)
    assert len(answer["lines"]) == LINES
    assert {block["kind"] for block in answer["blocks"]} >= {"title", "text"}
    keys = {"convnext_tiny@onnx", "crnn@onnx"}
    assert set(answer["texts"]) == keys
    for line in answer["lines"]:
        assert np.shape(line["corners"]) == (4, 2)
        assert set(line["readings"]) == keys
    first = "\n".join(line["readings"]["crnn@onnx"]["text"] for line in answer["lines"])
    assert answer["texts"]["crnn@onnx"] == first


def test_the_endpoint_reads_any_page_of_a_document(client: Client, document: Path) -> None:
    answer = client.predict(file=handle_file(document), number=3, api_name="/page")
    assert (answer["page"], answer["pages"], len(answer["lines"])) == (3, 3, 2)


@pytest.mark.parametrize("number", [4, 0, 1.5, 1e300])
def test_the_endpoint_refuses_pages_that_are_not_there(client: Client, document: Path, number: float) -> None:
    with pytest.raises(AppError, match=r"page"):
        client.predict(file=handle_file(document), number=number, api_name="/page")


def test_the_endpoint_says_what_is_wrong_with_a_file(client: Client, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.5 and nothing more")
    with pytest.raises(AppError, match="damaged"):
        client.predict(file=handle_file(broken), number=1, api_name="/page")


def test_blank_pages_are_answered(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "white").save(tmp_path / "blank.png")
    answer = client.predict(file=handle_file(tmp_path / "blank.png"), number=1, api_name="/page")
    assert answer["lines"] == []
