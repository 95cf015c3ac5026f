"""Bounds before anything is read: how large a body may be, how long it may take to come, how many requests are at work.

ASGI, in front of the routes of the API; the page for people has limits of its own. Bodies without a length are counted
as they come.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.server import errors
from apps.server.paths import is_counted

BODIES_IN_MEMORY: Final = 16
"""So many of the largest bodies may be in memory together, or many more small ones."""

LONGEST_UPLOAD_S: Final = 60.0
"""A body that has not come by then is not waited for."""


@dataclass(slots=True)
class Load:
    """What is in the service now: requests at work, and the bytes of their bodies."""

    requests: int = 0
    body_bytes: int = 0


class BodyLimit:
    """Turns away what is too large or too much."""

    def __init__(self, app: ASGIApp, largest_bytes: int, most_requests: int, load: Load) -> None:
        self._app, self._largest_bytes, self._most_requests = app, largest_bytes, most_requests
        self._most_bytes = largest_bytes * BODIES_IN_MEMORY
        self._load = load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on.

        Raises:
            ApiError: it is too large, or too many are at work.
        """
        if scope["type"] != "http" or not is_counted(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._load.requests >= self._most_requests:
            raise errors.busy()
        self._load.requests += 1
        counted = [0]
        try:
            await self._bounded(scope, receive, send, counted)
        finally:
            self._load.requests -= 1
            self._load.body_bytes -= counted[0]

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, counted: list[int]) -> None:
        refusal = errors.too_large(f"A request may have {self._largest_bytes:,} bytes.")
        if _length(scope) > self._largest_bytes:
            raise refusal
        if self._load.body_bytes + _length(scope) > self._most_bytes:
            raise errors.busy()
        ends = asyncio.get_running_loop().time() + LONGEST_UPLOAD_S
        is_read = False

        async def bounded() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), ends - asyncio.get_running_loop().time())
            except asyncio.TimeoutError as error:
                raise errors.ApiError(408, "upload_timeout", "The request did not come in time.") from error
            size = len(message.get("body", b""))
            counted[0] += size
            self._load.body_bytes += size
            is_read = not message.get("more_body", False)
            if counted[0] > self._largest_bytes:
                raise refusal
            if self._load.body_bytes > self._most_bytes:
                raise errors.busy()
            return message

        await self._app(scope, bounded, send)


def _length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else 0
    return 0
