"""Signs as web pages: the looks of each kind, drawn by a real Chromium with test faces, and the true boxes.

A sign comes back as premultiplied colour in linear light with its transparency, and the box of each line's ink in its
pixels. Knows nothing of photographs or cameras.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal

import cv2
import numpy as np
from PIL import Image

from eval.scenarios.camera_view import Floats, to_light
from eval.scenarios.sign_texts import Lines
from ocr_core.errors import MaterialsError
from ocr_core.synth.web_page import data_address, page_html, photograph_part

Box = tuple[float, float, float, float]
Surface = Literal["board", "paint", "light"]

PAGE_PX: Final = (3400, 1100)
_EDGE_PX: Final = 70
FALLBACK: Final = "wqy_microhei/regular"
ARTWORK: Final = (
    "debian/lomiri-wallpapers-20.04/usr/share/backgrounds/Painting-Colors_by__herobrine7gamer.jpg",
    "debian/lomiri-wallpapers-16.04/usr/share/backgrounds/Wine_by_Jakkub_Mede.jpg",
    "debian/lomiri-wallpapers-20.04/usr/share/backgrounds/Fossa_by_Jasper_Roks.jpg",
    "debian/lomiri-wallpapers-16.04/usr/share/backgrounds/Picture_1A_by_freespace.jpg",
    "pypi/scikit-image/skimage/data/coffee.png",
)
"""Photographs of the test split that posters are printed with."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign before it is drawn.

    Attributes:
        kind: key in `CONTENTS`.
        lines: what it says.
        css: its looks; the board is `.board`, its lines `.text` and `.l0`, `.l1`, ...
        faces: `family/weight`, in the order they are tried.
        surface: a board in the light, paint on what is behind it, or light of its own.
        artwork: photograph printed on it.
    """

    kind: str
    lines: Lines
    css: str
    faces: tuple[str, ...]
    surface: Surface
    artwork: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnSign:
    """Premultiplied linear colour `H, W, 4` with transparency last, all ink `H, W, 1`, and each line's ink box."""

    layer: Floats
    ink: Floats
    boxes: tuple[Box, ...]


def design(kind: str, lines: Lines, rng: np.random.Generator) -> Sign:
    """Returns a sign of this kind, its looks drawn at random."""
    return _DESIGNS[kind](lines, rng)


def draw(browser: Any, sign: Sign, rng: np.random.Generator) -> DrawnSign:
    """Lets the browser draw the sign, then every line's ink alone to measure it.

    Raises:
        MaterialsError: a face is missing, or the sign does not fit the page.
    """
    markup = "".join(f'<div class="text l{i}">{html.escape(line)}</div>' for i, line in enumerate(sign.lines))
    images = {}
    if sign.artwork:
        left, top = rng.uniform(0, 0.5, 2)
        area = (float(left), float(top), float(left + 0.5), float(top + 0.45))
        images["--art"] = data_address(photograph_part(sign.artwork, area, 900))
    css = f"{_COMMON}\n{sign.css}"
    document = page_html(f'<div class="board">{markup}</div>', css, PAGE_PX, sign.faces, images)
    page = browser.new_page(viewport={"width": PAGE_PX[0], "height": PAGE_PX[1]})
    try:
        page.set_content(document)
        failed = page.evaluate(_LOAD_FACES)
        if failed:
            raise MaterialsError(f"The browser cannot use {', '.join(failed)}.")
        box = page.evaluate(_BOARD_BOX)
        clip = {"x": box[0] - _EDGE_PX, "y": box[1] - _EDGE_PX, "width": box[2] + 2 * _EDGE_PX,
                "height": box[3] + 2 * _EDGE_PX}  # fmt: skip
        if clip["x"] < 0 or clip["y"] < 0:
            raise MaterialsError(f"The sign '{sign.lines[0]}' is {box[2]:.0f} x {box[3]:.0f} pixels, too big to draw.")
        picture = _shot(page, clip)
        masks = []
        for number in range(len(sign.lines)):
            page.evaluate(_ONLY_INK, number)
            masks.append(_shot(page, clip)[..., 3])
    finally:
        page.close()
    alpha = picture[..., 3:].astype(np.float32) / 255
    layer = np.dstack([to_light(picture[..., :3]) * alpha, alpha])
    ink = np.max(masks, axis=0).astype(np.float32)[..., None] / 255
    return DrawnSign(layer, ink, tuple(_ink_box(mask) for mask in masks))


def _shot(page: Any, clip: Mapping[str, float]) -> Any:
    shot = page.screenshot(clip=dict(clip), omit_background=True)
    return np.asarray(Image.open(BytesIO(shot)).convert("RGBA"))


def _ink_box(mask: Any) -> Box:
    x, y, width, height = cv2.boundingRect((mask > 70).astype(np.uint8))
    return float(x), float(y), float(x + width), float(y + height)


_LOAD_FACES: Final = (
    "Promise.all([...document.fonts].map(f => f.load().then(() => '', () => f.family))).then(n => n.filter(Boolean))"
)
_BOARD_BOX: Final = """() => { const b = document.querySelector('.board').getBoundingClientRect();
    return [Math.floor(b.x), Math.floor(b.y), Math.ceil(b.width), Math.ceil(b.height)]; }"""
_ONLY_INK: Final = """n => { document.getElementById('only')?.remove(); const s = document.createElement('style');
    s.id = 'only'; s.textContent = `* { visibility: hidden !important; }
    .l${n}, .l${n} * { visibility: visible !important; color: #000 !important; background: none !important;
      text-shadow: none !important; -webkit-text-stroke: 0 !important; filter: none !important; opacity: 1 !important;
      border-color: transparent !important; -webkit-text-fill-color: #000 !important; mask: none !important; }`;
    document.head.append(s); }"""
_COMMON: Final = """.scene { background: none; } .board { position: relative; display: flex; flex-direction: column;
    align-items: center; } .text { position: relative; line-height: 1.25; }"""

_BOLD: Final = ("fandol_hei/bold", "wqy_microhei/regular", "fandol_song/bold")
_PLAIN: Final = ("fandol_hei/regular", "wqy_microhei/regular", "fandol_kai/regular", "fandol_song/regular")
_SHOWY: Final = ("zcool_xiaowei/regular", "fandol_kai/regular", "fandol_fang/regular")
_SANS: Final = ("open_sans/bold", "ubuntu/bold", "open_sans/regular", "ubuntu/regular")
_SERIF: Final = ("crimson_text/bold", "abril_fatface/regular", "texgyre_pagella/bold", "linux_libertine/bold")
_HAND: Final = ("indie_flower/regular",)


def _faces(rng: np.random.Generator, hanzi: Sequence[str], latin: Sequence[str]) -> tuple[str, ...]:
    chosen = (latin[int(rng.integers(len(latin)))], hanzi[int(rng.integers(len(hanzi)))], FALLBACK)
    return tuple(dict.fromkeys(chosen))


def _pick(rng: np.random.Generator, *choices: str) -> str:
    return choices[int(rng.integers(len(choices)))]


def _pair(rng: np.random.Generator, choices: str) -> tuple[str, str]:
    ground, letters = _pick(rng, *choices.split()).split("/")
    return f"#{ground}", f"#{letters}"


def _sizes(rng: np.random.Generator, first: float, rest: tuple[float, float]) -> str:
    lesser = "".join(f".l{i} {{ font-size: {first * rng.uniform(*rest):.0f}px; }}" for i in (1, 2, 3))
    return f".l0 {{ font-size: {first:.0f}px; }} {lesser}"


def _spaced(rng: np.random.Generator, often: float = 0.25) -> str:
    """Letters set apart, pressed together, or slanted, as sign makers like to."""
    spacing = float(rng.uniform(0.08, 0.5)) if rng.random() < often else float(rng.uniform(0, 0.05))
    slant = float(rng.uniform(6, 14)) if rng.random() < 0.12 else 0.0
    narrow = float(rng.uniform(0.72, 0.92)) if rng.random() < 0.25 else 1.0
    return f".l0 {{ letter-spacing: {spacing:.2f}em; transform: skewX(-{slant:.0f}deg) scaleX({narrow:.2f}); }}"


def _shop(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "7a1f1f/ffe9a8 23443a/f5ecd0 1c2a4a/ffffff 3b2a20/e8c27a f3ede0/8a1f1c 222222/f7f7f7 "
                                 "c8281e/fff23a f7d417/b3161b 0d5c8c/ffffff 6d4a2c/fff4d8")  # fmt: skip
    depth = int(rng.integers(2, 8))
    solid = ", ".join(f"{i}px {i}px 0 #0008" for i in range(1, depth))
    look = _pick(rng, f"text-shadow: {solid}, {depth + 4}px {depth + 6}px 6px #0009;",
                 "text-shadow: 3px 4px 4px #000a;", "-webkit-text-stroke: 5px #fff; paint-order: stroke fill;", "",
                 "text-shadow: 0 0 18px #fff8;")  # fmt: skip
    css = f""".board {{ background: linear-gradient({rng.integers(0, 180)}deg, {ground}, {ground}e0), #000;
        padding: {rng.integers(16, 50)}px {rng.integers(40, 110)}px; border: {rng.integers(0, 8)}px solid #0004; }}
        .board::before {{ content: ""; position: absolute; inset: 0; background: repeating-linear-gradient(90deg,
        #0000 0 {rng.integers(90, 240)}px, #0003 0 {rng.integers(243, 246)}px); }}
        .text {{ color: {letters}; }} .l0 {{ {look} }} {_sizes(rng, 140, (0.3, 0.5))} {_spaced(rng)}"""
    return Sign("shop front", lines, css, _faces(rng, _BOLD + _SHOWY, _SANS + _SERIF), "board")


def _street(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "0b4ea2/ffffff 0a7a48/ffffff ffffff/111111 f5f2e6/7d1c22 1f6b3b/ffffff 7a4a1e/ffffff")
    css = f""".board {{ background: {ground}; padding: 14px 60px; border-radius: {rng.integers(4, 26)}px;
        border: 5px solid {letters}; outline: 8px solid {ground}; }} .text {{ color: {letters}; }}
        {_sizes(rng, 120, (0.42, 0.7))} {_spaced(rng, 0.35)}"""
    return Sign("street plate", lines, css, _faces(rng, ("fandol_hei/bold", FALLBACK), _SANS), "board")


def _notice(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "f7c600/111111 ffffff/c4121a c4121a/ffffff ffffff/0b3f8f 0b5fb0/ffffff f2f2ee/222222")
    border = f"border: 10px solid {letters};" if rng.random() < 0.6 else ""
    css = f""".board {{ background: {ground}; padding: 24px 44px; {border} }} .text {{ color: {letters}; }}
        {_sizes(rng, 110, (0.45, 0.85))} {_spaced(rng)}"""
    return Sign("notice", lines, css, _faces(rng, _BOLD, _SANS), "board")


def _banner(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "c01018/ffffff c01018/ffe94a 1747a6/ffffff b50f2e/fff2a0 0c7d4b/ffffff")
    folds = float(rng.uniform(160, 420))
    css = f""".board {{ padding: 20px 60px; background: repeating-linear-gradient({rng.integers(80, 101)}deg, #0000 0,
        #0004 {folds / 3:.0f}px, #fff2 {folds * 0.6:.0f}px, #0000 {folds:.0f}px), {ground}; }}
        .text {{ color: {letters}; }} {_sizes(rng, 104, (0.6, 0.8))} {_spaced(rng, 0.5)}"""
    return Sign("banner", lines, css, _faces(rng, _BOLD, _SANS), "board")


def _poster(lines: Lines, rng: np.random.Generator) -> Sign:
    letters, rim = _pair(rng, "ffffff/14213d ffe14a/a3123a ffffff/c2185b fff6d6/1b4332 ff4d2e/ffffff 1d2b53/ffffff")
    wash = _pick(rng, "#0003", "#fff3", "#0000", "#0006")
    rim_px = int(rng.choice([0, 6, 10, 14]))
    shadow = "#000b" if rim_px == 0 else "#0008"
    css = f""".board {{ padding: 50px 60px; align-items: {_pick(rng, "center", "start")};
        background: linear-gradient({wash}, {wash}), var(--art) center/cover; }}
        .text {{ color: {letters}; -webkit-text-stroke: {rim_px}px {rim}; paint-order: stroke fill;
        filter: drop-shadow({rng.integers(0, 5)}px {rng.integers(2, 6)}px {rng.integers(1, 6)}px {shadow}); }}
        .l1, .l2 {{ -webkit-text-stroke-width: {rim_px * 0.6:.0f}px; }} {_sizes(rng, 130, (0.36, 0.6))}
        {_spaced(rng)}"""
    artwork = ARTWORK[int(rng.integers(len(ARTWORK)))]
    return Sign("poster", lines, css, _faces(rng, _BOLD + _SHOWY, _SANS + _SERIF), "board", artwork)


def _sticker(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "ffffff/c1121f fff45c/111111 fdfdf8/1a1a1a ff8fb0/1a1a1a f4f4ff/123a9c ffffff/111111")
    css = f""".board {{ background: {ground}; padding: 24px 34px; align-items: {_pick(rng, "center", "start")}; }}
        .text {{ color: {letters}; }} {_sizes(rng, 100, (0.6, 0.9))} {_spaced(rng, 0.1)}"""
    return Sign("sticker", lines, css, _faces(rng, _BOLD + _PLAIN, _SANS), "board")


def _neon(lines: Lines, rng: np.random.Generator) -> Sign:
    core, glow = _pair(rng, "ffe3f1/ff2d92 e2fbff/0bb8f0 fff3d0/ff8c1a e9ffe8/2bd94f ffe2de/ff2222 f4e8ff/a030ff")
    css = f""".board {{ padding: 60px; }} .text {{ color: {core}; text-shadow: 0 0 4px {glow}, 0 0 14px {glow},
        0 0 34px {glow}, 0 0 60px {glow}; }} {_sizes(rng, 130, (0.4, 0.7))} {_spaced(rng, 0.3)}"""
    return Sign(
        "neon",
        lines,
        css,
        _faces(rng, (FALLBACK, "zcool_xiaowei/regular", "fandol_kai/regular", "fandol_hei/regular"), _SANS[2:] + _HAND),
        "light",
    )


def _menu(lines: Lines, rng: np.random.Generator) -> Sign:
    ground, letters = _pair(rng, "26302b/f3f3ea 1d1d1f/fff7dc 4a3524/f7ead0 faf3e3/3a2418")
    css = f""".board {{ background: {ground}; padding: 34px 60px; border: 16px solid #7a5a38; align-items: start; }}
        .text {{ color: {letters}; opacity: .92; }} {_sizes(rng, 96, (0.8, 1.0))}"""
    hanzi = ("zcool_xiaowei/regular", "fandol_kai/regular", "fandol_fang/regular", FALLBACK)
    return Sign("menu board", lines, css, _faces(rng, hanzi, _HAND + _SERIF), "board")


def _plate(lines: Lines, rng: np.random.Generator) -> Sign:
    look = _pick(rng, "background: linear-gradient(110deg, #b98d3e, #ecd28d 40%, #a97c30); color: #2a1a08;",
                 "background: linear-gradient(100deg, #c9ccd0, #f0f2f3 45%, #b4b8bd); color: #20242a;",
                 "background: linear-gradient(100deg, #c9ccd0, #eef0f1 45%, #b9bdc2); color: #b3141b;",
                 "background: #fbfbf9; color: #111;", "background: #3a2316; color: #e9c774;",
                 "background: #0d5fa8; color: #fff;")  # fmt: skip
    css = f""".board {{ padding: 26px 60px; border-radius: 6px; {look} box-shadow: inset 0 0 0 4px #0002; }}
        .text {{ text-shadow: 0 2px 1px #fff4, 0 -1px 1px #0004; }} {_sizes(rng, 96, (0.4, 0.62))}
        {_spaced(rng, 0.3)}"""
    return Sign("door plate", lines, css, _faces(rng, (*_PLAIN, "fandol_song/bold"), _SANS + _SERIF), "board")


def _stone(lines: Lines, rng: np.random.Generator) -> Sign:
    letters = _pick(rng, "#b8221acc", "#2b241ac0", "#c9a24acc", "#1f5a2ecc", "#6b5f4ecc")
    css = f""".board {{ padding: 30px 50px; }} .text {{ color: {letters}; text-shadow: 2px 3px 2px #fff5,
        -2px -3px 2px #000a; }} {_sizes(rng, 140, (0.4, 0.5))} {_spaced(rng, 0.5)}"""
    return Sign("stone", lines, css, _faces(rng, (*_SHOWY, "fandol_song/bold"), _SERIF), "paint")


def _painted(lines: Lines, rng: np.random.Generator) -> Sign:
    letters = _pick(rng, "#c1121fe0", "#f6f6f0e8", "#1c3f94e0", "#151515d8", "#ffe23ae8")
    css = f""".board {{ padding: 30px 50px; }} .text {{ color: {letters}; }}
        {_sizes(rng, 140, (0.5, 0.7))} {_spaced(rng, 0.4)}"""
    return Sign("painted wall", lines, css, _faces(rng, _BOLD + _SHOWY, _SANS), "paint")


def _screen(lines: Lines, rng: np.random.Generator) -> Sign:
    """Lit dots: the letters through a raster of holes."""
    lamp = _pick(rng, "#ff4a30", "#ffb300", "#59ff6a", "#ff6a3c", "#f4f8ff")
    pitch = float(rng.uniform(6, 8.5))
    css = f""".board {{ background: #0b0b0d; padding: 24px 40px; border: 12px solid #2a2b2e; }}
        .text {{ color: {lamp}; }} .board::after {{ content: ""; position: absolute; inset: 0; background:
        radial-gradient(circle, #0000 {pitch * 0.36:.1f}px, #0b0b0dd8 {pitch * 0.5:.1f}px)
        0 0/{pitch:.1f}px {pitch:.1f}px; }}
        {_sizes(rng, 112, (0.7, 0.9))}"""
    return Sign("dot screen", lines, css, _faces(rng, (FALLBACK, "fandol_hei/regular"), _SANS), "light")


_DESIGNS: Final[Mapping[str, Callable[[Lines, np.random.Generator], Sign]]] = {
    "shop front": _shop, "street plate": _street, "notice": _notice, "banner": _banner, "poster": _poster,
    "sticker": _sticker, "neon": _neon, "menu board": _menu, "door plate": _plate, "stone": _stone,
    "painted wall": _painted, "dot screen": _screen,
}  # fmt: skip
