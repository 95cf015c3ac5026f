"""The commands, end to end, with engines in place of networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import cli
from eval.committed import tables


def test_results_command_rewrites_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[Path, Path]] = []
    monkeypatch.setattr(tables, "rewrite_readme", lambda *paths: called.append(paths))
    assert cli.main(["results", "--markdown", "-o", str(tmp_path / "r.json")]) == 0
    assert called == [(tables.README_FILE, tmp_path / "r.json")]
    assert "README.md" in capsys.readouterr().out
