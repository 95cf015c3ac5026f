"""The decoders side by side: the same posteriors for all, and what the committed figures of them say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.committed import decoders
from eval.committed.decoders import GUIDE_FILE, markdown, read_rows, with_table
from eval.decoders_side_by_side import SideBySide
from ocr_core.ctc.decoder import GREEDY
from ocr_core.ctc.decoders import decoder
from ocr_core.ctc.greedy import greedy
from ocr_core.errors import DatasetError
from ocr_core.settings import DECODERS
from tests.ocr_core.ctc.brute_force import posteriors_of


def test_every_decoder_reads_the_same_posteriors_and_the_first_is_returned() -> None:
    posteriors = posteriors_of([[0.6, 0.4], [0.6, 0.4]])  # the best path is empty, the likeliest text is not
    beside = SideBySide({"greedy": GREEDY, "beam": decoder("beam", posteriors.charset, Path("nowhere"))})
    beside.begin()
    assert beside.decode(posteriors, greedy(posteriors)).runs == ()
    assert (beside.text("greedy"), beside.text("beam")) == ("", "甲")
    beside.decode(posteriors, greedy(posteriors))  # another section of the same line
    assert beside.text("beam") == "甲甲"
    beside.begin()
    assert beside.text("beam") == ""


def test_the_committed_figures_have_every_decoder_of_every_set() -> None:
    rows = read_rows()
    keys = {(row["set"], row["title"], row["model"]) for row in rows}
    assert len(rows) == len(keys) * len(DECODERS) > 0
    table = markdown(rows).splitlines()
    assert len(table) == len(keys) + 2
    assert all(row["gain"] == 0 for row in rows if row["decoder"] == "greedy")


def test_the_guide_shows_the_committed_figures() -> None:
    guide = GUIDE_FILE.read_text(encoding="utf-8")
    assert with_table(guide, read_rows()) == guide
    with pytest.raises(DatasetError, match="once each"):
        with_table("no markers", read_rows())
    with pytest.raises(DatasetError, match="python -m eval decoders"):
        with_table(guide, [])


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.json") == []
    (tmp_path / "old.json").write_text('{"format": 0, "rows": []}', encoding="utf-8")
    with pytest.raises(DatasetError, match="python -m eval decoders"):
        read_rows(tmp_path / "old.json")


def test_rows_are_kept_of_models_whose_weights_are_the_same(tmp_path: Path) -> None:
    rows = [{"model": "crnn", "set": "a"}, {"model": "convnext_tiny", "set": "a"}]
    kept = {"format": 1, "models": {"crnn": "then", "convnext_tiny": "same"}, "rows": rows}
    path = tmp_path / "decoders.json"
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert decoders._earlier(path, {"crnn": "now", "convnext_tiny": "same"}) == rows[1:]
    path.write_text(json.dumps({**kept, "format": 0}), encoding="utf-8")
    assert decoders._earlier(path, kept["models"]) == []
