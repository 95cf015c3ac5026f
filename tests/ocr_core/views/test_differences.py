from hypothesis import given
from hypothesis import strategies as st

from ocr_core.views.differences import Marked, marked_readings

READINGS = st.lists(st.lists(st.sampled_from("字鉴看ab"), max_size=8), max_size=4)


def shown(readings: list[str]) -> list[str]:
    """Writes differing characters in brackets and nothing as _."""
    return [
        "".join("_" if m.index is None else f"[{m.text}]" if m.differs else m.text for m in line)
        for line in marked_readings(readings)
    ]


@given(READINGS)
def test_every_character_appears_once_in_order(readings: list[list[str]]):
    marked = marked_readings(readings)
    assert [[m.text for m in line if m.index is not None] for line in marked] == readings
    for line in marked:
        assert [m.index for m in line if m.index is not None] == list(range(sum(m.index is not None for m in line)))


@given(READINGS)
def test_what_is_unmarked_is_the_same_in_all(readings: list[list[str]]):
    agreed = [[m.text for m in line if not m.differs] for line in marked_readings(readings)]
    assert all(line == agreed[0] for line in agreed)


@given(st.lists(st.sampled_from("字鉴看"), max_size=8), st.integers(1, 4))
def test_equal_readings_have_no_marks(reading: list[str], engines: int):
    assert not any(m.differs for line in marked_readings([reading] * engines) for m in line)


def test_substitution_insertion_and_nothing():
    assert shown(["字鉴看", "字监看"]) == ["字[鉴]看", "字[监]看"]
    assert shown(["字看", "字鉴看"]) == ["字_看", "字[鉴]看"]
    assert shown(["字鉴看", ""]) == ["[字][鉴][看]", "_"]
    assert shown([]) == []


def test_the_majority_is_the_pivot_but_every_engine_is_marked():
    assert shown(["字鉴", "字鉴", "字监"]) == ["字[鉴]", "字[鉴]", "字[监]"]


def test_marks_name_the_place_in_the_reading():
    assert marked_readings(["ab", "b"])[1] == [Marked(None, "", True), Marked(0, "b", False)]
