"""The low-resolution set: real pages in a real Chromium below 72 dpi, through screenshot codecs, cut by DOM ranges.

The same seed gives the same pages; another version of Chromium may draw and break their lines otherwise.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from eval.scenarios.held_out import OWN_TEXT, HeldOutTexts
from eval.scenarios.labelled_set import SetLine, as_png, write_set
from eval.scenarios.print_layouts import contents_for
from eval.scenarios.screen_pages import DARK, LIGHT, PAGES, Look, screen_document, terminal
from eval.scenarios.typesetting import open_page
from ocr_core.labels import canonical
from ocr_core.synth.web_page import chromium

Pixels = NDArray[np.uint8]

CSS_DPI: Final = 96
SCALES: Final = (0.5, 0.74)
"""Device scale factors: 48 to 71 dots per inch where a style sheet means 96."""

_LINES_PER_PAGE = 4
_WIDTHS_PX = (620, 760, 900)
_HEIGHT_PX = 900
_SMALLEST_EM_PX = 8.4
_LONGEST = 60
_ABOUT = (
    "Pages of programs and sites (chats, settings, tables, menus, articles, terminals, light and dark) drawn by a "
    "headless Chromium at device scale factors of 0.5 to 0.74, which is 48 to 71 dpi, with its own text rendering; "
    "stored as a screenshot is (PNG with a palette, JPEG, WebP, some scaled once more), and cut along the client "
    "rectangles of the DOM's ranges, a visual line each. Labels are the DOM's text."
)

_FIND_LINES = """() => {
  const found = [];
  for (const element of document.querySelectorAll('.t')) {
    const node = element.firstChild, text = node.data;
    let line = null;
    for (let i = 0; i < text.length; i++) {
      const range = document.createRange();
      range.setStart(node, i); range.setEnd(node, i + 1);
      const rects = [...range.getClientRects()].filter(r => r.width > 0);
      if (!rects.length) continue;
      const r = rects[rects.length - 1];
      if (!line || r.top > line.bottom - r.height / 2 || r.left < line.right - r.width - 2) {
        line = {text: '', left: r.left, top: r.top, right: r.right, bottom: r.bottom,
                em: parseFloat(getComputedStyle(element).fontSize), from: element.dataset.from};
        found.push(line);
      }
      line.text += text[i];
      if (text[i] !== ' ') line.right = Math.max(line.right, r.right);
      line.top = Math.min(line.top, r.top); line.bottom = Math.max(line.bottom, r.bottom);
    }
  }
  return found;
}"""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A visual line of a page in CSS pixels."""

    text: str
    document: str
    left: float
    top: float
    right: float
    bottom: float
    em_px: float


def build(folder: Path, generator: np.random.Generator, lines: int) -> None:
    """Fills `folder` with `lines` labelled lines of screenshots.

    Raises:
        MaterialsError: there is no Chromium, or materials have not been fetched.
    """
    found: list[SetLine] = []
    # Closed at once, not when it is forgotten: it holds a Chromium, and Playwright bears no second one beside it.
    with tempfile.TemporaryDirectory() as temporary, closing(_pages(Path(temporary), generator)) as pages:
        for cut in pages:
            found += cut[: lines - len(found)]
            if len(found) >= lines:
                break
    write_set(folder, "low_resolution", _ABOUT, found)


def shown_lines(page: Any) -> list[ShownLine]:
    """Returns the visual lines of an open page, from the DOM's ranges."""
    return [
        ShownLine(
            canonical(each["text"]), each["from"], *(each[side] for side in ("left", "top", "right", "bottom", "em"))
        )
        for each in page.evaluate(_FIND_LINES)
    ]


def _pages(folder: Path, rng: np.random.Generator) -> Generator[list[SetLine], None, None]:
    """Yields the lines chosen from one page after the other, without end."""
    texts = HeldOutTexts()
    number = 0
    with chromium() as browser:
        while True:
            layout, type_ = PAGES[number % len(PAGES)]
            number += 1
            contents = contents_for(type_, texts, rng)
            body = layout(contents)
            look = _look(rng)
            scale = round(float(rng.uniform(*SCALES)), 3)
            characters = {each for block in contents.blocks for each in block.text}
            document = screen_document(body, look, type_, characters, folder)
            size = (int(rng.choice(_WIDTHS_PX)), _HEIGHT_PX)
            page = open_page(browser, document, folder, size, scale)
            try:
                shown = [line for line in shown_lines(page) if _fits(line, size, scale)]
                pixels = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))
            finally:
                page.close()
            stored, codec, factor = _stored(pixels, rng)
            picked = _picked(shown, rng)
            families = tuple(dict.fromkeys((*type_.families, *(("ibm_plex_mono",) if layout is terminal else ()))))
            yield [
                SetLine(
                    content=as_png(_cut(stored, shown[index], scale * factor, rng)),
                    ending="png",
                    text=shown[index].text,
                    how=f"Chromium, {layout.__name__.replace('_', ' ')}, {scale * CSS_DPI:.0f} dpi, "
                    f"{shown[index].em_px * scale:.1f} px type, {codec}",
                    families=families,
                    document=shown[index].document,
                    origin=f"page {number:02}",
                )
                for index in picked
            ]


def _picked(shown: Sequence[ShownLine], rng: np.random.Generator) -> list[int]:
    """Picks lines in the page's order; of dates, sizes and keys, which every row has, one at most."""
    order = rng.permutation(len(shown))
    said = [int(index) for index in order if shown[index].document != OWN_TEXT]
    own = [int(index) for index in order if shown[index].document == OWN_TEXT]
    count = _LINES_PER_PAGE - min(len(own), int(rng.random() < 0.7))
    return sorted(said[:count] + own[: _LINES_PER_PAGE - min(count, len(said))])


def _look(rng: np.random.Generator) -> Look:
    themes = DARK if rng.random() < 0.3 else LIGHT
    return Look(*themes[int(rng.integers(len(themes)))], size_px=int(rng.integers(15, 20)))


def _fits(line: ShownLine, size: tuple[int, int], scale: float) -> bool:
    is_inside = line.bottom < size[1] and line.right < size[0]
    return is_inside and 2 <= len(line.text) <= _LONGEST and line.em_px * scale >= _smallest_em(line.text)


def _smallest_em(text: str) -> float:
    """Hanzi need more pixels than letters before anyone can read them."""
    return _SMALLEST_EM_PX + (0.9 if any("\u3400" <= each <= "\u9fff" for each in text) else 0.0)


def _stored(pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, str, float]:
    """Stores a screenshot as people do; returns it opened again, the codec in words, and how it was scaled."""
    factor, scaled = 1.0, ""
    if rng.random() < 0.2:
        factor = float(rng.choice([0.9, 1.25, 1.5]))
        method = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA]))
        size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=np.uint8)
        scaled = f", scaled by {factor:g}"
    file = BytesIO()
    picture = Image.fromarray(pixels)
    kind = rng.random()
    if kind < 0.4:
        colours = int(rng.choice([16, 32, 256]))
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG")
        codec = f"PNG of {colours} colours"
    elif kind < 0.8:
        quality = int(rng.integers(35, 92))
        picture.save(file, "JPEG", quality=quality)
        codec = f"JPEG {quality}"
    else:
        quality = int(rng.integers(35, 90))
        picture.save(file, "WEBP", quality=quality)
        codec = f"WebP {quality}"
    return np.asarray(Image.open(file).convert("RGB")), codec + scaled, factor


def _cut(pixels: Pixels, line: ShownLine, scale: float, rng: np.random.Generator) -> Pixels:
    """Cuts a line out with the margins of a detector: a pixel or two, now and then a close cut."""
    above, below = rng.uniform(-0.06, 0.16, 2) * line.em_px
    before, after = rng.uniform(0.05, 0.35, 2) * line.em_px
    rows = slice(max(0, int((line.top - above) * scale)), int(np.ceil((line.bottom + below) * scale)))
    columns = slice(max(0, int((line.left - before) * scale)), int(np.ceil((line.right + after) * scale)))
    return np.ascontiguousarray(pixels[rows, columns])
