"""A page as a scanner or copier gives it back: skew, paper, toner, blur, noise; and lines cut out by their boxes.

Whole pages are scanned, so that neighbours of a line stay in its picture. Knows nothing of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.result import map_boxes

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Tone = Literal["colour", "grey", "bitonal"]
Margins = tuple[float, float, float, float]
"""Left, top, right, bottom, in heights of a line's ink."""


@dataclass(frozen=True, slots=True)
class Scan:
    """How a page is scanned.

    Attributes:
        dpi: resolution.
        skew_degrees: how far the page lies askew.
        tone: what the scanner stores.
        paper: grey level of the paper, 0 to 255.
        tint_rgb: what the paper's light is multiplied by.
        toner: grey level of full ink.
        blur_px: standard deviation of the optics.
        spread_px: how far ink runs; negative where it does not reach the edges of strokes.
        speckle: strength of uneven toner.
        noise: standard deviation of the sensor's noise.
        see_through: how strongly the back of the sheet shows.
        quality: of the JPEG that is stored.
    """

    dpi: int
    skew_degrees: float
    tone: Tone
    paper: float
    tint_rgb: tuple[float, float, float]
    toner: float
    blur_px: float
    spread_px: float
    speckle: float
    noise: float
    see_through: float
    quality: int

    def __str__(self) -> str:
        return (
            f"{self.dpi} dpi, {self.tone}, skew {self.skew_degrees:+.1f}°, blur {self.blur_px:.1f} px, "
            f"noise {self.noise:.0f}, JPEG {self.quality}"
        )


def office_scan(rng: np.random.Generator) -> Scan:
    """Draws how an office's scanner or copier is set: mostly clean, now and then worn, faint or black and white."""
    tone: Tone = ("colour", "grey", "bitonal")[int(rng.choice(3, p=[0.35, 0.42, 0.23]))]
    dpi = int(rng.choice([150, 200, 200, 240, 300])) if tone != "bitonal" else int(rng.choice([200, 200, 300]))
    worn = rng.random() < 0.3
    warm = float(rng.uniform(0.0, 0.08)) if tone == "colour" else 0.0
    return Scan(
        dpi=dpi,
        skew_degrees=float(np.clip(rng.normal(0, 0.35), -0.9, 0.9)),
        tone=tone,
        paper=float(rng.uniform(222, 252)) if not worn else float(rng.uniform(196, 240)),
        tint_rgb=(1.0, 1.0 - warm / 2, 1.0 - warm),
        toner=float(rng.uniform(15, 60)) if not worn else float(rng.uniform(40, 105)),
        blur_px=float(rng.uniform(0.4, 0.9)) * dpi / 200 if not worn else float(rng.uniform(0.7, 1.2)) * dpi / 200,
        spread_px=float(rng.uniform(-0.2, 0.35)) * dpi / 200,
        speckle=float(rng.uniform(0.02, 0.12)) if not worn else float(rng.uniform(0.1, 0.3)),
        noise=float(rng.uniform(1, 5)) if not worn else float(rng.uniform(4, 11)),
        see_through=float(rng.uniform(0.03, 0.12)) if rng.random() < 0.3 else 0.0,
        quality=int(rng.integers(45, 92)) if not worn else int(rng.integers(30, 75)),
    )


def scanned(page: Pixels, scan: Scan, rng: np.random.Generator) -> tuple[Pixels, Floats]:
    """Scans a page `H, W, 3` drawn at `scan.dpi`.

    Returns:
        The scan, `H, W` or with three colours `H, W, 3`, and the map `2, 3` of the page's pixels to the scan's.
    """
    height, width = page.shape[:2]
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), scan.skew_degrees, 1.0), dtype=np.float32)
    ink = 1.0 - page.astype(np.float32) / 255.0
    turned = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_CUBIC).clip(0, 1)
    printed = _toner(turned, scan, rng)
    if scan.see_through:
        back = cv2.GaussianBlur(turned[:, ::-1], (0, 0), 0.012 * scan.dpi)
        printed = np.maximum(printed, scan.see_through * back)
    light = scan.paper * _unevenness((height, width), 0.02, 400, rng)[..., None] * np.array(scan.tint_rgb, np.float32)
    light = light * (1 + 0.008 * rng.standard_normal((height, width, 1), dtype=np.float32))
    seen = light + (np.minimum(scan.toner, light) - light) * printed
    seen = cv2.GaussianBlur(seen, (0, 0), scan.blur_px)
    seen += scan.noise * rng.standard_normal((height, width, 1), dtype=np.float32)
    return _stored(np.asarray(seen.clip(0, 255), dtype=np.uint8), scan, rng), turn


def cut_out(scan: Pixels, boxes: Floats, turn: Floats, margins: Margins) -> Pixels:
    """Cuts a line out of a scan.

    Args:
        boxes: of its characters in pixels of the page before the scan, `L, 4`.
        turn: the map to the scan's pixels.
        margins: how much more than the boxes is kept.
    """
    mapped = map_boxes(turn, boxes)
    (x0, y0), (x1, y1) = mapped[:, :2].min(axis=0), mapped[:, 2:].max(axis=0)
    em = float(np.median(boxes[:, 3] - boxes[:, 1]).clip(0.55 * (y1 - y0), y1 - y0))
    left, top, right, bottom = (margin * em for margin in margins)
    height, width = scan.shape[:2]
    rows = slice(max(0, int(np.floor(y0 - top))), min(height, int(np.ceil(y1 + bottom))))
    columns = slice(max(0, int(np.floor(x0 - left))), min(width, int(np.ceil(x1 + right))))
    return np.ascontiguousarray(scan[rows, columns])


def detector_margins(rng: np.random.Generator) -> Margins:
    """Draws how loosely a line is cut: usually close, at times so wide that its neighbours' feet show."""
    vertical = rng.uniform(0.05, 0.3, 2) if rng.random() < 0.75 else rng.uniform(0.25, 0.55, 2)
    horizontal = rng.uniform(0.05, 0.45, 2)
    return float(horizontal[0]), float(vertical[0]), float(horizontal[1]), float(vertical[1])


def close_margins(rng: np.random.Generator) -> Margins:
    """Draws how a line is cut where brackets and scripts already make it high."""
    left, top, right, bottom = rng.uniform([0.05, 0.02, 0.05, 0.02], [0.4, 0.22, 0.4, 0.22])
    return float(left), float(top), float(right), float(bottom)


def _toner(ink: Floats, scan: Scan, rng: np.random.Generator) -> Floats:
    """Lets ink run or fall short at the edges, and takes away and adds grains of it."""
    height, width = ink.shape[:2]
    cover = ink.max(axis=2, keepdims=True)
    colour = ink / np.maximum(cover, 0.02)
    soft = cv2.GaussianBlur(cover, (0, 0), max(0.3, abs(scan.spread_px) + 0.25))[..., None]
    edge = 0.5 - 0.45 * float(np.clip(scan.spread_px, -0.6, 0.6))
    printed = np.clip((soft - edge) * 2.6 + 0.5, 0, 1) * np.where(cover > 0.02, colour, 1.0).astype(np.float32)
    grain = cv2.GaussianBlur(rng.standard_normal((height, width), dtype=np.float32), (0, 0), 0.8)
    printed = printed * np.clip(1 - scan.speckle * (1 + 3.0 * grain[..., None]), 0.15, 1)
    dust = rng.random((height, width), dtype=np.float32) < 0.00004 * (1 + 12 * scan.speckle)
    spots = cv2.GaussianBlur(dust.astype(np.float32), (0, 0), 0.7)[..., None] * 2.5
    return np.maximum(printed, spots.clip(0, 0.8))


def _unevenness(size: tuple[int, int], strength: float, length_px: int, rng: np.random.Generator) -> Floats:
    height, width = size
    coarse = rng.standard_normal((height // length_px + 2, width // length_px + 2), dtype=np.float32)
    return np.asarray(1 + strength * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _stored(seen: Pixels, scan: Scan, rng: np.random.Generator) -> Pixels:
    """Applies the scanner's own tone curve or threshold and its JPEG."""
    if scan.tone == "bitonal":
        grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
        limit = scan.toner + (scan.paper - scan.toner) * float(rng.uniform(0.52, 0.68))
        return np.where(grey > limit, np.uint8(255), np.uint8(0))
    picture = seen if scan.tone == "colour" else cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    order = picture[..., ::-1] if scan.tone == "colour" else picture
    _, coded = cv2.imencode(".jpg", np.ascontiguousarray(order), [cv2.IMWRITE_JPEG_QUALITY, scan.quality])
    flag = cv2.IMREAD_COLOR if scan.tone == "colour" else cv2.IMREAD_GRAYSCALE
    decoded = np.asarray(cv2.imdecode(coded, flag), dtype=np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1]) if scan.tone == "colour" else decoded
