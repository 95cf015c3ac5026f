"""Which rows a table shows, and what is said of lines that could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from eval.runs.summary_types import Summary
from eval.runs.table import main_rows, table
from eval.runs.unread import PARTIAL_CODE, UNREAD_CODE, unread
from tests.eval.made_up import engine_info, record, run_info


def summary_of(folder: Path, titles: list[tuple[str, str]], readings: list[str | None]) -> Summary:
    run = RunFolder.create(folder, run_info(engines=(engine_info(), engine_info("tesseract@program"))))
    for index, ((scenario, title), reading) in enumerate(zip(titles, readings, strict=True)):
        for engine in ("crnn@onnx", "tesseract@program"):
            recognition = None if reading is None else {"text": reading, "characters": []}
            facts: dict[str, Any] = {"truth": "x²。", "reading": reading, "recognition": recognition}
            run.append(record(index, engine, scenario=scenario, title=title, group=str(index), **facts))
    return summarise(run)


def test_maths_is_also_shown_raw_and_handwriting_without_punctuation(tmp_path: Path) -> None:
    titles = [("maths", "maths"), ("handwriting", "handwriting"), ("handwriting", "handwriting (single characters)")]
    rows = main_rows(summary_of(tmp_path, titles, ["x2。", "x²", "x²。"]))
    mine = [(row["title"], row["profile"]) for row in rows if row["engine"] == "crnn@onnx"]
    assert mine == [
        ("handwriting", "nfkc"),
        ("handwriting", "nfkc_no_punctuation"),
        ("handwriting (single characters)", "nfkc"),
        ("maths", "nfkc"),
        ("maths", "canonical"),
        ("overall", "nfkc"),
    ]
    exact = {(row["title"], row["profile"]): row["exact_match"]["value"] for row in rows}
    assert exact["maths", "nfkc"] == 1 and exact["maths", "canonical"] == 0
    assert exact["handwriting", "nfkc"] == 0 and exact["handwriting", "nfkc_no_punctuation"] == 1


def test_engines_of_a_set_stand_beneath_each_other(tmp_path: Path) -> None:
    text = table(summary_of(tmp_path, [("print", "print")] * 2, ["x²。", None]), "raw")
    header, *rows = text.splitlines()
    assert [row.split()[:4] for row in rows] == [["print", "raw", "CRNN", "1"], ["print", "raw", "TESSERACT", "1"]]
    assert {len(row) for row in rows} == {len(header)}, "the last column stands on the right"


def test_what_could_not_be_read_is_counted_by_engine() -> None:
    def engine(name: str, lines: int, failures: int) -> dict[str, Any]:
        return {"key": name, "display_name": name, "lines": lines, "failures": failures, "missing": 5}

    def found(*engines: dict[str, Any]):
        return unread(cast(Summary, {"engines": list(engines)}))

    fine = found(engine("a", 10, 0))
    assert (fine.share, fine.sentence, fine.code(0.0)) == (0.0, "Every engine could read all its 10 lines.", 0)
    some = found(engine("a", 10, 0), engine("b", 6, 2))
    assert some.share == 0.25 and some.words(0.5) == "Could not be read: 2 of 8 lines by b (25.0%)."
    assert (some.code(0.25), some.code(0.2)) == (0, PARTIAL_CODE)
    one_engine_read_nothing = found(engine("a", 10, 0), engine("b", 0, 10))
    assert one_engine_read_nothing.code(1.0) == UNREAD_CODE
    assert one_engine_read_nothing.words(1.0) == "FAILED: Could not be read: 10 of 10 lines by b (100.0%)."
    assert found(engine("a", 0, 0)).code(1.0) == UNREAD_CODE


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_nothing_read_fails_whatever_is_allowed(share: float) -> None:
    nothing = unread(cast(Summary, {"engines": [{"display_name": "a", "lines": 0, "failures": 3}]}))
    assert nothing.code(share) == nothing.code(1.0) == UNREAD_CODE
