"""Keeps the server from fetching anything from another host on a visitor's behalf.

Gradio would download any address that an API caller gives in place of a file, and stream any address put behind
`/file=`. Both are refused here, for every component of a page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote

import gradio as gr
from gradio.blocks import Block
from gradio_client.utils import is_http_url_like
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSAL: Final = "Addresses of other hosts are not fetched here. Send the file itself."

_FETCHING_ROUTES: Final = ("/file=", "/proxy=")


def refuse_addresses(demo: gr.Blocks) -> None:
    """Makes every component of a page answer an address with an error instead of downloading it."""
    for block in demo.blocks.values():
        _refuse_in(block)


def _refuse_in(block: Block) -> None:
    moves = block.async_move_resource_to_block_cache
    moves_now = block.move_resource_to_block_cache

    async def only_files(url_or_file_path: str | Path | None) -> str | None:
        _check(url_or_file_path)
        return await moves(url_or_file_path)

    def only_files_now(url_or_file_path: str | Path | None) -> str | None:
        _check(url_or_file_path)
        return moves_now(url_or_file_path)

    block.async_move_resource_to_block_cache = only_files
    block.move_resource_to_block_cache = only_files_now


def _check(url_or_file_path: str | Path | None) -> None:
    if url_or_file_path is not None and is_http_url_like(str(url_or_file_path)):
        raise gr.Error(REFUSAL, print_exception=False)


class NoFetching:
    """ASGI middleware: answers requests that would make the server fetch an address with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what fetches nothing."""
        if scope["type"] == "http" and _would_fetch(scope):
            await PlainTextResponse(REFUSAL, status_code=403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _would_fetch(scope: Scope) -> bool:
    path = unquote(str(scope.get("path", "")))
    for route in _FETCHING_ROUTES:
        _, found, rest = path.partition(route)
        if found and (route == "/proxy=" or is_http_url_like(rest.lstrip("/ ")) or "://" in rest[:12]):
            return True
    return False


def refusals() -> list[Middleware]:
    """Returns what the web application behind the page is to be made with."""
    return [Middleware(NoFetching)]
