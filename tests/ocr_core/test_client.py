"""The client against a stand-in of the service: what it sends, patience when it is busy, errors as they were told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ocr_core.client import Client, ClientError

READ = {"success": True, "result": ["欢迎", "光临"], "cost_time_ms": 7}
BUSY = {"success": False, "error": {"code": "busy", "message": "Come back."}}


class Stand(ThreadingHTTPServer):
    """Answers what it is told to, in order, and remembers what it was asked."""

    answers: list[tuple[int, Any]]
    asked: list[tuple[str, str, dict[str, str], Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Stand

    def _go(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, json.loads(body) if body else None))
        status, told = self.server.answers.pop(0)
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _go

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def stand() -> Iterator[Stand]:
    server = Stand(("127.0.0.1", 0), _Handler)
    server.answers, server.asked = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def client_of(stand: Stand, **options: Any) -> Client:
    return Client(f"http://127.0.0.1:{stand.server_port}/", **options)


def test_a_picture_is_sent_in_base64_with_its_options_and_the_key(stand: Stand) -> None:
    stand.answers = [(200, READ)]
    answer = client_of(stand, key="zj_k").read(b"abc", model="crnn", lines="all")
    assert (answer.result, answer.text, answer.cost_time_ms, answer.detail) == (("欢迎", "光临"), "欢迎\n光临", 7, None)
    ((method, path, headers, body),) = stand.asked
    assert (method, path, headers["authorization"]) == ("POST", "/api/v1/ocr", "Bearer zj_k")
    assert body == {"image_base64": "YWJj", "model": "crnn", "lines": "all"}


def test_who_is_told_to_come_back_does_so_a_few_times(stand: Stand) -> None:
    stand.answers = [(503, BUSY), (429, BUSY), (200, READ)]
    assert client_of(stand).read(b"a").result[0] == "欢迎"
    stand.answers = [(503, BUSY)] * 2
    with pytest.raises(ClientError, match="Come back") as told:
        client_of(stand, tries=2).read(b"a")
    assert (told.value.status, told.value.code, len(stand.asked)) == (503, "busy", 5)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"detail": 1}'])
def test_an_error_of_something_else_is_an_error_too(stand: Stand, answer: bytes) -> None:
    stand.answers = [(502, answer)]
    with pytest.raises(ClientError, match="502"):
        client_of(stand).read(b"a")


def test_of_several_pictures_each_has_its_own_answer(stand: Stand) -> None:
    stand.answers = [(200, {"success": True, "results": [READ, BUSY], "failed": 1, "cost_time_ms": 9})]
    first, second = client_of(stand).read_many([b"a", b"b"])
    assert not isinstance(first, ClientError) and first.result[1] == "光临"
    assert isinstance(second, ClientError) and second.code == "busy"


def test_a_document_that_breaks_off_raises_after_what_was_read(stand: Stand) -> None:
    stand.answers = [(200, b'{"event": "page", "page": 1}\n' + json.dumps({"event": "error", **BUSY}).encode())]
    events = client_of(stand).pages(b"pdf")
    assert next(events)["page"] == 1
    with pytest.raises(ClientError, match="Come back"):
        next(events)


def test_a_job_is_asked_after_by_an_address_that_cannot_lead_elsewhere(stand: Stand) -> None:
    state = {"id": "x", "status": "failed", "pages": None, "pages_read": 0, "error": {"code": "a", "message": "why"}}
    stand.answers = [(200, {"success": True, "job": state})]
    job = client_of(stand).job("../models?x")
    assert job.is_finished and job.error == "why"
    assert stand.asked[0][1] == "/api/v1/jobs/..%2Fmodels%3Fx"


def test_nobody_there_is_told(stand: Stand) -> None:
    address = f"http://127.0.0.1:{stand.server_port}"
    stand.server_close()
    with pytest.raises(ClientError, match="does not answer") as told:
        Client(address, longest_s=2).models()
    assert told.value.status == 0
