"""Sets of lines: scenarios whole and in parts, single characters apart, everything once in overall."""

from __future__ import annotations

from eval.runs.line_sets import line_sets


def sets_of(*lines: tuple[str | None, str]) -> list[tuple[str, str, list[int]]]:
    found = line_sets([title for _, title in lines], [scenario for scenario, _ in lines])
    return [(one.title, one.kind, one.members.tolist()) for one in found]


def test_parts_of_a_scenario_are_counted_together_and_apart() -> None:
    found = sets_of(
        ("maths", "maths"),
        ("handwriting", "handwriting (face)"),
        ("handwriting", "handwriting (pen)"),
        ("handwriting", "handwriting (face)"),
    )
    assert found == [
        ("handwriting", "scenario", [1, 2, 3]),
        ("handwriting (face)", "part", [1, 3]),
        ("handwriting (pen)", "part", [2]),
        ("maths", "scenario", [0]),
        ("overall", "overall", [0, 1, 2, 3]),
    ]


def test_single_characters_are_never_mixed_with_lines() -> None:
    found = sets_of(("handwriting", "handwriting"), ("handwriting", "handwriting (single characters) [digits]"))
    assert found == [
        ("handwriting", "scenario", [0]),
        ("handwriting (single characters) [digits]", "single_characters", [1]),
        ("overall", "overall", [0]),
    ]


def test_single_characters_alone_are_overall() -> None:
    assert sets_of((None, "x (single characters)"))[-1] == ("overall", "overall", [0])


def test_titles_without_a_scenario_stand_by_themselves() -> None:
    found = sets_of((None, "receipts"), ("print", "print [a]"), (None, "mail"))
    assert [entry[:2] for entry in found] == [
        ("print [a]", "scenario"),
        ("receipts", "other"),
        ("mail", "other"),
        ("overall", "overall"),
    ]


def test_titles_of_sets_are_unique() -> None:
    titles = [title for title, *_ in sets_of(("print", "print"), ("print", "print [old]"))]
    assert len(set(titles)) == len(titles) == 4
