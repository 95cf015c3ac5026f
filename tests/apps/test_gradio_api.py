"""The launched app through gradio_client: what other programs get from `/recognize`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from apps.demo.engines import DEFAULT_MODELS
from apps.demo.server.no_remote_files import REFUSAL
from tests.ocr_core.lines.drawn_lines import drawn_line


@pytest.fixture(scope="module")
def client(app_url: str) -> Client:
    return Client(app_url, verbose=False, analytics_enabled=False)


def recognize(client: Client, picture: Path, **inputs: Any) -> dict:
    return client.predict(image=handle_file(picture), api_name="/recognize", **inputs)


def test_both_default_models_read_the_picture(client: Client, picture: Path) -> None:
    answer = recognize(client, picture)
    assert [model["model"] for model in answer["models"]] == list(DEFAULT_MODELS)
    assert {model["text"] for model in answer["models"]} == {"BAC"}


def test_characters_confidence_and_times_are_in_the_answer(client: Client, picture: Path) -> None:
    model = recognize(client, picture)["models"][0]
    assert [character["text"] for character in model["characters"]] == list("BAC")
    assert all(0 < character["confidence"] <= 1 and len(character["box"]) == 4 for character in model["characters"])
    assert 0 < model["confidence"] <= 1
    assert set(model["timings_ms"]) == {"decode_image", "find_lines", "preprocess", "infer", "ctc_decode"}
    assert model["cost_time_ms"] == pytest.approx(sum(model["timings_ms"].values()))
    assert model["timings_ms"]["decode_image"] > 0


def test_a_broken_picture_is_answered_in_words(client: Client, broken_picture: Path) -> None:
    with pytest.raises(AppError, match="damaged or cut short"):
        recognize(client, broken_picture)


def test_what_is_no_picture_is_answered_in_words(client: Client, tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    page.write_text("<script>alert(1)</script>")
    with pytest.raises(AppError, match="not a picture"):
        recognize(client, page)


def test_all_lines_are_read_where_that_is_asked_for(client: Client, picture: Path, tmp_path: Path) -> None:
    Image.fromarray(np.concatenate([drawn_line(), drawn_line()])).save(tmp_path / "two.png")
    every = recognize(client, tmp_path / "two.png", lines="all")["models"][0]
    assert len(every["text"].split("\n")) == 2
    biggest = recognize(client, tmp_path / "two.png")["models"][0]
    assert "\n" not in biggest["text"]
    assert any("holds 2 lines" in warning for warning in biggest["warnings"])
    with pytest.raises(AppError, match="biggest or all"):
        recognize(client, picture, lines="some")


def test_an_unknown_runtime_is_refused(client: Client, picture: Path) -> None:
    with pytest.raises(AppError):
        recognize(client, picture, runtime="rocket")


def test_engines_are_chosen_by_key(client: Client, picture: Path) -> None:
    answer = recognize(client, picture, engines=["crnn@onnx", "crnn@torch", "crnn"])
    assert [model["engine"] for model in answer["models"]] == ["crnn@onnx", "crnn@torch"]
    with pytest.raises(AppError, match="no engine"):
        recognize(client, picture, engines=["rocket@onnx"])


def test_a_crop_and_a_truth_can_be_given(client: Client, picture: Path) -> None:
    answer = recognize(client, picture, crop=[0.0, 0.0, 0.35, 1.0], truth="B")
    assert answer["truth"] == "B" and answer["models"][0]["text"] == "B"
    with pytest.raises(AppError, match="four numbers"):
        recognize(client, picture, crop=[1, 2])


def answer_to(app_url: str, data: list) -> str:
    """Asks past gradio_client, which would upload files by itself; returns the whole event stream."""
    address = f"{app_url}gradio_api/call/recognize"
    event = httpx.post(address, json={"data": data}).json()["event_id"]
    return httpx.get(f"{address}/{event}", timeout=30).text


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_an_address_in_place_of_a_file_is_not_fetched(
    app_url: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    async def fetch(url: str, *_: object, **__: object) -> str:
        fetched.append(url)
        raise AssertionError("fetched")

    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", fetch)
    address = f"{scheme}://198.51.100.7/line.png"
    for named in ({"path": address, "meta": {"_type": "gradio.FileData"}}, {"path": "x", "url": address}):
        answer = answer_to(app_url, [{**named, "meta": {"_type": "gradio.FileData"}}, "", "onnx", [], False, None])
        assert "event: error" in answer
    assert fetched == []
    assert "complete" not in answer


def test_the_refusal_of_an_address_says_what_to_do(client: Client, app_url: str) -> None:
    named = {"path": "http://198.51.100.7/line.png", "meta": {"_type": "gradio.FileData"}}
    assert REFUSAL in answer_to(app_url, [named, "", "onnx", [], False, None, {}, "biggest", {}])


@pytest.mark.parametrize(
    "path",
    ["file=http://198.51.100.7/x.png", "file=https%3A//198.51.100.7/x", "file=%2Fhttp://198.51.100.7", "proxy=x"],
)
def test_the_server_streams_no_other_host(app_url: str, path: str) -> None:
    answer = httpx.get(f"{app_url}gradio_api/{path}")
    assert (answer.status_code, answer.text) == (403, REFUSAL)


def test_sixteen_bits_survive_the_way_in(client: Client, picture: Path, tmp_path: Path) -> None:
    grey = Image.open(picture).convert("L").convert("I;16").point(lambda value: value * 257)
    deep = tmp_path / "deep.png"
    grey.save(deep)
    assert recognize(client, deep)["models"][0]["text"] == "BAC"


def test_files_outside_the_upload_folder_cannot_be_named(app_url: str, picture: Path) -> None:
    # Past gradio_client, which would upload the file: the server is told a path of its own.
    address = f"{app_url}gradio_api/call/recognize"
    named = {"path": str(picture), "meta": {"_type": "gradio.FileData"}}
    event = httpx.post(address, json={"data": [named, "", "onnx", [], False, None, {}, "biggest"]}).json()["event_id"]
    answer = httpx.get(f"{address}/{event}", timeout=30).text
    assert "event: error" in answer
    assert "BAC" not in answer


def test_what_the_page_does_for_itself_is_no_endpoint(client: Client) -> None:
    names = set(client.view_api(return_format="dict", print_info=False)["named_endpoints"])  # type: ignore[index]
    assert "/recognize" in names
    assert not [name for name in names if name.startswith(("/show", "/forget", "/_"))]
