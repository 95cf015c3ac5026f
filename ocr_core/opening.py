"""From whatever holds a picture to the line in it that engines read: decoded, found, brought level.

Opened once, a picture may be given to any number of engines. Knows no network.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.lines.deskew import deskewed
from ocr_core.lines.several import all_lines, biggest_line
from ocr_core.result import LineImage, Timings
from ocr_core.settings import Settings


@dataclass(frozen=True, slots=True)
class OpenedPicture:
    """A picture whose line has been found, for all engines that read it.

    Attributes:
        line: what is read.
        timings_ms: what opening cost, as each engine would have had to spend it.
        picture: the whole picture, which may turn out to lie on its side; None where only the line was given.
    """

    line: LineImage
    timings_ms: Timings
    picture: LineImage | None


ImageInput = bytes | os.PathLike[str] | str | NDArray[np.generic] | LineImage | OpenedPicture
"""A picture file's bytes or path, decoded pixels (grey, RGB or RGBA), a line already found, or all of it opened."""


def opened(image: ImageInput, settings: Settings) -> OpenedPicture:
    """Decodes a picture and finds its line, unless that has been done.

    Raises:
        ImageError: the image cannot be used.
    """
    if isinstance(image, OpenedPicture):
        return image
    if isinstance(image, LineImage):
        return OpenedPicture(image, Timings(), None)
    started = time.perf_counter()
    picture = picture_of(image, settings)
    decoded = time.perf_counter()
    line = level_line(picture, settings)
    found = time.perf_counter()
    spent_ms = Timings(decode_image=(decoded - started) * 1e3, find_lines=(found - decoded) * 1e3)
    return OpenedPicture(line, spent_ms, picture)


def open_line(image: ImageInput, settings: Settings) -> LineImage:
    """Returns a line as every engine reads it: level and closely cropped, unless the settings say otherwise.

    Whoever draws what `examine` found opens the line first and examines that: a line already open stays as it is.

    Raises:
        ImageError: the image cannot be used.
    """
    return opened(image, settings).line


def level_line(line: LineImage, settings: Settings) -> LineImage:
    """Returns the line to read of a picture, or of a part of one: of several the biggest, with a note that says so.

    It is level and closely cropped, unless the settings say otherwise.
    """
    return levelled(biggest_line(line), settings)


def level_lines(line: LineImage, settings: Settings) -> tuple[LineImage, ...]:
    """Returns every line of a picture, or of a part of one, in reading order, each as `level_line` would."""
    return tuple(levelled(each, settings) for each in all_lines(line))


def levelled(line: LineImage, settings: Settings) -> LineImage:
    """Returns one line level and closely cropped, unless the settings say otherwise."""
    return deskewed(line) if settings.deskew else line


def picture_of(image: ImageInput, settings: Settings) -> LineImage:
    """Returns an image as it is, before any line is looked for, with a note where there are more pages behind it.

    Raises:
        ImageError: it cannot be used.
    """
    if isinstance(image, OpenedPicture):
        return image.picture or image.line
    if isinstance(image, LineImage):
        return image
    if isinstance(image, np.ndarray):
        return LineImage.whole(imaging.from_array(image, settings))
    is_bytes = isinstance(image, bytes)
    frame = imaging.decode_frame(image, settings) if is_bytes else imaging.load_frame(Path(image), settings)
    return whole_frame(frame)


def whole_frame(frame: imaging.Frame) -> LineImage:
    """Returns the picture of one frame of a file, with a note where there are more."""
    return replace(LineImage.whole(frame.pixels), notes=pages_notes(frame.frames))


def pages_notes(pages: int) -> tuple[str, ...]:
    """Says of a file of several pages, in one sentence or none, that the first alone was looked at."""
    return (f"This file has {pages} pages; the first was read. `page` reads them all.",) if pages > 1 else ()
