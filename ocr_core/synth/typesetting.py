"""From a phrase to ink in faces that cover it, and how ink is cropped: what all printed kinds of line share.

Knows no scenario's choices of type, ground or faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ocr_core.errors import MaterialsError
from ocr_core.scenario import RANDOM_TEXT
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.geometry import FlatInk, Margins, ink_core, sample_margins, sample_tight_margins
from ocr_core.synth.layout import Setting, Typeface, cut_to_width, is_wide, typeset
from ocr_core.synth.line import Ink
from ocr_core.synth.phrases import (
    Phrase,
    format_phrase,
    print_phrase,
    row_phrase,
    scene_phrase,
    screen_phrase,
    spaced_phrase,
)
from ocr_core.synth.shares import Shares, strikes
from ocr_core.synth.stock import Stock, TypePlan

PhraseSampler = Callable[[Corpus, np.random.Generator, float], Phrase]
SettingOf = Callable[[str, Typeface, np.random.Generator], Setting]

TRIES = 40
_SHORT = 2
"""Characters of a line that is mostly cropped from a form's cell or found by itself, not by a detector of lines."""
_WITH_SPECIALS = (print_phrase, scene_phrase, screen_phrase)
CUT_PER_TARGET = 1.65
"""Pixels at the nominal em for a pixel at height 32: the ink of a line is about as high as an em."""


def typeset_until_covered(
    stock: Stock,
    rng: np.random.Generator,
    target_width: float,
    sample_phrase: PhraseSampler,
    plan: TypePlan,
    setting_of: SettingOf,
) -> Ink:
    """Sets phrases of about a width, at the nominal em, until faces cover one.

    Raises:
        MaterialsError: they cover none of many.
    """
    for _ in range(TRIES):
        phrase = draw_phrase(stock, rng, target_width, sample_phrase)
        typeface = stock.typeface(phrase.text, plan, rng)
        if typeface is None:
            continue
        setting = setting_of(phrase.text, typeface, rng)
        if sample_phrase in _WITH_SPECIALS:
            setting = respaced(setting, phrase.text, stock.shares, rng)
        ink = typeset(phrase.runs, typeface, stock.glyphs.glyph, setting, rng)
        cut = cut_to_width(ink, target_width * CUT_PER_TARGET) if ink else None
        if cut is not None:
            return saying(phrase, cut)
    raise MaterialsError(f"No face covers the texts of the {stock.split.value} split.")


def draw_phrase(stock: Stock, rng: np.random.Generator, target_width: float, usual: PhraseSampler) -> Phrase:
    """Draws what a line says: mostly as usual, in training also what documents hold little of."""
    if usual not in _WITH_SPECIALS:
        return usual(stock.corpus, rng, target_width)
    special = {
        format_phrase: stock.shares.formats,
        row_phrase: stock.shares.rows,
        spaced_phrase: stock.shares.spaced,
    }
    for sample, share in special.items():
        if strikes(share, rng):
            return sample(stock.corpus, rng, target_width)
    return usual(stock.corpus, rng, target_width)


def respaced(setting: Setting, text: str, shares: Shares, rng: np.random.Generator) -> Setting:
    """Sets letters and words of some lines closer or further apart, so that spaces are learnt at many widths.

    Between hanzi and letters no space is as narrow as the gap that typesetters leave there.
    """
    if " " not in text or not strikes(shares.spacing, rng):
        return setting
    mixed = any(is_wide(character) for character in text)
    kind = rng.random()
    if kind < 0.45:
        space = float(rng.uniform(0.22, 0.3) if mixed else rng.uniform(0.13, 0.21))
        return replace(setting, word_space=space, script_gap=0.0, word_space_spread=0.0)
    if kind < 0.7:
        return replace(setting, word_space=float(rng.uniform(0.45, 1.4)))
    tracking = float(rng.uniform(0.06, 0.45))
    return replace(
        setting, tracking=tracking, script_gap=0.0, word_space=float(rng.uniform(0.25, 0.7)) + 0.5 * tracking
    )


def flat_ink(ink: Ink) -> FlatInk:
    """Returns ink ready to be placed in a picture."""
    em_px = float(np.median(ink.boxes[:, 3] - ink.boxes[:, 1])) / 0.9
    return FlatInk(ink.coverage, ink.boxes, ink_core(ink.coverage), em_px)


def is_short(text: str) -> bool:
    """Tells a line of a character or two."""
    return len(text) <= _SHORT


def tight_share(text: str, shares: Shares) -> float:
    """Returns how often a text is cropped at its ink."""
    return shares.tight_short if is_short(text) else shares.tight


def margins_for(text: str, shares: Shares, rng: np.random.Generator, cutting: float) -> Margins:
    """Draws the crop of a line: as detectors leave it, or, above all for a character or two, touching the ink."""
    return sample_tight_margins(rng) if strikes(tight_share(text, shares), rng) else sample_margins(rng, cutting)


def saying(phrase: Phrase, ink: Ink) -> Ink:
    """Notes with the ink whether anybody could have written its text."""
    return replace(ink, source={**ink.source, "text": RANDOM_TEXT}) if phrase.random else ink
