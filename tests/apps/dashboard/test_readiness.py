"""What makes a first visit short: pages that are imported early, and chart code that the browser is told of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from apps.dashboard import readiness

REPOSITORY = Path(__file__).resolve().parents[3]


def client() -> TestClient:
    """Returns a server with a page and something that is none."""
    routes = [Route("/", lambda _: HTMLResponse("<p>")), Route("/health", lambda _: JSONResponse({}))]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(readiness.ChartsPreloaded)]))


def test_a_page_names_the_chart_code_that_streamlit_has() -> None:
    address = client().get("/").headers["link"]
    name = address.partition("<./")[2].partition(">")[0]
    assert (Path(streamlit.__file__).parent / "static" / name).stat().st_size > 1_000_000
    assert "link" not in client().get("/health").headers


def test_nothing_is_preloaded_where_streamlit_is_built_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "preload_link", lambda: "")
    assert "link" not in client().get("/").headers


def test_a_page_that_cannot_be_imported_does_not_keep_the_others_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def fail(name: str) -> None:
        tried.append(name)
        raise ImportError(name)

    monkeypatch.setattr(readiness, "import_module", fail)
    readiness.import_pages()
    assert len(tried) > 10


def test_pages_are_imported_when_the_server_starts() -> None:
    script = (
        "import asyncio, sys, threading\nfrom apps.dashboard.readiness import imported_early\n"
        "async def started():\n    async with imported_early(None):\n"
        "        [one.join() for one in threading.enumerate() if one.name == 'import of pages']\n"
        "asyncio.run(started())\nprint('apps.dashboard.pages.failures' in sys.modules, 'duckdb' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout.strip() == "True True"
