"""The service as programs meet it: its web application in this process, with tiny models, without a network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest
from PIL import Image, ImageDraw, ImageFont
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


def page_picture(*texts: str) -> Image.Image:
    """A page with lines of dark text on white."""
    page = Image.new("RGB", (900, 90 * len(texts) + 60), "white")
    draw = ImageDraw.Draw(page)
    for number, text in enumerate(texts):
        draw.text((60, 40 + 90 * number), text, fill="black", font=ImageFont.load_default(40))
    return page


def document(form: str, *pages: Sequence[str]) -> bytes:
    """A PDF or TIFF of several pages."""
    pictures = [page_picture(*texts).convert("L") for texts in pages]
    data = io.BytesIO()
    pictures[0].save(data, form, save_all=True, append_images=pictures[1:])
    return data.getvalue()
