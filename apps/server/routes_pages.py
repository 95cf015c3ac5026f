"""Reading documents while the caller listens: `POST /api/v1/pages` answers JSON lines as pages and lines are read."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from apps.server.bodies import document_of
from apps.server.context import Context, context_of
from apps.server.documentation import body_of, failures
from apps.server.errors import ApiError, as_api_error
from apps.server.page_events import Event, document_events
from apps.server.paths import PREFIX
from apps.server.request_log import log_unexpected
from apps.server.schemas import FileRequest, ReadingOptions

router = APIRouter()

JSON_LINES: Final = "application/x-ndjson"

_EXAMPLE: Final = (
    '{"event": "page", "page": 1, "pages": 2, "width": 1240, "height": 1754, "lines": 2, "blocks": [], "notes": []}\n'
    '{"event": "line", "page": 1, "line": 1, "corners": [[90, 80], [700, 80], [700, 120], [90, 120]], '
    '"text": "\u53d1\u7968", "confidence": 0.98, "warnings": []}\n'
    '{"event": "end", "pages_read": 2, "cost_time_ms": 2410}\n'
)


@router.post(
    f"{PREFIX}/pages",
    tags=["Reading documents"],
    summary="Read a document, and say each line as it is read",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A line of JSON for every event: `page`, `line`, and `end` or `error` as the last.",
            "content": {JSON_LINES: {"schema": {"type": "string"}, "example": _EXAMPLE}},
        },
        **failures(400, 401, 413, 415, 422, 429, 503, 504),
    },
    openapi_extra=body_of(FileRequest, "file", False, "application/pdf"),
)
async def pages(request: Request) -> StreamingResponse:
    """Takes a PDF, a TIFF, or a picture of a page. What goes wrong before the first page has a status of its own."""
    context = context_of(request)
    asked = await document_of(request)
    stream = _Stream(context, asked.data, asked.options, request.scope["state"]["request_id"])
    try:
        first = await context.reader.within_time(stream.next())
    except ApiError:
        stream.stop()
        raise
    if first is not None and first.get("event") == "error":
        stream.stop()
        raise stream.failure or RuntimeError("a stream failed without saying why")
    return StreamingResponse(stream.lines(first), media_type=JSON_LINES)


class _Stream:
    """Reads in a task of its own, so that a caller who listens slowly holds up nobody."""

    def __init__(self, context: Context, data: bytes, options: ReadingOptions, request_id: str) -> None:
        self.failure: Exception | None = None
        self._context, self._request_id = context, request_id
        self._started = time.perf_counter()
        self._stopped = threading.Event()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        made = document_events(context.reader, data, options, stopped=self._stopped.is_set)
        self._task = asyncio.create_task(self._read(made))

    async def next(self) -> Event | None:
        return await self._events.get()

    def stop(self) -> None:
        self._stopped.set()

    async def lines(self, first: Event | None) -> AsyncIterator[str]:
        """Yields the events as lines; when the caller has gone, reading stops."""
        try:
            event = first
            while event is not None:
                yield json.dumps(event, ensure_ascii=False) + "\n"
                event = await self._events.get()
        finally:
            self.stop()

    async def _read(self, made: Iterator[Event]) -> None:
        pages_read = 0
        try:
            async with self._context.reader.room():
                while (event := await self._context.reader.beside(lambda: next(made, None))) is not None:
                    pages_read += event["event"] == "page"
                    self._events.put_nowait(event)
            cost_time_ms = round((time.perf_counter() - self._started) * 1e3)
            self._events.put_nowait({"event": "end", "pages_read": pages_read, "cost_time_ms": cost_time_ms})
        except Exception as error:
            self.failure, told = error, as_api_error(error)
            if told.code == "internal_error":
                log_unexpected(self._request_id)
            self._context.metrics.error(told.code)
            self._events.put_nowait({"event": "error", **told.to_dict()})
        finally:
            self._events.put_nowait(None)
