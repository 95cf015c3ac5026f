"""A service at an address: both forms, and whatever a service can do to who asks it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from ocr_core import registry
from ocr_core.engines import service
from ocr_core.engines.service import ServiceEngine, checked_address, reading_of
from ocr_core.errors import ModelError, OcrError
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import LEVELS, stripes

PLAIN = Settings(deskew=False)
LINE = stripes("BA")


def text_in(png: bytes) -> str:
    """Reads stripes from the file that was sent: what a service does."""
    row = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)[0]
    names = {level: letter for letter, level in LEVELS.items()}
    starts = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    return "".join(names[int(level)] for level in row[starts])


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ocr"
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def own_form(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    if handler.headers["Content-Type"] != "application/json":
        return reply(handler, 415, "application/json", b'{"success": false, "error": {"message": "JSON is wanted"}}')
    text = text_in(base64.b64decode(json.loads(body)["image_base64"]))
    told = {"success": True, "result": [text], "cost_time_ms": 1}
    return reply(handler, 200, "application/json", json.dumps(told).encode())


def plain_form(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    if handler.headers["Content-Type"] != "image/png":
        return reply(handler, 400, "text/plain", b"no")
    return reply(handler, 200, "text/plain; charset=utf-8", text_in(body).encode())


@pytest.mark.parametrize(("answer", "form"), [(own_form, "json"), (plain_form, "picture")])
def test_both_forms_are_found_and_read(answer: Callable, form: str) -> None:
    with serving(answer) as address:
        recognizer = registry.load(address, settings=PLAIN)
        first, second = recognizer.recognize_batch([LINE, stripes("CAB")])
    assert not isinstance(first, OcrError) and not isinstance(second, OcrError)
    assert (first.text, second.text) == ("BA", "CAB")
    assert first.runtime == "service" and form in first.decoder
    assert first.model == service.service_name(address) == recognizer.name
    assert first.timings_ms.infer > 0


def test_a_service_that_dies_fails_its_lines_one_by_one() -> None:
    with serving(own_form) as address:
        recognizer = registry.load(address, settings=PLAIN)
    results = recognizer.recognize_batch([LINE, LINE])
    assert [type(result) for result in results] == [ModelError, ModelError]


def test_one_failed_line_in_the_middle_is_one_failed_line() -> None:
    asked: list[int] = []

    def sometimes(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(len(body))
        own_form(handler, body) if len(asked) != 3 else reply(handler, 500, "text/html", b"<h1>oops</h1>")

    with serving(sometimes) as address:
        results = registry.load(address, settings=PLAIN).recognize_batch([LINE] * 3)
    assert [isinstance(result, OcrError) for result in results] == [False, True, False]
    assert "answered 500" in str(results[1])


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/plain", "  你好\n world ".encode(), "你好 world"),
        ("application/json", b'"x"', "x"),
        ("application/json", b'{"text": "x"}', "x"),
        ("application/json; charset=utf-8", b'{"result": ["a", "b"]}', "a b"),
        ("", b"bare", "bare"),
    ],
)
def test_answers_in_many_forms(kind: str, body: bytes, expected: str) -> None:
    assert reading_of(body, kind).text == expected


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"success": false, "result": ["x"]}'),
        ("application/json", b'{"result": [1]}'),
        ("application/json", b"null"),
        ("text/html", b"<html>"),
        ("text/plain", b"\xff\xfe"),
        ("text/plain", b"x" * 5_000),
    ],
)
def test_answers_that_are_none(kind: str, body: bytes) -> None:
    with pytest.raises(ModelError):
        reading_of(body, kind)


def test_confidences_are_taken_where_they_fit() -> None:
    told = {"text": "ab", "confidence": 0.5, "character_confidences": [0.25, 1]}
    assert reading_of(json.dumps(told).encode(), "application/json").character_confidences == (0.25, 1.0)
    for odd in ([0.25], [0.25, 7], [0.25, "x"], [True, 0.5], 3):
        reading = reading_of(json.dumps({**told, "character_confidences": odd}).encode(), "application/json")
        assert reading.character_confidences is None and reading.confidence == 0.5
    assert reading_of(b'{"text": "a", "confidence": NaN}', "application/json").confidence is None


def test_certainty_of_nothing_is_kept() -> None:
    told = b'{"text": "ab", "character_confidences": [0.0, 0.5]}'
    assert reading_of(told, "application/json").character_confidences == (0.0, 0.5)


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.append(handler.path)
        reply(handler, 307, "text/plain", b"", Location="/secret")

    with serving(elsewhere) as address, pytest.raises(ModelError, match="answered 307"):
        service.load(address, PLAIN)
    assert set(asked) == {"/ocr"}


def test_an_answer_without_end_is_cut_off() -> None:
    def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        with_more = b"x" * 65536
        try:
            while True:
                handler.wfile.write(with_more)
        except OSError:
            pass

    with serving(endless) as address, pytest.raises(ModelError, match="more than 1 MB"):
        ServiceEngine(address, "picture").read_line(LINE)


def test_an_answer_that_trickles_is_given_up() -> None:
    def trickle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(300):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    started = time.monotonic()
    with serving(trickle) as address, pytest.raises(ModelError, match=r"within 0\.5 seconds"):
        ServiceEngine(address, "picture", longest_s=0.5).read_line(LINE)
    assert time.monotonic() - started < 20, "thirty seconds were in store"


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http:///ocr",
        "http://user:word@host/ocr",
        "http://host:99999/",
        "http://host/a b",
        "http://host/\r\nX: y",
        "http://höst/",
        "http://[::1/",
    ],
)
def test_addresses_that_are_not_asked(address: str) -> None:
    with pytest.raises(ModelError):
        checked_address(address)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/x", "gopher://host/x", "httpx://host"])
def test_other_schemes_are_no_services(address: str) -> None:
    assert not service.is_service(address)
    with pytest.raises(ModelError):
        registry.load(address, settings=PLAIN)


def test_services_of_the_settings_are_engines_by_name() -> None:
    with serving(own_form) as address:
        settings = Settings.from_environment({"ZIJIAN_SERVICES": f"{address}, ,{address}", "ZIJIAN_DESKEW": "0"})
        name = service.service_name(address)
        assert settings.services == (address,) and name in registry.models(settings)
        assert registry.load(name, settings=settings).read([LINE]) == ["BA"]
    with pytest.raises(OcrError, match="should be addresses"):
        Settings.from_environment({"ZIJIAN_SERVICES": "file:///etc/passwd"})
