"""One line of text as a web page, drawn by a headless Chromium: `page_html` writes the page, `drawn` draws it.

Promises that every character comes from one of the named faces: they travel inside the page, cut down to the
characters in use, and a character that none of them covers is an error. Asks nobody for anything. Knows no scenarios.
"""

from __future__ import annotations

import base64
import html
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import cv2
import numpy as np
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image

from ocr_core.errors import MaterialsError
from ocr_core.synth.camera import Colour
from ocr_core.synth.faces import Face, load_family
from ocr_core.synth.materials import materials_folder, require

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

_SUPERSCRIPTS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˣ", "0123456789+−nx", strict=True))
_SUBSCRIPTS: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₙ", "0123456789+−n", strict=True))
_SCRIPT_RUNS: Final = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+|[{''.join(_SUBSCRIPTS)}]+|.")
_UNUSED_TABLES: Final = ["FFTM", "DSIG", "vhea", "vmtx", "VORG", "BASE"]
_TAG: Final = re.compile("<[^>]*>")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of the line in one look; the runs' texts one after the other are the label.

    Attributes:
        text: what it says.
        look: class names in the page's style sheet.
    """

    text: str
    look: str = ""


def plain_markup(runs: Sequence[Run]) -> str:
    """Returns the line's markup, a span for each run."""
    return "".join(f'<span class="{run.look}">{html.escape(run.text)}</span>' for run in runs)


def maths_markup(runs: Sequence[Run]) -> str:
    """Returns the line's markup with super- and subscripts raised and lowered, and single letters in italics."""
    return "".join(f'<span class="{run.look}">{_formula(run.text)}</span>' for run in runs)


def page_html(markup: str, css: str, size_px: tuple[int, int], faces: Sequence[str], images: Mapping[str, str]) -> str:
    """Returns the whole page: `markup` inside `<div class="line">` inside `<div class="scene">`.

    Every face `family/weight` may be named in the style sheet by `family-weight`; by default they are tried in the
    given order. `images` are style-sheet variables (`--photo`) and their data addresses.

    Raises:
        MaterialsError: no face covers some character, or a face has not been fetched.
    """
    characters = set(html.unescape(_TAG.sub("", markup)))
    opened = [_open_face(name) for name in faces]
    if missing := [each for each in sorted(characters) if not any(face.covers(each) for face in opened)]:
        raise MaterialsError(f"None of {', '.join(faces)} draws: {' '.join(missing)}")
    rules = "\n".join(rule for face in opened for rule in _font_rules(face, characters))
    stack = ", ".join(f"'{_css_name(name)}'" for name in faces)
    variables = "".join(f"{name}: url({address});" for name, address in images.items())
    width, height = size_px
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><style>{rules}\n"
        f":root {{ {variables} }} * {{ margin: 0; box-sizing: border-box; }}\n"
        f"body {{ width: {width}px; height: {height}px; overflow: hidden; font-family: {stack}; "
        "font-synthesis: none; white-space: pre; }\n"
        ".scene { position: relative; width: 100%; height: 100%; display: flex; align-items: center; "
        f"justify-content: center; }}\n{css}</style><div class=scene><div class=line>{markup}</div></div></html>"
    )


def data_address(picture: Colour) -> str:
    """Returns an `H, W, 3` or `H, W, 4` picture as a PNG inside an address."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def photograph_part(name: str, area: tuple[float, float, float, float], width_px: int) -> Colour:
    """Returns part of a photograph of the materials, `area` being left, top, right, bottom as shares of it."""
    picture = cv2.imread(str(require(materials_folder() / name)), cv2.IMREAD_COLOR)
    if picture is None:
        raise MaterialsError(f"{name} is not a picture that can be read.")
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(share * size) for share, size in zip(area, (width, height) * 2, strict=True))
    part = picture[top:bottom, left:right, ::-1]
    height_px = round(width_px * part.shape[0] / part.shape[1])
    return np.asarray(cv2.resize(part, (width_px, height_px), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def chromium_path() -> str | None:
    """Returns where this machine's Chromium is, None if it has none."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """Starts Debian's Chromium and ends it.

    Raises:
        MaterialsError: there is none on this machine.
    """
    path = chromium_path()
    if path is None:
        raise MaterialsError("There is no Chromium on this machine (Debian package: chromium).")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def drawn(browser: Any, document: str, size_px: tuple[int, int]) -> Colour:
    """Returns what the browser shows for a page, one CSS pixel a pixel.

    Raises:
        MaterialsError: the browser could not use one of the faces.
    """
    page = browser.new_page(viewport={"width": size_px[0], "height": size_px[1]})
    try:
        page.set_content(document)
        failed = page.evaluate(
            "Promise.all([...document.fonts].map(f => f.load().then(() => '', () => f.family)))"
            ".then(names => names.filter(Boolean))"
        )
        if failed:
            raise MaterialsError(f"The browser cannot use {', '.join(failed)}.")
        shot = page.screenshot()
    finally:
        page.close()
    return np.asarray(Image.open(BytesIO(shot)).convert("RGB"))


def _formula(text: str) -> str:
    pieces = []
    for run in _SCRIPT_RUNS.findall(text):
        if run[0] in _SUPERSCRIPTS:
            pieces.append(f"<sup>{_italics(''.join(_SUPERSCRIPTS[each] for each in run))}</sup>")
        elif run[0] in _SUBSCRIPTS:
            pieces.append(f"<sub>{_italics(''.join(_SUBSCRIPTS[each] for each in run))}</sub>")
        else:
            pieces.append(_italics(run))
    return "".join(pieces)


def _italics(run: str) -> str:
    return "".join(f"<i>{each}</i>" if each.isascii() and each.isalpha() else html.escape(each) for each in run)


def _open_face(name: str) -> Face:
    for face in load_family(name.partition("/")[0]):
        if face.name == name:
            return face
    raise MaterialsError(f"There is no face {name}.")


def _css_name(face_name: str) -> str:
    return face_name.replace("/", "-")


def _font_rules(face: Face, characters: set[str]) -> Iterator[str]:
    """Yields an `@font-face` for each of the face's files in use, limited to the characters it is to draw."""
    by_file: dict[int, set[str]] = {}
    for each in characters:
        if face.covers(each):
            by_file.setdefault(face.coverage[each], set()).add(each)
    for file, covered in sorted(by_file.items()):
        address = "data:font/otf;base64," + base64.b64encode(_cut_down(face, file, covered)).decode()
        ranges = ", ".join(f"U+{ord(each):X}" for each in sorted(covered))
        yield f"@font-face {{ font-family: '{_css_name(face.name)}'; src: url({address}); unicode-range: {ranges}; }}"


def _cut_down(face: Face, file: int, characters: set[str]) -> bytes:
    path, index = face.files[file]
    with TTFont(path, fontNumber=index, lazy=True, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(
            subset.Options(layout_features=["kern", "liga"], notdef_outline=True, drop_tables=_UNUSED_TABLES)
        )
        cutter.populate(unicodes=[ord(each) for each in characters])
        cutter.subset(font)
        font.flavor = None
        cut = BytesIO()
        font.save(cut)
    return cut.getvalue()
