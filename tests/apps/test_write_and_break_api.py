"""`/write`, `/break_live` and `/break_curve` of the launched app through gradio_client, with tiny models."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from ocr_core.corruption import CORRUPTIONS


@pytest.fixture(scope="module")
def client(app_url: str) -> Client:
    return Client(app_url, verbose=False, analytics_enabled=False)


def ink(*bars: int) -> str:
    """A canvas with black bars at these places, as a data URL."""
    canvas = np.full((300, 900, 3), 255, dtype=np.uint8)
    for left in bars:
        canvas[60:240, left : left + 70] = 0
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", canvas)[1].tobytes()).decode("ascii")


def test_writing_is_read_by_the_default_engines(client: Client) -> None:
    answer = client.predict(ink=ink(200, 400), api_name="/write")
    texts = {model["model"]: model["text"] for model in answer["models"]}
    assert set(texts) >= {"convnext_tiny", "crnn"}
    assert all(texts[name] for name in ("convnext_tiny", "crnn"))
    left, top, right, bottom = answer["box"]
    assert left < 200 < 470 < right
    assert top < 60 < 240 < bottom


def test_an_empty_canvas_is_answered_kindly(client: Client) -> None:
    assert client.predict(ink="", api_name="/write") == {"box": None, "models": []}
    assert client.predict(ink=ink(), api_name="/write")["box"] is None


@pytest.mark.parametrize("told", ["hello", "data:image/png;base64,AAAA", "data:text/html;base64,PGI+"])
def test_what_is_no_writing_is_answered_in_words(client: Client, told: str) -> None:
    with pytest.raises(AppError) as refused:
        client.predict(ink=told, api_name="/write")
    assert "Traceback" not in str(refused.value)
    assert str(refused.value).strip()


def live(client: Client, picture: Path, **inputs: Any) -> dict[str, Any]:
    return client.predict(image=handle_file(picture), api_name="/break_live", **inputs)


def test_no_damage_reads_as_clean(client: Client, picture: Path) -> None:
    answer = live(client, picture)
    assert answer["damages"] == {}
    assert answer["against"] == "clean reading"
    assert [(m["text"], m["clean_text"], m["accuracy"]) for m in answer["models"]] == [("BAC", "BAC", 1.0)] * 2
    assert answer["picture"].startswith("data:image/")


def test_damage_shows_in_the_reading_and_in_the_accuracy(client: Client, picture: Path) -> None:
    answer = live(client, picture, damages={"contrast": 100}, seed=3, truth="BAC")
    assert answer["against"] == "truth"
    for model in answer["models"]:
        assert model["text"] != "BAC" == model["clean_text"]
        assert model["accuracy"] < 0.5


def test_the_same_seed_gives_the_same_picture(client: Client, picture: Path) -> None:
    once, again, other = (live(client, picture, damages={"noise": 40}, seed=seed)["picture"] for seed in (5, 5, 6))
    assert once == again != other


@pytest.mark.parametrize("inputs", [{"damages": {"rust": 1}}, {"seed": -1}, {"damages": [1]}])
def test_what_cannot_be_done_is_said_in_words(client: Client, picture: Path, inputs: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"should be|Corruptions are"):
        live(client, picture, **inputs)


def test_a_curve_finds_where_each_engine_breaks(client: Client, picture: Path) -> None:
    answer = client.predict(
        image=handle_file(picture), damage="contrast", truth="BAC", steps=4, seeds=5, api_name="/break_curve"
    )
    assert answer["unit"] == "%"
    assert not answer["cut_short"]
    assert [curve["model"] for curve in answer["curves"]] == ["convnext_tiny", "crnn"]
    for curve in answer["curves"]:
        assert [point["severity"] for point in curve["points"]] == pytest.approx(CORRUPTIONS["contrast"].steps(4))
        assert all(len(point["readings"]) == len(point["accuracies"]) == 5 for point in curve["points"])
        assert curve["against"] == "truth"
        assert curve["breaking"]["state"] == "breaks"
        assert 0 < curve["breaking"]["low"] <= curve["breaking"]["severity"] <= 100


@pytest.mark.parametrize("inputs", [{"damage": "rust"}, {"seeds": 4}, {"seeds": 400}, {"steps": 1}, {"steps": 9999}])
def test_a_curve_beyond_bounds_is_refused(client: Client, picture: Path, inputs: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"no corruption|whole number"):
        client.predict(image=handle_file(picture), api_name="/break_curve", **inputs)


def test_a_broken_picture_is_answered_in_words(client: Client, broken_picture: Path) -> None:
    with pytest.raises(AppError, match="damaged or cut short"):
        live(client, broken_picture)


def test_all_three_are_public_and_documented(client: Client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]  # type: ignore[index]
    assert {"/write", "/break_live", "/break_curve"} <= set(endpoints)
    assert "data:image/png" in endpoints["/write"]["description"]
