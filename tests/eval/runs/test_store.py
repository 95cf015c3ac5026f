"""Runs on disk: what is written is read back, whatever moment the writer died at, and no name leads outside."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.runs import parquet_rows
from eval.runs.info import DataInfo, LeftOut, RunInfo
from eval.runs.line_scores import scored
from eval.runs.records import HEAVY, LineRecord, drop_torn_line, read_journal, to_json_line
from eval.runs.store import JOURNAL, LINES, LOCK, RunError, RunFolder, list_runs, runs_folder_of
from ocr_core.errors import OcrError
from tests.eval.made_up import CHARSET, engine_info, evidence, record, run_info


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", run_info())


FAILED = record(1, reading=None, error="There is no such file.", confidence=None, recognition=None, scenario=None)


def test_what_a_run_says_of_itself_survives_the_disk(tmp_path: Path) -> None:
    data = DataInfo("d", "/d", "/d/labels.tsv", "1" * 64, 3, 1, (LeftOut("labels.tsv:3", "the text is empty"),))
    info = run_info(data=data, warm_up_ms={"crnn@onnx": 12.5}, settings={"evidence": "all"}, peak_memory_mb=99.5)
    assert RunFolder.create(tmp_path, info).info() == info
    assert info.engine("crnn@onnx") == engine_info()
    with pytest.raises(RunError, match="no engine"):
        info.engine("crnn@torch")


@pytest.mark.parametrize("change", [{"version": 2}, {"state": "asleep"}, {"engines": [{"key": "x"}]}, {"data": None}])
def test_a_run_of_another_shape_is_refused(run: RunFolder, change: dict[str, object]) -> None:
    file = run.path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(RunError):
        run.info()
    assert list_runs(run.path.parent) == []


def test_records_are_the_same_from_journal_and_parquet(run: RunFolder) -> None:
    assert list(run.records()) == []
    written = [scored(record(0)), FAILED, scored(record(1, "crnn@torch", confidence=None, warnings=()))]
    for each in written:
        run.append(each)
    light = [replace(each, **dict.fromkeys(HEAVY)) for each in written]
    for _ in ("journal", "parquet"):
        assert list(run.records()) == written
        assert list(run.light_records()) == light
        assert run.record(1, "crnn@torch") == written[2]
        assert run.record(7, "crnn@onnx") is None
        assert run.compact() == 3
    assert (run.path / LINES).is_file() and not (run.path / JOURNAL).exists()
    recognition = next(run.records()).recognised()
    assert recognition is not None and recognition.text == "你好"
    assert FAILED.recognised() is None


def test_many_row_groups_are_read_in_order_and_searched(tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    count = 2 * parquet_rows.ROWS_A_GROUP + 1
    assert parquet_rows.write((record(i, recognition=None) for i in range(count)), path) == count
    assert [each.index for each in parquet_rows.read_light(path)] == list(range(count))
    found = parquet_rows.find(path, count - 1, "crnn@onnx")
    assert found is not None and found.name == f"print/{count - 1}.png"


def test_beyond_so_many_records_there_are_several_files_and_readers_do_not_notice(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = ("crnn@onnx", "crnn@torch")
    written = [scored(record(index, engine)) for index in range(25) for engine in engines]
    for each in written:
        run.append(each)
    monkeypatch.setattr(parquet_rows, "ROWS_A_FILE", 20)
    monkeypatch.setattr(parquet_rows, "ROWS_A_GROUP", 8)
    assert run.compact() == 50 and not (run.path / JOURNAL).exists()
    files = parquet_rows.files_of(run.path / LINES)
    assert [parquet_rows.count(file) for file in files] == [20, 20, 10]
    assert list((run.path / LINES).iterdir()) != [] and not list(run.path.glob("*.unfinished"))
    assert list(run.records()) == written
    assert [each.reading for each in run.light_records()] == [each.reading for each in written]
    assert [each.errors for each in run.scored_records()] == [each.errors for each in written]
    assert run.record(24, "crnn@torch") == written[-1] and run.record(25, "crnn@torch") is None
    assert run.compact() == 50


def test_a_compaction_killed_anywhere_is_done_again(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "ROWS_A_FILE", 4)
    monkeypatch.setattr(parquet_rows, "ROWS_A_GROUP", 4)
    for index in range(10):
        run.append(record(index))
    journal = (run.path / JOURNAL).read_bytes()
    left = run.path / f"{LINES}.unfinished"
    left.mkdir()
    (left / "part-00007.parquet").write_bytes(b"PAR1 half a file")
    assert run.compact() == 10 and not left.exists()
    (run.path / JOURNAL).write_bytes(journal)  # killed before the journal was deleted
    assert run.compact() == 10
    assert [each.index for each in run.light_records()] == list(range(10))


def test_a_folder_without_files_of_records_is_no_run(run: RunFolder) -> None:
    (run.path / LINES).mkdir()
    with pytest.raises(RunError, match="no lines"):
        list(run.records())


def test_compacting_survives_being_killed_between_its_two_steps(run: RunFolder) -> None:
    run.append(record(0))
    journal = (run.path / JOURNAL).read_bytes()
    run.compact()
    (run.path / JOURNAL).write_bytes(journal)
    assert run.compact() == 1
    assert run.compact() == 1
    assert len(list(run.records())) == 1


@given(cut=st.integers(0, 2000), records=st.integers(0, 3))
def test_a_journal_cut_anywhere_keeps_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, cut: int, records: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / JOURNAL
    lines = [to_json_line(record(index)) for index in range(records)]
    content = b"".join(lines)[:cut]
    path.write_bytes(content)
    whole = content.count(b"\n")
    assert [each.index for each in read_journal(path)] == list(range(whole))
    drop_torn_line(path)
    assert path.read_bytes() == b"".join(lines[:whole])


def test_a_torn_line_longer_than_one_look_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL
    path.write_bytes(b"{}\n" + b"x" * 200_000)
    drop_torn_line(path)
    assert path.read_bytes() == b"{}\n"


def test_a_damaged_journal_names_its_line(run: RunFolder) -> None:
    run.append(record(0))
    with (run.path / JOURNAL).open("ab") as file:
        file.write(b"\0\0\0\n")
    with pytest.raises(RunError, match="line 2"):
        list(run.records())


def test_halves_of_characters_cannot_stop_the_journal(run: RunFolder) -> None:
    run.append(record(0, name="a\udcff.png", reading="\ud800"))
    assert [(each.name, each.reading) for each in run.records()] == [("a?.png", "?")]
    run.compact()
    assert next(run.records()).name == "a?.png"


def test_records_need_their_fields() -> None:
    with pytest.raises(RunError, match="incomplete"):
        LineRecord.from_dict({"index": 1, "warnings": []})


def test_evidence_and_charset_lie_beside_the_records(run: RunFolder) -> None:
    assert run.evidence(0, "crnn@onnx") is None
    run.keep_evidence(0, "crnn@onnx", evidence())
    kept = run.evidence(0, "crnn@onnx")
    assert kept is not None and kept.symbols == {0: "", 1: "a"}
    assert run.charset("crnn@onnx") is None
    run.keep_charset(CHARSET)
    run.change_info(engines=(engine_info(charset_sha256=CHARSET.sha256),))
    assert run.charset("crnn@onnx") == CHARSET


def test_a_finished_run_keeps_one_archive_of_evidence_an_engine(run: RunFolder) -> None:
    run.append(record(0))
    for index in (0, 12, 3):
        run.keep_evidence(index, "crnn@onnx", evidence())
    run.compact()
    assert [path.name for path in (run.path / "evidence").iterdir()] == ["crnn@onnx.zip"]
    packed = run.evidence_files("crnn@onnx").archive.read_bytes()
    kept = run.evidence(12, "crnn@onnx")
    assert kept is not None and kept.symbols == evidence().symbols
    assert run.evidence(1, "crnn@onnx") is None
    run.compact()
    assert run.evidence_files("crnn@onnx").archive.read_bytes() == packed


def test_packing_survives_being_killed_before_the_single_files_are_gone(run: RunFolder) -> None:
    run.keep_evidence(0, "crnn@onnx", evidence())
    files = run.evidence_files("crnn@onnx")
    files.pack()
    files.folder.mkdir()  # as a kill between the archive and the last file leaves it
    run.compact()
    assert not files.folder.exists() and run.evidence(0, "crnn@onnx") is not None


def test_a_damaged_archive_of_evidence_is_said_to_be_damaged(run: RunFolder) -> None:
    run.keep_evidence(0, "crnn@onnx", evidence())
    run.compact()
    run.evidence_files("crnn@onnx").archive.write_bytes(b"PK damaged")
    with pytest.raises(OcrError, match="cannot be read as evidence"):
        run.evidence(0, "crnn@onnx")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "x\0", "a" * 200])
def test_no_name_leads_outside_the_runs(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError):
        RunFolder.create(tmp_path, run_info(id=name))
    with pytest.raises(RunError):
        RunFolder.named(tmp_path, name)
    with pytest.raises(RunError):
        RunFolder(tmp_path).evidence_files(name)
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_never_made_twice(run: RunFolder) -> None:
    with pytest.raises(RunError, match="already"):
        RunFolder.create(run.path.parent, run_info())
    with pytest.raises(RunError, match="no run"):
        RunFolder.open(run.path.parent)


def test_runs_are_listed_latest_first_and_strangers_passed_over(tmp_path: Path) -> None:
    for name, day in (("old", 1), ("new", 3), ("middle", 2)):
        RunFolder.create(tmp_path, run_info(id=name, created=f"2026-01-0{day}T00:00:00+00:00"))
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").touch()
    assert [run.path.name for run in list_runs(tmp_path)] == ["new", "middle", "old"]
    assert list_runs(tmp_path / "nowhere") == []


def test_where_runs_are_kept_can_be_said() -> None:
    assert runs_folder_of({}) == Path("runs")
    assert runs_folder_of({"ZIJIAN_RUNS_FOLDER": " /data/runs "}) == Path("/data/runs")


def test_summary_progress_and_cancel_are_files(run: RunFolder) -> None:
    assert run.summary() is None and run.progress() is None and not run.cancel_asked()
    run.write_summary({"rows": []})
    run.write_progress({"done": 1})
    run.ask_to_cancel()
    assert run.summary() == {"rows": []} and run.progress() == {"done": 1} and run.cancel_asked()
    run.forget_cancel()
    assert not run.cancel_asked()
    (run.path / "summary.json").write_text("[1]")
    with pytest.raises(RunError, match="damaged"):
        run.summary()


def test_one_process_writes_and_its_death_shows(run: RunFolder) -> None:
    pytest.importorskip("fcntl")
    assert run.state() == "interrupted"
    code = (
        f"import fcntl, sys; f = open({str(run.path / LOCK)!r}, 'ab'); fcntl.flock(f, fcntl.LOCK_EX); print(); input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert run.state() == "running"
        with pytest.raises(RunError, match="another process"), run.writing():
            pass
        other.kill()
    assert run.state() == "interrupted"
    with run.writing():
        assert run.is_being_written()
    run.change_info(state="finished")
    assert run.state() == "finished"


def test_reading_a_run_leaves_nothing_behind(run: RunFolder) -> None:
    before = sorted(path.name for path in run.path.iterdir())
    assert (run.state(), list(run.records()), run.summary(), run.progress()) == ("interrupted", [], None, None)
    assert sorted(path.name for path in run.path.iterdir()) == before
    assert isinstance(run.info(), RunInfo)


def test_settings_of_older_runs_are_read_by_todays_names() -> None:
    older = run_info().to_dict() | {"settings": {"rectify": False}}
    assert RunInfo.from_dict(older).settings == {"deskew": False}


def test_summaries_that_call_significance_otherwise_are_still_read(run: RunFolder) -> None:
    run.write_summary({"comparisons": [{"told_apart": True}]})
    assert run.summary() == {"comparisons": [{"significant": True}]}
