"""Where runs are started: one at a time on this server, each a process of its own that outlives the page.

Promises an argument list and never a shell, and that what a run printed can be read when it failed. A run that is
going on is recognised by its own files, so a reloaded page, a second visitor and a restarted server all find it.
Knows nothing of widgets.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.runs.info import REPOSITORY
from eval.runs.store import INTERRUPTED, RunError, RunFolder, list_runs
from ocr_core.settings import Settings, variable_of

LOGS: Final = ".logs"
"""Where what runs print is kept in the runs folder; no run's name begins with a dot."""

LOG_LINES: Final = 25
STARTING: Final = "starting"
STOPPING: Final = "stopping"
_LOG_TAIL_BYTES: Final = 1 << 14

Command = Callable[[Sequence[str]], list[str]]
"""Makes the whole argument list from what comes after `eval`."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a visitor wants read.

    Attributes:
        engines: keys, `model@runtime`.
        data: the name of the benchmark, or a folder.
        data_name: what to call it in the run's name.
        limit: lines at most; 0 for all.
        threads: inside one operation; 0 leaves them to the setting.
    """

    engines: tuple[str, ...]
    data: str
    data_name: str
    limit: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run stands that this server started last, or that is going on.

    Attributes:
        state: of the run, or "starting" before it has a folder, "stopping" once it was asked to.
        progress: as `progress.json` has it; None before there is one.
        log: the last lines that it printed.
    """

    run_id: str
    state: str
    progress: dict[str, Any] | None
    log: str

    @property
    def is_busy(self) -> bool:
        """Tells whether it is still going on."""
        return self.state in (STARTING, STOPPING, "running")


def python_command(arguments: Sequence[str]) -> list[str]:
    """Returns the command that a terminal would be given, for this very Python."""
    return [sys.executable, "-m", "eval", *arguments]


def run_arguments(request: RunRequest, run_id: str, runs_folder: Path) -> list[str]:
    """Returns the arguments of a new run. Values are joined to their options: none can pass for another option."""
    arguments = ["run", f"--models={','.join(request.engines)}", f"--data={request.data}"]
    arguments += [f"--name={run_id}", f"--runs={runs_folder.absolute()}"]
    arguments += [f"--limit={request.limit}"] if request.limit else []
    return arguments + ([f"--threads={request.threads}"] if request.threads else [])


def _places() -> dict[str, str]:
    """Returns the variables of folders that are named from where this server runs, which is not where a run does."""
    return {variable_of("own_models"): str(Settings.from_environment().own_models.absolute())}


class RunLauncher:
    """Starts runs below one folder, one at a time. One launcher serves all visitors of a server."""

    def __init__(self, runs_folder: Path, command: Command = python_command) -> None:
        self._runs_folder, self._command = runs_folder, command
        self._lock = threading.Lock()
        self._run_id = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._given_up = False

    def start(self, request: RunRequest) -> str:
        """Starts a run and returns its name.

        Raises:
            RunError: one is going on, or no process can be started.
        """
        with self._lock:
            self._require_idle()
            now = datetime.datetime.now(datetime.timezone.utc)
            run_id = self._free_id(f"{now:%Y%m%d-%H%M%S}-{request.data_name}")
            self._begin(run_id, run_arguments(request, run_id, self._runs_folder))
            return run_id

    def resume(self, run_id: str) -> None:
        """Goes on with a run that was cancelled, interrupted or failed.

        Raises:
            RunError: one is going on, there is no such run, or no process can be started.
        """
        with self._lock:
            self._require_idle()
            run = RunFolder.named(self._runs_folder, run_id)
            run.forget_cancel()
            self._begin(run_id, ["run", f"--resume={run.path.absolute()}"])

    def cancel(self) -> None:
        """Asks the run that is going on to stop after the line in flight; nothing that it has read is lost."""
        with self._lock:
            status = self._status()
            if status is None or not status.is_busy:
                return
            run = self._folder(status.run_id)
            if status.state == STARTING and self._process is not None:
                self._given_up = True
                self._process.terminate()  # it has not begun to read, and would forget a request that comes before that
            elif run is not None:
                run.ask_to_cancel()

    def status(self) -> RunStatus | None:
        """Returns how the run stands that is going on, else the one that was started last; None without any."""
        with self._lock:
            return self._status()

    def resumable(self) -> list[str]:
        """Returns the names of runs that can be gone on with, the latest first."""
        return [
            run.path.name for run in list_runs(self._runs_folder) if run.state() in ("cancelled", INTERRUPTED, "failed")
        ]

    def _status(self) -> RunStatus | None:
        if not self._run_id:
            going_on = next((run for run in list_runs(self._runs_folder) if run.state() == "running"), None)
            if going_on is None:
                return None
            self._run_id = going_on.path.name
        run, exited = self._folder(self._run_id), self._exited()
        if run is None:
            ended = "cancelled" if self._given_up else "failed"
            state, progress = (ended if exited else STARTING), None
        else:
            state, progress = self._mended(run.state(), exited, run), run.progress()
        return RunStatus(self._run_id, state, progress, self._log_tail())

    def _mended(self, state: str, exited: bool, run: RunFolder) -> str:
        """Tells what a run's files cannot: a process is silent while it loads engines, and outlives its last word."""
        if self._process is not None and not exited and state not in ("running", "finished"):
            has_begun = (run.progress() or {}).get("pid") == self._process.pid
            return STOPPING if has_begun else STARTING
        if self._process is not None and exited and self._process.returncode != 0 and state == INTERRUPTED:
            return "cancelled" if self._given_up else "failed"
        return STOPPING if state == "running" and run.cancel_asked() else state

    def _begin(self, run_id: str, arguments: Sequence[str]) -> None:
        logs = self._runs_folder / LOGS
        try:
            logs.mkdir(parents=True, exist_ok=True)
            with (logs / f"{run_id}.log").open("wb") as log:
                self._process = subprocess.Popen(
                    self._command(arguments),
                    cwd=REPOSITORY,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **_places(), "PYTHONUNBUFFERED": "1"},
                    start_new_session=True,  # it outlives this server, as a run can always be gone on with
                )
        except OSError as error:
            raise RunError(f"The run cannot be started: {error.strerror or error}.") from error
        self._run_id, self._given_up = run_id, False

    def _require_idle(self) -> None:
        status = self._status()
        going_on = next((run for run in list_runs(self._runs_folder) if run.state() == "running"), None)
        if (status is not None and status.is_busy) or going_on is not None:
            raise RunError("A run is going on already. Wait until it is finished, or cancel it.")

    def _exited(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _folder(self, run_id: str) -> RunFolder | None:
        try:
            return RunFolder.named(self._runs_folder, run_id)
        except RunError:
            return None

    def _free_id(self, wanted: str) -> str:
        number, free = 1, wanted
        while (self._runs_folder / free).exists():
            number += 1
            free = f"{wanted}-{number}"
        return free

    def _log_tail(self) -> str:
        path = self._runs_folder / LOGS / f"{self._run_id}.log"
        try:
            with path.open("rb") as log:
                log.seek(max(0, log.seek(0, 2) - _LOG_TAIL_BYTES))
                text = log.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-LOG_LINES:])
