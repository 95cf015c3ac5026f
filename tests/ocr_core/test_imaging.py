"""Pictures of every kind become the same RGB array; what is no picture becomes one clear error."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, features

from ocr_core.errors import ImageError, ImageTooLargeError
from ocr_core.imaging import FORMATS, SUFFIXES, decode, from_array, load
from ocr_core.settings import Settings

SETTINGS = Settings()


def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def picture(width: int = 40, height: int = 20) -> Image.Image:
    """Every quadrant has its own colour, so that any turn or mirroring shows."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (200, 30, 40)
    pixels[: height // 2, width // 2 :] = (20, 180, 60)
    pixels[height // 2 :, : width // 2] = (30, 60, 210)
    pixels[height // 2 :, width // 2 :] = (240, 240, 230)
    return Image.fromarray(pixels)


def grey_ramp() -> np.ndarray:
    return np.tile(np.arange(0, 256, 8, dtype=np.uint8), (16, 1))


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_come_through_unchanged(file_format: str) -> None:
    np.testing.assert_array_equal(decode(encode(picture(), file_format), SETTINGS), np.asarray(picture()))


def test_lossless_webp_and_jpeg2000_come_through_unchanged() -> None:
    np.testing.assert_array_equal(decode(encode(picture(), "WEBP", lossless=True), SETTINGS), np.asarray(picture()))
    np.testing.assert_array_equal(decode(encode(picture(), "JPEG2000"), SETTINGS), np.asarray(picture()))


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "GIF", "AVIF"])
def test_lossy_formats_come_through_closely(file_format: str) -> None:
    if file_format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    got = decode(encode(picture(80, 40), file_format), SETTINGS).astype(int)
    assert np.abs(got - np.asarray(picture(80, 40)).astype(int)).mean() < 8


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_gives_bounded_rgb_bytes(mode: str) -> None:
    image = Image.fromarray(grey_ramp()).convert(mode)
    got = decode(encode(image, "JPEG" if mode == "YCbCr" else "TIFF"), SETTINGS)
    assert got.shape == (16, 32, 3)
    assert got.dtype == np.uint8
    assert got.flags.c_contiguous
    assert got[:, :4].mean() < 40 < 200 < got[:, -4:].mean()


def test_cmyk_jpeg_keeps_its_colours() -> None:
    got = decode(encode(picture().convert("CMYK"), "JPEG", quality=95), SETTINGS).astype(int)
    assert np.abs(got - np.asarray(picture()).astype(int)).mean() < 12


def test_palette_transparency_is_paper() -> None:
    image = Image.new("P", (10, 6), 0)
    image.putpalette([255, 0, 0, 0, 0, 0])
    image.paste(1, (3, 2, 7, 4))
    got = decode(encode(image, "PNG", transparency=0), SETTINGS)
    assert tuple(got[0, 0]) == (255, 255, 255)
    assert tuple(got[3, 5]) == (0, 0, 0)


def test_transparent_colour_of_an_rgb_png_is_paper() -> None:
    image = Image.new("RGB", (10, 6), (255, 0, 0))
    image.paste((0, 0, 0), (3, 2, 7, 4))
    got = decode(encode(image, "PNG", transparency=(255, 0, 0)), SETTINGS)
    assert tuple(got[0, 0]) == (255, 255, 255)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (40, 255), (110, 255), (255, 0), (230, 0)])
def test_ink_on_transparency_stays_visible(ink: int, paper: int) -> None:
    pixels = np.zeros((20, 60, 4), dtype=np.uint8)
    pixels[8:12, 10:50] = (ink, ink, ink, 255)
    got = decode(encode(Image.fromarray(pixels)), SETTINGS)
    assert tuple(got[0, 0]) == (paper,) * 3
    assert tuple(got[10, 30]) == (ink,) * 3


def test_light_ink_with_a_soft_shadow_is_laid_on_black() -> None:
    pixels = np.zeros((20, 60, 4), dtype=np.uint8)
    pixels[9:14, 11:52] = (0, 0, 0, 90)
    pixels[8:12, 10:50] = (255, 255, 255, 255)
    assert tuple(decode(encode(Image.fromarray(pixels)), SETTINGS)[0, 0]) == (0, 0, 0)


def test_dark_text_on_a_white_card_with_round_corners_keeps_white_corners() -> None:
    pixels = np.full((20, 60, 4), 255, dtype=np.uint8)
    pixels[:2, :2] = 0
    pixels[8:12, 10:50, :3] = 0
    assert tuple(decode(encode(Image.fromarray(pixels)), SETTINGS)[0, 0]) == (255, 255, 255)


def test_wholly_transparent_picture_is_blank_paper() -> None:
    assert decode(encode(Image.new("RGBA", (9, 9), (0, 0, 0, 0))), SETTINGS).min() == 255


@pytest.mark.parametrize("full_scale", [1023, 4095, 16383, 65535])
def test_grey_of_any_depth_has_its_own_brightness(full_scale: int) -> None:
    wide = np.rint(grey_ramp().astype(float) * full_scale / 255).astype(np.uint16)
    wide[0, 0] = full_scale
    got = decode(encode(Image.fromarray(wide)), SETTINGS)[1:, :, 0].astype(int)
    assert np.abs(got - grey_ramp()[1:]).max() <= 1


def test_fine_differences_in_16_bits_are_not_lost() -> None:
    faint = np.full((10, 30), 30_000, dtype=np.uint16)
    faint[3:7, 5:25] = 31_000
    got = decode(encode(Image.fromarray(faint)), SETTINGS)
    assert int(got.max()) - int(got.min()) == 255


@pytest.mark.parametrize("scale", [1 / 255, 1.0, 1e-30, 1e30])
def test_float_grey_is_scaled(scale: float) -> None:
    got = decode(encode(Image.fromarray((grey_ramp() * scale).astype(np.float32)), "TIFF"), SETTINGS)
    assert (np.diff(got[0, :, 0].astype(int)) >= 0).all()
    assert scale < 1e-9 or int(got.max()) > 200


def test_floats_that_are_no_numbers_do_no_harm() -> None:
    values = grey_ramp().astype(np.float32)
    values[0, :3] = (np.nan, np.inf, -np.inf)
    got = from_array(values, SETTINGS)
    assert np.abs(got[1:, :, 0].astype(int) - grey_ramp()[1:]).max() <= 1
    assert from_array(np.full((3, 3), np.nan), SETTINGS).max() == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied_once(orientation: int, file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture()
    turn_back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    if orientation in turn_back:
        stored = stored.transpose(turn_back[orientation])
    got = decode(encode(stored, file_format, exif=exif), SETTINGS).astype(int)
    assert got.shape == (20, 40, 3)
    assert np.abs(got - np.asarray(picture()).astype(int)).mean() < 20


def test_broken_exif_does_not_cost_the_picture() -> None:
    data = encode(picture(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff garbage")
    assert decode(data, SETTINGS).shape == (20, 40, 3)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animation_gives_its_first_frame(file_format: str) -> None:
    frames = [Image.new("RGB", (12, 8), colour) for colour in ((0, 0, 0), (255, 255, 255), (128, 0, 0))]
    data = encode(frames[0], file_format, save_all=True, append_images=frames[1:])
    assert decode(data, SETTINGS).max() < 10


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1)])
def test_tiny_pictures_are_read(size: tuple[int, int]) -> None:
    assert decode(encode(Image.new("RGB", size, (9, 9, 9))), SETTINGS).shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    "data", [b"not a picture", b"%PDF-1.7\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x00" * 5000, b"\xff\xd8"]
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ImageError):
        decode(data, SETTINGS)


def test_nothing_that_starts_a_program_is_opened() -> None:
    assert not {"EPS", "PDF", "WMF", "EMF", "FPX", "MIC"} & set(FORMATS)
    encapsulated = encode(picture(), "EPS")
    with pytest.raises(ImageError, match="not a picture"):
        decode(encapsulated, SETTINGS)


def test_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(ImageError, match="empty"):
        decode(b"", SETTINGS)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_truncated_file_is_an_error(file_format: str, kept: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    data = encode(Image.fromarray(noise), file_format)
    with pytest.raises(ImageError):
        decode(data[: int(len(data) * kept)], SETTINGS)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(7000, 7000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_decompression_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooLargeError, match="40 million"):
        decode(png_claiming(*size), SETTINGS)


def test_png_without_pixels_is_an_error() -> None:
    with pytest.raises(ImageError):
        decode(png_claiming(0, 0), SETTINGS)


def test_png_with_a_broken_chunk_is_an_error() -> None:
    data = bytearray(encode(picture()))
    data[data.index(b"IDAT") + 6] ^= 0xFF
    with pytest.raises(ImageError):
        decode(bytes(data), SETTINGS)


def test_limits_are_named_in_the_message() -> None:
    data = encode(picture())
    with pytest.raises(ImageTooLargeError, match=r"40 x 20 pixels; the limit is 0\.0005 million"):
        decode(data, Settings(max_pixels=500))
    with pytest.raises(ImageTooLargeError, match="MB"):
        decode(data, Settings(max_file_bytes=10))


@given(st.data())
def test_damaged_bytes_give_a_picture_or_one_kind_of_error(data: st.DataObject) -> None:
    file_format = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000"]))
    damaged = bytearray(encode(picture(), file_format))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        got = decode(bytes(damaged), Settings(max_pixels=100_000))
    except ImageError:
        return
    assert got.dtype == np.uint8
    assert got.ndim == 3
    assert got.shape[2] == 3


@given(st.binary(max_size=200))
def test_any_bytes_give_a_picture_or_one_kind_of_error(data: bytes) -> None:
    try:
        decode(data, SETTINGS)
    except ImageError as error:
        assert str(error)


def test_load_reads_a_file_whatever_its_name(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/line\n\xff.txt"))
    path.write_bytes(encode(picture()))
    np.testing.assert_array_equal(load(path, SETTINGS), np.asarray(picture()))


def test_load_says_what_is_wrong_with_the_path(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        load(tmp_path / "missing.png", SETTINGS)
    with pytest.raises(ImageError, match="folder"):
        load(tmp_path, SETTINGS)
    with pytest.raises(ImageError):
        load(tmp_path / ("x" * 5000), SETTINGS)
    with pytest.raises(ImageError):
        load(tmp_path / "nul\0.png", SETTINGS)


def test_load_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError):
        load(tmp_path / "pipe.png", SETTINGS)


def test_load_refuses_a_large_file_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(SETTINGS.max_file_bytes + 1)
    with pytest.raises(ImageTooLargeError, match="20 MB"):
        load(path, SETTINGS)


def test_arrays_of_every_accepted_shape() -> None:
    grey = grey_ramp()
    for array in (
        grey,
        grey[:, :, None],
        np.stack([grey] * 3, axis=2),
        np.dstack([grey] * 3 + [np.full_like(grey, 255)]),
    ):
        np.testing.assert_array_equal(from_array(array, SETTINGS), np.stack([grey] * 3, axis=2))


def test_from_array_gives_its_own_copy() -> None:
    array = np.zeros((4, 5, 3), dtype=np.uint8)
    from_array(array, SETTINGS)[:] = 7
    assert array.max() == 0


@pytest.mark.parametrize(
    "array", [np.zeros(5), np.zeros((0, 5)), np.zeros((2, 2, 2)), np.zeros((2, 2, 3)), np.zeros((1, 2, 2, 3))]
)
def test_arrays_that_are_no_picture_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageError):
        from_array(array, SETTINGS)


def test_array_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ImageTooLargeError):
        from_array(np.zeros((10, 100), dtype=np.uint8), Settings(max_pixels=999))


def test_suffixes_are_those_of_the_formats() -> None:
    Image.init()
    known = Image.registered_extensions()
    # MPO, a JPEG with more pictures behind it, is opened by the JPEG plugin.
    assert {known[suffix] for suffix in SUFFIXES if suffix in known} <= {*FORMATS, "MPO"}
