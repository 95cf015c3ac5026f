"""The pen: labels, boxes, repeatability, and that neat writing stays close to the school book.

Uses a bank of a few glyphs made here, so that nothing needs to be fetched.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.errors import CharsetError
from ocr_core.synth import latin_strokes, strokes
from ocr_core.synth.pen import can_write, write_line
from ocr_core.synth.writer import Writer, varied

MEDIANS = {
    "一": [[[100, 380], [900, 400]]],
    "十": [[[100, 400], [900, 410]], [[500, 780], [500, -60]]],
    "口": [[[250, 600], [280, 150]], [[260, 600], [740, 620], [720, 160]], [[290, 180], [710, 190]]],
    "心": [
        [[150, 300], [120, 200]],
        [[300, 420], [320, 150], [600, 100], [740, 130], [730, 260]],
        [[430, 520], [500, 430]],
        [[700, 420], [820, 300]],
    ],
}


@pytest.fixture(autouse=True, scope="module")
def small_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("materials")
    package = folder / "npm" / strokes.PACKAGE / "package"
    package.mkdir(parents=True)
    for character, medians in MEDIANS.items():
        (package / f"{character}.json").write_text(json.dumps({"medians": medians}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIJIAN_MATERIALS", str(folder))
        _forget()
        yield
    _forget()


def _forget() -> None:
    strokes.stroke_bank.cache_clear()
    strokes.glyph_index.cache_clear()


def _neat(seed: int = 1) -> Writer:
    """A writer of the school book itself: no habits, no hurry, no irregularity."""
    writer = Writer.sample(np.random.default_rng(seed))
    parts = np.tile(np.array([1, 1, 0, 0], dtype=np.float32), (4, 1))
    hand = dataclasses.replace(
        writer.hand, slant=0.0, rise=0.0, bow=0.0, aspect=1.0, hook=1.0, dot=1.0, warp=np.zeros_like(writer.hand.warp),
        parts=parts, part_spread=0.0, stroke_spread=0.0, turn_spread=0.0, warp_spread=0.0,
    )  # fmt: skip
    motion = dataclasses.replace(
        writer.motion, speed=0.0, smoothing=0.1, dwell=3.0, joining=0.0, reversal=0.0, tremor=0.0, latin_joining=0.0
    )
    layout = dataclasses.replace(
        writer.layout, size_spread=0.0, gap=0.1, gap_spread=0.0, shift_spread=0.0, slope=0.0, wave=0.0, small=0.0
    )
    nib = dataclasses.replace(writer.nib, width=0.03, pressure_spread=0.0, broad=0.0)
    return Writer(writer.seed, hand, motion, layout, nib, dots_full_stops=False)


def test_every_skeleton_is_well_formed() -> None:
    for character in latin_strokes.characters():
        for way in latin_strokes.skeletons(character):
            assert way, character
            for points, corners in way:
                assert len(points) >= 2, character
                assert np.isfinite(points).all(), character
                assert points.min() > -0.35 and points.max() < 1.1, character
                assert all(0 < corner < len(points) - 1 for corner in corners), character


def test_printable_ascii_can_be_written() -> None:
    assert all(can_write(chr(code)) for code in range(0x20, 0x7F))
    assert not can_write("鬱")


def test_unknown_characters_and_empty_lines_are_refused() -> None:
    rng = np.random.default_rng(0)
    writer = Writer.sample(rng)
    with pytest.raises(CharsetError, match="鬱"):
        write_line("十鬱", writer, rng)
    with pytest.raises(CharsetError):
        write_line("  ", writer, rng)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="一十口心aZg7，。 ①(", min_size=1, max_size=14), seed=st.integers(0, 2**31))
def test_boxes_hold_ink_and_follow_the_text(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    if not text.strip():
        return
    writer = Writer.sample(rng)
    ink = write_line(text, writer, rng, 48)
    assert ink.text == writer.spell(text)
    assert ink.coverage.dtype == np.uint8 and ink.coverage.shape[0] == 48
    assert ink.boxes.shape == (len(text), 4) and np.isfinite(ink.boxes).all()
    assert (ink.boxes[:, 2] >= ink.boxes[:, 0]).all() and (ink.boxes[:, 3] >= ink.boxes[:, 1]).all()
    for character, (x0, y0, x1, y1) in zip(ink.text, ink.boxes, strict=True):
        if character != " ":
            inside = ink.coverage[max(0, int(y0)) : int(np.ceil(y1)) + 1, max(0, int(x0)) : int(np.ceil(x1)) + 1]
            assert inside.size and inside.max() > 0, character


def test_boxes_are_tight_around_a_neat_writer() -> None:
    ink = write_line("十 口", _neat(), np.random.default_rng(3), 64)
    for x0, y0, x1, y1 in ink.boxes[[0, 2]]:
        around = np.zeros_like(ink.coverage)
        left, right = int(x0) - 3, int(x1) + 4
        around[:, max(0, left) : right] = ink.coverage[:, max(0, left) : right]
        rows, columns = np.nonzero(around > 100)
        np.testing.assert_allclose(
            [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], [x0, y0, x1, y1], atol=2.0
        )
    gap = ink.boxes[1]
    assert gap[0] == ink.boxes[0, 2] and gap[2] == ink.boxes[2, 0] and gap[2] - gap[0] > 5


def test_a_neat_cross_is_drawn_where_the_school_book_has_it() -> None:
    ink = write_line("十", _neat(), np.random.default_rng(0), 64)
    x0, y0, x1, y1 = ink.boxes[0]
    across = ink.coverage[round(float(y0 + (y1 - y0) * 0.45)), int(x0) + 3 : int(x1) - 3]
    down = ink.coverage[int(y0) + 3 : int(y1) - 3, round(float(x0 + x1) / 2)]
    assert (across > 0).mean() > 0.9 and (down > 0).mean() > 0.9


def test_same_writer_and_generator_write_the_same_line() -> None:
    first, second = (write_line("心口 ab", Writer.sample(r), r) for r in (np.random.default_rng(9) for _ in range(2)))
    np.testing.assert_array_equal(first.coverage, second.coverage)
    np.testing.assert_array_equal(first.boxes, second.boxes)


def test_a_repeated_character_is_alike_but_not_the_same() -> None:
    rng = np.random.default_rng(4)
    writer = Writer.sample(rng)
    boxes = write_line("心心", writer, rng, 64).boxes
    sizes = boxes[:, 2:] - boxes[:, :2]
    assert not np.allclose(sizes[0], sizes[1], atol=1e-3)
    assert (np.abs(np.log(sizes[0] / sizes[1])) < 0.5).all()


def test_habits_of_a_writer_repeat_and_differ_between_writers() -> None:
    key = np.arange(2000)
    writer = Writer.sample(np.random.default_rng(1))
    rigid = dataclasses.replace(writer, hand=dataclasses.replace(writer.hand, sameness=1.0))
    again, other = (varied(w, np.random.default_rng(5), key, 3) for w in (rigid, dataclasses.replace(rigid, seed=77)))
    np.testing.assert_array_equal(varied(rigid, np.random.default_rng(6), key, 3), again)
    assert abs(np.corrcoef(again[:, 0], other[:, 0])[0, 1]) < 0.1
    assert abs(np.corrcoef(again[:, 0], again[:, 1])[0, 1]) < 0.1
    assert abs(again.mean()) < 0.05 and abs(again.std() - 1) < 0.05


def test_dot_for_full_stop_changes_the_label() -> None:
    writer = dataclasses.replace(_neat(), dots_full_stops=True)
    assert write_line("十。", writer, np.random.default_rng(0)).text == "十."
    assert write_line("十。", _neat(), np.random.default_rng(0)).text == "十。"


def test_joining_leaves_fewer_separate_pieces() -> None:
    def pieces(joining: float) -> int:
        neat = _neat()
        motion = dataclasses.replace(neat.motion, joining=joining, join_reach=5.0, link_pressure=0.9)
        ink = write_line("心心心", dataclasses.replace(neat, motion=motion), np.random.default_rng(2), 64)
        return cv2.connectedComponents((ink.coverage > 60).astype(np.uint8))[0] - 1

    assert pieces(0.0) == 12
    assert pieces(1.0) <= 6


def test_the_converted_bank_is_read_back_without_the_package(tmp_path: Path) -> None:
    bank = strokes.stroke_bank()
    hanzi = bank.glyph_code[bank.glyph_code > 0x4E00 - 1]
    assert {chr(code) for code in hanzi if chr(code) in MEDIANS} == set(MEDIANS)
    first, ways = strokes.glyph_index()["口"]
    assert ways == 1
    assert bank.glyph_start[first + 1] - bank.glyph_start[first] == 3
    kinds = bank.stroke_kind[bank.glyph_start[first] : bank.glyph_start[first + 1]]
    assert list(kinds) == [strokes.Kind.VERTICAL, strokes.Kind.TURNING, strokes.Kind.HORIZONTAL]
    assert strokes.stroke_bank() is bank


def test_only_kicks_count_as_hooks() -> None:
    bank, index = strokes.stroke_bank(), strokes.glyph_index()
    heart, mouth = (index[character][0] for character in "心口")
    hooks = [list(bank.stroke_hook[bank.glyph_start[g] : bank.glyph_start[g + 1]]) for g in (heart, mouth)]
    assert hooks[0][1] > 0
    assert hooks[1] == [0, 0, 0]


def test_exclamation_mark_keeps_its_dot() -> None:
    rng = np.random.default_rng(8)
    apart = 0
    for _ in range(60):
        ink = write_line("!", Writer.sample(rng), rng, 64)
        apart += cv2.connectedComponents((ink.coverage > 90).astype(np.uint8))[0] == 3
    assert apart >= 54
