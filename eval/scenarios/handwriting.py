"""Makes the handwriting set: pages written in held-out faces or by held-out pens, photographed, cut into lines.

`build` fills two folders, `…_faces` and `…_pen`, each with its own labels, so that nobody takes the one for the other.
The same seed gives the same hands, pages and views; JPEG bytes depend on Pillow, glyph edges on its FreeType. Knows
nothing of recognisers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from eval.scenarios import camera_view
from eval.scenarios.camera_view import Colour, Floats, Optics, Pose
from eval.scenarios.hand_texts import PAGES, Page, Script
from eval.scenarios.hands import EM_PX, Habit, WrittenLine, set_by_hand, write_by_pen
from eval.scenarios.paper_sheet import Ruling, Sheet, Tool, desk, make_sheet
from eval.scenarios.provenance import LabelRow, faces_table, write_labels
from ocr_core.scenario import Split
from ocr_core.synth.faces import Face, load_family
from ocr_core.synth.pen import can_write
from ocr_core.synth.split import writers
from ocr_core.synth.writer import Writer

FACES_SUFFIX: Final = "_faces"
PEN_SUFFIX: Final = "_pen"
FACES_SHARE: Final = 0.6
FACES: Final[dict[Script, str]] = {
    "simplified": "honglei_xingshu", "cursive": "liu_jian_mao_cao", "english": "indie_flower",
}  # fmt: skip
"""Which face sets which texts: one semi-cursive, one cursive, one for Latin letters."""

_TURN: Final[tuple[Script, ...]] = (
    "simplified", "simplified", "simplified", "simplified", "cursive", "simplified", "simplified", "english",
)  # fmt: skip
"""The order of scripts over pages in faces; few people write cursive script in earnest."""

Choice = TypeVar("Choice")

_TOOLS: Final = (
    (Tool.GEL, 0.45),
    (Tool.BALLPOINT, 0.2),
    (Tool.FOUNTAIN, 0.12),
    (Tool.PENCIL, 0.13),
    (Tool.MARKER, 0.1),
)
_RULINGS: Final = (
    (Ruling.PLAIN, 0.34), (Ruling.RULED, 0.4), (Ruling.SQUARED, 0.12), (Ruling.CELLS, 0.06), (Ruling.DOTTED, 0.08),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page's lines in one hand, how they came about, and who counts as their writer."""

    lines: tuple[WrittenLine, ...]
    how: str
    writer: str


def build(folder: Path, generator: np.random.Generator, lines: int) -> None:
    """Writes `lines` pictures into two folders beside each other, three in five of them in faces.

    They are named like `folder`, with `_faces` and `_pen` behind: each is a set with labels, licences and figures of
    its own.

    Raises:
        MaterialsError: faces or strokes have not been fetched.
    """
    in_faces = round(lines * FACES_SHARE)
    by_face, by_pen = generator.spawn(2)
    _fill(folder.with_name(folder.name + FACES_SUFFIX), _face_pages(by_face), by_face, in_faces)
    _fill(folder.with_name(folder.name + PEN_SUFFIX), _pen_pages(by_pen), by_pen, lines - in_faces)


def photographed(sheet: Sheet, rng: np.random.Generator) -> Iterator[Colour]:
    """Takes one picture of a sheet and yields its lines, cut out as a detector does."""
    size = (sheet.light.shape[1], sheet.light.shape[0])
    scale = float(np.clip(np.exp(rng.normal(np.log(50), 0.3)), 28, 88)) / EM_PX
    frame_px = (round(size[0] * scale * 1.02), round(size[1] * scale * 1.02))
    yaw, pitch, roll = (float(v) for v in np.clip(rng.normal(0, (9, 12, 2.0)), -28, 28))
    pose = Pose(yaw, pitch, roll, scale, (frame_px[0] / 2, frame_px[1] / 2), float(rng.uniform(0.9, 1.5)))
    matrix = camera_view.view(pose, size, frame_px)
    whole = np.dstack([sheet.light, np.ones(sheet.light.shape[:2], dtype=np.float32)])
    seen = camera_view.seen(whole, matrix, frame_px, scale)
    light = seen[..., :3] + (1 - seen[..., 3:]) * desk(rng)
    light = light * _lamp(frame_px, rng)
    frame = camera_view.taken(light, _optics(EM_PX * scale, rng), rng)
    for quad in sheet.quads:
        place = camera_view.seen_points(matrix, quad)
        yield camera_view.detected_line(frame, place, rng)


def licences() -> str:
    """Returns the page that says what the set is made of and under which terms."""
    return _LICENCES.format(faces=faces_table(FACES.values()))


def _fill(folder: Path, pages: Iterator[WrittenPage], rng: np.random.Generator, lines: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    rows: list[LabelRow] = []
    while len(rows) < lines:
        page = next(pages)
        tool, ruling = _drawn(_TOOLS, rng), _drawn(_RULINGS, rng)
        sheet = make_sheet(page.lines, tool, ruling, rng)
        for line, crop in zip(page.lines, photographed(sheet, rng), strict=True):
            file = f"{folder.name.rpartition('_')[2]}_{len(rows) + 1:03}.jpg"
            (folder / file).write_bytes(camera_view.jpeg_bytes(crop, 90))
            rows.append(LabelRow(file, line.text, f"{page.how}; {tool.value} on {ruling.value}", page.writer))
            if len(rows) == lines:
                break
    write_labels(folder, rows)
    (folder / "LICENCES.md").write_text(licences(), encoding="utf-8")


def _face_pages(rng: np.random.Generator) -> Iterator[WrittenPage]:
    """Yields pages set letter by letter, each in a hand of its own."""
    faces = {script: load_family(name)[0] for script, name in FACES.items()}
    decks = {script: _shuffled(_pages_for(script, faces[script]), rng) for script in FACES}
    turns: Iterator[Script] = cycle(_TURN)
    for number, script in enumerate(turns, start=1):
        page, face, habit = next(decks[script]), faces[script], Habit.sample(rng)
        lines = tuple(set_by_hand(line, face, habit, rng) for line in page.lines)
        yield WrittenPage(
            lines, f"face {face.family}, set by hand; text {page.source}", f"{face.family} page {number:02}"
        )


def _pages_for(script: Script, face: Face) -> list[Page]:
    return [page for page in PAGES if page.script == script and face.covers_all("".join(page.lines).replace(" ", ""))]


def _pen_pages(rng: np.random.Generator) -> Iterator[WrittenPage]:
    """Yields pages by writers of the test split, each another person."""
    seeds = writers(Split.TEST)
    for page in _shuffled([page for page in PAGES if all(map(can_write, "".join(page.lines)))], rng):
        seed = seeds[int(rng.integers(len(seeds)))]
        writer = Writer.sample(np.random.default_rng(seed))
        lines = tuple(write_by_pen(line, writer, rng) for line in page.lines)
        yield WrittenPage(lines, f"simulated pen, writer {seed}; text {page.source}", f"writer {seed}")


def _shuffled(pages: Sequence[Page], rng: np.random.Generator) -> Iterator[Page]:
    while True:
        yield from (pages[int(i)] for i in rng.permutation(len(pages)))


def _drawn(choices: Sequence[tuple[Choice, float]], rng: np.random.Generator) -> Choice:
    shares = np.array([share for _, share in choices])
    return choices[int(rng.choice(len(choices), p=shares / shares.sum()))][0]


def _lamp(frame_px: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns the light of a room on a sheet, `H, W, 3`: falling off, coloured, with a hand's or a phone's shadow."""
    width, height = frame_px
    ends = np.exp(rng.normal(0, 0.28, (2, 2))).astype(np.float32)
    x = np.linspace(0, 1, width, dtype=np.float32)[None]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = (ends[0, 0] * (1 - x) + ends[0, 1] * x) * (1 - y) + (ends[1, 0] * (1 - x) + ends[1, 1] * x) * y
    light = light[..., None] * np.float32(rng.uniform(0.5, 0.9))
    if rng.random() < 0.35:
        light = (
            light * camera_view.smoothed(camera_view.cast_shade(frame_px, rng)[..., 0], rng.uniform(4, 40))[..., None]
        )
    warmth = float(rng.normal(0.05, 0.12))
    return light * np.array([1 + warmth, 1, 1 - warmth], dtype=np.float32)


def _optics(em_px: float, rng: np.random.Generator) -> Optics:
    defocus = (
        em_px * float(rng.uniform(0.003, 0.016)) if rng.random() < 0.75 else em_px * float(rng.uniform(0.016, 0.035))
    )
    shake = em_px * float(rng.uniform(0.02, 0.06)) if rng.random() < 0.15 else 0.0
    return Optics(
        defocus, shake, float(rng.uniform(0, 180)), float(rng.uniform(0.8, 1.2)), float(rng.uniform(0.3, 2.2)),
        float(rng.uniform(0, 0.7)), int(rng.integers(50, 93)),
    )  # fmt: skip


_LICENCES: Final = """# The handwriting set: what it is made of

Nobody's real hand is here. The lines in `handwriting_faces/` are set letter by letter in handwriting faces, every
letter moved, turned and bent in the manner of one writer a page; the lines in `handwriting_pen/` are written by a
simulated pen, another writer on each page. Both lie on pages of several lines, on plain, ruled or squared paper, and
were photographed: view of a pinhole camera, uneven lamp, shadow, a book's bend, blur, noise, JPEG. Lines are cut out as
a text detector does, with small errors. The third column of `labels.tsv` says face or writer, tool and paper; the
fifth, the group for resampling, is the page (faces) or the writer (pen).

Faces and writers belong to the test split (`ocr_core/synth/split.toml`). Made by `python -m eval.scenarios.build`; the
same seed gives the same pages on the same versions of Pillow and OpenCV.

## Texts

Notes, letters and lists were written for this set by the project, under the project's licence. The verses are by Wang
Wei, Li Bai, Du Fu, Su Shi, Li Qingzhao and Lu You, who died between 761 and 1210; they are in the public domain.

## Faces

The pictures show text set in these faces; no font file is here.

{faces}
The package of `honglei_xingshu` states no terms for the face itself. Whoever needs every term stated leaves the lines
out whose third column names it.

## Pen

The simulated pen follows the stroke medians of the npm package `hanzi-writer-data` (Arphic Public License, 1999). The
pictures show what it wrote; no medians or outlines are here.
"""
