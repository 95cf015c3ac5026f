"""Tables of confusions: counts, order, lines to look at."""

from __future__ import annotations

from ocr_core.scoring.confusions import EXAMPLES, LineEdits, confusion_table


def test_the_commonest_come_first_with_lines_that_have_them() -> None:
    lines = [LineEdits(number, (("未", "末"),)) for number in range(10, 10 + EXAMPLES + 2)]
    table = confusion_table([*lines, LineEdits(5, (("a", "b"), ("a", "b"))), LineEdits(6, ())])
    assert table["edits"] == EXAMPLES + 2 + 2 and table["distinct"] == 2
    first, second = table["top"]
    assert first == {"truth": "未", "read": "末", "count": 7, "lines": 7, "examples": [10, 11, 12, 13, 14]}
    assert second == {"truth": "a", "read": "b", "count": 2, "lines": 1, "examples": [5]}


def test_only_so_many_are_kept_and_equal_ones_have_an_order() -> None:
    lines = [LineEdits(number, ((chr(0x4E00 + number), "x"),)) for number in range(9)]
    table = confusion_table(lines, most=3)
    assert [entry["truth"] for entry in table["top"]] == ["一", "丁", "丂"]
    assert table == confusion_table(reversed(lines), most=3)
