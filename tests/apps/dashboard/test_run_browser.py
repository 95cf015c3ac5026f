"""A run started from the page in a real headless Chromium: its progress, its end after a reload, and its figures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, expect

from tests.apps.dashboard.served import served_dashboard
from tests.ocr_core.tiny_model import stripes, write_folder

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds a tiny model under the name of a real one; runs go there too."""
    made = tmp_path_factory.mktemp("dashboard-run")
    write_folder(made / "models" / "crnn", name="crnn")
    return made


@pytest.fixture(scope="module")
def dashboard(folder: Path) -> Iterator[str]:
    """Address of a dashboard that was started as people start it."""
    with served_dashboard(folder, folder / "runs") as address:
        yield address


def test_a_zip_is_read_and_its_figures_are_there(browser: Browser, dashboard: str, folder: Path) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    page = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark").new_page()
    page.set_default_timeout(PATIENCE_MS)
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
    # a busy browser may draw nothing between the run's beginning and its end
    its_end = page.get_by_role("link", name="See what came of it")
    expect(page.get_by_role("button", name="Cancel").or_(its_end)).to_be_visible()
    page.reload()
    expect(its_end).to_be_visible()
    its_end.click()
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
