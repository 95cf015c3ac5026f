"""What all routes of one running service share, in one place that is handed to them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from apps.server.body_limit import Load
from apps.server.job_runner import JobRunner
from apps.server.metrics import Metrics
from apps.server.reading import Reader
from ocr_core.settings import ServiceLimits


@dataclass(slots=True)
class Context:
    """The parts of a service; `is_draining` once it has been told to end."""

    limits: ServiceLimits
    reader: Reader
    metrics: Metrics
    load: Load
    jobs: JobRunner
    is_draining: bool = False


def context_of(request: Request) -> Context:
    """Returns the service that a request has come to."""
    return request.app.state.context
