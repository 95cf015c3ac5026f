"""Runs and cases go to a repository and come back whole, through the Hub's client; strangers' are not believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from eval.cases.store import CaseStore, same_content
from eval.cli import main
from eval.runs import parquet_rows
from eval.runs.info import REPOSITORY, DataInfo, LeftOut
from eval.runs.store import LINES, RunFolder
from eval.runs.summary import summarise
from eval.sharing import command, repository
from eval.sharing.shared_run import without_places
from ocr_core.settings import Settings
from tests.eval.cases.made_up_cases import made_up_case
from tests.eval.made_up import CHARSET, engine_info, evidence, record, run_info
from tests.hub_stand_in import TOKEN, StandIn, hub

NAME = "somebody/lines"
DATASET = f"datasets/{NAME}"
NOT_LISTED = ("zijian.json", "README.md", ".gitattributes")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    with hub() as state:
        monkeypatch.setattr(command, "_api", lambda: HfApi(endpoint=state.address, token=TOKEN))
        yield state


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A small finished run, made on a machine whose paths are nobody's business."""
    data = DataInfo(
        "my | lines",
        "/home/me/lines",
        "/home/me/lines/labels.tsv",
        "0" * 64,
        2,
        1,
        (LeftOut("/home/me/x.png", "gone"),),
    )
    engine = engine_info(charset_sha256=CHARSET.sha256, source="/home/me/net.onnx")
    made = RunFolder.create(tmp_path / "runs", run_info(id="mine", data=data, engines=(engine,)))
    made.keep_charset(CHARSET)
    for index in range(40):
        made.keep_evidence(index, "crnn@onnx", evidence())
        made.append(record(index))
    made.compact()
    made.write_summary(summarise(made))
    made.change_info(state="finished")
    return made


def push(run: RunFolder, *options: str) -> int:
    return main(["push-run", str(run.path), NAME, *options])


def pull(tmp_path: Path, *options: str) -> int:
    return main(["pull-run", NAME, "--runs", str(tmp_path / "pulled"), *options])


def test_a_run_goes_there_and_comes_back_whole(stand_in: StandIn, run: RunFolder, tmp_path: Path) -> None:
    assert push(run) == 0
    assert stand_in.repositories[DATASET].private
    assert any(path.startswith("PUT") or "lfs" in path for path in stand_in.asked), "nothing went as a large file"
    assert pull(tmp_path) == 0
    pulled = RunFolder.named(tmp_path / "pulled", "mine")
    assert list(pulled.records()) == list(run.records())
    assert pulled.summary() == run.summary()
    assert pulled.charset("crnn@onnx") == CHARSET
    assert pulled.evidence(3, "crnn@onnx") is not None
    assert pulled.info() == without_places(run.info())
    assert not (pulled.path / ".cache").exists() and not (pulled.path / "README.md").exists()


def test_a_run_of_several_files_goes_there_and_comes_back(
    stand_in: StandIn, run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_rows, "ROWS_A_FILE", 1)
    records = list(run.records())
    parquet_rows.write(records, run.path / LINES)
    assert (run.path / LINES).is_dir() and push(run) == 0
    assert f"data_files: {LINES}/*" in stand_in.files(DATASET)["README.md"].decode()
    assert pull(tmp_path) == 0
    assert list(RunFolder.named(tmp_path / "pulled", "mine").records()) == records


def test_paths_of_this_machine_stay_here(stand_in: StandIn, run: RunFolder) -> None:
    assert push(run) == 0
    for path, content in stand_in.files(DATASET).items():
        assert b"/home/me" not in content, path
    info = json.loads(stand_in.files(DATASET)["run.json"])
    assert info["data"]["path"] == "elsewhere/lines" and info["engines"][0]["source"] == "net.onnx"


def test_the_committed_data_keep_their_place() -> None:
    data = DataInfo("zijian-500", "eval/scenarios/sets", "eval/scenarios/sets", "0" * 64, 2)
    assert without_places(run_info(data=data)).data == data


@pytest.mark.parametrize(
    "path", ["/etc", "..", "eval/scenarios/../../cases", "cases", "", ".", "C:\\secret", "eval/scenariosx"]
)
def test_no_page_looks_for_pictures_where_a_stranger_says(path: str) -> None:
    info = without_places(run_info(data=replace(run_info().data, path=path)))
    assert info.data.folder.resolve().is_relative_to(REPOSITORY / "elsewhere")


def test_the_card_says_what_it_is_and_cannot_be_broken_out_of(stand_in: StandIn, run: RunFolder) -> None:
    assert push(run) == 0
    card = stand_in.files(DATASET)["README.md"].decode()
    assert "data_files: lines.parquet" in card and f"zijian pull-run {NAME}" in card
    assert "my \\| lines" in card


def test_pushing_anew_takes_away_what_has_gone(stand_in: StandIn, run: RunFolder) -> None:
    assert push(run) == 0
    assert any(path.startswith("evidence/") for path in stand_in.files(DATASET))
    for path in (run.path / "evidence").iterdir():
        path.unlink()
    assert push(run) == 0
    assert not any(path.startswith("evidence/") for path in stand_in.files(DATASET))
    assert ".gitattributes" in stand_in.files(DATASET)


def test_a_repository_of_something_else_is_left_alone(
    stand_in: StandIn, run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.put(DATASET, {"thesis.pdf": b"precious"})
    assert push(run) == 1
    assert "holds something else" in capsys.readouterr().err
    assert stand_in.files(DATASET) == {"thesis.pdf": b"precious"}


def test_a_dry_run_asks_nobody(stand_in: StandIn, run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert push(run, "--dry-run") == 0
    assert stand_in.asked == []
    said = capsys.readouterr().out
    assert LINES in said and "dry run" in said


def test_an_unfinished_run_is_not_pushed(stand_in: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unfinished = RunFolder.create(tmp_path / "runs", run_info(id="half"))
    unfinished.append(record())
    assert push(unfinished) == 1
    assert "--resume" in capsys.readouterr().err and stand_in.asked == []


def test_without_a_token_nothing_is_pushed_and_nothing_private_comes(
    stand_in: StandIn,
    run: RunFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert push(run) == 0
    monkeypatch.setattr(command, "_api", lambda: HfApi(endpoint=stand_in.address, token=False))
    assert push(run) == 1 and pull(tmp_path) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_an_older_revision_can_be_pulled(stand_in: StandIn, run: RunFolder, tmp_path: Path) -> None:
    assert push(run) == 0
    first = stand_in.repositories[DATASET].sha()
    run.change_info(seed=7)
    assert push(run) == 0
    assert pull(tmp_path, "--revision", first, "--name", "older") == 0
    assert RunFolder.named(tmp_path / "pulled", "older").info().seed == 0


def test_a_run_of_the_same_name_is_not_overwritten(
    stand_in: StandIn, run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(run) == 0 and pull(tmp_path) == 0
    assert pull(tmp_path) == 1
    assert "already" in capsys.readouterr().err


def hostile(run_files: dict[str, bytes], changes: dict[str, bytes], kind: str = "run") -> dict[str, bytes]:
    """A repository whose list of files is right by its hashes, whatever else is wrong with it."""
    content: dict[str, Any] = {
        **{k: v for k, v in run_files.items() if k not in NOT_LISTED},
        **changes,
    }
    return {**content, "zijian.json": repository.manifest(kind, content)}


def changed_info(files: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    return {"run.json": json.dumps(json.loads(files["run.json"]) | changes).encode()}


def test_what_a_stranger_pushed_is_not_believed(
    stand_in: StandIn, run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(run) == 0
    sound = dict(stand_in.files(DATASET))
    engine = json.loads(sound["run.json"])["engines"][0]
    data = json.loads(sound["run.json"])["data"]
    listed = {"format": 1, "kind": "run", "files": {"../x": {"sha256": "0"}}}
    wrong = [
        ("is no name of a run", hostile(sound, changed_info(sound, id="../../out"))),
        ("lists 'evil.py'", hostile(sound, {"evil.py": b"print()"})),
        ("version 99", hostile(sound, changed_info(sound, version=99))),
        ("incomplete", hostile(sound, changed_info(sound, engines=[{"key": "x"}]))),
        ("a colour", hostile(sound, changed_info(sound, engines=[engine | {"colour": "red;}</style>"}]))),
        ("a text or a number", hostile(sound, changed_info(sound, data=data | {"name": 3}))),
        ("a text or a number", hostile(sound, changed_info(sound, data=data | {"path": 3}))),
        ("cannot be read as the lines", hostile(sound, {"lines.parquet": b"PAR1"})),
        ("holds 'cases'", hostile(sound, {}, kind="cases")),
        ("neither a run nor cases", {"run.json": sound["run.json"]}),
        ("is damaged", {**sound, "zijian.json": b"[1]"}),
        ("format 2", {**sound, "zijian.json": b'{"format": 2}'}),
        ("lists '../x'", {**sound, "zijian.json": json.dumps(listed).encode()}),
        ("changed by hand", {**sound, "summary.json": b"{}"}),
    ]
    for words, files in wrong:
        stand_in.put(DATASET, files)
        assert pull(tmp_path) == 1, words
        said = capsys.readouterr().err.splitlines()[-1]
        assert said.startswith("error: ") and words in said
        assert not list((tmp_path / "pulled").glob("*")), words


def test_figures_are_made_anew_whatever_came_with_the_lines(stand_in: StandIn, run: RunFolder, tmp_path: Path) -> None:
    assert push(run) == 0
    sound = dict(stand_in.files(DATASET))
    boast = json.loads(sound["summary.json"])
    for row in boast["rows"]:
        row["character_accuracy"]["value"] = 1.0
    stand_in.put(DATASET, hostile(sound, {"summary.json": json.dumps(boast).encode()}))
    assert pull(tmp_path) == 0
    assert RunFolder.named(tmp_path / "pulled", "mine").summary() == run.summary() != boast


def test_what_is_damaged_on_its_way_is_thrown_away(stand_in: StandIn, run: RunFolder, tmp_path: Path) -> None:
    assert push(run) == 0
    stand_in.spoil = "summary.json"
    assert pull(tmp_path) == 1
    assert not list((tmp_path / "pulled").glob("*"))


def test_what_is_too_large_is_not_fetched(
    stand_in: StandIn, run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert push(run) == 0
    monkeypatch.setattr(repository, "MOST_BYTES", 1_000)
    stand_in.asked.clear()
    assert pull(tmp_path) == 1
    assert not [asked for asked in stand_in.asked if "resolve" in asked]


@pytest.mark.parametrize("name", ["lines", "../x", "a/b/c", "a/..", "https://x/y", "a/b c"])
def test_what_is_no_repository_is_not_asked_for(stand_in: StandIn, name: str, tmp_path: Path) -> None:
    assert main(["pull-run", name, "--runs", str(tmp_path)]) == 1
    assert stand_in.asked == []


def test_cases_go_there_and_come_back(stand_in: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, there = (CaseStore(tmp_path / name, Settings()) for name in ("here", "there"))
    tokens = {here.save(made_up_case(seed=seed, note="mine")) for seed in (1, 5)}
    assert main(["push-cases", NAME, "--cases", str(here.folder)]) == 0
    capsys.readouterr()
    assert main(["pull-cases", NAME, "--cases", str(there.folder)]) == 0
    assert set(capsys.readouterr().out.split()) == tokens
    assert all(same_content(here.load(token), there.load(token)) for token in tokens)


def test_one_case_can_be_pushed_and_a_broken_one_is_refused_alone(
    stand_in: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = CaseStore(tmp_path / "here", Settings())
    wanted, other = (here.save(made_up_case(seed=seed)) for seed in (1, 5))
    assert main(["push-cases", NAME, wanted, "--cases", str(here.folder)]) == 0
    assert not [path for path in stand_in.files(DATASET) if path.startswith(other)]
    sound = {k: v for k, v in stand_in.files(DATASET).items() if k not in NOT_LISTED}
    broken = {path.replace(wanted, "0" * 32): content[:40] for path, content in sound.items()}
    stand_in.put(DATASET, hostile({**sound, **broken}, {}, kind="cases"))
    assert main(["pull-cases", NAME, "--cases", str(tmp_path / "there")]) == 1
    said = capsys.readouterr()
    assert wanted in said.out and f"refused: {'0' * 32}" in said.err


def test_the_program_of_the_library_has_the_commands_too(run: RunFolder, tmp_path: Path) -> None:
    with hub() as state:
        environment = {**os.environ, "HF_ENDPOINT": state.address, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
        environment |= {"PYTHONPATH": str(REPOSITORY), "ZIJIAN_RUNS_FOLDER": str(tmp_path / "pulled")}
        for words in (["push-run", str(run.path), NAME], ["pull-run", NAME]):
            done = subprocess.run(
                [sys.executable, "-m", "ocr_core", *words],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            assert TOKEN not in done.stdout + done.stderr
    assert RunFolder.named(tmp_path / "pulled", "mine").info().id == "mine"
