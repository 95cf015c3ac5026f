"""Lines within pictures of pages: PPOCRLabel's detection labels, and the cut of one line out of its picture.

A line keeps the name of its picture with its corners behind it (`page.png#points=0,0,90,0,90,20,0,20`), so that whoever
has the name can open the line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.formats.label import Label, Points, Unusable
from ocr_core.errors import ImageError
from ocr_core.settings import Settings

ILLEGIBLE: Final = frozenset({"###", "*"})
"""What PaddleOCR and ICDAR write for a line that nobody can read."""

_FEWEST_PX_A_CHARACTER: Final = 2.0
"""Below it no letter has a shape: such a box is a slip, and its text would be scored against nothing."""
_FARTHEST_PX: Final = 100_000.0
_MOST_POINTS: Final = 64
_NUMBER: Final = r"-?[0-9]{1,6}(?:\.[0-9]{1,3})?"
_NAMED: Final = re.compile(rf"(?P<file>.+)#points=(?P<points>{_NUMBER}(?:,{_NUMBER}){{7,127}})")


def lines_of_page(number: int, file: str, cell: str) -> list[Label | Unusable] | None:
    """Returns the lines of a picture whose label is a JSON list of `{"transcription", "points"}`; None for any other.

    A picture without lines (`[]`) has no such list either: its label is read as the text it looks like.
    """
    if not cell.lstrip().startswith("[") or '"transcription"' not in cell:
        return None
    try:
        lines = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if not isinstance(lines, list) or not all(isinstance(line, dict) and "points" in line for line in lines):
        return None
    return [_line(number, file, line) for line in lines]


def named_with_points(file: str, points: Points) -> str:
    """Returns the name of a line: its picture's, and its corners."""
    return f"{file}#points={','.join(f'{edge:.6g}' for point in points for edge in point)}"


def picture_and_points(name: str) -> tuple[str, Points]:
    """Returns the picture's name and the corners that a name has; no corners for the name of a whole picture."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return name, ()
    edges = [float(edge) for edge in found["points"].split(",")]
    return (found["file"], tuple(zip(edges[::2], edges[1::2], strict=True))) if len(edges) % 2 == 0 else (name, ())


def cut(pixels: NDArray[np.uint8], points: Points, settings: Settings) -> NDArray[np.uint8]:
    """Cuts a line `h, w, 3` out of a picture `H, W, 3`: four corners by their perspective, others by their bounds.

    What lies beyond the picture's edge repeats the edge.

    Raises:
        ImageError: the corners span no picture, or none of it lies within this one.
    """
    corners = np.array(points, dtype=np.float32)
    if len(corners) != 4:
        corners = _upright(corners)
    width, height = _size_px(corners)
    if width < 1 or height < 1 or width * height > settings.max_pixels:
        raise ImageError(f"The line's box of {width:.0f} x {height:.0f} pixels is none.")
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high <= 0).any() or low[0] >= pixels.shape[1] or low[1] >= pixels.shape[0]:
        raise ImageError("The line's box lies outside of its picture.")
    size = (max(1, round(width)), max(1, round(height)))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    half = np.float32(0.5)  # corners are of areas, OpenCV's coordinates of the middles of pixels
    matrix = cv2.getPerspectiveTransform(corners - half, target - half)
    flat = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def _line(number: int, file: str, line: Mapping[str, Any]) -> Label | Unusable:
    text, points = line.get("transcription"), _points(line.get("points"))
    if not isinstance(text, str):
        return Unusable(number, "a line's transcription is no text")
    if text.strip() in ILLEGIBLE:
        return Unusable(number, "a line is marked as illegible")
    if points is None:
        return Unusable(number, f"the corners of the line {text[:20]!r} are not four or more points within a picture")
    width, height = _size_px(np.array(points if len(points) == 4 else _upright(np.array(points)), dtype=np.float32))
    if max(width, height) < _FEWEST_PX_A_CHARACTER * len(text.strip()):
        box = f"text detection's box of {width:.0f} x {height:.0f} pixels"
        return Unusable(number, f"{box} cannot hold the {len(text.strip())} characters of its text")
    return Label(number, file, text, certainty="difficult" if line.get("difficult") is True else "", points=points)


def _points(given: Any) -> Points | None:
    if not isinstance(given, list) or not 4 <= len(given) <= _MOST_POINTS:
        return None
    if not all(isinstance(point, list) and len(point) == 2 and all(map(_is_edge, point)) for point in given):
        return None
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in given)


def _is_edge(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) < _FARTHEST_PX


def _upright(corners: NDArray[Any]) -> NDArray[np.float32]:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def _size_px(corners: NDArray[np.float32]) -> tuple[float, float]:
    """Returns width and height of four corners: the longer of each pair of opposite sides."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
