"""A dashboard started as people start it, for tests with a browser. Knows nothing of what it shows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.apps.conftest import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE_S = 120.0


@contextmanager
def served_dashboard(folder: Path, runs_folder: Path) -> Iterator[str]:
    """Yields its address; models and cases lie in `folder`, and its log goes there."""
    port = free_port()
    environment = os.environ | {
        "ZIJIAN_RUNS_FOLDER": str(runs_folder),
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
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, "the dashboard ended by itself"
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the dashboard did not start")
