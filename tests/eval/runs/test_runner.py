"""Runs carried out with made-up engines: what is kept of a line, in turns, stopped and gone on with, in flat memory."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import ref

import pytest
from PIL import Image, ImageDraw, ImageFont

from eval.datasets import read_dataset
from eval.runs import parquet_rows
from eval.runs.engines import RunEngine, Wanted, load_all
from eval.runs.line_reading import EvidenceKept
from eval.runs.records import LineRecord, RunError
from eval.runs.runner import Progress, Task, carry_out, spread_indices
from eval.runs.store import JOURNAL, LINES, RunFolder
from ocr_core.errors import ModelError
from ocr_core.settings import Settings
from tests.eval.made_up import CHARSET, made_up_engine, put_lines, record, run_info

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def summed_up(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stands in for the summary: how many records each run had when it was asked for."""
    counts: list[int] = []
    module = ModuleType("eval.runs.summary")

    def summarise(run: RunFolder) -> dict[str, int]:
        counts.append(len(list(run.light_records())))
        return {"records": counts[-1]}

    module.summarise = summarise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "eval.runs.summary", module)
    return counts


def task_of(
    data: Path, engines: Sequence[RunEngine], evidence: EvidenceKept = "none", run: RunFolder | None = None
) -> Task:
    dataset = read_dataset(data)
    infos = tuple(engine.info for engine in engines)
    run = run or RunFolder.create(data.parent / "runs", run_info(engines=infos))
    return Task(run, engines, dataset, range(len(dataset.lines)), evidence, Settings())


def unheard(_: Progress) -> None:
    """Hears nothing."""


def broken(_: Any) -> str:
    raise ModelError("The network failed.")


def test_a_line_is_kept_with_all_that_is_known_of_it(tmp_path: Path, summed_up: list[int]) -> None:
    data = put_lines(tmp_path / "print", ["Ａ b"], width_px=640)
    task = task_of(data, [made_up_engine("crnn@onnx", "A b")])
    info = carry_out(task, unheard)
    (record,) = task.run.records()
    assert (record.index, record.name, record.engine, record.scenario) == (0, "0.png", "crnn@onnx", "print")
    assert (record.title, record.group, record.truth, record.reading) == ("print", "0.png", "A b", "A b")
    assert (record.source_width_px, record.source_height_px, record.width_at_32_px) == (640, 32, 640)
    assert (record.warnings, record.confidence, record.error) == (("a warning",), 0.5, "")
    assert (record.find_lines_ms, record.preprocess_ms, record.infer_ms, record.ctc_decode_ms) == (1, 2, 3, 4)
    assert 0 < record.decode_image_ms != 99.0
    found = record.recognised()
    assert found is not None and found.timings_ms == record.timings_ms and record.total_ms > 10
    assert info.state == "finished" and info.warm_up_ms == {"crnn@onnx": 1.5} and info.seconds > 0
    assert task.run.info() == info and summed_up == [1] and task.run.summary() == {"records": 1}
    assert task.run.charset("crnn@onnx") == CHARSET
    assert (task.run.path / LINES).is_file() and not (task.run.path / JOURNAL).exists()


def test_what_cannot_be_read_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = put_lines(tmp_path / "data", list("abcdef"))
    (data / "1.png").unlink()
    (data / "2.png").unlink()
    (data / "2.png").write_text("no picture at all")
    (data / "3.png").unlink()
    (data / "3.png").mkdir()

    def capricious(picture: Any) -> str:
        if picture.picture.width_px == 20_000:
            raise ValueError("a bug")
        return "a"

    (data / "4.png").unlink()
    Image.new("RGB", (20_000, 16), "white").save(data / "4.png")
    task = task_of(data, [made_up_engine("a@onnx", capricious), made_up_engine("b@onnx", broken)], "all")
    progress: list[Progress] = []
    assert carry_out(task, progress.append).state == "finished"
    records = list(task.run.records())
    errors = {(r.engine[0], r.index): r.error for r in records if r.reading is None}
    assert errors["a", 1] == errors["b", 1] == "There is no such file."
    assert "not a picture" in errors["a", 2] and "folder" in errors["b", 3]
    assert errors["a", 4] == "ValueError: a bug" and errors["b", 0] == "The network failed."
    assert len(records) == 12 and len(errors) == 10 == progress[-1].failures
    wide = next(r for r in records if r.index == 4)
    assert (wide.source_width_px, wide.width_at_32_px) == (20_000, 40_000)


def test_engines_take_turns_and_none_is_always_first(tmp_path: Path) -> None:
    read: list[str] = []

    def reader(name: str) -> Callable[[Any], str]:
        return lambda _: read.append(name) or name

    engines = [made_up_engine(f"{name}@onnx", reader(name)) for name in "ab"]
    carry_out(task_of(put_lines(tmp_path / "data", list("wxyz")), engines), unheard)
    assert "".join(read) == "abbaabba"


@pytest.mark.parametrize(("kept", "count"), [("all", 3), ("failures", 2), ("none", 0)])
def test_evidence_is_kept_of_what_was_asked_for(tmp_path: Path, kept: EvidenceKept, count: int) -> None:
    engines = [made_up_engine("a@onnx", "a"), made_up_engine("plain@onnx", "a", gives_evidence=False)]
    task = task_of(put_lines(tmp_path / "data", list("abc")), engines, kept)
    carry_out(task, unheard)
    assert [task.run.evidence(index, "a@onnx") is not None for index in range(3)].count(True) == count
    assert (task.run.evidence(1, "a@onnx") is not None) == (count > 0)
    assert task.run.evidence(1, "plain@onnx") is None


def test_of_a_line_that_one_engine_read_wrong_all_evidence_is_kept(tmp_path: Path) -> None:
    engines = [made_up_engine("a@onnx", "a"), made_up_engine("b@onnx", "b"), made_up_engine("c@onnx", broken)]
    task = task_of(put_lines(tmp_path / "data", list("bx")), engines[:2], "failures")
    carry_out(task, unheard)
    assert [task.run.evidence(0, engine.key) is not None for engine in engines[:2]] == [True, True]
    task = task_of(put_lines(tmp_path / "more" / "data", ["a"]), [engines[0], engines[2]], "failures")
    carry_out(task, unheard)
    assert task.run.evidence(0, "a@onnx") is not None


def test_an_interrupted_run_is_cancelled_and_goes_on_where_it_was(tmp_path: Path, summed_up: list[int]) -> None:
    data = put_lines(tmp_path / "data", [str(n) for n in range(20)])
    left = [7]

    def interrupted(_: Any) -> str:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return "x"

    task = task_of(data, [made_up_engine("a@onnx", interrupted), made_up_engine("b@onnx", "y")])
    with pytest.raises(KeyboardInterrupt):
        carry_out(task, unheard)
    assert task.run.info().state == task.run.state() == "cancelled" and summed_up == []
    before = len(list(task.run.records()))
    with (task.run.path / JOURNAL).open("ab") as journal:
        journal.write(b'{"index": 19, "name": "19.p')
    progress: list[Progress] = []
    again = task_of(data, [made_up_engine("a@onnx", "x"), made_up_engine("b@onnx", "y")], run=task.run)
    assert carry_out(again, progress.append).state == "finished"
    assert progress[0].done == before and progress[-1].done == progress[-1].total == 40
    assert Counter((r.engine, r.index) for r in task.run.records()) == {
        (e, n): 1 for e in ("a@onnx", "b@onnx") for n in range(20)
    }
    assert summed_up == [40]


def test_a_cancel_file_ends_the_run_after_the_line_in_flight(tmp_path: Path) -> None:
    data = put_lines(tmp_path / "data", list("abcdef"))
    cancelling: list[RunFolder] = []
    engines = [made_up_engine("a@onnx", lambda _: cancelling[0].ask_to_cancel() or "a"), made_up_engine("b@onnx", "a")]
    task = task_of(data, engines)
    cancelling.append(task.run)
    assert carry_out(task, unheard).state == "cancelled"
    assert [(r.engine, r.index) for r in task.run.records()] == [("a@onnx", 0), ("b@onnx", 0)]
    assert not task.run.cancel_asked()
    progress = task.run.progress()
    assert progress is not None and (progress["state"], progress["done"], progress["total"]) == ("cancelled", 2, 12)


def test_a_finished_run_reads_nothing_again(tmp_path: Path, summed_up: list[int]) -> None:
    data = put_lines(tmp_path / "data", list("ab"))
    task = task_of(data, [made_up_engine("a@onnx", "a")])
    carry_out(task, unheard)
    again = task_of(data, [made_up_engine("a@onnx", broken)], run=task.run)
    assert carry_out(again, unheard).state == "finished"
    assert [r.reading for r in task.run.records()] == ["a", "a"] and summed_up == [2, 2]


def test_a_summary_that_fails_leaves_the_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(run: RunFolder) -> None:
        raise ValueError("no figures")

    monkeypatch.setattr(sys.modules["eval.runs.summary"], "summarise", failing)
    task = task_of(put_lines(tmp_path / "data", list("ab")), [made_up_engine("a@onnx", "a")])
    with pytest.raises(ValueError, match="no figures"):
        carry_out(task, unheard)
    assert (task.run.info().state, task.run.info().error) == ("failed", "no figures")
    assert len(list(task.run.records())) == 2


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: RunFolder, record: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunFolder, "append", full)
    task = task_of(put_lines(tmp_path / "data", list("ab")), [made_up_engine("a@onnx", "a")])
    with pytest.raises(RunError, match="No space left"):
        carry_out(task, unheard)
    assert task.run.info().state == "failed"


def test_records_of_strangers_stop_a_run(tmp_path: Path) -> None:
    data = put_lines(tmp_path / "data", list("ab"))
    task = task_of(data, [made_up_engine("a@onnx", "a")])
    carry_out(task_of(data, [made_up_engine("b@onnx", "a")], run=task.run), unheard)
    with pytest.raises(RunError, match="not its own"):
        carry_out(task, unheard)


def test_progress_is_written_now_and_then_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[dict[str, Any]] = []
    whole = RunFolder.write_progress

    def watched(self: RunFolder, progress: Any) -> None:
        whole(self, progress)
        written.append(json.loads((self.path / "progress.json").read_text()))

    monkeypatch.setattr(RunFolder, "write_progress", watched)
    heard: list[Progress] = []
    task = task_of(put_lines(tmp_path / "data", ["a"] * 50), [made_up_engine("a@onnx", "a")])
    carry_out(task, heard.append)
    assert len(written) < 25 < 50 < len(heard)
    assert [each["state"] for each in (written[0], *written[-2:])] == ["running", "summing up", "finished"]
    assert written[0]["eta_s"] is None and written[-1]["eta_s"] == 0
    assert {"done", "total", "started", "failures", "pid"} <= written[0].keys()


def test_a_limit_takes_the_first_lines_of_every_section(tmp_path: Path) -> None:
    put_lines(tmp_path / "print", list("abcd"))
    put_lines(tmp_path / "maths", list("ab"))
    dataset = read_dataset(tmp_path)
    assert [dataset.lines[i].section for i in range(6)] == ["maths"] * 2 + ["print"] * 4
    assert spread_indices(dataset, 2) == [0, 2]
    assert spread_indices(dataset, 5) == [0, 1, 2, 3, 4]
    assert spread_indices(dataset, 99) == list(range(6))


def test_memory_does_not_grow_while_lines_are_read(tmp_path: Path) -> None:
    """A reading would hold more than 10 kB if it were kept, a picture 6."""
    held_bytes: dict[int, int] = {}

    def weigh(progress: Progress) -> None:
        if progress.state == "running" and progress.done in (20, 120):
            gc.collect()
            held_bytes[progress.done] = tracemalloc.get_traced_memory()[0]
        if progress.done == 120:
            tracemalloc.stop()

    task = task_of(put_lines(tmp_path / "data", ["a"] * 120), [made_up_engine("a@onnx", "a" * 10)])
    tracemalloc.start()
    carry_out(task, weigh)
    assert held_bytes[120] - held_bytes[20] < 100 * 500


def test_compaction_holds_one_group_of_records_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "ROWS_A_GROUP", 8)
    alive: list[ref[Any]] = []
    most = 0

    class Watched(dict[str, Any]):
        """A recognition whose end can be noticed."""

    def records() -> Iterator[LineRecord]:
        nonlocal most
        for index in range(100):
            heavy = Watched(text="a")
            alive.append(ref(heavy))
            most = max(most, sum(each() is not None for each in alive))
            yield record(index, recognition=heavy)

    assert parquet_rows.write(records(), tmp_path / "lines.parquet") == 100
    assert most <= 3


def test_processes_write_the_records_that_one_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.runs.runner.FEWEST_FOR_PROCESSES", 4)
    data = put_lines(tmp_path / "data", [f"line {number}" for number in range(5)], width_px=160)
    (data / "2.png").unlink()
    for number in (0, 1, 3, 4):
        drawn = Image.new("RGB", (160, 32), "white")
        ImageDraw.Draw(drawn).text((5, 4), f"line {number}", "black", ImageFont.load_default(20))
        (data / f"{number}.png").unlink(missing_ok=True)
        drawn.save(data / f"{number}.png")
    settings = Settings(threads=1)
    engines = load_all([Wanted("crnn", "onnx"), Wanted("crnn", "onnx-int8")], settings)
    kept = []
    for workers in (1, 2):
        infos = tuple(engine.info for engine in engines)
        run = RunFolder.create(tmp_path / "runs", run_info(id=f"by-{workers}", engines=infos))
        workers_of = replace(settings, workers=workers)
        task = Task(run, engines, read_dataset(data), range(5), "all", workers_of)
        assert carry_out(task, unheard).state == "finished"
        kept.append(list(run.records()))
        for each in kept[-1]:
            found = run.evidence(each.index, each.engine)
            assert (found is not None) == (each.index != 2)
    alone, together = ([_without_times(each) for each in records] for records in kept)
    assert together == alone
    assert {each.error for each in kept[1]} == {"", "There is no such file."}


def _without_times(record: LineRecord) -> LineRecord:
    found = record.recognition and {**record.recognition, "timings_ms": None}
    none = dict.fromkeys(("decode_image_ms", "find_lines_ms", "preprocess_ms", "infer_ms", "ctc_decode_ms"), 0.0)
    return replace(record, recognition=found, **none)
