"""One function per scenario: stock, randomness and a wanted width in, a finished line out.

Widths are pixels at height 32. Each function retries until faces cover the text, so it always returns a line. Knows
neither mixes of scenarios nor training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import CharsetError, MaterialsError
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.backgrounds import Paint, paint, paper_ground, sample_paint, scene_ground
from ocr_core.synth.colours import coloured
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.degrade import wear
from ocr_core.synth.geometry import (
    FlatInk,
    Margins,
    Pose,
    cut_out,
    levelled,
    place,
    sample_scene_pose,
    sample_slight_pose,
    with_neighbours,
)
from ocr_core.synth.glyphs import NOMINAL_PX
from ocr_core.synth.layout import Setting, Typeface, cut_to_width, is_wide, typeset
from ocr_core.synth.line import Ink, SyntheticLine
from ocr_core.synth.machines import display_line, ticket_line
from ocr_core.synth.paper import put_on_paper, roughen, whitened
from ocr_core.synth.pen import write_line
from ocr_core.synth.phrases import (
    Phrase,
    hand_phrase,
    maths_phrase,
    notes_phrase,
    print_phrase,
    scene_phrase,
    screen_phrase,
    unordered_phrase,
)
from ocr_core.synth.reinked import reinked
from ocr_core.synth.running import running_hand
from ocr_core.synth.screenshot import crop_natively, on_screen, rescale, small_ink
from ocr_core.synth.shares import strikes
from ocr_core.synth.signs import ENGLISH_TYPE, add_frame, english_setting, english_sign, on_white, steep_pose
from ocr_core.synth.stamps import marked_over
from ocr_core.synth.stock import Stock, TypePlan, is_heavy
from ocr_core.synth.typesetting import (
    CUT_PER_TARGET,
    TRIES,
    PhraseSampler,
    draw_phrase,
    flat_ink,
    is_short,
    margins_for,
    respaced,
    saying,
    tight_share,
    typeset_until_covered,
)
from ocr_core.synth.writer import Writer

Floats = NDArray[np.float32]
ScenarioFunction = Callable[[Stock, np.random.Generator, float], SyntheticLine]

PRINT_TYPE = TypePlan(
    {"song": 0.42, "hei": 0.22, "kai": 0.17, "fangsong": 0.12, "rounded": 0.04, "display": 0.03},
    {"latin_serif": 0.5, "maths": 0.2, "latin_sans": 0.2, "latin_mono": 0.07, "latin_display": 0.03},
)
SCENE_TYPE = TypePlan(
    {"hei": 0.36, "display": 0.2, "rounded": 0.13, "song": 0.12, "kai": 0.09, "fangsong": 0.02, "handwriting": 0.08},
    {"latin_sans": 0.46, "latin_display": 0.25, "latin_serif": 0.16, "latin_mono": 0.03, "latin_handwriting": 0.1},
)
SCREEN_TYPE = TypePlan(
    {"hei": 0.72, "song": 0.18, "rounded": 0.05, "kai": 0.03, "display": 0.02},
    {"latin_sans": 0.68, "latin_mono": 0.17, "latin_serif": 0.12, "latin_display": 0.03},
)
HAND_TYPE = TypePlan({"handwriting": 1.0}, {"latin_handwriting": 1.0})


def print_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A line of a book, a paper or a form, scanned or flatly photographed."""
    if strikes(stock.shares.tickets, rng):
        return ticket_line(stock, rng, target_width)
    ink = typeset_until_covered(stock, rng, target_width, print_phrase, PRINT_TYPE, _book_setting)
    return _page_line(ink, Scenario.PRINT, stock, rng)


def maths_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A line of a mathematical text, formulas within, set as TeX and word processors set it."""
    for _ in range(TRIES):
        phrase = maths_phrase(stock.corpus, rng, target_width)
        typeface = stock.maths_typeface(phrase.text, rng)
        if typeface is None:
            continue
        setting = replace(
            _book_setting(phrase.text, typeface, rng), drawn_scripts=bool(rng.random() < 0.85), underline=0.0
        )
        setting = respaced(setting, phrase.text, stock.shares, rng)
        ink = typeset(phrase.runs, typeface, stock.glyphs.glyph, setting, rng)
        cut = cut_to_width(ink, target_width * CUT_PER_TARGET) if ink else None
        if cut is not None:
            return _page_line(saying(phrase, cut), Scenario.MATHS, stock, rng)
    raise MaterialsError("No face covers the formulas of this split.")


def background_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A line on a sign, a shop front, a poster or a product."""
    if strikes(stock.shares.displays, rng):
        return display_line(stock, rng, target_width)
    asked_px = _lengthened(target_width, 0.0, 0.2)
    if strikes(stock.shares.english, rng):
        ink = typeset_until_covered(stock, rng, asked_px, english_sign, ENGLISH_TYPE, english_setting)
    else:
        ink = typeset_until_covered(stock, rng, asked_px, scene_phrase, SCENE_TYPE, _sign_setting)
    height_px = round(float(np.exp(rng.uniform(np.log(20), np.log(60)))))
    flat = flat_ink(ink)
    if rng.random() < 0.15:
        flat = _neighboured(flat, rng)
    look = sample_paint(height_px, rng)
    margins = _roomier(margins_for(ink.text, stock.shares, rng, cutting=0.15), look, height_px)
    pose = sample_scene_pose(rng)
    if strikes(stock.shares.steep, rng):
        pose = steep_pose(pose, rng)
    coverage, boxes = place(flat, pose, margins, height_px)
    if strikes(stock.shares.colours, rng):
        pixels = coloured(coverage, boxes, stock.photos, rng)
    elif strikes(stock.shares.posters, rng):
        pixels = on_white(coverage, rng)
    else:
        pixels = _painted(coverage, look, stock, rng)
    if strikes(stock.shares.frames, rng):
        add_frame(pixels, boxes, rng)
    return SyntheticLine(wear(pixels, Scenario.BACKGROUND, rng), ink.text, boxes, Scenario.BACKGROUND, dict(ink.source))


def _painted(coverage: NDArray[np.uint8], look: Paint, stock: Stock, rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = coverage.shape
    ground = scene_ground(height, width, stock.photos, rng)
    # People paint light on dark and dark on light, with few exceptions.
    look = replace(look, light=bool(rng.random() < 1 / (1 + np.exp((float(ground.mean()) - 118) / 26))))
    return paint(coverage, ground, look, floor=float(rng.uniform(26, 60)), rng=rng)


def low_resolution_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A line of a screenshot, 12 to 30 pixels high."""
    for _ in range(TRIES):
        phrase = draw_phrase(stock, rng, target_width, screen_phrase)
        typeface = stock.typeface(phrase.text, SCREEN_TYPE, rng)
        if typeface is None:
            continue
        size_px = int(rng.choice([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], p=_SCREEN_SIZE_SHARES))
        if size_px < 12 and any(is_wide(character) for character in phrase.text):
            size_px = 12
        setting = respaced(_screen_setting(rng), phrase.text, stock.shares, rng)
        ink = small_ink(phrase.runs, typeface, size_px, setting, stock.glyphs, rng)
        cut = cut_to_width(ink, target_width * CUT_PER_TARGET * size_px / NOMINAL_PX) if ink else None
        if cut is None:
            continue
        cut = saying(phrase, cut)
        cropped = crop_natively(cut, rng, touching=strikes(tight_share(cut.text, stock.shares), rng))
        if strikes(stock.shares.colours / 2, rng):
            pixels = coloured(cropped.coverage, cropped.boxes, stock.photos, rng, faintest=22)
        else:
            pixels = on_screen(cropped, stock.photos, rng)
        boxes = cropped.boxes
        if rng.random() < 0.22:
            pixels, boxes = rescale(pixels, boxes, rng)
        worn = wear(pixels, Scenario.LOW_RESOLUTION, rng)
        return SyntheticLine(worn, cut.text, boxes, Scenario.LOW_RESOLUTION, dict(cut.source))
    raise MaterialsError("No face covers the interface texts of this split.")


def handwriting_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A handwritten line on paper: half from handwriting faces, half from the simulated pen, more of it in training."""
    writer = stock.writer(rng)
    asked_px = _lengthened(target_width, 0.15, 0.45)
    by_pen = rng.random() < (_PEN_SHARE_IN_TRAINING if stock.split is Split.TRAIN else 0.5)
    ink = _pen_ink(stock, writer, rng, asked_px) if by_pen else _face_ink(stock, writer, rng, asked_px)
    height_px = int(rng.integers(34, 65))
    pose = _hand_pose(stock.split, rng)
    level, level_boxes = levelled(ink.coverage, ink.boxes)
    flat = flat_ink(replace(ink, coverage=level, boxes=level_boxes))
    is_cut_out = is_short(ink.text) and strikes(stock.shares.cut_out, rng)
    if not is_cut_out and strikes(stock.shares.strips, rng):
        flat = _between_lines(flat, rng)
    coverage, boxes = place(flat, pose, margins_for(ink.text, stock.shares, rng, cutting=0.12), height_px)
    if is_cut_out:
        coverage, boxes = cut_out(coverage, boxes, least=int(rng.integers(16, 128)))
    pixels, boxes = put_on_paper(Ink(coverage, ink.text, boxes, ink.source), rng, writer)
    if strikes(stock.shares.whitened, rng):
        pixels = whitened(pixels, rng)
    if rng.random() < 0.05:
        pixels = 255 - pixels
    worn = wear(pixels, Scenario.HANDWRITING, rng)
    return SyntheticLine(worn, ink.text, boxes, Scenario.HANDWRITING, dict(ink.source))


SCENARIOS: Mapping[Scenario, ScenarioFunction] = {
    Scenario.PRINT: print_line,
    Scenario.BACKGROUND: background_line,
    Scenario.HANDWRITING: handwriting_line,
    Scenario.LOW_RESOLUTION: low_resolution_line,
    Scenario.MATHS: maths_line,
}


def _lengthened(target_width: float, short_share: float, long_share: float) -> float:
    """Makes up for what drift, slope and perspective add to the height of a crop, more so in long lines."""
    return target_width * (1 + short_share + (long_share - short_share) * min(1.0, target_width / 600))


def _page_line(ink: Ink, scenario: Scenario, stock: Stock, rng: np.random.Generator) -> SyntheticLine:
    flat = flat_ink(ink)
    if rng.random() < 0.28:
        flat = _neighboured(flat, rng)
    height_px = round(float(np.exp(rng.uniform(np.log(22), np.log(56)))))
    pose = sample_slight_pose(rng)
    if rng.random() < 0.04:
        pose = replace(pose, shear=float(rng.uniform(0.12, 0.25)))
    if strikes(stock.shares.steep / 2, rng):
        pose = steep_pose(pose, rng)
    coverage, boxes = place(flat, pose, margins_for(ink.text, stock.shares, rng, cutting=0.12), height_px)
    pixels = _printed(coverage, rng)
    if scenario is Scenario.PRINT and strikes(stock.shares.seals, rng):
        pixels = marked_over(pixels, stock, rng)
    if strikes(stock.shares.frames / 2, rng):
        add_frame(pixels, boxes, rng)
    return SyntheticLine(wear(pixels, scenario, rng), ink.text, boxes, scenario, dict(ink.source))


def _printed(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    kind = rng.random()
    level = 255.0 if kind < 0.55 else float(rng.uniform(205, 254) if kind < 0.88 else rng.uniform(140, 205))
    ink_level = float(rng.uniform(0, 60) if rng.random() < 0.8 else rng.uniform(60, 0.5 * level))
    height, width = coverage.shape
    ground = paper_ground(height, width, level, rng)
    pixels = ground + (ink_level - ground) * (coverage.astype(np.float32) * np.float32(1 / 255))
    if rng.random() < 0.06:
        pixels = 255 - pixels
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _face_ink(stock: Stock, writer: Writer, rng: np.random.Generator, target_width: float) -> Ink:
    ink = typeset_until_covered(stock, rng, target_width, _hand_phrase(stock, rng), HAND_TYPE, _hand_setting)
    marked = replace(ink, source={**ink.source, "hand": "face"})
    if strikes(stock.shares.reinked, rng):
        return reinked(marked, writer.nib, NOMINAL_PX, rng)
    return roughen(marked, rng)


def _hand_phrase(stock: Stock, rng: np.random.Generator) -> PhraseSampler:
    """Draws whether a line is of hanzi in no order or of notes, and whether it is in traditional characters."""
    if strikes(stock.shares.unordered, rng):
        return unordered_phrase
    usual = notes_phrase if strikes(stock.shares.notes, rng) else hand_phrase
    if not strikes(stock.shares.traditional, rng):
        return usual

    def sample(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
        phrase = usual(corpus, rng, width_px)
        return replace(phrase, runs=[(corpus.in_traditional(text), kind) for text, kind in phrase.runs])

    return sample


def _pen_ink(stock: Stock, writer: Writer, rng: np.random.Generator, target_width: float) -> Ink:
    skeletons = stock.skeletons if strikes(stock.shares.skeletons, rng) else None
    running = running_hand() if strikes(stock.shares.running, rng) else None
    sample_phrase = _hand_phrase(stock, rng)
    for _ in range(TRIES):
        try:
            phrase = sample_phrase(stock.corpus, rng, target_width)
            ink = write_line(phrase.text, writer, rng, 56, skeletons, running)
        except CharsetError:
            continue
        cut = cut_to_width(ink, target_width * 56 / 32)
        if cut is not None:
            return saying(phrase, replace(cut, source={**cut.source, "hand": "pen"}))
    raise MaterialsError("The pen cannot write the texts of this split.")


def _hand_pose(split: Split, rng: np.random.Generator) -> Pose:
    """How paper lies under the camera; in training hands are also narrower, wider and more slanted than ours are.

    A dozen faces are a dozen people: what others do with proportion and slant has to come from here.
    """
    pose = Pose(
        squeeze=float(np.exp(rng.normal(0, 0.06))),
        turn_rad=float(rng.normal(0, 0.008)),
        perspective_x=float(rng.normal(0, 0.04)),
    )
    if split is not Split.TRAIN:
        return pose
    squeeze = float(np.clip(np.exp(rng.normal(-0.1, 0.2)), 0.55, 1.35))
    return replace(pose, squeeze=squeeze, shear=float(rng.normal(0, 0.1)))


def _neighboured(flat: FlatInk, rng: np.random.Generator) -> FlatInk:
    gap_px = int(rng.uniform(0.05, 0.45) * flat.em_px)
    width = max(2, int(flat.core[2] - flat.core[0]))
    return with_neighbours(flat, rng.random() < 0.6, rng.random() < 0.6, gap_px, int(rng.integers(1, width)))


def _between_lines(flat: FlatInk, rng: np.random.Generator) -> FlatInk:
    """Adds the lines above and below as people write them: close, and at times into this one."""
    width, height = (max(2, int(flat.core[k + 2] - flat.core[k])) for k in (0, 1))
    gap_px = max(int(rng.uniform(-0.12, 0.3) * flat.em_px), -height // 4)  # a dash has hardly any height
    return with_neighbours(flat, rng.random() < 0.6, rng.random() < 0.6, gap_px, int(rng.integers(1, width)))


def _roomier(margins: Margins, look: Paint, height_px: int) -> Margins:
    """Outlines, shadows and blocks need room that plain letters do not."""
    need = (look.outline + look.shadow + look.extrusion) / height_px
    return Margins(margins.left + need, margins.top + need / 2, margins.right + need, margins.bottom + need)


def _book_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    latin = not any(is_wide(character) for character in text)
    justified = rng.random() < 0.3
    tracking = rng.random()
    return Setting(
        tracking=0.0 if tracking < 0.55 else float(rng.uniform(-0.04, 0.1 if tracking < 0.92 or latin else 0.4)),
        word_space=float(rng.uniform(0.35, 0.85) if justified and latin else rng.uniform(0.2, 0.38)),
        word_space_spread=float(rng.uniform(0, 0.6)) if rng.random() < 0.3 else 0.0,
        script_gap=float(rng.uniform(0.1, 0.28)) if rng.random() < 0.6 else 0.0,
        tight_punctuation=bool(rng.random() < 0.3),
        latin_scale=float(rng.uniform(0.92, 1.1)) if not latin else 1.0,
        bold=0 if is_heavy(typeface) else int(rng.choice([-1, 0, 1, 2], p=[0.04, 0.68, 0.2, 0.08])),
        underline=float(rng.uniform(0.12, 0.2)) if rng.random() < 0.03 else 0.0,
    )


def _sign_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    spread = rng.random()
    wide = rng.uniform(0.1, 0.5) if spread < 0.2 else rng.uniform(-0.05, 0.1)
    return Setting(
        tracking=float(wide) if spread < 0.55 else 0.0,
        word_space=float(rng.uniform(0.5, 1.6) if rng.random() < 0.25 else rng.uniform(0.22, 0.45)),
        script_gap=float(rng.uniform(0.05, 0.25)) if rng.random() < 0.3 else 0.0,
        tight_punctuation=bool(rng.random() < 0.5),
        latin_scale=float(rng.uniform(0.85, 1.15)),
        bold=0 if is_heavy(typeface) else int(rng.choice([-1, 0, 1, 2, 3, 4], p=[0.03, 0.37, 0.2, 0.2, 0.12, 0.08])),
        underline=float(rng.uniform(0.14, 0.24)) if rng.random() < 0.03 else 0.0,
    )


def _screen_setting(rng: np.random.Generator) -> Setting:
    return Setting(
        tracking=float(rng.uniform(0.0, 0.12)) if rng.random() < 0.15 else 0.0,
        word_space=float(rng.uniform(0.24, 0.5)),
        bold=1 if rng.random() < 0.06 else 0,
        underline=0.15 if rng.random() < 0.05 else 0.0,
    )


def _hand_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    return Setting(
        tracking=float(rng.uniform(-0.12, 0.15) if rng.random() < 0.8 else rng.uniform(0.15, 0.4)),
        word_space=float(rng.uniform(0.3, 1.1)),
        tight_punctuation=bool(rng.random() < 0.7),
        bold=int(rng.choice([-1, 0, 1, 2], p=[0.2, 0.5, 0.2, 0.1])),
        size_jitter=float(rng.uniform(0.01, 0.09)),
        turn_jitter_rad=float(rng.uniform(0.0, 0.07)),
        drift=float(rng.uniform(0.0, 0.04)),
    )


_PEN_SHARE_IN_TRAINING = 0.62
"""The pen is a million people, the faces are a dozen and soon known."""
_SCREEN_SIZE_SHARES = [0.02, 0.05, 0.17, 0.14, 0.17, 0.12, 0.14, 0.06, 0.06, 0.03, 0.04]
