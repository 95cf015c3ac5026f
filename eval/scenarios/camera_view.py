"""Flat things as a phone sees them: a pinhole view, light and shade, what stands in front, lens, sensor, JPEG, crop.

Everything between the first shade and the sensor is in linear light, `H, W, 3` float32, 1 being white. The true place
of a line is known through the view's homography; `detected_line` then cuts it out as a text detector would, with a
detector's small errors. Knows neither texts nor faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating]
Colour = NDArray[np.uint8]
Quad = NDArray[np.float64]
"""Corners `4, 2` of a box: top left, top right, bottom right, bottom left, as the text runs."""

_GAMMA: Final = 2.2
_NORMAL: Final = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Pose:
    """How a flat thing stands before the camera.

    Attributes:
        yaw, pitch, roll: degrees; turned sideways, leaning back, tilted.
        scale: frame pixels a pixel of the thing at its middle.
        centre: where its middle is in the frame, in pixels.
        focal: focal length in frame widths; short ones bend more.
    """

    yaw: float
    pitch: float
    roll: float
    scale: float
    centre: tuple[float, float]
    focal: float = 1.1


def view(pose: Pose, size_px: tuple[int, int], frame_px: tuple[int, int]) -> Floats:
    """Returns the homography from a thing's pixels to the frame's: a pinhole camera before a plane."""
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    turn = about_z @ about_x @ about_y
    focal = pose.focal * frame_px[0]
    distance = focal / pose.scale
    lens = np.array([[focal, 0, pose.centre[0]], [0, focal, pose.centre[1]], [0, 0, 1.0]])
    to_middle = np.array([[1, 0, -size_px[0] / 2], [0, 1, -size_px[1] / 2], [0, 0, 1.0]])
    placed = np.column_stack([turn[:, 0], turn[:, 1], [0.0, 0.0, distance]])
    matrix = lens @ placed @ to_middle
    return matrix / matrix[2, 2]


def seen_quad(matrix: Floats, box: tuple[float, float, float, float]) -> Quad:
    """Returns where the corners of a box (x0, y0, x1, y1) of the thing are in the frame."""
    x0, y0, x1, y1 = box
    return seen_points(matrix, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))


def seen_points(matrix: Floats, points: NDArray[np.float64]) -> Quad:
    """Returns where points `P, 2` of the thing are in the frame."""
    return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), matrix)[0], dtype=np.float64)


def seen(layer: Floats, matrix: Floats, frame_px: tuple[int, int], scale: float) -> Floats:
    """Returns a layer (any channels) as it appears in the frame; smoothed first where it gets smaller."""
    if scale < 1:
        layer = _blurred(layer, max(0.3, 0.42 * (1 / scale - 0.5)))
    return np.asarray(cv2.warpPerspective(layer, matrix, frame_px, flags=cv2.INTER_LINEAR), dtype=np.float32)


def to_light(picture: Colour) -> Floats:
    """Returns a picture's pixels as linear light."""
    return (picture.astype(np.float32) / 255) ** np.float32(_GAMMA)


def to_pixels(light: Floats) -> Colour:
    """Returns linear light as a picture's pixels."""
    return np.round(np.clip(light, 0, 1) ** np.float32(1 / _GAMMA) * 255).astype(np.uint8)


def smoothed(picture: Floats, sigma_px: float) -> Floats:
    """Returns a picture blurred widely; worked out at a smaller size, where the result is the same to the eye."""
    height, width = picture.shape[:2]
    factor = max(1.0, sigma_px / 4)
    size = (max(2, round(width / factor)), max(2, round(height / factor)))
    small = cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), sigma_px / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def shading(frame: Floats, softness: float, depth: float) -> Floats:
    """Returns the light `H, W, 1` that a photograph shows around a place: its own brightness, smoothed, around 1."""
    grey = frame.mean(axis=2)
    small = cv2.resize(grey, (96, round(96 * grey.shape[0] / grey.shape[1])), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 96 * softness)
    light = (small / max(float(small.mean()), 1e-3)) ** np.float32(depth)
    return np.clip(cv2.resize(light, grey.shape[::-1], interpolation=cv2.INTER_CUBIC), 0.45, 1.6)[..., None]


def tint(frame: Floats, strength: float) -> Floats:
    """Returns the colour of a photograph's light, `3`, its brightness taken out."""
    mean = frame.reshape(-1, 3).mean(axis=0) + 0.05
    return (mean / mean.mean()) ** np.float32(strength)


def cast_shade(frame_px: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns shade `H, W, 1` as walls, roofs and trees throw it: a straight edge or dapples, 1 where the sun is."""
    width, height = frame_px
    shade = np.ones((height, width), dtype=np.float32)
    if rng.random() < 0.55:
        middle, angle = rng.uniform(0.25, 0.75, 2) * (width, height), rng.uniform(0, 2 * np.pi)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        reach = 2.0 * width
        corners = [middle - along * reach, middle + along * reach]
        corners += [corners[1] + across * reach, corners[0] + across * reach]
        cv2.fillPoly(shade, [np.array(corners, dtype=np.int32)], float(rng.uniform(0.3, 0.7)))
        soft = rng.uniform(1, 12)
    else:
        coarse = rng.standard_normal((max(3, height // 45), max(3, width // 45)), dtype=np.float32)
        dapples = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        shade[dapples > rng.uniform(0.1, 0.7)] = float(rng.uniform(0.4, 0.75))
        soft = rng.uniform(2, 7)
    return _blurred(shade, float(soft))[..., None]


def add_glare(frame: Floats, place: Quad, rng: np.random.Generator) -> Floats:
    """Adds a soft bright spot as lamps leave on varnish, near a place."""
    height, width = frame.shape[:2]
    middle = place[rng.integers(4)] * 0.5 + place.mean(axis=0) * 0.5
    spot = np.zeros((height, width), dtype=np.float32)
    size = float(np.ptp(place[:, 1]) * rng.uniform(0.3, 1.0)) + 8
    axes = (round(size * rng.uniform(0.8, 2.5)), round(size))
    centre = (round(float(middle[0])), round(float(middle[1])))
    cv2.ellipse(spot, centre, axes, float(rng.uniform(-40, 40)), 0, 360, 1.0, -1)
    spot = smoothed(spot, size * 0.5)
    return frame + spot[..., None] * np.float32(rng.uniform(0.15, 0.5))


def obstacle(frame_px: tuple[int, int], places: list[Quad], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws wires, a thin pole or a twig with leaves that crosses one of the places.

    Returns:
        How much of each pixel it covers, `H, W, 1`, and its colour in linear light, `3`.
    """
    width, height = frame_px
    cover = np.zeros((height, width), dtype=np.float32)
    place = places[int(rng.integers(len(places)))]
    tall = float(np.linalg.norm(place[3] - place[0]))
    kind = rng.random()
    if kind < 0.4:
        _wires(cover, place, tall, rng)
        colour = np.full(3, rng.uniform(0.005, 0.08), dtype=np.float32)
    elif kind < 0.6:
        x = float(rng.uniform(place[:, 0].min(), place[:, 0].max()))
        lean = float(rng.normal(0, 0.03)) * height
        thick = max(2, round(tall * rng.uniform(0.05, 0.16)))
        cv2.line(cover, (round(x - lean), -5), (round(x + lean), height + 5), 1.0, thick, cv2.LINE_AA)
        colour = np.full(3, rng.uniform(0.02, 0.35), dtype=np.float32)
    else:
        _twig(cover, place, tall, rng)
        colour = np.array([0.03, 0.09, 0.02], dtype=np.float32) * np.float32(rng.uniform(0.5, 3))
    return _blurred(cover, float(rng.uniform(0.4, 1.2)))[..., None], colour


def most_hidden(cover: Floats, ink: Floats, places: list[Quad]) -> float:
    """Returns the largest share of ink hidden within any stretch as long as its line is high."""
    worst = 0.0
    for place in places:
        tall = max(4, round(float(np.linalg.norm(place[3] - place[0]))))
        crop = _rectified(np.dstack([ink[..., 0], ink[..., 0] * cover[..., 0]]).astype(np.float32), place)
        columns = cv2.blur(crop.sum(axis=0)[None], (tall, 1))[0]
        held = columns[:, 0] > 0.02 * tall
        if held.any():
            worst = max(worst, float((columns[held, 1] / columns[held, 0]).max()))
    return worst


@dataclass(frozen=True, slots=True)
class Optics:
    """What lens, hand and sensor do.

    Attributes:
        defocus_px: radius of the disc a point becomes.
        shake_px: length of the hand's move while the shutter is open.
        shake_angle: its direction, in degrees.
        exposure: factor on the light.
        grain: strength of the sensor's noise.
        sharpening: of the camera's own processing, 0 for none.
        quality: of the camera's JPEG.
    """

    defocus_px: float
    shake_px: float
    shake_angle: float
    exposure: float
    grain: float
    sharpening: float
    quality: int


def taken(light: Floats, optics: Optics, rng: np.random.Generator) -> Colour:
    """Returns the picture the camera stores of the light before it."""
    light = np.asarray(cv2.filter2D(light, -1, _disc(optics.defocus_px)), dtype=np.float32)
    if optics.shake_px > 1:
        light = np.asarray(cv2.filter2D(light, -1, _stroke(optics.shake_px, optics.shake_angle)), dtype=np.float32)
    light = np.clip(light * np.float32(optics.exposure), 0, None)
    # Photons come at random: the noise's variance grows with the light; the small constant is the amplifier's.
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    light = light + noise * np.sqrt(light * np.float32(0.0016) + np.float32(2e-5)) * np.float32(optics.grain)
    pixels = np.clip(light, 0, 1) ** np.float32(1 / _GAMMA) * 255
    # Cameras smooth noise away, colour more than brightness, and sharpen afterwards.
    smooth = cv2.GaussianBlur(pixels, (0, 0), 0.55)
    pixels = smooth + np.float32(optics.sharpening) * (smooth - cv2.GaussianBlur(smooth, (0, 0), 1.6))
    return through_jpeg(np.round(np.clip(pixels, 0, 255)).astype(np.uint8), optics.quality)


def through_jpeg(picture: Colour, quality: int) -> Colour:
    """Returns a picture as it comes back from a JPEG file."""
    return np.asarray(Image.open(BytesIO(jpeg_bytes(picture, quality))).convert("RGB"))


def jpeg_bytes(picture: Colour, quality: int) -> bytes:
    """Returns a JPEG file, colour at half resolution as phones store it."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return file.getvalue()


def detected_line(frame: Colour, place: Quad, rng: np.random.Generator) -> Colour:
    """Cuts a line out as a detector does: a turned rectangle or four corners with a margin and small errors."""
    tall = float((np.linalg.norm(place[3] - place[0]) + np.linalg.norm(place[2] - place[1])) / 2)
    box = _turned_rectangle(place, float(rng.normal(0, 0.6))) if rng.random() < 0.5 else place
    along = _unit(box[1] - box[0] + box[2] - box[3])
    down = _unit(box[3] - box[0] + box[2] - box[1])
    left, right = np.clip(rng.normal(0.16, 0.09, 2), 0.02, 0.45) * tall
    top, bottom = np.clip(rng.normal(0.1, 0.05, 2), 0.0, 0.25) * tall
    moved = (
        np.array([-left, right, right, -left])[:, None] * along + np.array([-top, -top, bottom, bottom])[:, None] * down
    )
    return np.clip(_rectified(frame, box + moved + rng.normal(0, 0.012, (4, 2)) * tall), 0, 255).astype(np.uint8)


def is_whole(place: Quad, frame_px: tuple[int, int], margin_px: float) -> bool:
    """Tells whether a place lies inside the frame."""
    low, high = place.min(axis=0), place.max(axis=0)
    return bool((low > margin_px).all() and (high < np.array(frame_px) - margin_px).all())


def _turned_rectangle(place: Quad, error_degrees: float) -> Quad:
    """Returns the smallest rectangle along the text's direction that holds the four corners."""
    along = place[1] - place[0] + place[2] - place[3]
    angle = np.arctan2(along[1], along[0]) + np.radians(error_degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    straight = place @ turn
    low, high = straight.min(axis=0), straight.max(axis=0)
    return (low + _NORMAL * (high - low)) @ turn.T


def _rectified(picture: NDArray, place: Quad) -> NDArray:
    width = max(4, round(float(max(np.linalg.norm(place[1] - place[0]), np.linalg.norm(place[2] - place[3])))))
    height = max(4, round(float(max(np.linalg.norm(place[3] - place[0]), np.linalg.norm(place[2] - place[1])))))
    target = (_NORMAL * (width, height)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(place.astype(np.float32), target)
    return cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _blurred(picture: Floats, sigma_px: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), dtype=np.float32)


def _unit(vector: NDArray) -> NDArray:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _wires(cover: Floats, place: Quad, tall: float, rng: np.random.Generator) -> None:
    width = cover.shape[1]
    middle = place.mean(axis=0)
    x = np.linspace(-5, width + 5, 40)
    slope = float(rng.normal(0, 0.25))
    for _ in range(int(rng.integers(1, 4))):
        sag = float(rng.uniform(0, 0.12)) * width * ((x - middle[0]) / width) ** 2
        y = middle[1] + rng.normal(0, 0.8) * tall + slope * (x - middle[0]) - sag
        points = np.stack([x, y], axis=1).astype(np.int32)
        cv2.polylines(cover, [points], False, 1.0, max(1, round(tall * rng.uniform(0.02, 0.07))), cv2.LINE_AA)


def _twig(cover: Floats, place: Quad, tall: float, rng: np.random.Generator) -> None:
    share = float(rng.choice([rng.uniform(0, 0.15), rng.uniform(0.85, 1)]))
    start = place[0] + (place[1] - place[0]) * share + (0, -1.2 * tall)
    heading = float(rng.uniform(0.2, np.pi - 0.2))
    step = tall * 0.22
    for _ in range(int(rng.integers(5, 13))):
        heading += float(rng.normal(0, 0.3))
        end = start + step * np.array([np.cos(heading), np.sin(heading)])
        cv2.line(cover, _point(start), _point(end), 1.0, max(1, round(tall * 0.03)), cv2.LINE_AA)
        for side in (-1, 1):
            leaf = end + step * 0.6 * np.array([np.cos(heading + side), np.sin(heading + side)])
            axes = (max(2, round(tall * rng.uniform(0.08, 0.16))), max(1, round(tall * rng.uniform(0.03, 0.07))))
            cv2.ellipse(cover, _point(leaf), axes, float(np.degrees(heading + side)), 0, 360, 1.0, -1, cv2.LINE_AA)
        start = end


def _point(at: NDArray) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))


def _disc(radius: float) -> Floats:
    """Returns the picture of a point out of focus, softened by diffraction."""
    reach = int(np.ceil(radius)) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    disc = cv2.GaussianBlur(disc, (0, 0), 0.45)
    return disc / disc.sum()


def _stroke(length: float, degrees: float) -> Floats:
    reach = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=np.float32)
    half = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * length / 2
    ends = [tuple(int(v) for v in np.round((sign * half + reach) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return kernel / kernel.sum()
