"""Layout with faces made of blocks: boxes are where the ink is, and what is not covered is not drawn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.synth.faces import Face
from ocr_core.synth.glyphs import Glyph
from ocr_core.synth.layout import Setting, Typeface, cut_to_width, typeset

HANZI = "永和九年，。“”—"
LATIN = "abcxyz0123456789+=()'"


def face(name: str, characters: str) -> Face:
    return Face(f"{name}/regular", name, "hei", (), dict.fromkeys(characters, 0))


def block(face: Face, character: str) -> Glyph:
    """Hanzi fill 40 by 40 of 48 pixels, Latin letters 16 by 24 of 20, punctuation 10 by 10 at the lower left."""
    if face.family != "hanzi":
        return Glyph(np.full((24, 16), 255, dtype=np.uint8), 2, -24, 20.0)
    if character in "，。":
        return Glyph(np.full((10, 10), 255, dtype=np.uint8), 4, -8, 48.0)
    return Glyph(np.full((40, 40), 255, dtype=np.uint8), 4, -36, 48.0)


FACES = Typeface(face("hanzi", HANZI), face("latin", LATIN))


def lay(text: str, setting: Setting | None = None, kind: str = "roman"):
    return typeset([(text, kind)], FACES, block, setting or Setting(), np.random.default_rng(0))


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(alphabet=HANZI + LATIN, min_size=1, max_size=20),
    tracking=st.floats(0.0, 0.4),
    gap=st.sampled_from([0.0, 0.25]),
    tight=st.booleans(),
)
def test_every_box_holds_its_ink_and_boxes_are_in_order(text: str, tracking: float, gap: float, tight: bool) -> None:
    ink = lay(text, Setting(tracking=tracking, script_gap=gap, tight_punctuation=tight))
    assert ink is not None
    assert ink.text == text
    assert ink.boxes.shape == (len(text), 4)
    assert np.all(np.diff(ink.boxes.mean(axis=1)) > 0) or len(text) == 1
    covered = np.zeros(ink.coverage.shape, dtype=bool)
    for x0, y0, x1, y1 in ink.boxes:
        box = (slice(max(0, round(y0) - 1), round(y1) + 2), slice(max(0, round(x0) - 1), round(x1) + 2))
        assert ink.coverage[box].any()
        covered[box] = True
    assert not ink.coverage[~covered].any()


def test_an_uncovered_character_is_never_drawn_as_a_box() -> None:
    assert lay("永乐") is None
    assert lay("abcd") is None


def test_a_fallback_face_covers_what_the_others_lack() -> None:
    faces = replace(FACES, fallbacks=(face("signs", "≤"),))
    ink = typeset([("x≤y", "roman")], faces, block, Setting(), np.random.default_rng(0))
    assert ink is not None
    assert ink.source["faces"] == "latin,signs"


def test_the_automatic_gap_is_no_character_but_a_space_is() -> None:
    plain, gapped = lay("永a"), lay("永a", Setting(script_gap=0.25))
    assert plain is not None and gapped is not None
    assert gapped.text == "永a"
    assert gapped.boxes[1, 0] - plain.boxes[1, 0] == pytest.approx(12)
    spaced = lay("a b", Setting(word_space=1.5))
    assert spaced is not None
    assert spaced.boxes[1, 2] - spaced.boxes[1, 0] == pytest.approx(72)
    x0, x1 = round(float(spaced.boxes[1, 0])) + 1, round(float(spaced.boxes[1, 2])) - 1
    assert not spaced.coverage[:, x0:x1].any()


def test_scripts_are_small_and_off_the_baseline() -> None:
    ink = lay("a²b₁")
    assert ink is not None
    assert ink.text == "a²b₁"
    heights = []
    for x0, _, x1, _ in ink.boxes:
        rows = np.flatnonzero(ink.coverage[:, round(x0) + 2 : round(x1) - 2].any(axis=1))
        heights.append((int(rows[0]), int(rows[-1])))
    letter, raised, _, lowered = heights
    assert raised[1] < letter[1] - 8
    assert lowered[1] > letter[1]
    assert raised[1] - raised[0] < letter[1] - letter[0]


def test_quotes_are_wide_among_hanzi_and_narrow_in_latin() -> None:
    chinese = lay("“永”")
    assert chinese is not None
    assert chinese.source["faces"] == "hanzi"
    faces = replace(FACES, latin=face("latin", LATIN + "“”’"))
    english = typeset([("“a”", "roman")], faces, block, Setting(), np.random.default_rng(0))
    assert english is not None
    assert english.source["faces"] == "latin"


def test_cutting_keeps_whole_characters() -> None:
    ink = lay("永和九年")
    assert ink is not None
    cut = cut_to_width(ink, 110)
    assert cut is not None
    assert cut.text == "永和"
    assert cut.coverage.shape[1] < ink.coverage.shape[1]
    assert len(cut.boxes) == 2
    assert cut.coverage[:, int(cut.boxes[1, 2]) + 3 :].max(initial=0) == 0
    assert cut_to_width(ink, 1000) is ink
    assert cut_to_width(ink, 5) is None


def test_cutting_never_leaves_a_space_at_the_end() -> None:
    ink = lay("ab cx")
    assert ink is not None
    for width_px in range(20, 130, 3):
        cut = cut_to_width(ink, width_px)
        assert cut is None or cut.text == cut.text.strip(" ")


def test_jitter_moves_characters_but_keeps_boxes_true() -> None:
    setting = Setting(size_jitter=0.08, turn_jitter_rad=0.05, drift=0.04)
    ink = lay("永和九年永和九年", setting)
    assert ink is not None
    for x0, _, x1, _ in ink.boxes:
        columns = np.flatnonzero(ink.coverage[:, max(0, round(x0)) : round(x1)].any(axis=0))
        assert len(columns) > 0.7 * (x1 - x0)
    assert len(set(np.round(ink.boxes[:, 1], 2))) > 1


def test_degrees_are_drawn_as_one_sign_and_as_two_and_labelled_alike() -> None:
    with_sign = Typeface(face("hanzi", HANZI + "℃"), face("latin", LATIN + "°CF"))
    widths: set[float] = set()
    for seed in range(12):
        ink = typeset([("25℃", "roman")], with_sign, block, Setting(), np.random.default_rng(seed))
        assert ink is not None and ink.text == "25℃" and len(ink.boxes) == 3
        x0, _, x1, _ = ink.boxes[2]
        assert ink.coverage[:, round(x0) : round(x1)].any() and not ink.coverage[:, round(x1) + 1 :].any()
        widths.add(float(x1 - x0))
    assert widths == {40.0, 37.0}  # a hanzi's square of 40; two Latin letters of 16 with 4 between, and a pixel
    assert lay("25℃") is None
    only_typed = Typeface(face("hanzi", HANZI), face("latin", LATIN + "°CF"))
    drawn = [typeset([("℉", "roman")], only_typed, block, Setting(), np.random.default_rng(seed)) for seed in range(9)]
    assert all(ink is not None for ink in drawn)
