"""Lines that tell engines apart are chosen by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.samples.choice import (
    DECODER,
    WANTED,
    ReadLine,
    choose,
    count_kinds,
    read_choice,
    winner_of,
    written,
)
from ocr_core.errors import DatasetError

TRUTH = "看清每个字"


def line(picture: str, convnext: str, crnn: str, scenario: str = "print", decoded: str = "") -> ReadLine:
    readings = {"convnext_tiny": convnext, "crnn": crnn}
    readings |= {f"crnn+{DECODER}": decoded} if decoded else {}
    return ReadLine("set", picture, scenario, TRUTH, readings)


def test_the_one_that_alone_is_right_wins() -> None:
    assert winner_of(line("a", TRUTH, "看清每个宇")) == ("convnext_tiny", "convnext_tiny")
    assert winner_of(line("a", "看清毎个宇", TRUTH)) == ("crnn", "crnn")
    assert winner_of(line("a", TRUTH, TRUTH)) is None
    assert winner_of(line("a", "看清", "看")) is None


def test_the_language_model_wins_only_where_both_networks_err() -> None:
    both = line("a", "看清每个宇", "看请每个字", decoded=TRUTH)
    assert winner_of(both) == (DECODER, f"crnn+{DECODER}")
    assert winner_of(line("a", TRUTH, "看请每个字", decoded=TRUTH)) == ("convnext_tiny", "convnext_tiny")


def test_few_errors_come_first_and_kinds_of_line_take_turns() -> None:
    lines = [
        line("bad", TRUTH, "看甲乙丙丁"),
        line("one", TRUTH, "看清每个宇"),
        line("other", TRUTH, "看清每个孛"),
        line("sign", TRUTH, "看甲乙个字", scenario="background"),
    ]
    assert [each.picture for each in choose(lines, {"convnext_tiny": 4})] == ["one", "sign", "other", "bad"]


def test_errors_of_spaces_marks_and_case_tell_nothing() -> None:
    spaced = ReadLine("set", "a", "print", "看清 OPEN", {"convnext_tiny": "看清 OPEN", "crnn": "看清OPEN"})
    case = ReadLine("set", "b", "print", "看清 OPEN", {"convnext_tiny": "看清 OPEN", "crnn": "看清 oPEN"})
    short = ReadLine("set", "c", "print", "看清", {"convnext_tiny": "看清", "crnn": "看请"})
    assert choose([spaced, case, short]) == ()
    assert count_kinds([spaced, case, short])["convnext_tiny"] == 3


@given(st.permutations([line(str(i), TRUTH, f"看清每个{c}") for i, c in enumerate("宇孛学孚")]))
def test_the_order_of_reading_changes_nothing(lines: list[ReadLine]) -> None:
    assert [each.picture for each in choose(lines)] == ["0", "1", "2"]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    chosen = choose([line("one", TRUTH, "看清每个宇")])
    file = tmp_path / "telling.json"
    file.write_text(written(chosen, {"crnn": "0f"}, 1, {}), encoding="utf-8")
    assert read_choice(file) == (chosen, {"crnn": "0f"})


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1, "models": {}, "chosen": [{"folder": "a"}]}'])
def test_another_file_is_refused_in_words(content: str, tmp_path: Path) -> None:
    (tmp_path / "telling.json").write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match="does not hold chosen lines"):
        read_choice(tmp_path / "telling.json")


def test_enough_of_each_kind_are_committed() -> None:
    chosen, _ = read_choice()
    assert {kind: sum(each.kind == kind for each in chosen) for kind in WANTED} == WANTED
