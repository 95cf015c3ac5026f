"""What all tests share: which of them can run here, a loud word about those that cannot, and where pictures go."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ocr_core.synth.materials import sources
from ocr_core.synth.web_page import chromium, chromium_path

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for what a run leaves to be looked at; never committed."""
    folder = REPOSITORY / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, one a module: Playwright's plain API bears no second one beside it."""
    with chromium() as launched:
        yield launched


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what this machine cannot run, by mark."""
    lacking = {
        "browser": None if chromium_path() else "No Chromium on this machine (apt-get install chromium).",
        "materials": None if _has_materials() else "Materials are not fetched (python -m ocr_core.synth.fetch).",
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


def _has_materials() -> bool:
    return all(source.folder.is_dir() for source in sources())
