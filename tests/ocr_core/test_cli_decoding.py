"""The options of the command line that say how lines are decoded."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ocr_core.cli_decoding import add_decoding, decoding_of
from ocr_core.ctc.decoding import Decoding
from ocr_core.errors import DecodingError


def parsed(*arguments: str) -> Decoding:
    parser = argparse.ArgumentParser()
    add_decoding(parser)
    return decoding_of(parser.parse_args(arguments))


def test_nothing_asked_for_is_the_usual() -> None:
    assert parsed() == Decoding() and parsed().is_usual


def test_options_become_one_decoding(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\ufeff甲\r\n\n乙\t2\n", encoding="utf-8")
    listed = str(tmp_path / "list.txt")
    found = parsed(
        "--decoder", "beam+zh", "--allow", "digits", "--allow=-/", "--forbid", "8", "--pattern", "date", "--lexicon",
        listed, "--lexicon-weight", "2", "--hotwords", listed, "--n-best", "3",
    )  # fmt: skip
    assert (found.decoder, found.allow, found.forbid, found.pattern) == ("beam+zh", "digits -/", "8", "date")
    assert found.lexicon == ("甲", "乙\t2") and found.lexicon_weight == 2 and found.n_best == 3
    assert found.weighed_hotwords() == {"甲": 3.0, "乙": 2.0}


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"\n", "empty")])
def test_a_list_that_cannot_be_used_is_said(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(DecodingError, match=says):
        parsed("--lexicon", str(tmp_path / "list.txt"))
