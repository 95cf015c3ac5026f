"""Turns a picture of a line by any angle and gives it room enough that nothing is cut. Knows no engine."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

ROOM: Final = 0.25
"""Paper around the line before it is turned, in heights of its picture, so that no ink lies in a corner."""


def turned(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Returns `H, W, 3` turned by `degrees`, positive where the line then falls towards the right, on its own paper.

    At 0 degrees it has the same room around it, so that all angles differ in the angle alone.
    """
    height, width = picture.shape[:2]
    room = ROOM * height
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    wide, high = width + 2 * room, height + 2 * room
    grown = math.ceil(wide * cosine + high * abs(sine)), math.ceil(wide * abs(sine) + high * cosine)
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    matrix[:, 2] = np.array(grown) / 2 - matrix[:, :2] @ np.array([width / 2, height / 2])
    paper = tuple(float(value) for value in np.median(_border(picture), axis=0))
    warped = cv2.warpAffine(
        picture, matrix, grown, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    return np.asarray(warped, dtype=np.uint8)


def _border(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the pixels at the edge, `P, 3`."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
