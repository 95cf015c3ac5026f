"""Lines drawn without any fetched material: Latin words in the face that comes with Pillow, and the sample images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr_core import imaging
from ocr_core.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"
HEIGHTS_PX = (16, 24, 32, 48)
WORDS = (
    *("line", "river", "stone", "light", "paper", "seven", "window", "market", "garden", "yellow", "bridge", "letter"),
    *("number", "answer", "copper", "Monday", "April", "Paris", "Room", "Gate", "No.", "Fig.", "12", "365", "2048"),
    *("7.5", "(a)", "[3]", "x+y", "50%", "A-4", "10:30", "www"),
)


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A picture `H, W, 3` and what it says."""

    pixels: NDArray[np.uint8]
    text: str


def drawn_lines(count: int) -> list[DrawnLine]:
    """Returns so many lines: every sample image in several sizes, the rest in Latin letters."""
    samples = sample_lines()
    rng = np.random.default_rng(17)
    return [*samples, *(latin_line(rng) for _ in range(count - len(samples)))][:count]


def sample_files() -> list[tuple[Path, str]]:
    """Returns the committed sample images with what they say."""
    rows = [
        (table.parent / name, text)
        for table in sorted(SAMPLES.rglob("labels.tsv"))
        for name, text, *_ in (row.split("\t") for row in table.read_text(encoding="utf-8").splitlines() if row)
    ]
    return [(path, text) for path, text in rows if path.is_file()]


def sample_lines() -> list[DrawnLine]:
    """Returns every sample image at several sizes."""
    lines = []
    for path, text in sample_files():
        picture = Image.fromarray(imaging.load(path, Settings()))
        for height in HEIGHTS_PX:
            size = (max(1, round(picture.width * height / picture.height)), height)
            lines.append(DrawnLine(np.asarray(picture.resize(size, Image.Resampling.BICUBIC)), text))
    return lines


def latin_line(rng: np.random.Generator) -> DrawnLine:
    """Draws one to three words in a random size, ink and paper, tightly or loosely cropped."""
    text = " ".join(rng.choice(WORDS, size=int(rng.integers(1, 4))))
    font = ImageFont.load_default(int(rng.integers(14, 41)))
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    margin = int(rng.integers(2, 9))
    paper, ink = int(rng.integers(190, 256)), int(rng.integers(0, 90))
    picture = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin), paper)
    ImageDraw.Draw(picture).text((margin - left, margin - top), text, fill=ink, font=font)
    return DrawnLine(np.asarray(picture.convert("RGB")), text)
