"""What is on each of the demo's sample pictures: text, faces, look, camera.

Data only; `sample_pictures.py` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ocr_core.scenario import Scenario
from ocr_core.synth.camera import Camera
from ocr_core.synth.web_page import Run

Area = tuple[float, float, float, float]

STRAIGHT: Final = Camera()


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph that pictures show part of, with what its licence asks to be said."""

    path: str
    title: str
    author: str
    licence: str
    change: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One sample picture.

    Attributes:
        scenario: its folder.
        file: its name there; the ending decides between JPEG and PNG.
        runs: the line, in pieces of one look.
        how: what the picture shows, in a few words.
        page_px: width and height of the page that the browser draws.
        css: the page's style sheet; `var(--photo)` is the photograph, `var(--ink)` the pen's ink.
        faces: `family/weight`, in the order they are tried for each character.
        camera: how the page was taken.
        photograph: key in `PHOTOGRAPHS`, the part shown, and its width in pixels.
        writer: which of the test split's pen writers wrote the line; None for type.
        pen_height_px: height of that writing.
        is_maths: scripts are raised and lowered, letters set in italics.
        jpeg_quality: of a JPEG file.
    """

    scenario: Scenario
    file: str
    runs: tuple[Run, ...]
    how: str
    page_px: tuple[int, int]
    css: str
    faces: tuple[str, ...]
    camera: Camera = STRAIGHT
    photograph: tuple[str, Area, int] | None = None
    writer: int | None = None
    pen_height_px: int = 0
    is_maths: bool = False
    jpeg_quality: int = 84

    @property
    def text(self) -> str:
        """The label."""
        return "".join(run.text for run in self.runs)


PHOTOGRAPHS: Final = {
    "coffee": Photograph(
        "pypi/scikit-image/skimage/data/coffee.png", "coffee", "Rachel Michetti", "CC0-1.0",
        "cut, darkened, a sign drawn over it",
    ),
    "gravel": Photograph(
        "pypi/scikit-image/skimage/data/gravel.png", "gravel", "CC0Textures", "CC0-1.0",
        "made much smaller, tinted, letters cut into it",
    ),
    "wine": Photograph(
        "debian/lomiri-wallpapers-16.04/usr/share/backgrounds/Wine_by_Jakkub_Mede.jpg", "Wine", "Jakub Mede",
        "CC-BY-4.0", "cut, darkened, tinted, a neon sign drawn over it",
    ),
    "brushes": Photograph(
        "debian/lomiri-wallpapers-16.04/usr/share/backgrounds/Picture_1A_by_freespace.jpg", "Picture 1A",
        'Trevor "Freespace"', "CC-BY-4.0", "cut, a poster's slogan drawn over it",
    ),
}  # fmt: skip


def _tilted(degrees: float, aspect: float, margin: float = 0.04) -> tuple[tuple[float, float], ...]:
    """Returns the corners that a page put down askew shows, inside a margin."""
    rise = degrees / 57.3 * aspect * (1 - 2 * margin) / 2
    drift = degrees / 57.3 / aspect * (1 - 2 * margin) / 2
    m, n = margin, 1 - margin
    return (m + drift, m - rise), (n + drift, m + rise), (n - drift, n + rise), (m - drift, n - rise)


_PRINT: Final = (
    Scene(
        Scenario.PRINT, "book.jpg", (Run("他合上书，说：“先看清每个字，再谈懂不懂。”"),),
        "a line of an old book, scanned a little askew; the other side shines through",
        (960, 96),
        """.scene { background: #efe3c8; }
        .scene::before { content: ""; position: absolute; inset: -20px; opacity: .5; background:
          radial-gradient(circle at 12% 80%, #d9c39a 0 3%, transparent 16%),
          radial-gradient(circle at 83% 8%, #dcc8a4 0 2%, transparent 20%); }
        .line { position: relative; font-size: 38px; color: #2b2420; }
        .line::before { content: "他合上书，说：先看清每个字，再谈懂不懂"; position: absolute; left: 34px; top: 19px;
          transform: scaleX(-1); color: #8d7a5c; opacity: .2; filter: blur(1px); }""",
        ("fandol_song/regular",),
        Camera(_tilted(0.55, 960 / 96), (0.94, 1.0, 0.98, 0.9), blotches=0.015, blur_px=0.7, noise=3.5),
    ),
    Scene(
        Scenario.PRINT, "english.jpg", (Run("Every well-read page teaches the eye where to look next,"),),
        "an English book's line with a hyphen, the light falling off",
        (860, 80),
        """.scene { background: #f6f2ea; } .line { font-size: 36px; color: #1d1c1f; }""",
        ("crimson_text/regular",),
        Camera(((0, 0.02), (1, 0.06), (1, 0.98), (0, 0.94)), (1.0, 0.78, 0.74, 0.98), blur_px=0.8, noise=3),
    ),
    Scene(
        Scenario.PRINT, "heading.jpg", (Run("3.2", "number"), Run(" "), Run("识别结果的对齐（CTC）")),
        "a bold heading with its number and brackets, from a colour printer",
        (640, 84),
        """.scene { background: linear-gradient(#fdfdfb 0 84%, #b9c7da 84% 88%, #fdfdfb 88%); }
        .line { font-size: 40px; color: #173f73; } .number { color: #b23a2a; }""",
        ("open_sans/bold", "fandol_hei/bold"),
        Camera(_tilted(-0.3, 640 / 84, 0.03), (1.0, 0.97, 0.95, 0.99), blotches=0.01, blur_px=0.6, noise=2.5),
    ),
)  # fmt: skip

_SCENE: Final = (
    Scene(
        Scenario.BACKGROUND, "shop_sign.jpg", (Run("拾光咖啡馆"), Run(" COFFEE", "latin")),
        "white letters on a shop's sign, seen from the side",
        (820, 190),
        """.scene { background: var(--photo) center/cover; }
        .scene::before { content: ""; position: absolute; left: 28px; right: 28px; top: 30px; bottom: 30px;
          background: linear-gradient(#2f5d50, #1f4339); border-radius: 6px; border: 3px solid #d9c08a;
          box-shadow: 0 10px 18px #000a; }
        .line { position: relative; font-size: 84px; color: #fffdf4; text-shadow: 2px 3px 2px #0009; }
        .latin { font-size: 62px; color: #f2dfae; }""",
        ("abril_fatface/regular", "zcool_xiaowei/regular"),
        Camera(((0.02, -0.02), (0.99, 0.12), (0.98, 0.93), (0.03, 1.04)), (0.8, 1.08, 1.05, 0.82), blur_px=0.9, noise=5,
               size_px=(700, 160)),
        ("coffee", (0.0, 0.45, 1.0, 0.95), 820),
    ),
    Scene(
        Scenario.BACKGROUND, "neon.jpg", (Run("深夜书房", "pink"), Run(" OPEN", "blue")),
        "a neon sign in a dark room",
        (640, 150),
        """.scene { background: linear-gradient(#0b0a1ed9, #120a22e6), var(--photo) center/cover; }
        .line { font-size: 82px; letter-spacing: 4px; transform: rotate(-1.2deg); }
        .pink { color: #ffe3f1; text-shadow: 0 0 3px #ff8ac4, 0 0 10px #ff3d9a, 0 0 24px #ff1f8a, 0 0 44px #d0107a; }
        .blue { font-size: 64px; color: #e2fbff;
          text-shadow: 0 0 3px #7fe9ff, 0 0 10px #1cc8f0, 0 0 24px #0aa0d8, 0 0 44px #0a6fae; }""",
        ("ubuntu/regular", "wqy_microhei/regular"),
        Camera(((0.01, 0.06), (0.99, -0.02), (1.0, 0.96), (0.0, 1.0)), blur_px=1.1, noise=8),
        ("wine", (0.0, 0.1, 1.0, 0.35), 640),
    ),
    Scene(
        Scenario.BACKGROUND, "poster.jpg",
        (Run("零基础学画画", "slogan"), Run(" "), Run("报名 400-555-0188", "phone")),
        "an outlined slogan with a telephone number, printed over a photograph",
        (900, 130),
        """.scene { background: var(--photo) center/cover; }
        .line { display: flex; align-items: baseline; transform: rotate(1.1deg); }
        .slogan { font-size: 78px; color: #ffe14a; -webkit-text-stroke: 11px #a3123a; paint-order: stroke fill;
          filter: drop-shadow(0 0 2px #fff) drop-shadow(3px 4px 2px #0008); }
        .phone { margin-left: 22px; font-size: 40px; color: #fff; -webkit-text-stroke: 7px #14336e;
          paint-order: stroke fill; }""",
        ("ubuntu/bold", "fandol_hei/bold"),
        Camera(((0.0, 0.02), (1.0, 0.0), (1.0, 1.0), (0.0, 0.97)), (1.05, 0.98, 0.92, 1.0), blur_px=0.6, noise=4),
        ("brushes", (0.0, 0.28, 1.0, 0.6), 900),
    ),
    Scene(
        Scenario.BACKGROUND, "engraved.jpg", (Run("字里行间 二〇二六年秋"),),
        "letters cut into stone, hardly darker than it",
        (760, 130),
        """.scene { background: linear-gradient(100deg, #b9ad98d0, #8f8672d8), var(--photo); }
        .line { font-size: 66px; letter-spacing: 3px; color: #7a705e;
          text-shadow: 1px 1.5px 1px #e6dcc7b0, -1px -1.5px 1px #3a3328b0; }""",
        ("fandol_kai/regular",),
        Camera(((0.0, 0.0), (1.0, 0.05), (1.0, 1.0), (0.0, 0.96)), (1.08, 0.86, 0.8, 1.02), blotches=0.02, blur_px=0.9,
               noise=4),
        ("gravel", (0.0, 0.0, 1.0, 1.0), 150),
    ),
)  # fmt: skip

_HAND: Final = (
    Scene(
        Scenario.HANDWRITING, "cursive.jpg", (Run("今天的光很好，字也写得慢了些。"),),
        "running hand in blue ink on ruled paper, the lamp on one side",
        (880, 112),
        """.scene { background: #f8f0da repeating-linear-gradient(#0000 0 88px, #86a8cf 88px 90px, #0000 90px 112px); }
        .line { position: relative; top: 2px; font-size: 60px; letter-spacing: -6px; color: #1f3c9c;
          transform: rotate(-.7deg); }""",
        ("liu_jian_mao_cao/regular",),
        Camera(((0.0, 0.0), (0.99, 0.03), (1.0, 1.0), (0.01, 0.97)), (1.04, 0.72, 0.64, 1.0), blotches=0.03,
               blur_px=0.9, noise=5),
    ),
    Scene(
        Scenario.HANDWRITING, "note.jpg", (Run("Proofs by Friday, please: page 12 is missing!"),),
        "an English note on yellow sticky paper",
        (760, 92),
        """.scene { background: linear-gradient(96deg, #ffe98a, #f8d95c 70%, #eec846); }
        .line { font-size: 37px; color: #33302c; transform: rotate(-.9deg); }""",
        ("indie_flower/regular",),
        Camera(((0.0, 0.03), (1.0, 0.0), (0.99, 0.97), (0.01, 1.0)), (0.92, 1.03, 0.98, 0.85), blotches=0.02,
               blur_px=0.7, noise=5),
    ),
    Scene(
        Scenario.HANDWRITING, "pen.jpg", (Run("字鉴：看见模型怎么看字。"),),
        "a simulated writer's ballpoint on squared paper",
        (760, 112),
        """.scene { background-color: #fbfaf5; background-position: 0 7px; background-size: 26px 26px; background-image:
          linear-gradient(#8fbad0 1.4px, #0000 1.4px), linear-gradient(90deg, #8fbad0 1.4px, #0000 1.4px); }
        .ink { background: var(--ink); mix-blend-mode: multiply; }""",
        (),
        Camera(_tilted(0.6, 760 / 112, 0.03), (0.82, 1.0, 0.98, 0.78), blotches=0.02, blur_px=0.7, noise=4),
        writer=17, pen_height_px=84,
    ),
)  # fmt: skip

_SCREEN: Final = (
    Scene(
        Scenario.LOW_RESOLUTION, "status_bar.png", (Run("已选择 3 个文件，共 24.6 MB"),),
        "a status bar, 13 pixels an em",
        (202, 22),
        """.scene { background: #e8ecf3; border-top: 1px solid #c5ccd8; justify-content: start; padding-left: 8px; }
        .line { font-size: 13px; color: #2f3b52; }""",
        ("open_sans/regular", "wqy_microhei/regular"),
    ),
    Scene(
        Scenario.LOW_RESOLUTION, "terminal.png",
        (Run("[INFO]", "level"), Run(" 模型 "), Run("crnn", "name"), Run(" 已加载，用时 "), Run("312 ms", "number")),
        "a terminal's line in a dark theme, 14 pixels an em",
        (296, 24),
        """.scene { background: #1e2030; justify-content: start; padding-left: 8px; }
        .line { font-size: 14px; color: #c8d0e8; } .level { color: #7fd88f; } .name { color: #82aaff; }
        .number { color: #ffc777; }""",
        ("ibm_plex_mono/regular", "wqy_microhei/regular"),
    ),
)  # fmt: skip

_MATHS_CSS: Final = """sup, sub { font-size: .68em; line-height: 0; position: relative; vertical-align: baseline; }
        sup { top: -.42em; } sub { top: .2em; }"""

_MATHS: Final = (
    Scene(
        Scenario.MATHS, "sentence.jpg", (Run("当 Δ = b² − 4ac > 0 时，方程有两个不等实根。"),),
        "a textbook's sentence with a formula in it",
        (860, 88),
        _MATHS_CSS + """.scene { background: #faf5e6; } .line { font-size: 36px; color: #191919; }
        i { font-family: 'texgyre_pagella-italic'; font-style: normal; }""",
        ("texgyre_pagella/regular", "texgyre_pagella/italic", "fandol_song/regular"),
        Camera(_tilted(-0.4, 860 / 88), (1.0, 0.9, 0.84, 0.97), blotches=0.01, blur_px=0.7, noise=3),
        is_maths=True,
    ),
    Scene(
        Scenario.MATHS, "formula.jpg", (Run("aₙ₊₁ − aₙ = 2ⁿ⁻¹ + 3 (n ∈ N)"),),
        "a formula on a lecture's dark slide, photographed from the audience",
        (620, 110),
        _MATHS_CSS + """.scene { background: linear-gradient(100deg, #10294d, #173a63); }
        .line { font-size: 52px; color: #f3efdc; } i { font-family: 'linux_libertine-italic'; font-style: normal; }""",
        ("linux_libertine/regular", "linux_libertine/italic", "texgyre_pagella/symbols"),
        Camera(((0.0, 0.05), (1.0, 0.0), (1.0, 0.96), (0.01, 1.0)), (0.95, 1.1, 1.08, 0.9), blur_px=0.9, noise=6),
        is_maths=True,
    ),
)  # fmt: skip

SCENES: Final = (*_PRINT, *_SCENE, *_HAND, *_SCREEN, *_MATHS)
"""All pictures, in the order of the label files."""
