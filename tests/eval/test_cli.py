"""Commands that have no room of their own in the tests: what they call, and what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import cli
from eval.committed import pages


def test_results_command_rewrites_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[Path, ...]] = []
    monkeypatch.setattr(pages, "rewrite", lambda *paths: called.append(paths))
    assert cli.main(["results", "--markdown", "-o", str(tmp_path / "r.json")]) == 0
    assert called == [(pages.README_FILE, pages.PAGE_FILE, tmp_path / "r.json")]
    assert "README.md" in capsys.readouterr().out
