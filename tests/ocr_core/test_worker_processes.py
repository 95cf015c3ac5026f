"""Processes that work side by side: order, errors in place, nothing lost to a killed one, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ocr_core.errors import WorkerDiedError
from ocr_core.worker_processes import WorkerProcesses

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

_ROOT = Path(__file__).resolve().parents[2]


def doubler() -> Callable[[int], int]:
    return _double


def _double(number: int) -> int:
    if number < 0:
        raise ValueError(number)
    return 2 * number


def fragile(folder: Path) -> Callable[[int], int]:
    return partial(_double_or_die, folder)


def _double_or_die(folder: Path, number: int) -> int:
    """Dies of 5 the first time, and of 7 every time."""
    seen = folder / str(number)
    if number == 7 or (number == 5 and not seen.exists()):
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_results_come_in_the_order_of_the_items() -> None:
    with WorkerProcesses(doubler, 2) as processes:
        assert list(processes.in_order(range(40))) == [2 * number for number in range(40)]
        assert list(processes.in_order([])) == []
        assert list(processes.in_order([3])) == [6]


def test_an_error_comes_in_its_place_and_the_processes_go_on() -> None:
    with WorkerProcesses(doubler, 2) as processes:
        results = processes.in_order([1, 2, -3, 4])
        assert [next(results), next(results)] == [2, 4]
        with pytest.raises(ValueError, match="-3"):
            next(results)
        assert list(processes.in_order([5])) == [10]


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    with WorkerProcesses(partial(fragile, tmp_path), 2) as processes:
        assert list(processes.in_order([1, 2, 5, 3, 4, 6])) == [2, 4, 10, 6, 8, 12]
    assert (tmp_path / "5").exists()


def test_what_kills_every_process_is_said_in_its_place(tmp_path: Path) -> None:
    with WorkerProcesses(partial(fragile, tmp_path), 2) as processes:
        results = list(processes.in_order([1, 7, 2, 3, 4]))
    assert isinstance(results[1], WorkerDiedError)
    assert [each for each in results if not isinstance(each, WorkerDiedError)] == [2, 4, 6, 8]


_SLEEPERS = """
import os, signal, sys, time
from ocr_core.worker_processes import WorkerProcesses
from tests.ocr_core.test_worker_processes import sleeper
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever began the tests may ignore it
    with WorkerProcesses(sleeper, 2) as processes:
        for pid in processes.in_order([0.0, 0.0, 0.0, 0.0]):
            print(pid, flush=True)
        for _ in processes.in_order([0.1] * 100_000):
            pass
"""


def sleeper() -> Callable[[float], int]:
    return _sleep


def _sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_began_it(stop: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "sleepers.py"
    script.write_text(_SLEEPERS)
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        pids = {int(parent.stdout.readline()) for _ in range(4)}
        os.kill(parent.pid, stop) if stop is signal.SIGKILL else os.killpg(parent.pid, stop)
        _, complaints = parent.communicate(timeout=30)
    if stop is signal.SIGINT:  # only the one that answers says anything
        assert complaints.count("Traceback") == 1
        assert complaints.strip().endswith("KeyboardInterrupt")
    deadline = time.monotonic() + 20
    while any(map(_lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_lives, pids))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())
