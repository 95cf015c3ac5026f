"""Hundreds of mutated requests, the same ones every time: no accident, no other form of answer, and it still reads."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.apps.server.conftest import in_base64, png
from tests.apps.server.fuzz import LATE, Mutator, Verdict, wrong_with

COUNT = 400


def test_hundreds_of_mutated_requests_are_answered_as_they_should(service: TestClient) -> None:
    verdict = Verdict()
    for number, sent in enumerate(Mutator(17).requests(COUNT)):
        headers = {"content-type": sent.kind.encode("utf-8", "replace")} if sent.kind else {}
        answer = service.post(sent.address, content=sent.body, headers=headers)
        verdict.note(number, sent, answer.status_code, answer.headers.get("content-type", ""), answer.content)
    assert verdict.wrong == []
    told = verdict.statuses
    assert told[200] > COUNT / 20 and told[400] > COUNT / 10 and told[415] and told[422] and told[413], told
    assert sum(told[status] for status in LATE) < COUNT / 20, told
    assert service.post("/api/v1/ocr", json={"image_base64": in_base64(png("CAB"))}).json()["result"] == ["CAB"]


def test_the_fuzzer_would_see_what_is_wrong() -> None:
    assert wrong_with(500, "application/json", b'{"success": false, "error": {"code": "x", "message": "y"}}')
    assert wrong_with(422, "application/json", b'{"detail": []}')
    assert wrong_with(200, "application/x-ndjson", b'{"event": "page"}\n')
    assert wrong_with(200, "application/json", b'{"results": [{"error": {"code": "internal_error"}}]}')
    assert not wrong_with(200, "application/json", b'{"success": true, "result": [], "cost_time_ms": 1}')
