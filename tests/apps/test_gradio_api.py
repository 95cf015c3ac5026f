"""The launched app through gradio_client: what other programs get from `/recognize`."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from ocr_core import registry


@pytest.fixture(scope="module")
def client(app_url: str) -> Client:
    return Client(app_url, verbose=False, analytics_enabled=False)


def recognize(client: Client, picture: Path, **inputs: str) -> dict:
    return client.predict(image=handle_file(picture), api_name="/recognize", **inputs)


def test_every_model_reads_the_picture(client: Client, picture: Path) -> None:
    answer = recognize(client, picture)
    assert [model["model"] for model in answer["models"]] == list(registry.MODELS)
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


def test_an_unknown_runtime_is_refused(client: Client, picture: Path) -> None:
    with pytest.raises(AppError):
        recognize(client, picture, runtime="rocket")


def test_sixteen_bits_survive_the_way_in(client: Client, picture: Path, tmp_path: Path) -> None:
    grey = Image.open(picture).convert("L").convert("I;16").point(lambda value: value * 257)
    deep = tmp_path / "deep.png"
    grey.save(deep)
    assert recognize(client, deep)["models"][0]["text"] == "BAC"


def test_files_outside_the_upload_folder_cannot_be_named(app_url: str, picture: Path) -> None:
    # Past gradio_client, which would upload the file: the server is told a path of its own.
    address = f"{app_url}gradio_api/call/recognize"
    named = {"path": str(picture), "meta": {"_type": "gradio.FileData"}}
    event = httpx.post(address, json={"data": [named, "", "onnx"]}).json()["event_id"]
    answer = httpx.get(f"{address}/{event}", timeout=30).text
    assert "event: error" in answer
    assert "BAC" not in answer


def test_only_the_reading_is_public(client: Client) -> None:
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/recognize"}  # type: ignore[index]
