"""The command `run`, end to end, with a tiny network given as an own ONNX file; killed, stopped, gone on with."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from eval import cli
from eval.benchmark import BENCHMARK_FOLDER
from eval.runs import command as run_command
from eval.runs.engines import wanted_engines
from eval.runs.progress_bar import shown
from eval.runs.runner import Progress, Task
from eval.runs.store import JOURNAL, RunFolder, list_runs
from eval.runs.unread import PARTIAL_CODE, UNREAD_CODE
from ocr_core import registry
from ocr_core.sessions.model_files import to_metadata
from ocr_core.settings import Settings
from tests.eval.made_up import put_lines
from tests.ocr_core.tiny_model import description, stripes, write_own_file

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = put_lines(tmp_path / "print", ["ABC", "BA", "CC"])
    for number, text in enumerate(("ABC", "BA", "CA")):
        (folder / f"{number}.png").unlink()
        Image.fromarray(stripes(text)).save(folder / f"{number}.png")
    with (folder / "labels.tsv").open("a") as labels:
        labels.write("0.png\tAB\ngone.png\tA\n1.png\t \n")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_own_file(tmp_path / "mine.onnx")


def run(tmp_path: Path, *arguments: object) -> int:
    """Runs the command; one of the lines is unreadable, which is allowed unless a test says otherwise."""
    arguments = arguments if "--max-unread" in arguments else (*arguments, "--max-unread", 0.5)
    return cli.main(["run", "--runs", str(tmp_path / "runs"), *map(str, arguments)])


def test_a_run_of_an_own_file_from_labels_to_records(
    tmp_path: Path, data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--models", model, "--data", data, "--threads", "1") == 0
    (made,) = list_runs(tmp_path / "runs")
    out, err = capsys.readouterr()
    *_, row, times, where, last = out.splitlines()
    assert times.startswith("ms: mean time of a line, read ")
    assert row.split()[:2] == ["print", "nfkc"] and row.split()[-1] == "1"
    assert where == f"run: {made.path}"
    assert last.startswith("Could not be read: 1 of 4 lines by mine") and last.endswith("(25.0%).")
    assert "left out: 'labels.tsv:4': the file was named before" in err and "8 of" not in err
    assert {(r.truth, r.reading) for r in made.records()} == {("ABC", "ABC"), ("BA", "BA"), ("CC", "CA"), ("A", None)}
    info = made.info()
    (engine,) = info.engines
    key = f"mine-{engine.sha256[:8]}@onnx"
    assert (engine.key, engine.source, engine.colour) == (key, str(model), registry.colour_of(engine.model))
    assert engine.charset_size == 3 and len(engine.sha256) == 64 and info.warm_up_ms[key] > 0
    assert (info.state, info.threads, info.data.lines, info.data.problem_count) == ("finished", 1, 4, 2)
    assert info.data.path == str(data) and info.data.name == "print" and info.id.endswith("-print")
    assert {"cpu", "cores", "memory_mb"} <= info.machine.keys() and {"python", "numpy"} <= info.versions.keys()
    evidence = made.evidence(0, key)
    assert evidence is not None and set(evidence.symbols.values()) >= {"", "A"}
    charset = made.charset(key)
    assert charset is not None and charset.symbols == ("", "A", "B", "C")


def test_a_name_that_exists_is_gone_on_with_unless_it_is_another_run(
    tmp_path: Path, data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ("--name", "mine", "--models", model, "--data", data)
    assert run(tmp_path, *usual) == run(tmp_path, *usual) == run(tmp_path, "--resume", "mine") == 0
    assert run(tmp_path, "--resume", tmp_path / "runs" / "mine") == 0
    capsys.readouterr()
    assert run(tmp_path, "--name", "mine", "--models", "crnn") == 1
    assert run(tmp_path, "--resume", "mine", "--data", tmp_path) == 1
    assert run(tmp_path, "--resume", "nobody") == 1
    with (data / "labels.tsv").open("a") as labels:
        labels.write("new.png\tA\n")
    assert run(tmp_path, "--resume", "mine") == 1
    errors = capsys.readouterr().err.splitlines()
    assert [sum(word in error for error in errors) for word in ("--models", "--data", "no run in", "labels in")] == [
        1
    ] * 4


@pytest.mark.parametrize("setting", ["enhance", "deskew"])
def test_a_run_remembers_how_lines_were_prepared(
    tmp_path: Path, data: Path, model: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ZIJIAN_{setting.upper()}", "0")
    assert run(tmp_path, "--name", "mine", "--models", model, "--data", data) == 0
    monkeypatch.delenv(f"ZIJIAN_{setting.upper()}")
    assert RunFolder(tmp_path / "runs" / "mine").info().settings[setting] is False
    seen: list[Settings] = []
    carry_out = run_command.carry_out

    def watched(task: Task, watch: Any) -> Any:
        seen.append(task.settings)
        return carry_out(task, watch)

    monkeypatch.setattr(run_command, "carry_out", watched)
    assert run(tmp_path, "--resume", "mine") == 0
    assert [getattr(settings, setting) for settings in seen] == [False]


def test_changed_weights_are_not_mixed_with_what_was_read(
    tmp_path: Path, data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--name", "mine", "--models", model, "--data", data) == 0
    write_own_file(model, metadata=to_metadata(description(licence="another")))
    assert run(tmp_path, "--resume", "mine") == 1
    assert "files have changed" in capsys.readouterr().err


def test_an_engine_that_cannot_be_loaded_stops_everything_before_it_starts(
    tmp_path: Path, data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = ("--models", f"{model},nonsense", "--data", data)
    assert run(tmp_path, *both) == 1
    assert "nonsense on onnx cannot be used" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
    assert run(tmp_path, "--models", "nonsense", "--data", data, "--skip-missing") == 1
    capsys.readouterr()
    assert run(tmp_path, *both, "--skip-missing") == 0
    assert "left out: nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [(), ("--data", "/nowhere"), ("--runtimes", "abacus", "--data", ".")])
def test_what_cannot_start_leaves_nothing_behind(tmp_path: Path, model: Path, arguments: tuple[str, ...]) -> None:
    put_lines(tmp_path / "here", ["A"])
    given = [str(tmp_path / "here") if argument == "." else argument for argument in arguments]
    assert run(tmp_path, "--models", model, *given) == 1
    assert not (tmp_path / "runs").exists()


def test_runtimes_pair_with_models_and_fall_back_where_they_must() -> None:
    wanted = wanted_engines(["crnn", "ppocr_v4", "a@b.onnx", "crnn@torch"], ["onnx", "torch"])
    assert [f"{source} {runtime}" for source, runtime, _ in wanted] == [
        "crnn onnx",
        "crnn torch",
        "ppocr_v4 onnx",
        "a@b.onnx onnx",
        "a@b.onnx torch",
    ]


def test_decoders_pair_with_networks_that_name_none() -> None:
    wanted = wanted_engines(["crnn", "tesseract", "convnext_tiny@onnx+beam"], ["onnx"], ["greedy", "beam+zh"])
    assert [tuple(each) for each in wanted] == [
        ("crnn", "onnx", "greedy"),
        ("crnn", "onnx", "beam+zh"),
        ("tesseract", "program", None),
        ("convnext_tiny", "onnx", "beam"),
    ]


def test_two_decoders_of_one_network_are_two_engines(tmp_path: Path, data: Path, model: Path) -> None:
    arguments = ["--name", "x", "--models", str(model), "--data", str(data), "--decoders", "greedy,beam"]
    assert run(tmp_path, *arguments) == 0
    folder = RunFolder(tmp_path / "runs" / "x")
    engines = folder.info().engines
    assert [engine.decoder for engine in engines] == ["greedy", "beam"]
    assert engines[1].key == f"{engines[0].key}+beam" and engines[1].colour != engines[0].colour
    assert {record.engine for record in folder.records() if record.reading is not None} == {e.key for e in engines}
    assert run(tmp_path, *arguments) == 0  # gone on with
    assert run(tmp_path, *arguments[:-1], "greedy") == 1
    assert run(tmp_path, "--name", "y", "--models", str(model), "--data", str(data), "--decoders", "best") == 1


def test_files_of_one_name_are_engines_of_their_own(tmp_path: Path, data: Path) -> None:
    files = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        metadata = to_metadata(description(licence=folder))
        files.append(write_own_file(tmp_path / folder / "crnn.onnx", metadata=metadata))
    assert run(tmp_path, "--name", "x", "--models", files[0], "--models", f"{files[1]}@onnx", "--data", data) == 0
    keys = [engine.key for engine in RunFolder(tmp_path / "runs" / "x").info().engines]
    assert len(set(keys)) == 2 and all(key.startswith("crnn-") for key in keys)


def test_a_polite_request_to_end_cancels(
    tmp_path: Path, data: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    append = RunFolder.append

    def ask_after_one(self: RunFolder, record: Any) -> None:
        append(self, record)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(RunFolder, "append", ask_after_one)
    assert run(tmp_path, "--name", "x", "--models", model, "--data", data) == run_command.INTERRUPTED_CODE
    made = RunFolder(tmp_path / "runs" / "x")
    assert made.info().state == "cancelled" and len(list(made.records())) == 1
    assert f"--resume {made.path}" in capsys.readouterr().err


# The command, but after the seventh line half of another stands in the journal and nothing more comes.
HANGS_IN_THE_MIDDLE_OF_A_LINE = """
import sys, time
from eval.cli import main
from eval.runs.unread import UNREAD_CODE
from eval.runs.store import JOURNAL, RunFolder
append = RunFolder.append
def hanging(self, record):
    append(self, record)
    if record.index == 6:
        with (self.path / JOURNAL).open("ab") as journal:
            journal.write(b'{"index": 7')
        time.sleep(600)
RunFolder.append = hanging
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_run_loses_the_line_in_flight_and_nothing_else(tmp_path: Path, model: Path) -> None:
    lines = 40
    data = put_lines(tmp_path / "data", ["A"] * lines)
    command = [sys.executable, "-c", HANGS_IN_THE_MIDDLE_OF_A_LINE, "run", "--name", "killed", "--models", str(model)]
    journal = tmp_path / "runs" / "killed" / JOURNAL
    with subprocess.Popen([*command, "--data", str(data), "--runs", str(tmp_path / "runs")], cwd=ROOT) as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().endswith(b'{"index": 7')):
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    made = RunFolder(tmp_path / "runs" / "killed")
    assert made.state() == "interrupted" and [record.index for record in made.records()] == list(range(7))
    assert run(tmp_path, "--resume", "killed") == 0
    assert Counter(record.index for record in made.records()) == dict.fromkeys(range(lines), 1)
    assert made.state() == "finished"


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [Progress("running", n, 20, 1, "", float(n), 20.0 - n, 1) for n in range(5, 21)]
    with shown(sys.stderr) as watch:
        for step in [*steps, Progress("finished", 20, 20, 1, "", 20.5, 0.0, 1)]:
            watch(step)
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "running: 5 of 20 readings, 1 failed, about 15 s left"
    assert len(err) == 3 and err[-1].startswith("finished: 20 of 20")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    main, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with os.fdopen(terminal, "w") as stream, shown(stream) as watch:
        for step in steps:
            watch(step)
    seen = b""
    with suppress(OSError):  # the end of a closed terminal
        while chunk := os.read(main, 100_000):
            seen += chunk
    os.close(main)
    assert b"5/20" in seen and b"20/20" in seen and b"1 failed" in seen


@pytest.mark.parametrize("name", ["zijian-500", "five"])
def test_the_benchmark_has_a_name_and_is_still_known_by_its_old_one(tmp_path: Path, model: Path, name: str) -> None:
    assert run(tmp_path, "--name", "x", "--models", model, "--data", name, "--limit", 2) == 0
    info = RunFolder(tmp_path / "runs" / "x").info()
    assert (info.data.name, info.data.source, info.data.lines) == ("zijian-500", BENCHMARK_FOLDER, 2)


def test_a_run_in_which_nothing_could_be_read_does_not_end_well(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = put_lines(tmp_path / "data", ["A", "B"])
    for picture in data.glob("*.png"):
        picture.unlink()
    assert run(tmp_path, "--models", model, "--data", data) == UNREAD_CODE
    assert capsys.readouterr().out.splitlines()[-1] == "FAILED: Nothing could be read: all 2 readings failed."


def test_how_much_may_stay_unread_can_be_said(
    tmp_path: Path, data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ("--name", "x", "--models", model, "--data", data)
    assert run(tmp_path, *usual, "--max-unread", 0.25) == 0
    assert run(tmp_path, *usual, "--max-unread", 0.2) == PARTIAL_CODE
    assert "--max-unread 0.2 allows less" in capsys.readouterr().out.splitlines()[-1]
    with pytest.raises(SystemExit):
        run(tmp_path, *usual, "--max-unread", 2)
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    assert "Exit codes" in capsys.readouterr().out
