"""The launched app among strangers: many at once, every kind of file, broken requests; nobody sees a stack trace."""

from __future__ import annotations

import itertools
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from gradio_client.utils import QueueError
from PIL import Image

from apps import gradio_app
from apps.demo.compare import api as compare_api
from apps.demo.server.public_limits import UNEXPECTED
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.ocr_core.tiny_model import stripes

ENDPOINTS = ("recognize", "break_live", "break_curve", "page", "save_case")
MARKS_OF_A_TRACE = ("Traceback", 'File "', ".py", "site-packages", "Error:")


@pytest.fixture(scope="module")
def client(app_url: str) -> Client:
    return Client(app_url, verbose=False, analytics_enabled=False)


def painted(path: Path, text: str) -> Path:
    cv2.imwrite(str(path), stripes(text, frames_each=6))
    return path


def test_everybody_gets_the_reading_of_their_own_picture(app_url: str, tmp_path: Path) -> None:
    texts = ["".join(letters) for letters in itertools.product("ABC", repeat=2)][:5]
    begin = threading.Barrier(len(texts))

    def visit(text: str) -> list[str]:
        mine = painted(tmp_path / f"{text}.png", text)
        visitor = Client(app_url, verbose=False, analytics_enabled=False)
        begin.wait(60)
        answers = [visitor.predict(image=handle_file(mine), truth=text, api_name="/recognize") for _ in range(3)]
        return [model["text"] for answer in answers for model in (*answer["models"], {"text": answer["truth"]})]

    with ThreadPoolExecutor(len(texts)) as pool:
        assert [set(read) for read in pool.map(visit, texts)] == [{text} for text in texts]


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG of any size around any data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """100 million pixels in some 100 KB."""
    squeeze = zlib.compressobj(9)
    row = bytes(10_001)
    return png(10_000, 10_000, b"".join([*(squeeze.compress(row) for _ in range(10_000)), squeeze.flush()]))


def truncated_jpeg() -> bytes:
    encoded = cv2.imencode(".jpg", stripes("BAC", frames_each=6))[1].tobytes()
    return encoded[: len(encoded) // 2]


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script><text>BAC</text></svg>"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
UNUSABLE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text named png": ("line.png", lambda: b"hello, I am no picture"),
    "html named jpg": ("line.jpg", lambda: b"<html><script>alert(1)</script></html>"),
    "truncated jpeg": ("line.jpg", truncated_jpeg),
    "bomb": ("line.png", bomb),
    "bomb in the header": ("line.png", lambda: png(2**31 - 1, 2**31 - 1, zlib.compress(b""))),
    "no pixels": ("line.png", lambda: png(0, 10, zlib.compress(b""))),
    "png full of rubbish": ("line.png", lambda: png(100, 32, b"rubbish")),
    "svg": ("line.svg", lambda: SVG),
    "heic": ("line.heic", lambda: HEIC),
    "empty": ("line.png", lambda: b""),
    "zip": ("line.png", lambda: b"PK\x03\x04" + bytes(100)),
    "nameless": (".png", lambda: b"\x00"),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_is_no_picture_is_refused_in_words(
    client: Client, tmp_path: Path, kind: str, endpoint: str
) -> None:
    name, content = UNUSABLE[kind]
    path = tmp_path / name
    path.write_bytes(content())
    inputs = {"file" if endpoint == "page" else "image": handle_file(path)}
    with pytest.raises(AppError) as refused:
        client.predict(**inputs, api_name=f"/{endpoint}")
    said = str(refused.value)
    assert len(said.split()) > 3
    assert said != UNEXPECTED
    assert not [mark for mark in MARKS_OF_A_TRACE if mark in said]


def test_a_pdf_is_no_picture_of_a_line(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(PDF)
    with pytest.raises(AppError, match="not a picture"):
        client.predict(image=handle_file(path), api_name="/recognize")


def save_animated(picture: Image.Image, path: Path) -> None:
    picture.save(path, "GIF", save_all=True, append_images=[Image.new("L", picture.size, 255)] * 2)


UNUSUAL: dict[str, tuple[str, Callable[[Image.Image, Path], None]]] = {
    "animated gif": ("line.gif", save_animated),
    "cmyk jpeg": ("line.jpg", lambda picture, path: picture.convert("CMYK").save(path, quality=98)),
    "16 bits": ("line.png", lambda p, path: p.convert("L").convert("I;16").point(lambda v: v * 257).save(path)),
    "palette": ("line.png", lambda picture, path: picture.convert("P").save(path)),
    "wrong ending": ("line.jpg", lambda picture, path: picture.save(path, "PNG")),
    "no ending": ("line", lambda picture, path: picture.save(path, "PNG")),
    "transparent webp": ("line.webp", lambda picture, path: picture.convert("RGBA").save(path, lossless=True)),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_pictures_are_read_like_others(client: Client, picture: Path, tmp_path: Path, kind: str) -> None:
    name, save = UNUSUAL[kind]
    with Image.open(picture) as usual:
        save(usual, tmp_path / name)
    answer = client.predict(image=handle_file(tmp_path / name), api_name="/recognize")
    assert {model["text"] for model in answer["models"]} == {"BAC"}


BROKEN_REQUESTS: list[object] = [
    {},
    {"data": []},
    {"data": None},
    {"data": [None] * 50},
    {"data": [{"path": 7}, {}, [], [], [], [], []]},
    {"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "", "onnx", [], False, [], {}, "biggest"]},
    {"data": [{"path": "\0", "meta": {"_type": "gradio.FileData"}}, "", "onnx", [], False, [], {}, "biggest"]},
    {"data": [None, "x" * 200_000, "onnx", {"a": 1}, "yes", "crop", 7]},
    {"data": [[[[[1]]]], None, None, None, None, None, None]},
    {"data": "text"},
    [1, 2],
]


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "write", "case", "export_case", "import_case", "models", "no_such"])
def test_no_answer_holds_a_stack_trace(app_url: str, endpoint: str) -> None:
    address = f"{app_url}gradio_api/call/{endpoint}"
    with httpx.Client(timeout=60) as http:
        for request in BROKEN_REQUESTS:
            answer = http.post(address, json=request)
            said = answer.text
            if answer.status_code == 200:
                said += http.get(f"{address}/{answer.json()['event_id']}").text
            assert not [mark for mark in ("Traceback", 'File "', "site-packages") if mark in said], (request, said)
        for body in (b"", b"{", b"\xff\xfe", b"[" * 10_000):
            answer = http.post(address, content=body, headers={"content-type": "application/json"})
            assert answer.status_code >= 400
            assert "Traceback" not in answer.text


def test_an_endpoint_that_does_not_exist_is_answered_in_words(app_url: str) -> None:
    answer = httpx.post(f"{app_url}gradio_api/call/no_such", json={"data": []})
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such endpoint here.")


def test_a_file_beyond_the_limit_is_refused_by_the_server_itself(app_url: str, settings: Settings) -> None:
    large = b"\x89PNG" + bytes(settings.max_file_bytes + 1)
    answer = httpx.post(f"{app_url}gradio_api/upload", files={"files": ("large.png", large)}, timeout=60)
    assert answer.status_code == 413
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["nothing-here", "gradio_api/file=/etc/passwd", "gradio_api/file=../README.md", "%00"])
def test_paths_that_lead_nowhere_are_answered_without_a_trace(app_url: str, path: str) -> None:
    answer = httpx.get(f"{app_url}{path}")
    assert answer.status_code in (400, 403, 404)
    assert "Traceback" not in answer.text
    assert "root:" not in answer.text


@pytest.fixture
def slow_app(
    settings: Settings, samples_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """An app with room for one in its queue, whose readings begin (first event) but end only when told (second)."""
    begun, may_end = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        begun.set()
        may_end.wait(30)
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(gradio_app, "MOST_WAITING", 1)
    monkeypatch.setattr(compare_api, "compare", slow)
    demo = gradio_app.build_demo(settings, samples_folder)
    demo.launch(server_name="127.0.0.1", server_port=free_port(), prevent_thread_lock=True, quiet=True,
                **gradio_app.page_options(settings, samples_folder))  # fmt: skip
    yield str(demo.local_url), begun, may_end
    may_end.set()
    demo.close()


def test_a_full_queue_says_so_and_an_accident_inside_tells_nothing(
    slow_app: tuple[str, threading.Event, threading.Event], picture: Path
) -> None:
    url, begun, may_end = slow_app
    visitor = Client(url, verbose=False, analytics_enabled=False)
    running = visitor.submit(image=handle_file(picture), api_name="/recognize")
    assert begun.wait(30)
    address, request = f"{url}gradio_api/call/recognize", {"data": [None, "", "onnx", [], False, [], {}, "biggest"]}
    waiting = httpx.post(address, json=request)
    assert waiting.status_code == 200
    assert httpx.post(address, json=request).status_code == 503
    with pytest.raises(QueueError, match="try again"):
        visitor.predict(image=handle_file(picture), api_name="/recognize")
    may_end.set()
    with pytest.raises(AppError) as failed:
        running.result(60)
    assert str(failed.value) == UNEXPECTED


def test_every_endpoint_is_named_and_described(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert isinstance(described, dict)
    assert described["unnamed_endpoints"] == {}
    for name, endpoint in described["named_endpoints"].items():
        assert len(endpoint["description"].split()) > 5, name
        assert "lambda" not in name
    assert "/secret" not in json.dumps(described)
