"""A drawn run is a run like any other, and `python -m eval scale` sums it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cli import main
from eval.runs.store import RunFolder
from eval.scale import drawn_run


def test_a_drawn_run_is_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(drawn_run, "_DRAWN", 40)  # so that a short run repeats its texts too
    assert main(["scale", "draw", "--lines", "101", "--name", "many", "--runs", str(tmp_path)]) == 0
    run = RunFolder.open(tmp_path / "many")
    records = list(run.records())
    assert [record.index for record in records] == [index for index in range(101) for _ in drawn_run.MODELS]
    assert len({record.name for record in records}) == 101 and records[0].truth == records[80].truth
    assert main(["scale", "summarise", str(run.path)]) == 0
    summary = run.summary()
    assert summary and summary["complete"] and summary["lines"] == 101 and summary["sets"][-1]["groups"] == 6
    assert "202 readings" in capsys.readouterr().out
