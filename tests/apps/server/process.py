"""The service as a process of its own, with tiny models, on a free port: for tests of how it starts and ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from ocr_core.settings import Settings, variable_of
from tests.apps.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120.0


class Process:
    """A running service; `log` holds what it has said."""

    def __init__(self, settings: Settings, jobs_folder: Path, log: Path, **variables: str) -> None:
        self.port = free_port()
        self.address, self.log = f"http://127.0.0.1:{self.port}", log
        given = {
            "PORT": str(self.port),
            variable_of("models_folder"): str(settings.models_folder),
            variable_of("jobs_folder"): str(jobs_folder),
            variable_of("hashes"): str(jobs_folder.parent / "hashes.json"),
            "PYTHONPATH": str(ROOT),
        }
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "apps.server"],
                env={**os.environ, **given, **variables}, cwd=jobs_folder.parent, stdout=written, stderr=written,
            )  # fmt: skip
        self._await_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    def terminate(self) -> None:
        """Says that it should end."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def ended(self) -> int:
        """Waits until it has ended; returns how."""
        return self._process.wait(PATIENCE_S)

    def _await_ready(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        self._process.kill()
        raise AssertionError(f"the service did not start: {self.log.read_text(encoding='utf-8')}")
