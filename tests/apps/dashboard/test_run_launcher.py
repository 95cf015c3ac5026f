"""Starting runs: argument lists, one at a time, cancel and go on, what is said when one fails."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from apps.dashboard.run_launcher import (
    LOGS,
    STARTING,
    STOPPING,
    RunLauncher,
    RunRequest,
    RunStatus,
    python_command,
    run_arguments,
)
from eval.benchmark import ZIJIAN_500
from eval.runs.store import RunError, RunFolder
from tests.eval.made_up import run_info

REQUEST = RunRequest(("crnn@onnx",), ZIJIAN_500, ZIJIAN_500)
WRITE_A_RUN = """
import os, sys, time
from pathlib import Path
from eval.runs.store import RunFolder
from tests.eval.made_up import run_info
given = dict(a[2:].split("=", 1) for a in sys.argv[1:] if "=" in a)
path = Path(given.get("resume") or Path(given["runs"]) / given["name"])
run = RunFolder(path) if path.exists() else RunFolder.create(path.parent, run_info(id=path.name))
with run.writing():
    run.change_info(state="running")
    run.write_progress({"state": "running", "done": 1, "total": 2, "pid": os.getpid()})
    while not run.cancel_asked():
        time.sleep(0.01)
    run.change_info(state="cancelled")
    run.forget_cancel()
"""


def launcher_of(folder: Path, program: str) -> RunLauncher:
    return RunLauncher(folder, lambda arguments: [sys.executable, "-c", program, *arguments])


def waited(launcher: RunLauncher, fine: Callable[[RunStatus], bool]) -> RunStatus:
    for _ in range(6_000):
        status = launcher.status()
        if status is not None and fine(status):
            return status
        time.sleep(0.02)
    raise AssertionError(f"still {launcher.status()}")


@pytest.fixture
def going_on(tmp_path: Path) -> Iterator[RunLauncher]:
    launcher = launcher_of(tmp_path / "runs", WRITE_A_RUN)
    launcher.start(REQUEST)
    waited(launcher, lambda status: status.state == "running" and status.progress is not None)
    yield launcher
    launcher.cancel()
    waited(launcher, lambda status: not status.is_busy)


def test_a_run_is_an_argument_list_for_this_python(tmp_path: Path) -> None:
    request = RunRequest(("crnn@onnx", "crnn@torch"), "-x; rm -rf", "x", limit=5, threads=2)
    command = python_command(run_arguments(request, "mine", tmp_path))
    assert command[:4] == [sys.executable, "-m", "eval", "run"]
    assert "--data=-x; rm -rf" in command
    assert "--models=crnn@onnx,crnn@torch" in command
    assert {"--limit=5", "--threads=2", "--name=mine", f"--runs={tmp_path}"} < set(command)


class Begun(Exception):
    """Carries what the command understood."""


def test_the_real_command_understands_these_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval import cli
    from eval.runs import command as run_command

    def begun(parsed, *_) -> None:
        raise Begun(parsed)

    monkeypatch.setattr(run_command, "_begun", begun)
    with pytest.raises(Begun) as caught:
        cli.main(run_arguments(RunRequest(("a@onnx",), "-d", "x", 3, 2), "mine", tmp_path))
    parsed = caught.value.args[0]
    assert (parsed.data, parsed.limit, parsed.threads, parsed.models) == ("-d", 3, 2, ["a@onnx"])
    assert (parsed.name, parsed.runs) == ("mine", tmp_path)


def test_only_one_run_goes_on_at_a_time(going_on: RunLauncher) -> None:
    with pytest.raises(RunError, match="going on already"):
        going_on.start(REQUEST)


def test_another_server_finds_the_run_and_can_cancel_it(going_on: RunLauncher, tmp_path: Path) -> None:
    other = RunLauncher(tmp_path / "runs", lambda _: pytest.fail("started"))
    status = other.status()
    assert status is not None
    assert status.state == "running"
    assert status.progress is not None
    assert status.progress["done"] == 1
    with pytest.raises(RunError):
        other.start(REQUEST)
    other.cancel()
    assert waited(other, lambda status: not status.is_busy).state == "cancelled"


def test_a_run_is_cancelled_and_gone_on_with(tmp_path: Path) -> None:
    launcher = launcher_of(tmp_path / "runs", WRITE_A_RUN)
    run_id = launcher.start(REQUEST)
    waited(launcher, lambda status: status.state == "running")
    launcher.cancel()
    assert waited(launcher, lambda status: status.state != STOPPING).state == "cancelled"
    waited(launcher, lambda _: launcher.resumable() == [run_id])
    launcher.resume(run_id)
    waited(launcher, lambda status: status.state == "running")
    launcher.cancel()
    waited(launcher, lambda status: not status.is_busy)


def test_a_killed_run_can_be_gone_on_with(tmp_path: Path) -> None:
    launcher = launcher_of(tmp_path / "runs", WRITE_A_RUN)
    run_id = launcher.start(REQUEST)
    status = waited(launcher, lambda status: status.state == "running" and status.progress is not None)
    assert status.progress is not None
    os.kill(status.progress["pid"], signal.SIGKILL)
    assert waited(launcher, lambda status: not status.is_busy).state == "failed"
    assert launcher.resumable() == [run_id]


def test_a_run_that_cannot_begin_says_what_it_printed(tmp_path: Path) -> None:
    launcher = launcher_of(
        tmp_path / "runs", "import sys; print('x' * 10 + '\\n' * 100 + 'no such engine'); sys.exit(2)"
    )
    launcher.start(REQUEST)
    status = waited(launcher, lambda status: status.state != STARTING)
    assert status.state == "failed"
    assert status.log.endswith("no such engine")
    assert len(status.log.splitlines()) <= 25


def test_a_run_that_is_still_loading_can_be_cancelled(tmp_path: Path) -> None:
    launcher = launcher_of(tmp_path / "runs", "import time; time.sleep(600)")
    launcher.start(REQUEST)
    status = launcher.status()
    assert status is not None
    assert status.state == STARTING
    launcher.cancel()
    assert waited(launcher, lambda status: not status.is_busy).state == "cancelled"


def test_a_finished_run_is_said_to_be_finished(tmp_path: Path) -> None:
    program = WRITE_A_RUN.partition("with run")[0] + "run.change_info(state='finished')"
    launcher = launcher_of(tmp_path / "runs", program)
    launcher.start(REQUEST)
    assert waited(launcher, lambda status: not status.is_busy).state == "finished"


def test_a_missing_program_is_said(tmp_path: Path) -> None:
    launcher = RunLauncher(tmp_path / "runs", lambda _: [str(tmp_path / "nothing")])
    with pytest.raises(RunError, match="cannot be started"):
        launcher.start(REQUEST)
    assert launcher.status() is None


@pytest.mark.parametrize("run_id", ["../outside", ".logs", "nothing"])
def test_only_runs_of_this_folder_are_gone_on_with(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(RunError):
        launcher_of(tmp_path / "runs", "").resume(run_id)


def test_logs_are_no_runs(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, run_info(state="cancelled"))
    (tmp_path / LOGS).mkdir()
    assert RunLauncher(tmp_path, _never).resumable() == ["run"]


def _never(arguments: Sequence[str]) -> list[str]:
    raise AssertionError(arguments)
