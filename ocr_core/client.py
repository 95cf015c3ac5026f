"""A client of the service (`python -m apps.server`): typed answers, its errors as exceptions, patience when it is busy.

Needs nothing but Python. Knows the service's addresses and JSON; docs/API.md describes both.

    from ocr_core.client import Client
    Client("http://127.0.0.1:5000").read("line.png").result
"""

from __future__ import annotations

import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import OcrError

API: Final = "/api/v1"
LONGEST_WAIT_S: Final = 30.0
_COME_BACK: Final = (429, 503)

Source = bytes | str | os.PathLike[str]
"""A file's bytes, or its path."""


class ClientError(OcrError):
    """The service said no, or nothing: `status` is 0 where it could not be asked."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read in a picture: a text a line; `detail` is what `detail="characters"` adds, else None."""

    result: tuple[str, ...]
    cost_time_ms: int
    detail: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        """The lines, joined by line breaks."""
        return "\n".join(self.result)


@dataclass(frozen=True, slots=True)
class JobState:
    """A job: `status` is queued, running, done, failed or cancelled; `error` says why it failed."""

    id: str
    status: str
    pages: int | None
    pages_read: int
    error: str

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Client:
    """A service at an address; safe to share between threads.

    Attributes:
        address: like `http://127.0.0.1:5000`.
        key: where the service asks for one.
        longest_s: how long an answer is waited for.
        tries: how often a service that is busy is asked before `ClientError` is raised.
    """

    address: str
    key: str = ""
    longest_s: float = 60.0
    tries: int = 3

    def read(self, image: Source, **options: Any) -> Answer:
        """Reads a picture; options are those of the service: `model`, `decoder`, `allow`, `lines`, `detail`...

        Raises:
            ClientError: it could not be read.
        """
        return _answer(self._json("POST", "/ocr", {"image_base64": _in_base64(image), **options}))

    def read_many(self, images: Sequence[Source], **options: Any) -> list[Answer | ClientError]:
        """Reads several pictures in one request; one that cannot be read gives its error in its place.

        Raises:
            ClientError: the request as a whole was refused.
        """
        body = {"images": [{"image_base64": _in_base64(image)} for image in images], **options}
        results = self._json("POST", "/ocr", body)["results"]
        return [_answer(each) if each["success"] else _error(200, each) for each in results]

    def pages(self, document: Source, **options: Any) -> Iterator[dict[str, Any]]:
        """Yields the events of a document as it is read: `page`, `line`, and `end` as the last.

        Raises:
            ClientError: it could not be read, or not to its end.
        """
        with self._ask("POST", "/pages", {"file_base64": _in_base64(document), **options}) as answer:
            for line in answer:
                event = json.loads(line)
                if event["event"] == "error":
                    raise _error(200, event)
                yield event

    def submit(self, document: Source, name: str = "", **options: Any) -> JobState:
        """Has a document read without waiting.

        Raises:
            ClientError: it was not accepted.
        """
        body = {"file_base64": _in_base64(document), "name": name, **options}
        return _job(self._json("POST", "/jobs", body))

    def job(self, job_id: str) -> JobState:
        """Returns how far a job is."""
        return _job(self._json("GET", _of_job(job_id)))

    def wait(self, job_id: str, longest_s: float = 3600.0, every_s: float = 0.5) -> JobState:
        """Waits until a job has ended.

        Raises:
            ClientError: it takes longer.
        """
        until = time.monotonic() + longest_s
        while not (job := self.job(job_id)).is_finished:
            if time.monotonic() > until:
                raise ClientError(0, "timeout", f"The job is still {job.status}.")
            time.sleep(every_s)
        return job

    def job_events(self, job_id: str) -> list[dict[str, Any]]:
        """Returns what was read: the events of `pages`, without the last."""
        with self._ask("GET", f"{_of_job(job_id)}/result") as answer:
            return [json.loads(line) for line in answer]

    def cancel(self, job_id: str) -> JobState:
        """Cancels a job, or removes what is kept of one that has ended."""
        return _job(self._json("DELETE", _of_job(job_id)))

    def models(self) -> list[dict[str, Any]]:
        """Returns what can read there."""
        return self._json("GET", "/models")["models"]

    def _json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with self._ask(method, path, body) as answer:
            return json.loads(answer.read())

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/json", "User-Agent": "zijian-client"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        data = None if body is None else json.dumps(body).encode()
        for left in reversed(range(max(1, self.tries))):
            request = urllib.request.Request(
                self.address.rstrip("/") + API + path, data=data, headers=headers, method=method
            )
            try:
                return urllib.request.urlopen(request, timeout=self.longest_s)
            except urllib.error.HTTPError as error:
                if not left or error.code not in _COME_BACK:
                    raise _error(error.code, _told(error.read())) from error
                time.sleep(min(LONGEST_WAIT_S, float(error.headers.get("Retry-After", "1"))))
            except (OSError, HTTPException) as error:
                raise ClientError(0, "no_answer", f"The service at {self.address} does not answer: {error}") from error
        raise AssertionError("the last try raises or returns")


def _in_base64(source: Source) -> str:
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    return base64.b64encode(data).decode("ascii")


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(tuple(told["result"]), told["cost_time_ms"], told.get("detail"))


def _job(told: Mapping[str, Any]) -> JobState:
    job = told["job"]
    error = (job.get("error") or {}).get("message", "")
    return JobState(job["id"], job["status"], job["pages"], job["pages_read"], error)


def _of_job(job_id: str) -> str:
    return f"/jobs/{urllib.parse.quote(job_id, safe='')}"


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, Mapping) else {}


def _error(status: int, told: Mapping[str, Any]) -> ClientError:
    error = told.get("error")
    if not isinstance(error, Mapping):
        return ClientError(status, "unknown", f"The service answered {status}.")
    return ClientError(status, str(error.get("code", "unknown")), str(error.get("message", "")))
