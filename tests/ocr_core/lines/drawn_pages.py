"""Pages drawn on the spot with known lines: Latin words in the face that comes with Pillow, and made-up hanzi.

The made-up hanzi are a few parts of strokes that do not touch, one above or beside the other: what makes real ones hard
to keep together. Nothing here says anything, so these pages test finding alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr_core.lines.crop import corners_of
from ocr_core.result import LineImage
from tests.models.drawn_lines import WORDS

Pixels = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page `H, W, 3` and the corners of its lines, `4, 2` each, in reading order."""

    pixels: Pixels
    lines: list[Quad]


class Pen:
    """Sets lines on a page and remembers where."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self.page = Image.new("L", (width, height), 255)
        self.draw = ImageDraw.Draw(self.page)
        self.rng = rng
        self.lines: list[Quad] = []

    def words(self, x: float, y: float, size: int, width: float, *, ink: int = 0) -> None:
        """Sets words of one line until its width is full."""
        font = ImageFont.load_default(size)
        text = str(self.rng.choice(WORDS))
        while font.getlength(more := f"{text} {self.rng.choice(WORDS)}") < width:
            text = more
        self.text(x, y, size, text, ink=ink)

    def text(self, x: float, y: float, size: int, text: str, *, ink: int = 0) -> None:
        font = ImageFont.load_default(size)
        self.draw.text((x, y), text, fill=ink, font=font)
        left, top, right, bottom = font.getbbox(text)
        self._keep(x + left, y + top, x + right, y + bottom)

    def hanzi(self, x: float, y: float, size: int, count: int, *, ink: int = 0) -> None:
        """Sets made-up hanzi, with a comma-like dot after some of them."""
        at = end = x
        for _ in range(count):
            self._hanzi(at, y, size, ink)
            end = at + 0.96 * size
            at += size * 1.02
            if self.rng.random() < 0.15:
                self.draw.ellipse((at, y + size * 0.8, at + size * 0.14, y + size * 0.94), fill=ink)
                end = at + 0.14 * size
                at += size
        self._keep(x, y, end, y + size)

    def _hanzi(self, x: float, y: float, size: int, ink: int) -> None:
        side_by_side = self.rng.random() < 0.5
        parts = int(self.rng.integers(2, 4))
        for part in range(parts):
            low, high = (part + 0.08) / parts * size, (part + 0.86) / parts * size
            box = (x + low, y + 0.06 * size, x + high, y + 0.94 * size) if side_by_side else (
                x + 0.06 * size, y + low, x + 0.94 * size, y + high
            )  # fmt: skip
            self._strokes(box, max(1, round(size / 12)), ink)

    def _strokes(self, box: tuple[float, float, float, float], thick: int, ink: int) -> None:
        x0, y0, x1, y1 = box
        middle = x0 + (x1 - x0) * self.rng.uniform(0.35, 0.65)
        self.draw.line((middle, y0, middle, y1), fill=ink, width=thick)
        self.draw.line((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2), fill=ink, width=thick)
        self.draw.line((x0, y1, x1, y1), fill=ink, width=thick)

    def _keep(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.lines.append(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32))

    def finished(self) -> DrawnPage:
        return DrawnPage(np.repeat(np.asarray(self.page)[:, :, None], 3, axis=2).copy(), self.lines)


def article(rng: np.random.Generator) -> DrawnPage:
    """A heading over one column of Latin print, paragraphs indented."""
    pen = Pen(760, 900, rng)
    pen.words(200, 40, 34, 300)
    for line in range(24):
        indent = 30 if line % 8 == 0 else 0
        pen.words(70 + indent, 120 + 29 * line, 18, (600 if line % 8 != 7 else 260) - indent)
    return pen.finished()


def two_columns(rng: np.random.Generator) -> DrawnPage:
    """A title across, then two columns a narrow gutter apart."""
    pen = Pen(900, 760, rng)
    pen.words(230, 30, 30, 420)
    for x in (50, 465):
        for line in range(24):
            pen.words(x, 100 + 26 * line, 17, 385)
    return pen.finished()


def hanzi_page(rng: np.random.Generator) -> DrawnPage:
    """Made-up hanzi in two sizes."""
    pen = Pen(800, 800, rng)
    pen.hanzi(200, 40, 44, 7)
    for line in range(16):
        pen.hanzi(60 + (48 if line % 5 == 0 else 0), 130 + 40 * line, 24, 20 if line % 5 != 4 else 9)
    return pen.finished()


def table(rng: np.random.Generator) -> DrawnPage:
    """Cells between rules; a cell is a line, rows are read from left to right."""
    pen = Pen(760, 420, rng)
    for row in range(9):
        pen.draw.line((40, 40 + 40 * row, 720, 40 + 40 * row), fill=60, width=2)
    for column in range(5):
        pen.draw.line((40 + 170 * column, 40, 40 + 170 * column, 360), fill=60, width=2)
    for row in range(8):
        for column in range(4):
            pen.text(56 + 170 * column, 49 + 40 * row, 20, f"{rng.choice(WORDS[:12])} {int(rng.integers(10, 99))}")
    return pen.finished()


def screen(rng: np.random.Generator) -> DrawnPage:
    """Dark print with a bar of light print across, as windows and headings of tables have."""
    pen = Pen(700, 420, rng)
    pen.draw.rectangle((0, 60, 700, 112), fill=40)
    pen.words(40, 72, 24, 500, ink=255)
    for line in range(8):
        pen.words(40, 140 + 32 * line, 20, 560)
    return pen.finished()


def sign(rng: np.random.Generator) -> DrawnPage:
    """A small sign among large things with hard edges, as in a photograph."""
    pen = Pen(640, 480, rng)
    pen.draw.rectangle((0, 0, 640, 480), fill=120)
    for _ in range(9):
        corners = rng.integers(0, (640, 480), (3, 2))
        pen.draw.polygon([tuple(corner) for corner in corners.tolist()], fill=int(rng.integers(40, 200)))
    pen.draw.rectangle((180, 200, 460, 250), fill=225)
    pen.hanzi(194, 213, 24, 10, ink=30)
    return pen.finished()


def dark(page: DrawnPage) -> DrawnPage:
    """The page with dark and light exchanged."""
    return DrawnPage(235 - (page.pixels * 0.8).astype(np.uint8), page.lines)


def shadowed(page: DrawnPage, rng: np.random.Generator) -> DrawnPage:
    """The page as a poor photograph has it: half in shadow, blurred, noisy."""
    height, width = page.pixels.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    light = 0.95 - 0.5 / (1 + np.exp(-(x + 0.4 * y - 0.7 * width) / (0.06 * width)))
    lit = cv2.GaussianBlur(page.pixels * light[:, :, None], (0, 0), 0.7) + rng.normal(0, 5, page.pixels.shape)
    return DrawnPage(np.clip(lit, 0, 255).astype(np.uint8), page.lines)


def grainy(page: DrawnPage, rng: np.random.Generator) -> DrawnPage:
    """The page as a worn copier has it: faint on grey paper, in grain wider than a pixel, with dust, as a poor JPEG."""
    shape = page.pixels.shape[:2]
    grain = cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), 0.8)
    faint = 205 - 95 * cv2.GaussianBlur(1 - page.pixels[:, :, 0] / 255, (0, 0), 0.8) + 8 * grain / grain.std()
    dust = cv2.GaussianBlur((rng.random(shape) < 2e-4).astype(np.float64), (0, 0), 0.7)
    stored, jpeg = cv2.imencode(
        ".jpg", np.clip(faint - 200 * dust, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 45]
    )
    assert stored
    return DrawnPage(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), dtype=np.uint8), page.lines)


def turned(page: DrawnPage, degrees: float) -> DrawnPage:
    """The page turned about its middle on white."""
    height, width = page.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    white = (255, 255, 255)
    pixels = cv2.warpAffine(page.pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    lines = [(np.column_stack([quad, np.ones(4)]) @ turn.T).astype(np.float32) for quad in page.lines]
    return DrawnPage(pixels, lines)


def in_perspective(page: DrawnPage) -> DrawnPage:
    """The page seen from a little aside, on a dark table."""
    height, width = page.pixels.shape[:2]
    ends = np.array([[0.05, 0.04], [0.96, 0.08], [0.99, 0.97], [0.02, 0.94]], np.float32) * (width, height)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    view = cv2.getPerspectiveTransform(flat, ends.astype(np.float32))
    pixels = cv2.warpPerspective(page.pixels, view, (width, height), flags=cv2.INTER_AREA, borderValue=(60, 60, 60))
    return DrawnPage(pixels, [cv2.perspectiveTransform(quad[None], view)[0] for quad in page.lines])


PAGES: dict[str, Callable[[np.random.Generator], DrawnPage]] = {
    "article": article,
    "two columns": two_columns,
    "hanzi": hanzi_page,
    "table": table,
    "light on dark bar": screen,
    "dark mode": lambda rng: dark(article(rng)),
    "hanzi, dark": lambda rng: dark(hanzi_page(rng)),
    "in shadow": lambda rng: shadowed(article(rng), rng),
    "turned 4 degrees": lambda rng: turned(article(rng), 4.0),
    "hanzi turned -7 degrees": lambda rng: turned(hanzi_page(rng), -7.0),
    "two columns, grainy": lambda rng: grainy(two_columns(rng), rng),
    "hanzi, grainy": lambda rng: grainy(hanzi_page(rng), rng),
    "photographed": lambda rng: shadowed(in_perspective(two_columns(rng)), rng),
}


def matches(page: DrawnPage, found: list[LineImage]) -> NDArray[np.float64]:
    """Returns the intersection over union of every true line with every found one."""
    quads = [corners_of(line).astype(np.float32) for line in found]
    return np.array([[_iou(truth, quad) for quad in quads] for truth in page.lines]).reshape(
        len(page.lines), len(found)
    )


def _iou(a: Quad, b: Quad) -> float:
    shared, _ = cv2.intersectConvexConvex(a, b)
    return shared / (cv2.contourArea(a) + cv2.contourArea(b) - shared)
