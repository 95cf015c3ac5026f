"""Untrusted bytes to a bounded RGB array: any common picture file, or one clear error. Knows nothing of text.

Promises `H, W, 3` uint8 with at least one pixel and at most `Settings.max_pixels`; sizes are checked before anything
is decoded, and only the formats in `FORMATS` are ever opened (no EPS, no PDF, nothing that starts a program).
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ocr_core.errors import DocumentError, ImageError, ImageTooLargeError, NotAPictureError
from ocr_core.settings import Settings

FORMATS: Final = ("PNG", "JPEG", "WEBP", "AVIF", "BMP", "DIB", "GIF", "TIFF", "JPEG2000", "PPM")
SUFFIXES: Final = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".bmp", ".dib", ".gif", ".tif"}
    | {".tiff", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm"}
)
"""File name endings by which a folder's images are found; a file is opened by its content, not by its name."""

PAGED_FORMATS: Final = frozenset({"TIFF", "GIF", "WEBP"})
"""Formats whose further frames are pages. Those of a JPEG or PNG are previews of the same picture, or an animation."""

_NUMERIC_MODES: Final = ("I", "F")
_FULL_SCALES: Final = (1, 255, 1023, 4095, 16383, 65535, 2**24 - 1, 2**31 - 1, 2**32 - 1)
_FEWEST_LEVELS: Final = 32
_CLEARLY_MORE: Final = 1.5
_PIXELS_LOOKED_AT: Final = 1_000_000


class Frame(NamedTuple):
    """One picture of a file as RGB, upright, `H, W, 3`; which one it is, from 1, and how many there are."""

    pixels: NDArray[np.uint8]
    number: int = 1
    frames: int = 1


def load(path: Path, settings: Settings) -> NDArray[np.uint8]:
    """Reads and decodes an image file; see `decode`.

    Raises:
        ImageError: there is no such file, it cannot be read, or it is not a usable image.
    """
    return load_frame(path, settings).pixels


def load_frame(path: Path, settings: Settings, number: int = 1) -> Frame:
    """Reads an image file and decodes one of its frames; see `decode_frame`.

    Raises:
        ImageError: there is no such file or frame, it cannot be read, or it is not a usable image.
    """
    try:
        if path.is_dir():
            raise ImageError("This is a folder, not an image.")
        if not path.is_file():
            raise ImageError("There is no such file.")
        _check_file_size(path.stat().st_size, settings)
        with path.open("rb") as file:
            data = file.read(settings.max_file_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ImageError(f"The file cannot be read: {reason}.") from error
    return decode_frame(data, settings, number)


def decode(data: bytes, settings: Settings) -> NDArray[np.uint8]:
    """Turns the bytes of a picture file into RGB, upright; of several frames the first is taken.

    Raises:
        ImageTooLargeError: the file or the picture is beyond the limits.
        ImageError: the bytes are empty, no picture of a known format, or damaged.
    """
    return decode_frame(data, settings).pixels


def decode_frame(data: bytes, settings: Settings, number: int = 1) -> Frame:
    """Turns one frame of a picture file into RGB, upright, and counts the frames of formats whose frames are pages.

    Raises:
        ImageTooLargeError: the file or the picture is beyond the limits.
        ImageError: the bytes are empty, no picture of a known format, or damaged; or there is no such frame.
    """
    if not data:
        raise ImageError("The file is empty.")
    _check_file_size(len(data), settings)
    image = _open(data, settings)
    # Pillow's decoders answer hostile bytes with almost any exception; the bytes are to blame for all of them.
    try:
        frames = _count_frames(image)
        if 1 < number <= frames:
            image.seek(number - 1)
            _check_pixels(*image.size, settings)  # pages of a TIFF differ in size
        image.load()
        rgb = _to_rgb(_upright(image))
    except MemoryError as error:
        raise ImageTooLargeError("The picture needs more memory than there is.") from error
    except ImageError:
        raise
    except Exception as error:
        raise ImageError("The picture is damaged or cut short and cannot be decoded.") from error
    if not 1 <= number <= frames:
        has = "one page only" if frames == 1 else f"{frames} pages"
        raise DocumentError(f"There is no page {number}: this picture has {has}.")
    return Frame(rgb, number, frames)


def _count_frames(image: Image.Image) -> int:
    if image.format not in PAGED_FORMATS or not getattr(image, "is_animated", False):
        return 1
    return int(getattr(image, "n_frames", 1))


def from_array(array: NDArray[np.generic], settings: Settings) -> NDArray[np.uint8]:
    """Takes pixels that are already decoded: grey `H, W`, or `H, W, C` with C of 1 (grey), 3 (RGB) or 4 (RGBA).

    Raises:
        ImageTooLargeError: there are too many pixels.
        ImageError: the array is no picture.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or 0 in array.shape:
        raise ImageError(f"An image array should be H, W or H, W, C with 1, 3 or 4 channels, not {array.shape}.")
    _check_pixels(array.shape[1], array.shape[0], settings)
    if array.ndim == 2:
        grey = array if array.dtype == np.uint8 else _to_8_bit(array)
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2), dtype=np.uint8)
    if array.dtype != np.uint8:
        raise ImageError(f"A colour image array should hold unsigned bytes, not {array.dtype}.")
    if array.shape[2] == 4:
        return _composite(array.astype(np.uint8, copy=False))
    return np.array(array, dtype=np.uint8, order="C")


def _check_file_size(size_bytes: int, settings: Settings) -> None:
    if size_bytes > settings.max_file_bytes:
        limit = settings.max_file_bytes / (1024 * 1024)
        raise ImageTooLargeError(f"The file has more than {limit:.3g} MB, which is the limit.")


def _check_pixels(width_px: int, height_px: int, settings: Settings) -> None:
    if width_px * height_px > settings.max_pixels:
        raise ImageTooLargeError(
            f"The picture has {width_px} x {height_px} pixels; the limit is "
            f"{settings.max_pixels / 1e6:.3g} million. Crop or scale it down."
        )


def _open(data: bytes, settings: Settings) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = settings.max_pixels / 1e6
        raise ImageTooLargeError(f"The picture is far beyond the limit of {limit:.3g} million pixels.") from error
    except Image.UnidentifiedImageError as error:
        if b"%PDF-" in data[:1024]:
            raise NotAPictureError(
                "This is a PDF document, not a picture of a line: its pages are read with `page`."
            ) from error
        raise ImageError("This is not a picture in a format that can be read (PNG, JPEG, WebP, TIFF...).") from error
    except Exception as error:  # as in `decode`: a hostile header
        raise ImageError("The picture's header is damaged.") from error
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError("The picture has no pixels.")
    _check_pixels(width, height, settings)
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF around sound pixels: the orientation is unknown, the picture is not lost
        return image


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in _NUMERIC_MODES or image.mode.startswith("I;16"):
        grey = _to_8_bit(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        return _composite(np.asarray(image.convert("RGBA")))
    return np.array(image.convert("RGB"), dtype=np.uint8)


def _to_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scales grey of any depth to bytes by the smallest usual full scale that holds the brightest pixel.

    So 8, 10, 12, 14 and 16 bits in a 16-bit file all come out at their own brightness. Where that would squeeze fine
    differences into a few levels, and where there are negative values, the actual range is stretched instead.
    """
    numbers = values.astype(np.float32)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.zeros(numbers.shape, dtype=np.uint8)
    low, high = float(numbers[finite].min()), float(numbers[finite].max())
    numbers = np.nan_to_num(numbers, nan=low, posinf=high, neginf=low)
    scale = next((full for full in _FULL_SCALES if high <= full), None)
    spread_levels = 0.0 if scale is None else (high - low) * 255.0 / scale
    squeezed = scale not in (1, 255) and spread_levels < _FEWEST_LEVELS <= high - low
    if scale is None or low < 0 or squeezed:
        # In two steps: the difference of two float32 may be beyond float32.
        span = high / 2 - low / 2
        numbers = (numbers / 2 - low / 2) / (span or 1.0)
        return np.rint(numbers * 255).astype(np.uint8)
    return np.rint(numbers * (255.0 / scale)).astype(np.uint8)


def _composite(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lays `H, W, 4` on white paper; on black where white would swallow light ink."""
    if rgba[:, :, 3].min() == 255:
        return np.ascontiguousarray(rgba[:, :, :3])
    image = Image.fromarray(np.ascontiguousarray(rgba))
    backdrop = _backdrop(rgba)
    paper = Image.new("RGB", image.size, (backdrop, backdrop, backdrop))
    paper.paste(image, mask=image)
    return np.array(paper, dtype=np.uint8)


def _backdrop(rgba: NDArray[np.uint8]) -> int:
    step = math.ceil(math.sqrt(rgba.shape[0] * rgba.shape[1] / _PIXELS_LOOKED_AT))
    looked_at = rgba[::step, ::step].reshape(-1, 4).astype(np.float32)
    opacity = looked_at[:, 3] / 255
    visible = opacity > 0
    if not visible.any():
        return 255
    ink = (looked_at[:, :3].mean(axis=1) * opacity)[visible]
    on_black, on_white = ink, ink + 255 * (1 - opacity[visible])
    return 0 if _spread(on_black, 0) > _CLEARLY_MORE * _spread(on_white, 255) else 255


def _spread(visible: NDArray[np.float32], backdrop: int) -> float:
    """Returns how far apart the dark and the light end of the visible pixels and the backdrop lie."""
    low, high = np.percentile(visible, (2, 98))
    return max(float(high), backdrop) - min(float(low), backdrop)
