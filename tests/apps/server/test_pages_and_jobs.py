"""Documents: events while they are read, and jobs that survive whatever ends the process."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.server.job_store import MOST_ATTEMPTS, JobStore
from apps.server.page_events import document_events
from apps.server.reading import Reader
from apps.server.schemas import ReadingOptions
from tests.apps.server.conftest import Serve, document, in_base64, page_picture, png

PAGES, JOBS = "/api/v1/pages", "/api/v1/jobs"
TWO = document("PDF", ["First line", "Second line"], ["Third line"])
PATIENCE_S = 60


def events_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def awaited(service: TestClient, address: str, *statuses: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        job = service.get(address).json()["job"]
        if job["status"] in statuses:
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job}")


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
def test_a_document_comes_as_pages_and_lines(service: TestClient, form: str) -> None:
    data = document(form, ["First line", "Second line"], ["Third line"])
    told = events_of(service.post(PAGES, files={"file": ("a", data)}))
    assert [each["event"] for each in told] == ["page", "line", "line", "page", "line", "end"]
    assert [each.get("page") for each in told] == [1, 1, 1, 2, 2, None]
    assert told[0]["pages"] == 2 and told[0]["lines"] == 2 and told[-1]["pages_read"] == 2
    tops = [each["corners"][0][1] for each in told if each["event"] == "line"]
    assert tops[0] < tops[1] and all("characters" not in each for each in told)


def test_one_page_with_characters_in_every_form_of_body(service: TestClient) -> None:
    for sent in (
        {"json": {"file_base64": in_base64(TWO), "page": 2, "detail": "characters"}},
        {"files": {"file": ("a.pdf", TWO)}, "data": {"page": "2", "detail": "characters"}},
    ):
        told = events_of(service.post(PAGES, **sent))
        assert [each.get("page") for each in told] == [2, 2, None]
        assert isinstance(told[1]["characters"], list)
    raw = service.post(f"{PAGES}?page=2", content=TWO, headers={"content-type": "application/pdf"})
    assert [each.get("page") for each in events_of(raw)] == [2, 2, None]


def test_page_of_ocr_reads_every_line_of_that_page(service: TestClient) -> None:
    told = service.post("/api/v1/ocr", json={"image_base64": in_base64(TWO), "page": 1}).json()
    assert told["success"] is True and len(told["result"]) == 2


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"files": {"file": ("a", b"no document")}}, 400, "not_an_image"),
        ({"files": {"file": ("a.pdf", TWO[:200])}}, 400, "not_an_image"),
        ({"files": {"file": ("a.pdf", TWO)}, "data": {"page": "3"}}, 400, "not_an_image"),
        ({"files": [("a", ("a", TWO)), ("b", ("b", TWO))]}, 422, "invalid_option"),
        ({"files": {"file": ("a", TWO)}, "data": {"finder": "magnet"}}, 422, "invalid_option"),
        ({"json": {"file_base64": "%"}}, 400, "bad_base64"),
        ({"json": {"image_base64": "AAAA"}}, 422, "invalid_option"),
        ({"content": b"x", "headers": {"content-type": "text/html"}}, 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_document_has_a_status(service: TestClient, sent: dict[str, Any], status: int, code: str) -> None:
    answer = service.post(PAGES, **sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_document_that_breaks_in_the_middle_says_so_at_its_end(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ocr_core.errors import DocumentError

    found = Reader.find_page

    def breaks(self: Reader, data: bytes, engine: Any, number: int, finder: Any = None) -> Any:
        if number == 2:
            raise DocumentError("The second page is damaged.")
        return found(self, data, engine, number, finder)

    monkeypatch.setattr(Reader, "find_page", breaks)
    told = events_of(service.post(PAGES, files={"file": ("a", TWO)}))
    assert [each["event"] for each in told] == ["page", "line", "line", "error"]
    assert told[-1]["error"]["code"] == "not_an_image" and told[-1]["success"] is False


def test_when_the_caller_has_gone_nothing_more_is_read(service: TestClient) -> None:
    reader = service.app.state.context.reader  # type: ignore[attr-defined]
    seen: list[str] = []
    for event in document_events(reader, TWO, ReadingOptions.model_validate({}), stopped=lambda: len(seen) >= 1):
        seen.append(event["event"])
    assert seen == ["page"], "two lines and another page were left"


def test_a_document_whose_first_page_takes_too_long_is_stopped(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    service = serve(longest_request_s=1)
    found, pages = Reader.find_page, []

    def slow(self: Reader, data: bytes, engine: Any, number: int, finder: Any = None) -> Any:
        pages.append(number)
        time.sleep(1.5)
        return found(self, data, engine, number, finder)

    monkeypatch.setattr(Reader, "find_page", slow)
    answer = service.post(PAGES, files={"file": ("a", TWO)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    load = service.app.state.context.load  # type: ignore[attr-defined]
    assert load.requests == 0
    time.sleep(2)
    assert pages == [1]


def test_a_job_is_accepted_followed_fetched_and_removed(service: TestClient) -> None:
    answer = service.post(JOBS, files={"file": ("book.pdf", TWO)})
    assert answer.status_code == 202
    address = answer.headers["location"]
    job = awaited(service, address, "done")
    assert (job["name"], job["pages"], job["pages_read"]) == ("book.pdf", 2, 2)
    told = [json.loads(line) for line in service.get(job["result_url"]).text.splitlines()]
    streamed = events_of(service.post(PAGES, files={"file": ("book.pdf", TWO)}))[:-1]
    assert told == streamed
    text = service.get(f"{job['result_url']}?format=text").text
    assert text == "".join(f"{each['text']}\n" for each in told if each["event"] == "line")
    assert not list(service.app.state.context.jobs.store.folder.glob("*.file"))  # type: ignore[attr-defined]
    assert service.delete(address).status_code == 200
    assert service.get(address).status_code == service.get(job["result_url"]).status_code == 404


def test_a_job_that_cannot_be_read_fails_and_says_why(service: TestClient) -> None:
    address = service.post(JOBS, files={"file": ("a", b"no document")}).headers["location"]
    job = awaited(service, address, "failed")
    assert job["error"]["code"] == "not_an_image"
    answer = service.get(job["result_url"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_done")


def test_wrong_options_are_told_at_once_and_not_by_the_job(service: TestClient) -> None:
    answer = service.post(JOBS, files={"file": ("a", TWO)}, data={"model": "nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_option")


@pytest.mark.parametrize("job_id", ["x", "A" * 22, "../../jobs.sqlite3", "' OR 1=1 --", "%00"])
def test_jobs_that_are_not_there(service: TestClient, job_id: str) -> None:
    for ask in (service.get, service.delete):
        answer = ask(f"{JOBS}/{job_id}")
        assert answer.status_code in (404, 405) and answer.json()["success"] is False


def test_a_waiting_job_is_cancelled_and_its_file_removed(serve: Serve, tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    job = store.add(TWO, "a.pdf", "{}", "", 10)
    assert job is not None and store.file_of(job.id).exists()
    from filelock import FileLock

    with FileLock(tmp_path / "runner.lock"):  # somebody else works the jobs off, and is slow
        service = serve(jobs_folder=tmp_path, jobs_waiting=2)
        told = service.delete(f"{JOBS}/{job.id}").json()["job"]
        assert told["status"] == "cancelled" and not store.file_of(job.id).exists()
        assert [service.post(JOBS, files={"file": ("a", TWO)}).status_code for _ in range(3)] == [202, 202, 503]


def test_jobs_that_another_process_left_are_taken_over_where_they_were(serve: Serve, tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    ids = [job.id for _ in range(2) if (job := store.add(TWO, "a.pdf", "{}", "", 10))]
    assert store.claim() is not None
    # As if the process had been killed right after the first page.
    first = json.dumps({"event": "page", "page": 1, "pages": 2, "kept": True}) + "\n"
    assert store.add_page(ids[0], 1, 2, first)
    service = serve(jobs_folder=tmp_path)
    for job_id in ids:
        assert awaited(service, f"{JOBS}/{job_id}", "done")["pages_read"] == 2
    told = [json.loads(line) for line in service.get(f"{JOBS}/{ids[0]}/result").text.splitlines()]
    assert told[0].get("kept") and [each["page"] for each in told] == [1, 2, 2]
    whole = service.get(f"{JOBS}/{ids[1]}/result").text.splitlines()
    assert told[1:] == [json.loads(line) for line in whole if json.loads(line)["page"] == 2]


def test_a_job_that_ends_the_process_each_time_is_given_up(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    poison, sound = (store.add(TWO, "a.pdf", "{}", "", 10) for _ in range(2))
    assert poison is not None and sound is not None
    for _ in range(MOST_ATTEMPTS):
        claimed = store.claim()
        assert claimed is not None and claimed.id == poison.id
        store.requeue_running()
    claimed = store.claim()
    assert claimed is not None and claimed.id == sound.id
    given_up = store.find(poison.id)
    assert given_up is not None and given_up.status == "failed" and given_up.error_code == "gave_up"


def test_what_has_expired_is_removed_with_files_that_belong_to_nothing(tmp_path: Path) -> None:
    import os

    store = JobStore(tmp_path)
    old = store.add(TWO, "a.pdf", "{}", "", 10)
    assert old is not None
    store.finish(old.id, "done")
    stray = tmp_path / "stray.file"
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    store.clean(time.time() + 1)
    assert store.find(old.id) is None and not stray.exists()


def test_a_picture_of_a_page_is_a_document_too(service: TestClient) -> None:
    import io

    data = io.BytesIO()
    page_picture("One", "Two").save(data, "PNG")
    told = events_of(service.post(PAGES, files={"file": ("a.png", data.getvalue())}))
    assert [each["event"] for each in told] == ["page", "line", "line", "end"]
    assert events_of(service.post(PAGES, files={"file": ("a.png", png())}))[-1]["event"] == "end"
