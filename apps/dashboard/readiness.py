"""What makes a first visit short: pages are imported when the server starts, and chart code is asked for early.

Knows the server, not what is on the pages. Where Streamlit's files are not as expected, nothing is preloaded.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.dashboard import links

_LIBRARIES: Final = ("duckdb", "plotly.io", "plotly.tools", "pyarrow.compute", "pyarrow.parquet")
"""What pages import when they need it."""

_CHART_CODE: Final = "static/js/PlotlyChart.*.js"
"""Nearly five megabytes that Streamlit's own page asks for when the first chart arrives, not before."""


@asynccontextmanager
async def imported_early(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Imports all pages beside the server that starts; visitors who come meanwhile wait no longer than they would."""
    threading.Thread(target=import_pages, name="import of pages", daemon=True).start()
    yield {}


def import_pages() -> None:
    """Imports what pages are made of; a page that cannot be imported says so to whoever opens it."""
    for name in (*(f"apps.dashboard.pages.{page.name}" for page in links.PAGES), *_LIBRARIES):
        try:
            import_module(name)
        except Exception:
            continue


class ChartsPreloaded:
    """Middleware that tells the browser with every page which code draws charts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and adds the header to an answer that is a page."""
        link = preload_link()
        if scope["type"] != "http" or not link:
            await self._app(scope, receive, send)
            return

        async def with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", link)
            await send(message)

        await self._app(scope, receive, with_link)


@cache
def preload_link() -> str:
    """Returns the header's value, relative to a page as Streamlit's own links are; "" where there is no one file."""
    found = list((Path(streamlit.__file__).parent / "static").glob(_CHART_CODE))
    return f"<./static/js/{found[0].name}>; rel=modulepreload; crossorigin" if len(found) == 1 else ""
