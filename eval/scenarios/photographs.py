"""Makes the background set: signs drawn by a real Chromium, hung into test photographs, taken by a camera, cut out.

`build` writes the lines, their labels and their licences. The same seed gives the same signs, views and light; the
letters' pixels also depend on the version of Chromium, the JPEG bytes on Pillow's. Knows nothing of recognisers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from eval.scenarios import camera_view, signs
from eval.scenarios.camera_view import Colour, Floats, Optics, Pose, Quad
from eval.scenarios.provenance import LabelRow, faces_table, write_labels
from eval.scenarios.sign_texts import CONTENTS, Lines, filled
from eval.scenarios.signs import DrawnSign, Sign
from ocr_core.errors import MaterialsError
from ocr_core.synth.materials import materials_folder, require, source_of
from ocr_core.synth.web_page import chromium

SMALLEST_PX: Final = 15
"""Lines lower than this in the picture are left out, as detectors leave them out."""


@dataclass(frozen=True, slots=True)
class Place:
    """A photograph of the test split in which signs can hang.

    Attributes:
        path: under the materials folder.
        title, author, licence: what its licence asks to be said; the author as the package names one.
        is_wall: it shows a surface from near, fit to be painted on.
        is_dark: lamps show in it.
    """

    path: str
    title: str
    author: str
    licence: str
    is_wall: bool = False
    is_dark: bool = False


_LOMIRI_16: Final = "debian/lomiri-wallpapers-16.04/usr/share/backgrounds"
_LOMIRI_20: Final = "debian/lomiri-wallpapers-20.04/usr/share/backgrounds"
_PLASMA: Final = "debian/plasma-workspace-wallpapers/usr/share/wallpapers"
_SKIMAGE: Final = "pypi/scikit-image/skimage/data"

PLACES: Final = (
    Place(f"{_SKIMAGE}/coffee.png", "coffee", "Rachel Michetti", "CC0-1.0", is_wall=True),
    Place(f"{_SKIMAGE}/gravel.png", "gravel", "CC0Textures", "CC0-1.0", is_wall=True),
    Place(f"{_LOMIRI_16}/Wine_by_Jakkub_Mede.jpg", "Wine", "Jakub Mede", "CC-BY-4.0", is_dark=True),
    Place(f"{_LOMIRI_16}/Picture_1A_by_freespace.jpg", "Picture 1A", 'Trevor "Freespace"', "CC-BY-4.0"),
    Place(f"{_LOMIRI_16}/analogpattern_by_Peter_Nerlich.jpg", "analogpattern", "Peter Nerlich", "CC-BY-SA-4.0",
          is_wall=True),
    Place(f"{_LOMIRI_20}/Fossa_by_Jasper_Roks.jpg", "Fossa", "Jasper Roks", "CC-BY-SA-3.0", is_dark=True),
    Place(f"{_PLASMA}/EveningGlow/contents/images/2560x1600.jpg", "EveningGlow", "KDE Visual Design Group",
          "GPL-2.0-or-later"),
    Place(f"{_PLASMA}/DarkestHour/contents/images/2560x1600.jpg", "DarkestHour", "KDE Visual Design Group",
          "GPL-2.0-or-later", is_dark=True),
    Place(f"{_PLASMA}/Grey/contents/images/2560x1600.jpg", "Grey", "KDE Visual Design Group", "GPL-2.0-or-later"),
)  # fmt: skip
ARTWORK_CREDITS: Final = (
    Place(signs.ARTWORK[0], "Painting-Colors", "HEROBRINE7GAMER", "CC-BY-SA-3.0"),
)  # fmt: skip
"""Photographs that are printed on posters and are no place themselves."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture taken: the whole frame, and where its lines are."""

    frame: Colour
    quads: tuple[Quad, ...]


def build(folder: Path, generator: np.random.Generator, lines: int) -> None:
    """Writes `lines` pictures, `labels.tsv` and `LICENCES.md` into `folder`.

    Raises:
        MaterialsError: materials have not been fetched, or there is no Chromium.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    rows: list[LabelRow] = []
    used: set[str] = set()
    with chromium() as browser:
        for number, (sign, place) in enumerate(_plans(generator), start=1):
            for text, crop in _lines_of(browser, sign, place, generator):
                file = f"background_{len(rows) + 1:03}.jpg"
                (folder / file).write_bytes(camera_view.jpeg_bytes(crop, 90))
                rows.append(LabelRow(file, text, _how(sign, place), f"picture {number:02} in {place.title}"))
                if len(rows) == lines:
                    break
            used.update(sign.faces)
            if len(rows) == lines:
                break
    write_labels(folder, rows)
    (folder / "LICENCES.md").write_text(licences(used), encoding="utf-8")


def take(sign: Sign, drawn: DrawnSign, place: Place, rng: np.random.Generator) -> Shot:
    """Hangs a drawn sign into a place and takes a picture of it."""
    size = (drawn.layer.shape[1], drawn.layer.shape[0])
    first = drawn.boxes[0]
    wanted_px = float(np.clip(np.exp(rng.normal(np.log(46), 0.42)), 22, 120))
    scale = wanted_px / (first[3] - first[1])
    frame_px = (round(max(640, size[0] * scale * 1.2 + 60)), round(max(480, size[1] * scale * 1.5 + 60)))
    for _ in range(20):
        pose = _pose(scale, frame_px, rng)
        matrix = camera_view.view(pose, size, frame_px)
        quads = tuple(camera_view.seen_quad(matrix, box) for box in drawn.boxes)
        if all(camera_view.is_whole(quad, frame_px, 8) for quad in quads):
            break
    else:
        matrix = camera_view.view(Pose(0, 0, 0, scale, (frame_px[0] / 2, frame_px[1] / 2)), size, frame_px)
        quads = tuple(camera_view.seen_quad(matrix, box) for box in drawn.boxes)
    scene = camera_view.to_light(_part(place, frame_px, rng))
    layer = camera_view.seen(drawn.layer, matrix, frame_px, scale)
    ink = camera_view.seen(drawn.ink, matrix, frame_px, scale)[..., None]
    light = _hung(sign, scene, layer, ink, rng)
    light = _hindered(sign, light, ink, quads, rng)
    return Shot(camera_view.taken(light, _optics(sign, wanted_px, rng), rng), quads)


def shots(browser: Any, rng: np.random.Generator) -> Iterator[Shot]:
    """Yields pictures of signs without end, whole, with the places of their lines.

    Raises:
        MaterialsError: materials have not been fetched.
    """
    for sign, place in _plans(rng):
        yield take(sign, signs.draw(browser, sign, rng), place, rng)


def licences(faces: set[str]) -> str:
    """Returns the page that says what the set is made of and under which terms."""
    photographs = "".join(
        f"| {place.title} | {place.author} | `{source_of(place.path).package}` | {place.licence} |\n"
        for place in (*PLACES, *ARTWORK_CREDITS)
    )
    return _LICENCES.format(
        photographs=photographs, faces=faces_table(name.partition("/")[0] for name in faces if name)
    )


def _plans(rng: np.random.Generator) -> Iterator[tuple[Sign, Place]]:
    """Yields signs without end: kinds in turn, the texts of a kind shuffled, a fitting place for each."""
    decks: dict[str, list[Lines]] = {}
    while True:
        for kind in rng.permutation(_TURN):
            deck = decks.setdefault(kind, [])
            if not deck:
                deck.extend(CONTENTS[kind][i] for i in rng.permutation(len(CONTENTS[kind])))
            sign = signs.design(kind, filled(deck.pop(), rng), rng)
            fitting = [place for place in PLACES if _fits(place, sign)]
            yield sign, fitting[int(rng.integers(len(fitting)))]


_TURN: Final = (
    "shop front", "shop front", "street plate", "notice", "notice", "banner", "poster", "poster", "sticker", "sticker",
    "neon", "menu board", "door plate", "stone", "painted wall", "dot screen",
)  # fmt: skip


def _fits(place: Place, sign: Sign) -> bool:
    if sign.surface == "paint":
        return place.is_wall
    return place.is_dark if sign.kind == "neon" else True


def _lines_of(browser: Any, sign: Sign, place: Place, rng: np.random.Generator) -> Iterator[tuple[str, Colour]]:
    shot = take(sign, signs.draw(browser, sign, rng), place, rng)
    for text, quad in zip(sign.lines, shot.quads, strict=True):
        if np.linalg.norm(quad[3] - quad[0]) >= SMALLEST_PX and np.linalg.norm(quad[2] - quad[1]) >= SMALLEST_PX:
            yield text, camera_view.detected_line(shot.frame, quad, rng)


def _pose(scale: float, frame_px: tuple[int, int], rng: np.random.Generator) -> Pose:
    yaw, pitch, roll = (float(v) for v in rng.normal(0, (22, 10, 3.0)))
    centre = rng.uniform(0.46, 0.54, 2) * frame_px
    return Pose(
        float(np.clip(yaw, -52, 52)), float(np.clip(pitch, -28, 28)), roll, scale,
        (float(centre[0]), float(centre[1])), float(rng.uniform(0.8, 1.6)),
    )  # fmt: skip


def _part(place: Place, frame_px: tuple[int, int], rng: np.random.Generator) -> Colour:
    """Returns a part of the photograph of the frame's shape."""
    how = cv2.IMREAD_COLOR if place.path.startswith(_SKIMAGE) else cv2.IMREAD_REDUCED_COLOR_2
    picture = cv2.imread(str(require(materials_folder() / place.path)), how)
    if picture is None:
        raise MaterialsError(f"{place.path} is not a picture that can be read.")
    height, width = picture.shape[:2]
    largest = min(width / frame_px[0], height / frame_px[1])
    zoom = largest * float(rng.uniform(0.45, 1.0))
    part_width, part_height = int(frame_px[0] * zoom), int(frame_px[1] * zoom)
    x = int(rng.integers(0, width - part_width + 1))
    y = int(rng.integers(0, height - part_height + 1))
    part = picture[y : y + part_height, x : x + part_width, ::-1]
    method = cv2.INTER_AREA if zoom > 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, frame_px, interpolation=method), dtype=np.uint8)


def _hung(sign: Sign, scene: Floats, layer: Floats, ink: Floats, rng: np.random.Generator) -> Floats:
    """Returns the scene with the sign in it, in the scene's own light."""
    colour, cover = layer[..., :3], layer[..., 3:]
    if sign.surface == "light":
        scene = scene * np.float32(rng.uniform(0.25, 0.7))
        lit = scene * (1 - cover) + colour * np.float32(rng.uniform(0.9, 1.6))
        bloom = cv2.GaussianBlur(colour, (0, 0), float(rng.uniform(2, 6)))
        return lit + bloom * np.float32(rng.uniform(0.1, 0.45))
    if sign.surface == "paint":
        return _painted(scene, colour, cover, ink, rng)
    light = camera_view.shading(scene, 0.14, float(rng.uniform(0.3, 0.8))) * camera_view.tint(scene, 0.25)
    light = light * np.float32(rng.uniform(0.45, 0.95))
    offset = rng.uniform(3, 14, 2)
    shift = np.array([[1, 0, offset[0]], [0, 1, offset[1]]], dtype=np.float32)
    thrown = cv2.warpAffine(cover, shift, cover.shape[1::-1])
    thrown = cv2.GaussianBlur(thrown, (0, 0), float(rng.uniform(2, 8)))[..., None]
    behind = scene * (1 - np.float32(0.7) * thrown)
    if rng.random() < 0.5:
        behind = cv2.GaussianBlur(behind, (0, 0), float(rng.uniform(0.5, 3)))
    return behind * (1 - cover) + colour * light


def _painted(scene: Floats, colour: Floats, cover: Floats, ink: Floats, rng: np.random.Generator) -> Floats:
    """Returns a wall with paint on it: the wall's relief goes through, some of the paint has gone."""
    smooth = camera_view.smoothed(scene, 12) + np.float32(0.02)
    relief = np.clip(scene / smooth, 0.3, 2.0) ** np.float32(rng.uniform(0.35, 0.7))
    held = float(ink.sum()) + 1e-3
    paint = float((colour.mean(axis=2, keepdims=True) * ink).sum()) / held
    # Who paints a wall takes a colour that shows on it.
    level = rng.uniform(0.25, 0.6) if paint < 0.2 else rng.uniform(0.03, 0.1)
    tone = camera_view.smoothed(scene, 60) + np.float32(0.02)
    wall = tone / tone.mean() * np.float32(level) * relief
    gone = cv2.resize(rng.standard_normal((max(3, scene.shape[0] // 5), max(3, scene.shape[1] // 5)), dtype=np.float32),
                      scene.shape[1::-1], interpolation=cv2.INTER_CUBIC)  # fmt: skip
    kept = np.clip(1.0 - (gone[..., None] > rng.uniform(1.4, 3.0)) * np.float32(0.8), 0, 1)
    light = camera_view.shading(scene, 0.14, 0.4) * np.float32(rng.uniform(0.6, 1.0))
    return wall * (1 - cover * kept) + colour * kept * light * relief**0.5


def _hindered(sign: Sign, light: Floats, ink: Floats, quads: Sequence[Quad], rng: np.random.Generator) -> Floats:
    """Adds what comes between: shade, glare, and things in front that hide little enough for people to read on."""
    frame_px = (light.shape[1], light.shape[0])
    places = list(quads)
    if sign.surface != "light" and rng.random() < 0.35:
        light = light * camera_view.cast_shade(frame_px, rng)
    if sign.surface == "board" and rng.random() < 0.15:
        light = camera_view.add_glare(light, places[int(rng.integers(len(places)))], rng)
    if rng.random() < 0.3:
        for _ in range(6):
            cover, colour = camera_view.obstacle(frame_px, places, rng)
            if camera_view.most_hidden(cover, ink, places) < 0.28:
                return light * (1 - cover) + cover * colour
    return light


def _optics(sign: Sign, tall_px: float, rng: np.random.Generator) -> Optics:
    """Returns a phone's optics: mostly fine, at times a little out of focus, shaken or in the dark."""
    defocus = float(rng.uniform(0.2, 0.9)) if rng.random() < 0.7 else tall_px * float(rng.uniform(0.02, 0.05))
    shake = tall_px * float(rng.uniform(0.03, 0.1)) if rng.random() < 0.25 else 0.0
    grain = float(rng.uniform(0.4, 1.4)) if rng.random() < 0.7 else float(rng.uniform(1.5, 4.0))
    return Optics(
        defocus, shake, float(rng.uniform(0, 180)), float(rng.uniform(0.75, 1.3)), grain, float(rng.uniform(0, 0.7)),
        int(rng.integers(45, 93)),
    )  # fmt: skip


def _how(sign: Sign, place: Place) -> str:
    faces = ", ".join(dict.fromkeys(name.partition("/")[0] for name in sign.faces))
    artwork = next((each.title for each in (*PLACES, *ARTWORK_CREDITS) if each.path == sign.artwork), "")
    printed = f"; printed with photograph {artwork}" if artwork else ""
    return f"{sign.kind}; faces {faces}; photograph {place.title} ({place.licence}){printed}; text written for this set"


_LICENCES: Final = """# The background set: what it is made of

Each line is cut out of a picture of a sign. The sign was drawn as a web page by a headless Chromium, hung into a
photograph by the homography of a pinhole camera, lit by the photograph's own light, partly shaded or hidden, and taken
with the blur, noise and JPEG of a phone. Lines are cut out as a text detector does, with small errors. True places come
from the letters' pixels. What each line shows is in the third column of `labels.tsv`; the fifth, the group for
resampling, is the picture taken: lines of one sign share it.

Everything belongs to the test split (`ocr_core/synth/split.toml`). Made by `python -m eval.scenarios.build`; the same
seed gives the same pictures on the same versions of Chromium and Pillow.

## Texts

Written for this set by the project, under the project's licence. Names are invented; the telephone numbers start with
codes that are not in use or are drawn at random. Whoever is called like one of them is not meant.

## Photographs

Parts of these were cut out, scaled, shaded and covered. The lines show what is left of them under the photograph's
licence (share-alike where it asks for it), everything else under the project's.

| title | by | package | licence |
|---|---|---|---|
{photographs}
The CC licences are at https://creativecommons.org/licenses/, the GPL at https://www.gnu.org/licenses/.

## Faces

The pictures show text set in these faces; no font file is here.

{faces}"""
