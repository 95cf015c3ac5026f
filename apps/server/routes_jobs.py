"""Documents that take long: a job is accepted, asked after, fetched, and cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Literal

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, StreamingResponse

from apps.server.bodies import document_of
from apps.server.context import Context, context_of
from apps.server.documentation import body_of, failures
from apps.server.errors import ApiError, busy
from apps.server.job_store import Job, JobStore
from apps.server.paths import PREFIX
from apps.server.routes_pages import JSON_LINES
from apps.server.schemas import ErrorBody, FileRequest, JobAnswer, JobState

router = APIRouter()

_JOBS: Final = "Jobs"


@router.post(
    f"{PREFIX}/jobs",
    tags=[_JOBS],
    status_code=202,
    summary="Have a document read without waiting",
    response_model=JobAnswer,
    responses=failures(400, 401, 413, 415, 422, 429, 503),
    openapi_extra=body_of(FileRequest, "file", False, "application/pdf"),
)
async def submit(request: Request) -> JSONResponse:
    """Answers when the job is on the disk: from then on a restart does not lose it."""
    context = context_of(request)
    asked = await document_of(request)
    await context.reader.within_time(context.reader.beside(lambda: context.reader.engine(asked.options)))
    owner, options = request.scope["state"].get("owner", ""), asked.options.model_dump_json()
    store, most = context.jobs.store, context.limits.jobs_waiting
    job = await context.reader.beside(lambda: store.add(asked.data, asked.name, options, owner, most))
    if job is None:
        raise busy("Too many jobs are waiting. Please come back later.")
    context.jobs.wake()
    return _answer(job, 202)


@router.get(
    f"{PREFIX}/jobs/{{job_id}}",
    tags=[_JOBS],
    summary="How far a job is",
    response_model=JobAnswer,
    responses=failures(401, 404, 429),
)
async def status(request: Request, job_id: str) -> JSONResponse:
    """Answers the job's state."""
    return _answer(await _job(request, job_id))


@router.get(
    f"{PREFIX}/jobs/{{job_id}}/result",
    tags=[_JOBS],
    summary="What was read",
    response_class=StreamingResponse,
    responses={
        200: {"content": {JSON_LINES: {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}},
        **failures(401, 404, 409, 429),
    },
)
async def result(request: Request, job_id: str, format: Literal["jsonl", "text"] = "jsonl") -> StreamingResponse:
    """Answers the events of `/api/v1/pages`, or the texts alone; 409 while the job is not done."""
    job = await _job(request, job_id)
    if job.status != "done":
        why = f": {job.error_message}" if job.error_message else "."
        raise ApiError(409, "not_done", f"The job is {job.status}{why}")
    store = context_of(request).jobs.store
    if format == "text":
        return StreamingResponse(_texts(store, job.id), media_type="text/plain; charset=utf-8")
    return StreamingResponse(store.events(job.id), media_type=JSON_LINES)


@router.delete(
    f"{PREFIX}/jobs/{{job_id}}",
    tags=[_JOBS],
    summary="Cancel a job, or remove what is kept of one that has ended",
    response_model=JobAnswer,
    responses=failures(401, 404, 429),
)
async def cancel(request: Request, job_id: str) -> JSONResponse:
    """Answers the job as it was left; its file is gone."""
    job = await _job(request, job_id)
    context = context_of(request)
    if job.is_finished:
        await context.reader.beside(lambda: context.jobs.store.remove(job.id))
        return _answer(job)
    await context.reader.beside(lambda: context.jobs.store.finish(job.id, "cancelled"))
    return _answer(await _job(request, job_id))


async def _job(request: Request, job_id: str) -> Job:
    """Returns a job of whoever asks; of others not even that it is there."""
    context: Context = context_of(request)
    job = await context.reader.beside(lambda: context.jobs.store.find(job_id))
    if job is None or job.owner != request.scope["state"].get("owner", ""):
        raise ApiError(404, "not_found", "There is no such job.")
    return job


def _answer(job: Job, status: int = 200) -> JSONResponse:
    address = f"{PREFIX}/jobs/{job.id}"
    error = ErrorBody(code=job.error_code, message=job.error_message) if job.error_code else None
    state = JobState(
        id=job.id, status=job.status, name=job.name, pages=job.pages, pages_read=job.pages_read, created=job.created,
        finished=job.finished, error=error, status_url=address, result_url=f"{address}/result",
    )  # fmt: skip
    answer = JobAnswer(job=state).model_dump(mode="json")
    return JSONResponse(answer, status_code=status, headers={"Location": address} if status == 202 else None)


def _texts(store: JobStore, job_id: str) -> Iterator[str]:
    for events in store.events(job_id):
        lines = (json.loads(line) for line in events.splitlines())
        yield "".join(f"{line['text']}\n" for line in lines if line["event"] == "line" and "text" in line)
