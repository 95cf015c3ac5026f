"""What a run may do to every picture before it is read: to see what inversion, slopes and loose crops cost.

Each maps a picture `H, W, 3` to another one, the same way every time. Knows nothing of engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.corruption import rotation

Image = NDArray[np.uint8]
"""`H, W, 3` RGB."""
Alteration = Callable[[Image], Image]

TURNED_DEGREES: Final = 3.0
LOOSE_SHARE: Final = 0.4
STRIP_SHARE: Final = 0.35
_LEADING: Final = 0.15
"""White between a line and the strips of its neighbours; like the shares above in heights of its picture."""

AS_THEY_ARE: Final = "as they are"
INVERTED: Final = "inverted"
TURNED: Final = f"turned by {TURNED_DEGREES:g}°"
LOOSE: Final = "loosely cropped"
BETWEEN_LINES: Final = "between strips of other lines"


def inverted(image: Image) -> Image:
    """Returns a picture with light and dark exchanged."""
    return 255 - image


def turned(image: Image, degrees: float = TURNED_DEGREES) -> Image:
    """Returns a picture turned, half of all pictures to either side."""
    return rotation(image, degrees, np.random.default_rng(image.shape)) if degrees else image


def loosely_cropped(image: Image, share: float = LOOSE_SHARE) -> Image:
    """Returns a picture with room around it: that share of its height above and below."""
    room = round(share * image.shape[0])
    return np.asarray(cv2.copyMakeBorder(image, room, room, room // 2, room // 2, cv2.BORDER_REPLICATE), np.uint8)


def between_lines(image: Image, share: float = STRIP_SHARE) -> Image:
    """Returns a picture between strips of other lines: that share of a line above and below.

    The strips are of the line itself, so that they are of its hand and paper.
    """
    strip, gap = max(1, round(share * image.shape[0])), round(_LEADING * image.shape[0])
    spaced = cv2.copyMakeBorder(image, gap, gap, 0, 0, cv2.BORDER_REPLICATE)
    return np.concatenate([image[-strip:], np.asarray(spaced, np.uint8), image[:strip]])


ALTERATIONS: Final[Mapping[str, Alteration]] = MappingProxyType(
    {
        AS_THEY_ARE: lambda image: image,
        INVERTED: inverted,
        TURNED: turned,
        LOOSE: loosely_cropped,
        BETWEEN_LINES: between_lines,
    }
)
"""By what the lines are called afterwards."""
