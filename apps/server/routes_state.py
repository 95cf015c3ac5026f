"""What programs ask about the service itself: engines, health, figures."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from apps.demo.engines import Engines
from apps.server.context import context_of
from apps.server.documentation import failures
from apps.server.metrics import CONTENT_TYPE
from apps.server.paths import PREFIX
from apps.server.schemas import ModelInfo, ModelsAnswer
from ocr_core.cli import DEFAULT_MODEL
from ocr_core.settings import DECODERS, RUNTIMES

router = APIRouter()


@router.get(f"{PREFIX}/models", tags=["The service"], summary="What can read here", responses=failures(401, 429))
async def models(request: Request) -> ModelsAnswer:
    """Answers every engine, and whether its files are here."""
    reader = context_of(request).reader
    return await reader.beside(lambda: _models(reader.engines))


@router.get("/healthz", tags=["The service"], summary="Is the process alive?")
async def health() -> JSONResponse:
    """Answers as long as the process can answer anything."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", tags=["The service"], summary="Can it read?")
async def ready(request: Request) -> JSONResponse:
    """Answers 200 once the usual network is loaded, and 503 before that and when the service is about to end."""
    context = context_of(request)
    if context.is_draining or not context.reader.batcher.is_alive:
        return JSONResponse({"status": "ending"}, status_code=503)
    if not context.reader.engines.has_loaded(DEFAULT_MODEL):
        return JSONResponse({"status": "loading"}, status_code=503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", tags=["The service"], summary="Figures for Prometheus")
async def metrics(request: Request) -> Response:
    """Answers in Prometheus's text format."""
    return Response(context_of(request).metrics.exposition(), media_type=CONTENT_TYPE)


def _models(engines: Engines) -> ModelsAnswer:
    missing = engines.missing()
    told = [
        ModelInfo(
            name=model.name,
            display_name=model.display_name,
            runtimes=list(model.runtimes),
            decoders=list(DECODERS) if set(model.runtimes) & set(RUNTIMES) else ["greedy"],
            is_default=model.name == DEFAULT_MODEL,
            is_available=model not in missing,
            about=model.about,
            licence=model.licence,
        )
        for model in engines.models
    ]
    return ModelsAnswer(models=told)
