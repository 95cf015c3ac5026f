"""Running hand: components are found where they are, forms lie in their places, and only the hurried use them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ocr_core.synth import strokes
from ocr_core.synth.pen import write_line
from ocr_core.synth.running import COMPONENTS, Component, found_in, running_hand, strokes_of
from ocr_core.synth.writer import Writer
from tests.conftest import Materials

MOUTH, SUN = ([each.name for each in COMPONENTS].index(name) for name in ("mouth", "sun"))


@pytest.fixture(autouse=True)
def _with(materials: Materials) -> None:
    """Every test here is of the materials."""


def _writer(speed: float, seed: int) -> Writer:
    writer = Writer.sample(np.random.default_rng(seed))
    return dataclasses.replace(writer, motion=dataclasses.replace(writer.motion, speed=speed))


def _components_of(character: str) -> list[int]:
    glyph = strokes.glyph_index()[character][0]
    hand = running_hand()
    return [int(hand.component[place]) for place in range(hand.first_place[glyph], hand.first_place[glyph + 1])]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_forms_fill_their_box_with_no_more_strokes(component: Component) -> None:
    assert len({count for _, _, count in component.seen_in}) == 1
    for form in component.forms:
        drawn = strokes_of(form)
        assert len(drawn) <= component.seen_in[0][2] + (
            component.name == "grass"
        )  # the older of its two forms has four
        points = np.concatenate(drawn)
        assert points.min() >= 0 and points.max() <= 1 and (np.ptp(points, axis=0) > 0.4).all()


def test_a_box_and_a_sun_are_told_apart() -> None:
    assert _components_of("口") == [MOUTH]
    assert _components_of("日") == [SUN]


def test_forms_lie_where_their_component_was() -> None:
    bank = strokes.stroke_bank()
    places, forms = found_in(bank)
    assert len(places)
    for glyph, _, first, count, form, form_count in places.tolist():
        assert bank.glyph_start[glyph] <= first and first + count <= bank.glyph_start[glyph + 1]
        own = bank.points[bank.stroke_start[first] : bank.stroke_start[first + count]]
        for f in range(form, form + form_count):
            ends = forms.stroke_start[forms.glyph_start[f : f + 2]]
            new = forms.points[ends[0] : ends[1]]
            assert (new >= own.min(0) - 0.01).all() and (new <= own.max(0) + 0.01).all()


def test_places_do_not_overlap() -> None:
    places, _ = found_in(strokes.stroke_bank())
    assert (places[1:, 2] >= places[:-1, 2] + places[:-1, 3]).all()


def test_the_hurried_take_forms_and_keep_to_them() -> None:
    hand = running_hand()
    glyph = np.array([strokes.glyph_index()["口"][0]] * 20)
    first, end = hand.bank.glyph_start[glyph[0] : glyph[0] + 2].tolist()
    line = np.tile(np.arange(first, end), 20)
    char = np.repeat(np.arange(20), end - first)

    def forms(speed: float, seed: int) -> int:
        replaced, owner = hand.replaced(line, char, glyph, _writer(speed, seed), np.random.default_rng(1))
        assert (np.diff(owner) >= 0).all() and set(owner.tolist()) == set(range(20))
        return sum(
            bool((replaced[owner == c] >= first + end).any() or len(replaced[owner == c]) < 3) for c in range(20)
        )

    slow = [forms(0.0, seed) for seed in range(20)]
    fast = [forms(1.0, seed) for seed in range(20)]
    assert max(slow) <= 8 and np.mean(fast) > 15


def test_lines_in_running_hand_keep_label_and_boxes() -> None:
    writer = _writer(1.0, 3)
    ink = write_line("口日 心ab", writer, np.random.default_rng(2), 56, None, running_hand())
    assert ink.text == "口日 心ab" and ink.boxes.shape == (6, 4) and np.isfinite(ink.boxes).all()
    plain = write_line("口日 心ab", writer, np.random.default_rng(2), 56)
    assert ink.coverage.shape != plain.coverage.shape or (ink.coverage != plain.coverage).any()
