"""English display type on signs and posters, frames around lines, and poses that detectors do not straighten.

Knows no documents beyond the corpus and no photographs.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.labels import canonical
from ocr_core.synth.backgrounds import flat_ground
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.geometry import Pose
from ocr_core.synth.layout import Setting, Typeface
from ocr_core.synth.phrases import Phrase
from ocr_core.synth.split import Style
from ocr_core.synth.stock import TypePlan, is_heavy

Grey = NDArray[np.uint8]

_ENGLISH_STYLES: dict[Style, float] = {
    "latin_display": 0.55, "latin_sans": 0.2, "latin_serif": 0.13, "latin_handwriting": 0.08, "latin_mono": 0.04,
}  # fmt: skip
ENGLISH_TYPE = TypePlan(_ENGLISH_STYLES, _ENGLISH_STYLES)

_SMALL_WORDS = frozenset(
    ["a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
_OPENERS = ("The", "New", "Best", "Hot", "Fresh", "Free", "Big", "Old", "Grand", "Royal", "Happy", "My", "Only")
_CLOSERS = (
    "Cafe", "Coffee", "Store", "Shop", "House", "Market", "Hotel", "Bar & Grill", "Tea", "Kitchen", "Studio", "Club",
    "Salon", "Outlet", "Food Court", "Co., Ltd.", "Inc.", "Center", "Park", "Road", "Street", "Avenue", "Station",
)  # fmt: skip
_OFFERS = (
    "{n}% OFF", "UP TO {n}% OFF", "BUY 1 GET 1 FREE", "SINCE {year}", "EST. {year}", "OPEN {n} HOURS", "NO. {n}",
    "{n} KM", "Only ${n}.99", "SALE {n}%", "Level {n}", "Gate {n}", "{year} NEW", "VOL. {n}", "{n} ML", "NET WT. {n} g",
    "Size {n}",
)  # fmt: skip


def english_sign(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """Real words as titles, in capitals, in small letters or as a name, with numbers and signs between at times."""
    length = max(2, round(width_px / 15 * rng.uniform(0.85, 1.1)))
    kind = rng.random()
    if kind < 0.18:
        text = _one_of(_OFFERS, rng).format(n=int(rng.integers(2, 100)), year=int(rng.integers(1880, 2031)))
    else:
        words = [word.strip(".,;:\"'()[]") for word in corpus.english(rng, length).split(" ")]
        words = [word for word in words if word] or ["Tea"]
        if kind < 0.4:
            words = [_one_of(_OPENERS, rng), *words[: max(1, len(words) - 2)], _one_of(_CLOSERS, rng)]
        if rng.random() < 0.12 and len(words) > 1:
            words.insert(int(rng.integers(1, len(words))), _one_of(("&", "-", "·", "|", "+", "/"), rng))
        text = _cased(words, rng)
    if rng.random() < 0.08:
        text += _one_of(("!", "™", "®", "…", "?", ".", "!!"), rng)
    return Phrase([(canonical(text), "roman")], random=False)


def english_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    """Letters from joined to far apart, and gaps between words that are told from those at any of these."""
    spread = rng.random()
    tracking = 0.0 if spread < 0.4 else float(rng.uniform(-0.05, 0.08) if spread < 0.7 else rng.uniform(0.08, 0.7))
    tight = rng.random() < 0.35
    return Setting(
        tracking=tracking,
        # Beside wide tracking a space is seen only if it is wider than the gaps of letters.
        word_space=float(rng.uniform(0.15, 0.24) if tight else rng.uniform(0.24, 0.9)) + 0.5 * max(0.0, tracking),
        word_space_spread=float(rng.uniform(0, 0.4)) if rng.random() < 0.2 else 0.0,
        bold=0 if is_heavy(typeface) else int(rng.choice([-1, 0, 1, 2, 3], p=[0.04, 0.5, 0.2, 0.16, 0.1])),
        underline=float(rng.uniform(0.14, 0.24)) if rng.random() < 0.03 else 0.0,
    )


def on_white(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Plain letters, black to mid-grey, on a ground that is white or nearly so."""
    height, width = coverage.shape
    ground = flat_ground(height, width, float(rng.choice([255.0, rng.uniform(225, 255)])), rng)
    level = float(rng.uniform(0, 70) if rng.random() < 0.7 else rng.uniform(70, 165))
    return np.clip(ground + (level - ground) * (coverage.astype(np.float32) / 255), 0, 255).astype(np.uint8)


def steep_pose(pose: Pose, rng: np.random.Generator) -> Pose:
    """Returns a pose that a box around the line does not straighten: turned by up to five degrees, or on an arc."""
    if rng.random() < 0.6:
        turn_rad = float(np.radians(rng.uniform(1.0, 5.0)) * rng.choice([-1, 1]))
        return Pose(pose.shear, pose.squeeze, turn_rad, pose.perspective_x, pose.perspective_y, most_rise=0.9)
    arc = float(rng.uniform(0.25, 0.8) * rng.choice([-1, 1]))
    return Pose(0.0, pose.squeeze, 0.0, pose.perspective_x, pose.perspective_y, arc=arc)


def add_frame(pixels: Grey, boxes: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Draws a frame, a cell's rulings or a plate's edge in the room around the characters. In place."""
    height, width = pixels.shape
    left, top = float(boxes[:, 0].min()), float(boxes[:, 1].min())
    right, bottom = float(boxes[:, 2].max()), float(boxes[:, 3].max())
    thick = int(rng.integers(1, max(2, height // 14) + 1))
    middle = float(np.median(pixels))
    level = float(np.clip(middle + rng.choice([-1, 1]) * rng.uniform(50, 200), 0, 255))
    # Where the crop is tight the frame lies at the border, or has been cut away.
    x0, x1 = (
        int(rng.uniform(-thick, max(0.0, left - thick))),
        int(rng.uniform(min(width, right + thick), width + thick)),
    )
    y0, y1 = (
        int(rng.uniform(-thick, max(0.0, top - thick))),
        int(rng.uniform(min(height, bottom + thick), height + thick)),
    )
    if rng.random() < 0.55:
        cv2.rectangle(pixels, (x0, y0), (x1, y1), level, thick, cv2.LINE_AA)
        return
    sides = rng.random(4) < 0.5
    rulings = (((0, y0), (width, y0)), ((0, y1), (width, y1)), ((x0, 0), (x0, height)), ((x1, 0), (x1, height)))
    for side, (first, second) in zip(sides, rulings, strict=True):
        if side:
            cv2.line(pixels, first, second, level, thick, cv2.LINE_AA)


def _cased(words: list[str], rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.38:
        return " ".join(words).upper()
    if kind < 0.75:
        titled = [
            word if word in _SMALL_WORDS and place else word[:1].upper() + word[1:] for place, word in enumerate(words)
        ]
        return " ".join(titled)
    if kind < 0.85:
        return " ".join(words).lower()
    if kind < 0.93:
        return " ".join(words).capitalize()
    return " ".join(word.upper() if rng.random() < 0.4 else word.lower() for word in words)


def _one_of(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
