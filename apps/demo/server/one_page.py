"""Keeps our links' `page`, which page of a document they show, from being taken for a page of the app.

Gradio reads a parameter of that name as one of an app's own pages, and has no answer where there is no such page. This
app is one page; the browser still has the whole address, and it is what the links are opened from.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PARAMETER: Final = "page"


class OnePage:
    """ASGI middleware: what is got is got without the parameter; what is sent keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope.get("query_string"):
            told = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            kept = [(name, value) for name, value in told if name != _PARAMETER]
            if len(kept) < len(told):
                scope = {**scope, "query_string": urlencode(kept).encode("latin-1")}
        await self.app(scope, receive, send)


def one_page() -> list[Middleware]:
    """Returns what the web application behind the page is to be made with."""
    return [Middleware(OnePage)]
