"""A run started from the page in a real headless Chromium: its progress, its end after a reload, and its figures."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import cv2
import pytest
from playwright.sync_api import Browser, expect

from tests.apps.conftest import free_port
from tests.ocr_core.tiny_model import stripes, write_folder

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds a tiny model under the name of a real one; runs go there too."""
    made = tmp_path_factory.mktemp("dashboard-run")
    write_folder(made / "models" / "crnn", name="crnn")
    return made


@pytest.fixture(scope="module")
def dashboard(folder: Path) -> Iterator[str]:
    """Address of a dashboard that was started as people start it."""
    port = free_port()
    environment = os.environ | {
        "ZIJIAN_RUNS_FOLDER": str(folder / "runs"),
        "ZIJIAN_CASES_FOLDER": str(folder / "cases"),
        "ZIJIAN_MODELS_FOLDER": str(folder / "models"),
        "ZIJIAN_THREADS": "1",
    }
    options = ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    command = [sys.executable, "-m", "streamlit", "run", "apps/streamlit_app.py", *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_zip_is_read_and_its_figures_are_there(browser: Browser, dashboard: str, folder: Path) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    page = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark").new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{dashboard}/run")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.get_by_role("button", name="A zip of my own").or_(page.get_by_role("radio", name="A zip of my own")).click()
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    page.locator('input[type="file"]').set_input_files(
        {"name": "my lines.zip", "mimeType": "application/zip", "buffer": _zip()}
    )
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="See what came of it")).to_be_visible()
    page.get_by_role("link", name="See what came of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How well does each engine read?")
    expect(page.get_by_text("my-lines: 3 lines")).to_be_visible()
    page.wait_for_url("**run=*my-lines*")
    assert not complaints
    page.context.close()


def _zip() -> bytes:
    written = io.BytesIO()
    texts = ("ABC", "CAB", "BAC")
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("print/labels.tsv", "".join(f"{text}.png\t{text}\n" for text in texts))
        for text in texts:
            picture = cv2.imencode(".png", stripes(text, frames_each=6))[1].tobytes()
            archive.writestr(f"print/{text}.png", picture)
    return written.getvalue()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the dashboard ended by itself"
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the dashboard did not start")
