"""The service as programs meet it: its web application in this process, with tiny models, without a network."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
from starlette.testclient import TestClient

from apps.server.service import create_service
from ocr_core.settings import ServiceLimits, Settings
from tests.ocr_core.tiny_model import stripes

Serve = Callable[..., TestClient]


@pytest.fixture(scope="session")
def service_settings(settings: Settings) -> Settings:
    """Settings whose pictures are small: limits are easily met."""
    return settings


@pytest.fixture(scope="module")
def serve(service_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts services with limits of the test's own; they end with the module."""
    open_ones: list[TestClient] = []

    def started(**limits: Any) -> TestClient:
        given = {"demo": False, "jobs_folder": tmp_path_factory.mktemp("jobs"), **limits}
        client = TestClient(create_service(service_settings, ServiceLimits(**given)), raise_server_exceptions=False)
        client.__enter__()
        open_ones.append(client)
        return client

    yield started
    for client in open_ones:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def service(serve: Serve) -> TestClient:
    """A service with the usual limits."""
    return serve()


def png(text: str = "BAC", frames_each: int = 6) -> bytes:
    """A picture that the tiny models read as `text`."""
    return cv2.imencode(".png", stripes(text, frames_each=frames_each))[1].tobytes()


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The committed pictures."""
    return Path(__file__).resolve().parents[3] / "sample_images"
