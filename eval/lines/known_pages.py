"""Pages whose lines are known: set by Chromium in test faces with held-out texts, scanned; and photographs of signs.

The places come from the browser itself (every character's rectangle, then the ink within) and from the camera's view.
The same seed gives the same pages; another version of Chromium may break their lines otherwise.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from eval.lines.matching import Quad
from eval.scenarios.held_out import HeldOutTexts
from eval.scenarios.photographs import SMALLEST_PX, shots
from eval.scenarios.print_layouts import (
    CRIMSON,
    FANG,
    HEI,
    KAI,
    LIBERTINE,
    MESSAGES,
    OPEN_SANS,
    PROSE_EN,
    PROSE_ZH,
    SONG,
    TALK_ZH,
    UBUNTU,
    Contents,
    Type,
    contents_for,
    web_document,
)
from eval.scenarios.scanner import office_scan, scanned
from eval.scenarios.typesetting import open_page

KINDS: Final = ("print", "two columns", "table", "vertical", "sign")
SIGNS_A_PAGE: Final = 4
"""Photographs of signs for each page of another kind: they have few lines."""

_SIZE_PX: Final = (794, 1123)
_DEVICE_SCALE: Final = 1.5
_DPI: Final = 144
_INK: Final = 60
_TYPE_EM: Final = 0.6
"""Half of what a line's ink can be high, in ems: what lies farther from its middle belongs to its neighbours."""
_LEFT_PX: Final = 70
"""Every layout has a margin wider than this; vertical text that runs over it is cut off."""

_TYPES: Final = (Type(SONG, LIBERTINE), Type(HEI, OPEN_SANS), Type(KAI, CRIMSON), Type(FANG, UBUNTU))

# Every character of every text; a new line begins where one is no longer beside the one before it.
_FIND_LINES: Final = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const vertical = getComputedStyle(node.parentElement).writingMode.startsWith('vertical');
    let line = null;
    for (let i = 0; i < node.data.length; i++) {
      if (!node.data[i].trim()) continue;
      const range = document.createRange();
      range.setStart(node, i); range.setEnd(node, i + 1);
      const r = [...range.getClientRects()].filter(one => one.width > 0 && one.height > 0).pop();
      if (!r) continue;
      const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
      const goesOn = line && (vertical ? x > line[0] && x < line[2] && y > line[1]
                                       : y > line[1] && y < line[3] && x > line[0]);
      const em = parseFloat(getComputedStyle(node.parentElement).fontSize);
      if (!goesOn) found.push(line = [r.left, r.top, r.right, r.bottom, em, vertical ? 1 : 0]);
      line[0] = Math.min(line[0], r.left); line[1] = Math.min(line[1], r.top);
      line[2] = Math.max(line[2], r.right); line[3] = Math.max(line[3], r.bottom);
    }
  }
  return found;
}"""


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page `H, W, 3`, the corners of its lines' ink and of their type bodies, and of lines too small to ask for."""

    kind: str
    pixels: NDArray[np.uint8]
    lines: tuple[Quad, ...]
    bodies: tuple[Quad, ...]
    too_small: tuple[Quad, ...] = ()


def known_pages(browser: Any, kind: str, pages: int, rng: np.random.Generator, folder: Path) -> Iterator[KnownPage]:
    """Yields pages of one kind.

    Raises:
        MaterialsError: materials have not been fetched.
    """
    if kind == "sign":
        for shot, _ in zip(shots(browser, rng), range(SIGNS_A_PAGE * pages), strict=False):
            small = [float(np.linalg.norm(quad[3] - quad[0])) < SMALLEST_PX for quad in shot.quads]
            lines = tuple(quad for quad, is_small in zip(shot.quads, small, strict=True) if not is_small)
            yield KnownPage(
                kind,
                np.ascontiguousarray(shot.frame),
                lines,
                lines,
                tuple(quad for quad, is_small in zip(shot.quads, small, strict=True) if is_small),
            )
        return
    texts = HeldOutTexts()
    for number in range(pages):
        type_ = _TYPES[number % len(_TYPES)]
        contents = contents_for(type_, texts, rng)
        body, css = _LAYOUTS[kind](contents, rng)
        characters = {each for block in contents.blocks for each in block.text} | set("0123456789.-/%")
        document = web_document(type_, body, _CSS + css, characters, folder)
        yield _scanned(kind, *_drawn(browser, document, folder), rng)


def _drawn(browser: Any, document: str, folder: Path) -> tuple[NDArray[np.uint8], Floats, Floats]:
    """Returns a page as the browser draws it, and the boxes `n, 4` of its lines' ink and of their type bodies."""
    page = open_page(browser, document, folder, _SIZE_PX, _DEVICE_SCALE)
    try:
        found = np.array(page.evaluate(_FIND_LINES), dtype=np.float64).reshape(-1, 6)
        pixels = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))
    finally:
        page.close()
    boxes, em_px, vertical = found[:, :4] * _DEVICE_SCALE, found[:, 4] * _DEVICE_SCALE, found[:, 5] > 0
    height, width = pixels.shape[:2]
    whole = (boxes[:, 0] >= _LEFT_PX) & (boxes[:, 1] >= 0) & (boxes[:, 2] <= width) & (boxes[:, 3] <= height)
    # What runs over the page's edge is cut off the page: nobody should be asked for half a line.
    below = min([height, *(boxes[~whole, 1].astype(int) - 2)])
    kept = np.flatnonzero(whole & (boxes[:, 3] <= below))
    ink = np.array([_ink(pixels, _alone(boxes[i], em_px[i], vertical[i])) for i in kept]).reshape(-1, 4)
    bodies = [_body(*each) for each in zip(ink, boxes[kept], em_px[kept], vertical[kept], strict=True)]
    return np.array(pixels[:below]), ink, np.array(bodies).reshape(-1, 4)


def _alone(box: Floats, em_px: float, is_vertical: bool) -> Floats:
    """Returns a line's box without what reaches into its neighbours where type is set solid."""
    across = 0 if is_vertical else 1
    middle = (box[across] + box[across + 2]) / 2
    clipped = box.copy()
    clipped[across] = max(box[across], middle - _TYPE_EM * em_px)
    clipped[across + 2] = min(box[across + 2], middle + _TYPE_EM * em_px)
    return clipped


def _body(ink: Floats, box: Floats, em_px: float, is_vertical: bool) -> Floats:
    """Returns a line's type body: an em across the line, and a little longer than its ink."""
    across = 0 if is_vertical else 1
    middle = (box[across] + box[across + 2]) / 2
    body = ink.copy()
    body[across] = min(ink[across], middle - em_px / 2)
    body[across + 2] = max(ink[across + 2], middle + em_px / 2)
    body[1 - across] -= em_px / 4
    body[3 - across] += em_px / 4
    return body


def _ink(pixels: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the part of a box where there is ink: type is lower than its line."""
    x0, y0 = np.floor(box[:2]).astype(int)
    x1, y1 = np.ceil(box[2:]).astype(int)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY).astype(int)
    rows, columns = np.nonzero(np.abs(grey - int(np.median(grey))) > _INK)
    if not len(rows):
        return box
    return np.array([x0 + columns.min(), y0 + rows.min(), x0 + columns.max() + 1, y0 + rows.max() + 1], np.float64)


def _scanned(kind: str, pixels: NDArray[np.uint8], ink: Floats, bodies: Floats, rng: np.random.Generator) -> KnownPage:
    picture, turn = scanned(pixels, replace(office_scan(rng), dpi=_DPI), rng)
    rgb = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
    turned = [
        tuple(
            np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ turn.astype(np.float64).T
            for x0, y0, x1, y1 in boxes
        )
        for boxes in (ink, bodies)
    ]
    return KnownPage(kind, np.ascontiguousarray(rgb), *turned)


_CSS: Final = """body { padding: 60px 70px; font-size: 16px; line-height: 1.6; color: #111; background: #fff; }
h1 { font-size: 30px; text-align: center; margin: 0 0 24px; line-height: 1.3; } h2 { font-size: 20px; margin: 14px 0; }
p { margin: 0 0 12px; text-align: justify; }
"""


def _print(page: Contents, rng: np.random.Generator) -> tuple[str, str]:
    prose = PROSE_ZH if rng.random() < 0.6 else PROSE_EN
    parts = [f"<h1>{_entry(page, prose, 8, 22)}</h1>"]
    for _ in range(3):
        parts += [f"<h2>{_entry(page, MESSAGES, 4, 24)}</h2>", *(f"<p>{_text(page, prose, 80, 300)}</p>" for _ in "12")]
    return "".join(parts), f"body {{ font-size: {rng.integers(13, 21)}px; line-height: {rng.uniform(1.3, 1.9):.2f}; }}"


def _columns(page: Contents, rng: np.random.Generator) -> tuple[str, str]:
    prose = PROSE_ZH if rng.random() < 0.6 else PROSE_EN
    body = "".join(f"<p>{_text(page, prose, 90, 320)}</p>" for _ in range(8))
    css = f"""main {{ column-count: 2; column-gap: {rng.integers(20, 44)}px; }} p {{ text-indent: 2em; }}
        body {{ font-size: {rng.integers(12, 18)}px; padding: 50px; line-height: {rng.uniform(1.25, 1.7):.2f}; }}"""
    return f"<h1>{_entry(page, prose, 6, 18)}</h1><main>{body}</main>", css


def _table(page: Contents, rng: np.random.Generator) -> tuple[str, str]:
    columns, rows = int(rng.integers(3, 6)), int(rng.integers(6, 16))
    head = "".join(f"<th>{_entry(page, MESSAGES, 2, 7)}</th>" for _ in range(columns))
    body = "".join(
        "<tr>" + f"<td>{_entry(page, MESSAGES, 3, 12)}</td>"
        + "".join(f"<td>{rng.integers(1, 99999) / 100:.2f}</td>" for _ in range(columns - 1)) + "</tr>"
        for _ in range(rows)
    )  # fmt: skip
    padding = f"{rng.integers(2, 9)}px {rng.integers(3, 18)}px"
    css = f"""table {{ border-collapse: collapse; margin: 20px auto; }}
        td, th {{ border: {rng.integers(1, 3)}px solid #222; padding: {padding}; }}"""
    text = f"<p>{_text(page, TALK_ZH, 60, 160)}</p>"
    return f"<h1>{_entry(page, MESSAGES, 4, 18)}</h1>{text}<table><tr>{head}</tr>{body}</table>{text}", css


def _vertical(page: Contents, rng: np.random.Generator) -> tuple[str, str]:
    body = "".join(f"<p>{_text(page, PROSE_ZH, 60, 120)}</p>" for _ in range(3))
    css = f"""main {{ writing-mode: vertical-rl; width: 654px; height: {rng.integers(600, 900)}px; overflow: hidden;
        font-size: {rng.integers(17, 25)}px; line-height: {rng.uniform(1.5, 2.1):.2f}; }}"""
    return f"<main><h1>{_entry(page, PROSE_ZH, 5, 14)}</h1>{body}</main>", css


def _text(page: Contents, names: tuple[str, ...], shortest: int, longest: int) -> str:
    return html.escape(page.paragraph(names, shortest, longest))


def _entry(page: Contents, names: tuple[str, ...], shortest: int, longest: int) -> str:
    return html.escape(page.entry(names, shortest, longest))


_LAYOUTS: Final[dict[str, Callable[[Contents, np.random.Generator], tuple[str, str]]]] = {
    "print": _print,
    "two columns": _columns,
    "table": _table,
    "vertical": _vertical,
}
