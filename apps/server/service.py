"""The web application: the API's routes in their limits, and the demo behind them on the same networks."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import gradio as gr
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

import ocr_core
from apps import gradio_app
from apps.demo.engines import Engines
from apps.demo.samples import SAMPLES_FOLDER
from apps.server import errors, routes_jobs, routes_ocr, routes_pages, routes_state
from apps.server.batching import Batcher
from apps.server.body_limit import BodyLimit, Load
from apps.server.context import Context
from apps.server.documentation import OPENAPI, add_documentation
from apps.server.errors import ApiError
from apps.server.gate import Gate
from apps.server.job_runner import JobRunner
from apps.server.job_store import JobStore
from apps.server.keys import Keys, Rates
from apps.server.metrics import Metrics
from apps.server.reading import Reader
from apps.server.request_log import LOG, RequestLog
from ocr_core.cli import DEFAULT_MODEL
from ocr_core.errors import OcrError
from ocr_core.review import Review
from ocr_core.settings import Lines, ServiceLimits, Settings

ABOUT: Final = (
    "Reads lines of Chinese and English text in pictures and pages. Errors have one form and a status that means it."
)

ROUTERS: Final = (routes_ocr.router, routes_pages.router, routes_jobs.router, routes_state.router)

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_service(
    settings: Settings, limits: ServiceLimits, samples_folder: Path = SAMPLES_FOLDER, lines: Lines = "all"
) -> FastAPI:
    """Builds a service; networks are loaded in the background when it starts.

    Args:
        settings: how pictures are read.
        limits: what is taken from whom.
        samples_folder: the demo's samples.
        lines: what is read of a picture of several lines, unless a request says otherwise.

    Raises:
        OcrError: the file of keys, or that of thresholds, cannot be read.
    """
    engines = Engines(settings)
    keys = None if limits.api_keys is None else Keys(limits.api_keys)
    context = _context(engines, limits, lines)
    app = FastAPI(
        title="Zijian", version=ocr_core.__version__, description=ABOUT, docs_url=None, redoc_url=None,
        openapi_url=OPENAPI, lifespan=_lifespan,
    )  # fmt: skip
    app.state.context = context
    for router in ROUTERS:
        app.include_router(router)
    add_documentation(app)
    app.add_exception_handler(ApiError, _answer_error)
    app.add_exception_handler(OcrError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_api_route("/api/{rest:path}", _no_such_route, methods=_METHODS, include_in_schema=False)
    app.add_api_route("/upload", _no_such_route, methods=_METHODS, include_in_schema=False)
    # The last added is the first to see a request.
    app.add_middleware(
        BodyLimit, largest_bytes=limits.max_body_bytes, most_requests=limits.most_requests, load=context.load
    )
    app.add_middleware(Gate, keys=keys, rates=Rates(), rate_per_minute=limits.rate_per_minute)
    app.add_middleware(RequestLog, metrics=context.metrics)
    if limits.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(limits.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    if limits.demo:
        page = gradio_app.build_page(engines, samples_folder)
        gr.mount_gradio_app(app, page, path="/", **gradio_app.page_options(settings, samples_folder))
    return app


def _context(engines: Engines, limits: ServiceLimits, lines: Lines) -> Context:
    metrics, load = Metrics(), Load()
    batcher = Batcher(
        engines.fair_lock, engines.settings.workers, limits.most_lines_waiting, limits.batch_lines,
        limits.batch_wait_ms / 1e3, metrics.batch,
    )  # fmt: skip
    metrics.watch("zijian_queue_lines", "Lines that wait for a network.", lambda: batcher.waiting)
    metrics.watch("zijian_turns_waiting", "Pieces of work, the demo's too, that wait for their turn.",
                  lambda: engines.fair_lock.waiting)  # fmt: skip
    metrics.watch("zijian_requests_at_work", "Requests that are being answered.", lambda: load.requests)
    review = None if limits.review is None else Review.read(limits.review, engines.settings.models_folder)
    reader = Reader(engines, batcher, limits.longest_request_s, lines, review)
    store = JobStore(limits.jobs_folder)
    metrics.watch("zijian_jobs_waiting", "Jobs that wait.", lambda: store.counts().get("queued", 0))
    return Context(limits, reader, metrics, load, JobRunner(store, reader, metrics, limits.jobs_hours))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    threading.Thread(target=_warm_up, args=(context.reader.engines,), daemon=True).start()
    context.jobs.start()
    yield
    context.is_draining = True
    context.jobs.close()
    context.reader.batcher.close()
    context.reader.close()


def _warm_up(engines: Engines) -> None:
    """Loads the usual network, then the demo's, while nobody waits for them."""
    try:
        (choice,) = engines.chosen([DEFAULT_MODEL])
        engines.get(choice.model, choice.runtime)
        engines.warm_up(engines.settings.runtime)
    except OcrError as error:
        LOG.warning(str(error))


async def _answer_error(request: Request, error: Exception) -> JSONResponse:
    told = errors.as_api_error(error)
    request.app.state.context.metrics.error(told.code)
    return told.response()


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    status = getattr(error, "status_code", 500)
    codes = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}
    told = ApiError(
        status, codes.get(status, "http_error"), str(getattr(error, "detail", "")) or "This cannot be answered."
    )
    return told.response(dict(getattr(error, "headers", None) or {}))


async def _no_such_route(request: Request) -> JSONResponse:
    """Answers 405 where another method would be right, and 404 else, before the page for people sees it."""
    allowed: set[str] = set()
    for route in (route for router in ROUTERS for route in router.routes):
        if isinstance(route, Route):
            match, _ = route.matches(request.scope)
            if match is not Match.NONE:
                allowed |= set(route.methods or ())
    if allowed:
        told = ApiError(405, "method_not_allowed", f"Only {', '.join(sorted(allowed))} is answered here.")
        return told.response({"Allow": ", ".join(sorted(allowed))})
    return ApiError(404, "not_found", "There is nothing at this address.").response()
