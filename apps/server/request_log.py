"""One line of JSON in the log for every request, a number for each that the caller sees, and what Prometheus is told.

Of what people send and get nothing is logged: no text, no name of a file, no address of theirs, no key. ASGI.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.server import errors
from apps.server.metrics import Metrics
from apps.server.paths import is_own

LOG: Final = logging.getLogger("zijian.service")

_ID: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_FIELDS: Final = "zijian_fields"


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line; a traceback is a field of it."""
        told: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Sends everything that is logged to standard error, a line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOG.setLevel(logging.INFO)
    # What Pillow thinks of damaged files would let anybody fill the log.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def log(event: str, **fields: Any) -> None:  # Any: JSON
    """Logs an event."""
    LOG.info(event, extra={_FIELDS: fields})


def log_unexpected(request_id: str) -> None:
    """Logs the error that is being handled, with the request's number."""
    LOG.exception("unexpected", extra={_FIELDS: {"request_id": request_id}})


class RequestLog:
    """Numbers requests, logs and counts them, and answers what goes wrong in front of the routes."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; those of the page for people go by."""
        if scope["type"] != "http" or not is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        number = _number(scope)
        scope.setdefault("state", {})["request_id"] = number
        status, size = 0, 0
        started = time.perf_counter()

        async def numbered(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", number.encode())]}
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        except Exception as error:
            told = errors.as_api_error(error)
            self._metrics.error(told.code)
            if told.status == 500:
                log_unexpected(number)
            if status:
                raise
            # A body that was not read is in the way of the next request.
            await told.response({"Connection": "close"})(scope, receive, numbered)
        finally:
            self._note(scope, number, status, size, time.perf_counter() - started)

    def _note(self, scope: Scope, number: str, status: int, size: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT") else "other"
        self._metrics.request(route, method, status, seconds)
        if route in ("/healthz", "/readyz", "/metrics"):
            return
        state = scope.get("state", {})
        log(
            "request", request_id=number, method=method, route=route, status=status, ms=round(seconds * 1e3, 1),
            answer_bytes=size, key=state.get("owner", ""), **state.get("told", {}),
        )  # fmt: skip


def _number(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(told := value.decode("latin-1")):
            return told
    return secrets.token_hex(8)
