"""docs/sharing.md keeps its word: every command in it is one that there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from eval.cli import _parser

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "sharing.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("  #")[0].strip()
    for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_parses(command: str) -> None:
    assert callable(_parser().parse_args(shlex.split(command)[3:]).run)
