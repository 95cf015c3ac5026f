"""A page's pixels as a phone or a scanner would have taken them: view, light, lens, sensor; in colour, `H, W, 3` RGB.

Knows nothing of text. The grey, faster faults of training lines are in `degrade.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = NDArray[np.uint8]
Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Camera:
    """How one picture was taken.

    Attributes:
        corners: the page's points that become the picture's corners, as shares of width and height, clockwise from
            the top left; straight on and uncut when left as it is.
        light: brightness at the picture's four corners, in the same order.
        blotches: depth of soft, irregular shade over the picture, as a share.
        blur_px: standard deviation of the lens's blur.
        motion_px: length of a hand's shake, along the line.
        noise: standard deviation of the sensor's noise, in grey levels.
        size_px: width and height of the picture; 0, 0 keeps the page's.
    """

    corners: tuple[tuple[float, float], ...] = ((0, 0), (1, 0), (1, 1), (0, 1))
    light: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    blotches: float = 0.0
    blur_px: float = 0.0
    motion_px: int = 0
    noise: float = 0.0
    size_px: tuple[int, int] = (0, 0)


def photograph(page: Colour, camera: Camera, rng: np.random.Generator) -> Colour:
    """Returns the page as this camera sees it: view, light, lens and sensor, in this order."""
    picture = _seen(page, camera).astype(np.float32)
    picture *= _lit(picture.shape[:2], camera, rng)[..., None]
    if camera.motion_px > 1:
        picture = cv2.blur(picture, (camera.motion_px, 1))
    if camera.blur_px > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), camera.blur_px)
    if camera.noise > 0:
        picture = picture + _grain(picture.shape, rng) * np.float32(camera.noise)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def jpeg(picture: Colour, quality: int) -> bytes:
    """Returns the picture as a JPEG file, colour at half resolution as phones store it."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return file.getvalue()


def png(picture: Colour) -> bytes:
    """Returns the picture as a PNG file."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return file.getvalue()


def _seen(page: Colour, camera: Camera) -> Colour:
    height, width = page.shape[:2]
    size = camera.size_px if all(camera.size_px) else (width, height)
    source = np.array(camera.corners, dtype=np.float32) * np.array([width, height], dtype=np.float32)
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, dtype=np.uint8)


def _lit(shape: tuple[int, ...], camera: Camera, rng: np.random.Generator) -> Floats:
    """Returns the light `H, W`: even change between the corners, and blotches."""
    top_left, top_right, bottom_right, bottom_left = camera.light
    across = np.linspace(0, 1, shape[1], dtype=np.float32)[None]
    down = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    top = top_left + (top_right - top_left) * across
    bottom = bottom_left + (bottom_right - bottom_left) * across
    light = top + (bottom - top) * down
    if camera.blotches > 0:
        coarse = rng.standard_normal((3, 9), dtype=np.float32)
        light = light + camera.blotches * cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return light


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Returns noise as cameras leave it after their own smoothing: mostly grey, softer in colour."""
    grey = rng.standard_normal((*shape[:2], 1), dtype=np.float32)
    coloured = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), 1.2) * 1.6
    return 0.8 * grey + 0.5 * coloured
