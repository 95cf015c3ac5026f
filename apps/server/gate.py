"""Asks for a key where keys are wanted, and keeps everybody to their rate, before anything of a body is read. ASGI."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.server.errors import ApiError
from apps.server.keys import Keys, Rates
from apps.server.paths import is_counted

NOBODY: Final = ""

_LONGEST_KEY: Final = 200


class Gate:
    """Lets in who may ask; `scope["state"]["owner"]` is the name of their key, "" where none is asked for."""

    def __init__(self, app: ASGIApp, keys: Keys | None, rates: Rates, rate_per_minute: int) -> None:
        self._app, self._keys, self._rates, self._rate_per_minute = app, keys, rates, rate_per_minute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on.

        Raises:
            ApiError: there is no such key, or it was used too often.
        """
        if scope["type"] == "http" and is_counted(scope["path"]):
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        owner, rate = NOBODY, self._rate_per_minute
        client = scope.get("client")
        who = f"address {client[0] if client else ''}"
        if self._keys is not None:
            key = _key(Headers(scope=scope))
            found = self._keys.find(key) if key else None
            if found is None:
                raise ApiError(401, "unauthorized", "A key is needed: `Authorization: Bearer KEY` or `X-API-Key: KEY`.")
            owner, who = found.name, f"key {found.name}"
            rate = self._rate_per_minute if found.rate_per_minute is None else found.rate_per_minute
        scope.setdefault("state", {})["owner"] = owner
        wait_s = self._rates.wait_s(who, rate)
        if wait_s:
            raise ApiError(429, "rate_limited", f"At most {rate} requests a minute are answered.", wait_s)


def _key(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    told = key.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()
    return told[:_LONGEST_KEY]
