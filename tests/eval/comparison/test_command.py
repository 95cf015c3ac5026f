"""`python -m eval compare`: what it prints, what it refuses, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.cli import main
from eval.comparison.command import FINE, UNUSABLE, WORSE
from tests.eval.comparison.made_up import TRUTH, line, run_of, steady, worse_in_maths
from tests.eval.made_up import engine_info


def test_it_says_what_got_worse_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", [line(i, TRUTH if i < 10 else "\x1b[31m\u202e好") for i in range(20)])
    assert main(["compare", "old", "new", "--runs", str(tmp_path), "--lines", "1"]) == WORSE
    said = capsys.readouterr().out
    assert "WORSE, beyond the budget:" in said
    assert "CRNN of new on English with maths: −" in said
    assert "10.png: 0 edits before" in said and "11.png" not in said
    assert "\x1b" not in said and "\u202e" not in said
    assert main(["compare", "new", "old", "--runs", str(tmp_path)]) == FINE, "what got better is no failure"
    assert "FINE: all 3 checks within their budgets." in capsys.readouterr().out
    assert main(["compare", "old", "new", "--runs", str(tmp_path), "--scenario", "print"]) == FINE


def test_budgets_decide_the_exit_code(tmp_path: Path) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", worse_in_maths(1))
    arguments = ["compare", "old", "new", "--runs", str(tmp_path)]
    assert main(arguments) == WORSE
    assert main([*arguments, "--max-drop", "12"]) == FINE
    assert main([*arguments, "--max-drop", "6", "--max-drop", "maths=12"]) == FINE
    assert main([*arguments, "--max-drop", "12", "--max-drop", "maths=1"]) == WORSE
    assert main([*arguments, "--max-drop", "12", "--max-drop", "poems=1"]) == UNUSABLE
    assert main([*arguments, "--max-drop", "12", "--max-memory", "1.1"]) == UNUSABLE, "runs do not tell their memory"
    for nonsense in ("101", "maths=", "-1"):
        with pytest.raises(SystemExit):
            main([*arguments, f"--max-drop={nonsense}"])


def test_it_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", worse_in_maths(3))
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new"), "--json"]) == WORSE
    data = json.loads(capsys.readouterr().out)
    assert {check["title"] for check in data["checks"] if check["outcome"] == "failed"} == {"maths", "overall"}
    assert data["engines"][0]["worse"][0]["reading_b"] == TRUTH[:-3]


def test_build_servers_and_pull_requests_get_their_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    hostile = engine_info("crnn@onnx", display_name="a|b<i>")
    run_of(tmp_path, "new", [line(i, TRUTH if i < 10 else "") for i in range(20)], engines=(hostile,))
    arguments = ["compare", str(tmp_path / "old"), str(tmp_path / "new"), "--markdown", "--max-time", "2"]
    assert main([*arguments, "--junit", str(tmp_path / "gate.xml")]) == WORSE
    said = capsys.readouterr().out
    rows = [row for row in said.splitlines() if row.startswith("| ")]
    assert len(rows) == 5 and sum("❌ beyond" in row for row in rows) == 2
    assert r"a\|b\<i\>" in said and "<i>" not in said
    suite = ElementTree.parse(tmp_path / "gate.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "4",
        "2",
        "0",
        "0",
    )
    assert sum(case.find("failure") is not None for case in suite) == 2


@pytest.mark.parametrize("more", [["--engine", "nobody"], ["--scenario", "nowhere"]])
def test_what_cannot_be_compared_has_a_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", steady())
    assert main(["compare", "old", "new", "--runs", str(tmp_path), *more]) == UNUSABLE
    assert main(["compare", "old", "none", "--runs", str(tmp_path)]) == UNUSABLE
    run_of(tmp_path, "apart", [line(i, TRUTH, name=f"other{i}.png") for i in range(3)])
    assert main(["compare", "old", "apart", "--runs", str(tmp_path)]) == UNUSABLE
    assert capsys.readouterr().err.count("error: ") == 3


def test_a_part_of_the_lines_never_passes_for_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "part", steady()[:5], state="cancelled")
    arguments = ["compare", "old", "part", "--runs", str(tmp_path)]
    assert main(arguments) == UNUSABLE
    refused = capsys.readouterr().err
    assert "5 lines are in both runs; 15 more are in old alone and 0 in part alone" in refused
    assert "The run part is not complete: it is cancelled." in refused and "--common" in refused
    assert main([*arguments, "--common"]) == FINE
    assert main([*arguments, "--common", "--min-lines", "6"]) == UNUSABLE


def test_nothing_read_is_not_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady(None))
    run_of(tmp_path, "new", steady(None))
    assert main(["compare", "old", "new", "--runs", str(tmp_path)]) == UNUSABLE
    assert "neither run could read any of the common lines" in capsys.readouterr().err
