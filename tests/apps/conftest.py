"""The app as a visitor meets it: really launched, on a free port, with tiny models and samples made on the spot."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from apps.gradio_app import build_demo, page_options
from ocr_core import registry
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_folder

SAMPLE_TEXT = "ABC"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose models folder holds a tiny model under every registered name."""
    folder = tmp_path_factory.mktemp("models")
    for name in registry.MODELS:
        write_folder(folder / name, name=name)
    return Settings(models_folder=folder, max_file_bytes=1_000_000)


@pytest.fixture(scope="session")
def samples_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two labelled pictures in folders named for their scenario."""
    folder = tmp_path_factory.mktemp("sample_images")
    for scenario, text in (("print", SAMPLE_TEXT), ("maths", "CAB")):
        (folder / scenario).mkdir()
        cv2.imwrite(str(folder / scenario / "line.png"), stripes(text, frames_each=6))
        (folder / scenario / "labels.tsv").write_text(f"line.png\t{text}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that is no sample and that the tiny models read as "BAC"."""
    path = tmp_path_factory.mktemp("uploads") / "mine.png"
    cv2.imwrite(str(path), stripes("BAC", frames_each=6))
    return path


@pytest.fixture(scope="session")
def broken_picture(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> Path:
    """A PNG that stops in the middle."""
    path = tmp_path_factory.mktemp("uploads") / "broken.png"
    path.write_bytes(picture.read_bytes()[:60])
    return path


@pytest.fixture(scope="session")
def app_url(settings: Settings, samples_folder: Path) -> Iterator[str]:
    """Address of the launched app."""
    demo = build_demo(settings, samples_folder)
    demo.launch(
        server_name="127.0.0.1",
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        **page_options(settings, samples_folder),
    )
    yield str(demo.local_url)
    demo.close()


def free_port() -> int:
    """Returns a port that nobody listens on now, below those that any connection may be given in the next moment."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("There is no free port among a hundred.")
