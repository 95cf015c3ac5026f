"""What the service needs before strangers may use it: keys, rates, limits of time and number, quiet logs, figures."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.server.__main__ import main
from apps.server.keys import ApiKey, Keys, KeysError, Rates, hash_of, line_of, new_key, parse
from apps.server.reading import Reader
from apps.server.request_log import LOG, JsonFormatter
from tests.apps.server.conftest import Serve, in_base64, png

OCR = "/api/v1/ocr"
BODY = {"image_base64": in_base64(png("BAC"))}


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_with_keys_nobody_else_is_answered(serve: Serve, tmp_path: Path) -> None:
    key, file = new_key(), tmp_path / "keys"
    file.write_text(f"# who may ask\n{line_of('anna', key)}\n")
    service = serve(api_keys=file)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"X-API-Key": key[:-1]}, {"Authorization": f"Basic {key}"}):
        answer = service.post(OCR, json=BODY, headers=headers)
        assert told(answer) == (401, "unauthorized") and answer.headers["www-authenticate"] == "Bearer"
    assert told(service.get("/api/v1/models")) == (401, "unauthorized")
    for headers in ({"Authorization": f"Bearer {key}"}, {"x-api-key": key}):
        assert service.post(OCR, json=BODY, headers=headers).status_code == 200
    assert service.get("/healthz").status_code == service.get("/metrics").status_code == 200


def test_a_withdrawn_key_needs_no_restart(serve: Serve, tmp_path: Path) -> None:
    key, file = new_key(), tmp_path / "keys"
    file.write_text(line_of("anna", key))
    service = serve(api_keys=file)
    assert service.post(OCR, json=BODY, headers={"x-api-key": key}).status_code == 200
    file.write_text("not a line of keys")
    assert service.post(OCR, json=BODY, headers={"x-api-key": key}).status_code == 200, "a slip throws nobody out"
    file.write_text(line_of("boris", new_key()))
    assert service.post(OCR, json=BODY, headers={"x-api-key": key}).status_code == 401


def test_jobs_of_one_key_are_not_there_for_another(serve: Serve, tmp_path: Path) -> None:
    keys = {name: new_key() for name in ("anna", "boris")}
    file = tmp_path / "keys"
    file.write_text("\n".join(line_of(name, key) for name, key in keys.items()))
    service = serve(api_keys=file)
    anna, boris = ({"x-api-key": key} for key in keys.values())
    address = service.post("/api/v1/jobs", files={"f": ("a", b"x")}, headers=anna).headers["location"]
    assert service.get(address, headers=anna).status_code == 200
    assert service.get(address, headers=boris).status_code == service.delete(address, headers=boris).status_code == 404


def test_each_key_has_its_own_rate(serve: Serve, tmp_path: Path) -> None:
    keys = {name: new_key() for name in ("slow", "usual", "free")}
    file = tmp_path / "keys"
    file.write_text("\n".join(line_of(name, key, {"slow": 4, "free": 0}.get(name)) for name, key in keys.items()))
    service = serve(api_keys=file, rate_per_minute=8)

    def statuses(name: str) -> list[int]:
        return [service.get("/api/v1/models", headers={"x-api-key": keys[name]}).status_code for _ in range(4)]

    assert statuses("slow") == [200, 429, 429, 429]
    assert statuses("usual") == [200, 200, 429, 429]
    assert statuses("free") == [200] * 4
    answer = service.get("/api/v1/models", headers={"x-api-key": keys["slow"]})
    assert told(answer) == (429, "rate_limited") and 1 <= int(answer.headers["retry-after"]) <= 15


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.wait_s("a", 60) for _ in range(15)] == [0.0] * 15
    wait_s = rates.wait_s("a", 60)
    assert wait_s == pytest.approx(1.0) and rates.wait_s("b", 60) == 0.0
    now[0] += wait_s
    assert rates.wait_s("a", 60) == 0.0 and rates.wait_s("a", 60) > 0


@pytest.mark.parametrize("text", ["anna", "anna xyz", f"anna {'0' * 64} much", f"a b {'0' * 64}", f"an/na {'0' * 64}"])
def test_a_broken_file_of_keys_is_told(text: str) -> None:
    with pytest.raises(KeysError, match="Line 1"):
        parse(text)


def test_a_missing_file_of_keys_lets_nobody_in_by_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="cannot be read"):
        Keys(tmp_path / "nothing")


def test_the_command_makes_a_key_whose_hash_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "anna", "--rate", "30"]) == 0
    printed = capsys.readouterr().out
    key = printed.split("once: ")[1].split()[0]
    assert parse(printed.splitlines()[-1]) == (ApiKey("anna", hash_of(key), 30),)
    assert main(["key", "two words"]) == 2


def test_more_requests_than_may_be_at_work_are_told_to_come_back(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    service = serve(most_requests=2)
    may_go_on = threading.Event()
    engine = Reader.engine

    def slow(self: Reader, options: Any) -> Any:
        may_go_on.wait(30)
        return engine(self, options)

    monkeypatch.setattr(Reader, "engine", slow)
    load = service.app.state.context.load  # type: ignore[attr-defined]
    with ThreadPoolExecutor(2) as callers:
        under_way = [callers.submit(service.post, OCR, json=BODY) for _ in range(2)]
        until = time.monotonic() + 30
        while load.requests < 2 and time.monotonic() < until:
            time.sleep(0.01)
        answer = service.post(OCR, json=BODY)
        assert told(answer) == (503, "busy") and int(answer.headers["retry-after"]) >= 1
        assert service.get("/healthz").status_code == 200
        may_go_on.set()
        assert [each.result().status_code for each in under_way] == [200, 200]
    assert (load.requests, load.body_bytes) == (0, 0)


def test_what_takes_too_long_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    service = serve(longest_request_s=1)
    engine = Reader.engine

    def slow(self: Reader, options: Any) -> Any:
        time.sleep(1.5)
        return engine(self, options)

    monkeypatch.setattr(Reader, "engine", slow)
    assert told(service.post(OCR, json=BODY)) == (504, "timeout")
    monkeypatch.undo()
    assert service.post(OCR, json=BODY).status_code == 200


def test_an_accident_is_answered_without_its_words_and_logged(
    service: TestClient, monkeypatch: pytest.MonkeyPatch, log_lines: io.StringIO
) -> None:
    def accident(self: Reader, options: Any) -> Any:
        raise RuntimeError("an inner secret")

    monkeypatch.setattr(Reader, "engine", accident)
    answer = service.post(OCR, json=BODY)
    assert told(answer) == (500, "internal_error") and "secret" not in answer.text
    many = service.post(OCR, json={"images": [BODY, BODY]}).json()
    assert many["failed"] == 2 and many["results"][0]["error"]["code"] == "internal_error"
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    noted = next(line for line in lines if line["event"] == "unexpected")
    assert "an inner secret" in noted["exception"] and noted["request_id"] == answer.headers["x-request-id"]


@pytest.fixture
def log_lines() -> Any:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    level = LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield written
    LOG.removeHandler(handler)
    LOG.setLevel(level)


def test_the_log_has_a_line_a_request_and_nothing_of_anybody(
    serve: Serve, tmp_path: Path, log_lines: io.StringIO
) -> None:
    key, file = new_key(), tmp_path / "keys"
    file.write_text(line_of("anna", key))
    service = serve(api_keys=file)
    headers = {"x-api-key": key, "x-request-id": "mine-1"}
    answer = service.post(OCR, files={"f": ("private-name.png", png("BAC"))}, data={"allow": "ABC"}, headers=headers)
    assert answer.json()["result"] == ["BAC"] and answer.headers["x-request-id"] == "mine-1"
    service.post(f"{OCR}?model=private", content=b"x", headers={**headers, "content-type": "image/png"})
    service.get("/api/v1/jobs/private-job-number-0000", headers={**headers, "x-request-id": "bad\tone"})
    written = log_lines.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["status"], line["key"]) for line in lines] == [(200, "anna"), (422, "anna"), (404, "anna")]
    assert lines[0]["request_id"] == "mine-1" and lines[0]["route"] == OCR and lines[0]["ms"] > 0
    assert lines[2]["request_id"] != "bad\tone" and lines[2]["route"] == "/api/v1/jobs/{job_id}"
    for secret in ("BAC", "private", key, "testclient"):
        assert secret not in written


def test_texts_are_in_the_log_where_they_are_asked_for(serve: Serve, log_lines: io.StringIO) -> None:
    serve(log_texts=True).post(OCR, json=BODY)
    assert json.loads(log_lines.getvalue())["texts"] == [["BAC"]]


def test_other_hosts_scripts_may_ask_only_where_that_was_said(serve: Serve, service: TestClient) -> None:
    asks = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    closed = service.options(OCR, headers=asks)
    assert "access-control-allow-origin" not in closed.headers
    allowed = serve(cors_origins=("https://app.example",))
    assert allowed.options(OCR, headers=asks).headers["access-control-allow-origin"] == "https://app.example"
    others = allowed.options(OCR, headers={**asks, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in others.headers


def test_figures_count_requests_errors_stages_and_runs(serve: Serve) -> None:
    service = serve(max_body_bytes=20_000)
    service.post(OCR, json=BODY)
    service.post(OCR, json={"image_base64": "%"})
    service.post(OCR, content=b"x" * 20_001)
    service.post(OCR, json={"images": [BODY, {"image_base64": in_base64(b"no")}]})
    figures = service.get("/metrics").text
    assert 'zijian_requests_total{method="POST",route="/api/v1/ocr",status="200"} 2.0' in figures
    assert 'zijian_requests_total{method="POST",route="/api/v1/ocr",status="400"} 1.0' in figures
    assert 'zijian_errors_total{code="bad_base64"} 1.0' in figures
    assert 'zijian_errors_total{code="too_large"} 1.0' in figures
    assert 'zijian_errors_total{code="not_an_image"} 1.0' in figures
    for stage in ("decode_image", "infer", "ctc_decode", "queue"):
        assert f'zijian_stage_seconds_count{{stage="{stage}"}} 2.0' in figures
    assert "zijian_batch_lines_sum 2.0" in figures and "zijian_queue_lines 0.0" in figures


def test_health_and_readiness(serve: Serve) -> None:
    service = serve()
    until = time.monotonic() + 30
    while service.get("/readyz").status_code != 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert service.get("/readyz").json() == {"status": "ready"}
    service.app.state.context.is_draining = True  # type: ignore[attr-defined]
    assert service.get("/readyz").status_code == 503 and service.get("/healthz").status_code == 200
    assert service.post(OCR, json=BODY).status_code == 200, "what still comes is answered"


def test_models_are_told_with_what_they_can(service: TestClient) -> None:
    models = {each["name"]: each for each in service.get("/api/v1/models").json()["models"]}
    assert models["crnn"]["is_default"] and models["crnn"]["is_available"]
    assert "onnx" in models["convnext_tiny"]["runtimes"] and "beam+zh" in models["convnext_tiny"]["decoders"]
    assert models["tesseract"]["decoders"] == ["greedy"]
