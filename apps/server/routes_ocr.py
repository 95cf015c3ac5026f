"""Reading pictures: `POST /api/v1/ocr`, and the form's door `POST /upload`."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from apps.server.answers import ocr_answer, texts
from apps.server.bodies import Picture, pictures_of
from apps.server.context import Context, context_of
from apps.server.documentation import body_of, failures
from apps.server.errors import as_api_error, invalid
from apps.server.paths import PREFIX
from apps.server.request_log import log_unexpected
from apps.server.schemas import ManyAnswer, OcrAnswer, OcrRequest, TextAnswer, plain

router = APIRouter()

_PICTURES: Final = "Reading pictures"


@router.post(
    f"{PREFIX}/ocr",
    tags=[_PICTURES],
    summary="Read one picture, or several",
    response_model=OcrAnswer | ManyAnswer,
    responses=failures(400, 401, 413, 415, 422, 429, 503, 504),
    openapi_extra=body_of(OcrRequest, "file", is_many=True),
)
async def ocr(request: Request) -> JSONResponse:
    """Answers one text a line. Of several pictures each has its own success or error, and the status is 200."""
    context = context_of(request)
    asked = await pictures_of(request, context.limits.most_images)
    if asked.is_one:
        return JSONResponse(await _read(context, request, asked.pictures[0]))
    started = time.perf_counter()
    results = await asyncio.gather(*(_read_or_error(context, request, each) for each in asked.pictures))
    failed = sum(not each["success"] for each in results)
    cost_time_ms = round((time.perf_counter() - started) * 1e3)
    return JSONResponse({"success": True, "results": results, "failed": failed, "cost_time_ms": cost_time_ms})


@router.post(
    "/upload",
    tags=[_PICTURES],
    summary="Read the picture of a form",
    response_model=TextAnswer,
    responses=failures(400, 401, 413, 415, 422, 429, 503, 504),
    openapi_extra=body_of(None, "file"),
)
async def upload(request: Request) -> JSONResponse:
    """Answers the lines of one picture, joined by line breaks."""
    context = context_of(request)
    asked = await pictures_of(request, context.limits.most_images)
    if not asked.is_one:
        raise invalid("One file is read at a time here.")
    answer = await _read(context, request, asked.pictures[0])
    return JSONResponse({"text": "\n".join(answer["result"])})


async def _read(context: Context, request: Request, picture: Picture) -> dict[str, Any]:
    if picture.error is not None:
        raise picture.error
    started = time.perf_counter()
    read = await context.reader.read(picture.data, picture.options)
    context.metrics.read(read.whole.timings_ms)
    if context.limits.log_texts:
        request.scope["state"].setdefault("told", {}).setdefault("texts", []).append(texts(read))
    with_detail = picture.options.detail == "characters"
    review = context.reader.review.with_request(picture.options.min_confidence)
    return plain(ocr_answer(read, (time.perf_counter() - started) * 1e3, with_detail, review))


async def _read_or_error(context: Context, request: Request, picture: Picture) -> dict[str, Any]:
    try:
        return await _read(context, request, picture)
    except Exception as error:
        told = as_api_error(error)
        context.metrics.error(told.code)
        if told.code == "internal_error":
            log_unexpected(request.scope["state"]["request_id"])
        return told.to_dict()
