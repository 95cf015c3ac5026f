import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.views import colours

SPANS = st.lists(
    st.tuples(st.sampled_from("abcdefghijklmnop"), st.floats(0, 100), st.floats(0, 10)).map(
        lambda s: (s[0], s[1], s[1] + s[2])
    ),
    max_size=40,
)


@given(SPANS)
def test_every_symbol_gets_one_valid_hue(spans: list[tuple[str, float, float]]):
    hues = colours.hues_apart(spans)
    assert set(hues) == {symbol for symbol, _, _ in spans}
    assert all(0 <= hue < colours.HUES for hue in hues.values())


def test_neighbours_differ_in_hue():
    line = [(chr(0x4E00 + i % 23), float(i), i + 2.5) for i in range(200)]
    hues = colours.hues_apart(line)
    for (a, _, _), (b, _, _) in itertools.pairwise(line):
        assert hues[a] != hues[b]


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#000000;background:url(x)", "#000000\n"])
def test_only_plain_colours_reach_a_style(colour: str):
    with pytest.raises(ValueError):
        colours.checked_colour(colour)


def test_lightened_moves_to_white():
    assert colours.lightened("#000000", 1.0) == "#ffffff"
    assert colours.lightened("#204060", 0.0) == "#204060"
