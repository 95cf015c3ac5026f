"""Running hand: how hurried people write the components that recur in hanzi, with fewer strokes than the school book.

Components are found in the bank's glyphs by the shape of neighbouring strokes, so nothing says by hand which character
holds what. The forms are drawn here. Knows nothing of how a line is laid out.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.synth.materials import derived_folder
from ocr_core.synth.strokes import Polyline, StrokeBank, bank_of, corners_of, even, joined, kind_of, stroke_bank
from ocr_core.synth.writer import Writer, hashed

Ints = NDArray[np.int64]
Form = str
"""Strokes apart by `/`, points by a space, each `x,y` in hundredths of the component's box, y up."""


@dataclass(frozen=True, slots=True)
class Component:
    """Neighbouring strokes that recur in many characters.

    Attributes:
        name: the component.
        seen_in: where it can be seen: a character, its first stroke there (from the end if negative), how many it has.
        forms: how people write it in a hurry.
    """

    name: str
    seen_in: tuple[tuple[str, int, int], ...]
    forms: tuple[Form, ...]


_SPEECH = ("40,100 55,88 / 35,62 35,3 100,32", "20,100 52,84 34,60 36,3 100,35")
_SILK = ("55,100 8,70 72,72 5,36 30,34 5,4 100,26", "60,100 15,72 70,76 8,38 95,40 / 2,8 100,24")
_METAL = ("45,100 0,62 / 28,80 88,82 12,52 82,55 / 45,78 45,3 100,25", "50,100 2,66 / 20,72 90,74 48,70 46,3 100,28")
_FOOD = ("50,100 0,60 / 28,76 95,78 46,58 45,3 100,30",)
_GATE = ("6,94 0,0 / 8,92 100,96 96,0 80,8", "12,100 25,90 / 0,82 4,0 / 30,96 100,96 95,2 78,8")
_SHELL = ("8,100 5,28 / 8,98 92,98 90,30 / 50,82 40,36 2,0 48,26 100,2",)

COMPONENTS: Final = (
    Component("mouth", (("口", 0, 3), ("吗", 0, 3), ("品", 0, 3), ("右", 2, 3)), (
        "0,96 10,4 / 2,94 100,92 84,6 10,6", "0,90 12,8 8,84 96,90 82,10 10,8", "5,95 10,14 50,2 95,30 90,85 8,90")),
    Component("sun", (("日", 0, 4), ("明", 0, 4), ("早", 0, 4), ("音", 5, 4)), (
        "2,100 4,0 / 4,98 98,98 96,2 / 8,52 92,54 6,5 96,6", "4,96 4,4 6,94 98,98 92,4 / 8,50 90,52 8,6 92,6")),
    Component("eye", (("目", 0, 5), ("眼", 0, 5)), (
        "2,100 4,0 / 4,98 98,98 96,2 / 8,70 90,72 8,38 92,40 6,4 96,5",)),
    Component("field", (("田", 0, 5), ("男", 0, 5)), ("2,96 8,2 / 4,94 98,96 90,4 / 8,50 92,52 50,94 50,6 8,6 92,8",)),
    Component("moon", (("月", 0, 4), ("期", 8, 4), ("明", 4, 4)), (
        "14,100 14,40 0,0 / 15,97 92,97 92,4 70,10 / 20,70 86,70 18,42 88,42",)),
    Component("shell", (("贝", 0, 4), ("则", 0, 4), ("财", 0, 4), ("员", 3, 4)), _SHELL),
    Component("shell, traditional", (("貝", 0, 7), ("財", 0, 7), ("買", 5, 7)), (
        "8,100 5,26 / 8,98 92,98 90,28 / 12,75 84,76 12,52 86,52 10,28 88,28 / 36,24 0,0 / 64,24 100,0",)),
    Component("speech", (("说", 0, 2), ("话", 0, 2), ("请", 0, 2)), _SPEECH),
    Component("speech, traditional", (("語", 0, 7), ("說", 0, 7), ("請", 0, 7)), (
        *_SPEECH, "45,100 58,90 / 5,72 88,76 30,52 32,3 100,30")),
    Component("water", (("江", 0, 3), ("没", 0, 3), ("法", 0, 3)), (
        "30,100 62,86 / 5,66 40,52 10,4 95,40", "62,100 36,78 28,30 14,2 95,36")),
    Component("ice", (("冷", 0, 2), ("况", 0, 2)), ("25,100 60,72 10,4 100,52",)),
    Component("person", (("他", 0, 2), ("你", 0, 2), ("们", 0, 2)), ("92,100 0,48 52,62 50,0",)),
    Component("step", (("行", 0, 3), ("很", 0, 3)), (
        "72,100 12,72 78,74 4,36 52,46 52,0", "80,100 30,76 10,70 60,66 50,0")),
    Component("hand", (("打", 0, 3), ("把", 0, 3), ("提", 0, 3)), (
        "0,72 96,78 / 56,100 56,3 12,26 100,50", "5,74 92,80 56,98 56,3 8,30 100,52")),
    Component("wood", (("林", 0, 4), ("样", 0, 4), ("校", 0, 4)), (
        "0,70 100,75 / 50,100 50,0 / 46,66 2,28 92,50", "0,70 100,74 50,98 50,2 10,34 95,52")),
    Component("grain", (("和", 0, 5), ("种", 0, 5), ("科", 0, 5)), (
        "86,100 18,88 / 0,68 100,72 / 52,90 52,0 / 46,64 2,28 92,50",
        "86,100 30,90 10,66 95,70 52,88 52,0 10,32 92,50")),
    Component("ox", (("物", 0, 4), ("特", 0, 4)), ("30,95 10,66 95,72 / 55,100 55,0 / 0,30 100,48",)),
    Component("silk", (("红", 0, 3), ("给", 0, 3), ("经", 0, 3)), _SILK),
    Component("silk, traditional", (("紅", 0, 6), ("給", 0, 6), ("經", 0, 6)), _SILK),
    Component("metal", (("钱", 0, 5), ("银", 0, 5), ("铁", 0, 5)), _METAL),
    Component("metal, traditional", (("錢", 0, 8), ("銀", 0, 8), ("鐵", 0, 8)), _METAL),
    Component("food", (("饭", 0, 3), ("饿", 0, 3)), _FOOD),
    Component("food, traditional", (("飯", 0, 8), ("餓", 0, 8)), _FOOD),
    Component("walk", (("过", -3, 3), ("这", -3, 3), ("道", -3, 3), ("进", -3, 3)), (
        "12,100 24,84 / 0,64 20,66 10,16 28,5 100,0", "14,100 24,88 / 14,62 8,14 34,3 100,4")),
    Component("heart below", (("想", -4, 4), ("您", -4, 4), ("忘", -4, 4)), (
        "4,64 0,30 / 22,74 30,10 64,4 74,40 / 44,88 58,72 80,80 100,52", "0,40 16,72 28,12 50,66 60,20 82,72 100,24")),
    Component("heart", (("快", 0, 3), ("情", 0, 3), ("怕", 0, 3)), (
        "8,48 92,74 / 50,100 50,0", "50,100 50,0 / 4,56 96,66")),
    Component("fire below", (("点", -4, 4), ("热", -4, 4), ("照", -4, 4)), (
        "0,20 20,80 34,20 54,74 70,20 100,62", "0,20 30,72 100,44")),
    Component("gate", (("门", 0, 3), ("问", 0, 3), ("间", 0, 3)), _GATE),
    Component("gate, traditional", (("門", 0, 8), ("問", 0, 8), ("間", 0, 8)), _GATE),
    Component("hill, left", (("阳", 0, 2), ("陈", 0, 2), ("院", 0, 2)), ("10,0 10,95 88,90 40,62 86,38 28,30",)),
    Component("hill, right", (("都", -2, 2), ("部", -2, 2), ("那", -2, 2)), ("6,0 8,95 92,92 46,62 90,38 24,30",)),
    Component("grass", (("花", 0, 3), ("草", 0, 3), ("英", 0, 3)), (
        "0,60 42,64 / 26,100 30,5 / 58,62 100,68 / 80,100 68,5", "24,100 36,42 76,100 60,40 / 0,30 100,42")),
    Component("bamboo", (("笑", 0, 6), ("第", 0, 6), ("等", 0, 6)), (
        "22,100 0,40 / 14,72 46,76 34,38 / 68,100 50,42 / 62,74 100,76 84,38",)),
    Component("roof", (("家", 0, 3), ("安", 0, 3), ("字", 0, 3)), ("48,100 52,74 / 4,66 0,16 6,60 100,64 88,24",)),
    Component("foot", (("跑", 0, 7), ("路", 0, 7), ("跟", 0, 7)), (
        "14,100 20,66 / 15,98 86,98 76,66 20,66 / 50,66 50,10 / 50,38 92,40 / 14,42 14,8 100,24",)),
    Component("jade", (("玩", 0, 4), ("理", 0, 4), ("现", 0, 4)), (
        "5,95 94,96 48,94 50,8 0,6 100,26 / 10,52 90,55", "5,92 92,94 20,52 88,56 48,92 48,8 0,6 100,26")),
    Component("earth", (("地", 0, 3), ("场", 0, 3), ("块", 0, 3)), ("8,66 92,70 / 50,100 50,10 0,6 100,26",)),
    Component("carriage", (("轻", 0, 4), ("较", 0, 4)), ("8,84 88,87 40,98 6,54 92,58 / 55,80 55,0 / 0,20 100,38",)),
    Component("rice", (("粉", 0, 6), ("精", 0, 6)), (
        "10,86 28,64 / 90,92 66,66 / 0,55 100,60 / 50,100 50,0 / 46,54 2,18 92,42",)),
    Component("woman", (("好", 0, 3), ("她", 0, 3), ("妈", 0, 3)), (
        "50,100 14,36 90,0 / 78,72 40,26 0,2 / 0,54 100,66",)),
    Component("spirit", (("神", 0, 4), ("视", 0, 4)), ("40,100 56,88 / 8,70 80,74 0,28 / 46,46 46,0 / 56,44 96,24",)),
    Component("clothes", (("被", 0, 5), ("初", 0, 5)), (
        "40,100 56,88 / 8,70 80,74 0,28 / 46,46 46,0 / 90,52 56,38 100,20",)),
    Component("bird", (("谁", 2, 8), ("难", 2, 8)), (
        "32,100 0,58 / 20,76 20,0 / 55,98 64,82 / 22,72 95,74 24,50 88,52 24,28 88,30 22,4 100,6",)),
)  # fmt: skip

_NEAR: Final = 0.24
"""How far a stroke's start, quarters and end may lie from the component's, in sides of its box."""
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class RunningHand:
    """R places in the bank's glyphs where a component is.

    Attributes:
        bank: the bank, and after its G glyphs every place's forms as glyphs of their own.
        first_place: `G + 1`; the places in glyph g are `first_place[g]` to `first_place[g + 1]`, in order of strokes.
        component: `R`, which of `COMPONENTS`.
        first_stroke: `R`, the first of the bank's strokes that a form replaces.
        count: `R`, how many of them.
        first_form: `R`, the glyph of the first form.
        form_count: `R`, how many forms there are.
    """

    bank: StrokeBank
    first_place: Ints
    component: Ints
    first_stroke: Ints
    count: Ints
    first_form: Ints
    form_count: Ints

    def replaced(
        self, stroke: Ints, char: Ints, glyph: Ints, writer: Writer, rng: np.random.Generator
    ) -> tuple[Ints, Ints]:
        """Returns a line's strokes and their characters with this writer's forms in place of components.

        Args:
            stroke: the bank's strokes in order of writing, S.
            char: which character each belongs to, S.
            glyph: the bank's glyph of every character, C.
            writer: who writes; most keep to one form of a component or write it out.
            rng: lets them change their mind now and then.
        """
        hurry = np.clip(1.5 * writer.motion.speed - 0.25, 0.0, 0.95)
        drawn = hashed(writer.seed, np.arange(len(COMPONENTS)) + 11_000_027, 2) >> np.uint64(11)
        chance = drawn.astype(np.float64) / (1 << 53)
        starts = np.searchsorted(char, np.arange(len(glyph)))
        pieces, owners, done = [], [], 0
        for c, g in enumerate(glyph.tolist()):
            for place in range(self.first_place[g], self.first_place[g + 1]):
                component = self.component[place]
                if (chance[component, 0] < hurry) == (rng.random() < 0.1):
                    continue
                at = int(starts[c] + self.first_stroke[place] - self.bank.glyph_start[g])
                form = int(self.first_form[place]) + int(chance[component, 1] * self.form_count[place])
                new = np.arange(*self.bank.glyph_start[form : form + 2].tolist(), dtype=np.int64)
                pieces += [stroke[done:at], new]
                owners += [char[done:at], np.full(len(new), c, dtype=np.int64)]
                done = at + int(self.count[place])
        if not done:
            return stroke, char
        return np.concatenate([*pieces, stroke[done:]]), np.concatenate([*owners, char[done:]])


@lru_cache(maxsize=1)
def running_hand() -> RunningHand:
    """Returns the running hand of the present bank, worked out the first time and then read from disk."""
    bank = stroke_bank()
    mark = hashlib.sha256(f"{_FORMAT} {_NEAR} {COMPONENTS}".encode())
    mark.update(bank.points.tobytes())
    cached = derived_folder() / f"running_hand_{mark.hexdigest()[:12]}.npz"
    if not cached.exists():
        places, forms = found_in(bank)
        part = cached.with_name(f"{cached.stem}.{os.getpid()}.npz")
        np.savez(part, places=places, **{each.name: getattr(forms, each.name) for each in fields(StrokeBank)})
        part.replace(cached)
    with np.load(cached, allow_pickle=False) as arrays:
        forms = StrokeBank(*(arrays[each.name] for each in fields(StrokeBank)))
        glyph, component, first_stroke, count, first_form, form_count = arrays["places"].T
    first_place = np.searchsorted(glyph, np.arange(len(bank.glyph_code) + 1))
    first_form = first_form + len(bank.glyph_code)
    return RunningHand(joined(bank, forms), first_place, component, first_stroke, count, first_form, form_count)


def found_in(bank: StrokeBank) -> tuple[Ints, StrokeBank]:
    """Finds the components in a bank's hanzi.

    Returns:
        Rows of glyph, component, first stroke, strokes, first form, forms; and the forms, fitted into their places.
    """
    rows: list[tuple[int, ...]] = []
    glyphs = []
    for glyph, component, first, count in _places(bank):
        points = bank.points[bank.stroke_start[first] : bank.stroke_start[first + count]].astype(np.float64)
        low, side = points.min(0), np.ptp(points, axis=0)
        part = int(bank.stroke_component[first])
        forms = COMPONENTS[component].forms
        rows.append((glyph, component, first, count, len(glyphs), len(forms)))
        for form in forms:
            strokes = [even(low + side * stroke) for stroke in strokes_of(form)]
            glyphs.append(("\0", [(stroke, corners_of(stroke)) for stroke in strokes], [part] * len(strokes)))
    return np.array(rows, dtype=np.int64).reshape(-1, 6), bank_of(glyphs, kind_of)


def strokes_of(form: Form) -> list[Polyline]:
    """Returns a form's strokes in the unit square."""
    return [
        np.array([point.split(",") for point in stroke.split()], dtype=np.float64) / 100 for stroke in form.split("/")
    ]


def _places(bank: StrokeBank) -> list[tuple[int, int, int, int]]:
    """Returns glyph, component, first stroke and number of strokes, in order; none overlaps another.

    A component of more strokes goes before one that lies within it.
    """
    index = bank.glyphs_of()
    owner = np.repeat(np.arange(len(bank.glyph_code)), np.diff(bank.glyph_start))
    first, last = bank.stroke_start[:-1], bank.stroke_start[1:] - 1
    marks = np.stack([bank.points[first + (last - first) * k // 4] for k in range(5)], axis=1).astype(np.float64)
    low = np.minimum.reduceat(bank.points, first).astype(np.float64)
    high = np.maximum.reduceat(bank.points, first).astype(np.float64)
    found: list[tuple[int, int, int, int]] = []
    taken = np.zeros(len(first), dtype=np.bool_)
    order = sorted(range(len(COMPONENTS)), key=lambda k: -COMPONENTS[k].seen_in[0][2])
    for component in order:
        for character, start, count in COMPONENTS[component].seen_in:
            if character not in index:
                continue
            glyph = index[character][0]
            begin = int(bank.glyph_start[glyph + (start < 0)] + start)
            if count > bank.glyph_start[glyph + 1] - bank.glyph_start[glyph]:
                continue
            for place in _alike(marks, low, high, owner, begin, count):
                if not taken[place : place + count].any():
                    taken[place : place + count] = True
                    found.append((int(owner[place]), component, place, count))
    return sorted(found, key=lambda row: row[2])


def _alike(marks: Polyline, low: Polyline, high: Polyline, owner: Ints, begin: int, count: int) -> list[int]:
    """Returns first strokes of all runs within one glyph whose strokes lie in their box as the run at `begin` does."""
    starts = np.flatnonzero(owner[: len(owner) - count + 1] == owner[count - 1 :])
    runs = starts[:, None] + np.arange(count)
    box_low, box_high = low[runs].min(1), high[runs].max(1)
    side = (box_high - box_low).clip(0.05)
    placed = (marks[runs] - box_low[:, None, None]) / side[:, None, None]
    mine = int(np.searchsorted(starts, begin))
    apart = np.abs(placed - placed[mine]).max(axis=(1, 2, 3))
    aspect = np.log(side[:, 0] / side[:, 1])
    return starts[(apart <= _NEAR) & (np.abs(aspect - aspect[mine]) <= 0.8)].tolist()
