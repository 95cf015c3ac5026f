"""What Prometheus is told: requests, errors by code, times by stage, queue, runs of networks. No user's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ocr_core.result import Timings

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_STAGE_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "zijian_requests",
            "Requests by route, method and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "zijian_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self._errors = Counter(
            "zijian_errors", "Errors by code, also of single pictures.", ["code"], registry=self.registry
        )
        self._stages = Histogram(
            "zijian_stage_seconds",
            "Time of a picture's stages.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        self._pictures = Counter("zijian_pictures", "Pictures and pages that were read.", registry=self.registry)
        self._batch = Histogram(
            "zijian_batch_lines", "Lines that shared one run of a network.", buckets=(1, 2, 4, 8, 16, 32),
            registry=self.registry,
        )  # fmt: skip

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Adds a figure that is asked for whenever somebody looks."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Notes an answered request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def error(self, code: str) -> None:
        """Notes an error."""
        self._errors.labels(code).inc()

    def read(self, timings_ms: Timings) -> None:
        """Notes a picture that was read."""
        self._pictures.inc()
        for stage, spent_ms in asdict(timings_ms).items():
            self._stages.labels(stage).observe(spent_ms / 1e3)

    def batch(self, lines: int, waited_s: float) -> None:
        """Notes a run of a network."""
        self._batch.observe(lines)
        self._stages.labels("queue").observe(waited_s)

    def exposition(self) -> bytes:
        """Returns everything in Prometheus's format."""
        return generate_latest(self.registry)
