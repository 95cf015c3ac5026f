"""What all tests share: what can run here and a loud word about what cannot, materials, and where pictures go."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ocr_core.charset import Charset

REPOSITORY = Path(__file__).resolve().parents[1]

# A busy machine may hold any example up, and one that only a lucky draw finds must not decide whether a change lands:
# the same examples are tried every time. `--hypothesis-profile=search` looks for new ones.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("steady")

# PyTorch's threads spin while they wait for each other, which on a busy machine takes the very cores they wait for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Uploads are kept by their content, so that of two processes that test at once one would clear away the other's.
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="zijian-tests-")
atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)

PATIENCE_MS = 120_000
"""How long a page may take to come to an expected state: long, for a machine that does other things too."""


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for what a run leaves to be looked at; never committed."""
    folder = REPOSITORY / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@dataclass(frozen=True)
class Materials:
    """What synthesis is made of while a test runs, and the characters that it can be asked for."""

    folder: Path
    charset: Charset
    are_fetched: bool


@pytest.fixture(scope="session")
def stand_in_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up materials, which need nothing but what the tests' requirements install."""
    from tests.stand_in import write_stand_in

    folder = tmp_path_factory.mktemp("stand-in") / "materials"
    write_stand_in(folder)
    return folder


@pytest.fixture(scope="module", params=["stand-in", pytest.param("fetched", marks=pytest.mark.materials)])
def materials(request: pytest.FixtureRequest, stand_in_folder: Path) -> Iterator[Materials]:
    """The stand-in, and the fetched ones where those are asked for; neither finds what was remembered of the other."""
    from ocr_core.synth.materials import materials_folder
    from tests.stand_in import stand_in_charset

    with pytest.MonkeyPatch.context() as patch:
        _forget_materials()
        if request.param == "stand-in":
            patch.setenv("ZIJIAN_MATERIALS", str(stand_in_folder))
            yield Materials(stand_in_folder, stand_in_charset(), are_fetched=False)
        else:
            yield Materials(materials_folder(), Charset.own(), are_fetched=True)
    _forget_materials()


def _forget_materials() -> None:
    from eval.scenarios.held_out import held_out_face
    from ocr_core.synth import running, strokes

    for remembered in (strokes.stroke_bank, strokes.glyph_index, running.running_hand, held_out_face):
        remembered.cache_clear()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, one a module: Playwright's plain API bears no second one beside it."""
    from playwright.sync_api import expect

    from ocr_core.synth.web_page import chromium

    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as launched:
        yield launched


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what this machine cannot run, by mark."""
    lacking = {
        "browser": None if _has_chromium() else "No Chromium on this machine (apt-get install chromium).",
        "torch": None if find_spec("torch") else "PyTorch is not installed (requirements.txt).",
    }
    for item in items:
        for mark, reason in lacking.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names at the very end what was skipped: among the dots an `s` is easily missed."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(
            f"WARNING: {count} NOT RUN: {reason.removeprefix('Skipped: ')}", red=True, bold=True
        )


def _has_chromium() -> bool:
    if not find_spec("playwright"):
        return False
    from ocr_core.synth.web_page import chromium_path

    return chromium_path() is not None
