"""A stand-in for the fetched materials, made anew by every test run: made-up faces, strokes, photographs and texts.

Promises the layout and every register, style and split that synthesis asks for. Its hanzi are a few hundred code
points drawn as pairs of a dozen simple characters: there is nothing to be read in them, only ink to be placed.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import cv2
import matplotlib
import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from numpy.typing import NDArray

from eval.scenarios import hand_texts
from ocr_core.charset import Charset
from ocr_core.synth import coined, corpus, formulas, phrases, strokes

Points = list[tuple[float, float]]

_CANVAS_EM = 1024
_ADVANCE = 1000

# Strokes as x,y in thousandths of an em, y up, in the order of writing.
SIMPLE_HANZI: dict[str, list[Points]] = {
    "一": [[(100, 380), (900, 400)]],
    "二": [[(240, 600), (760, 620)], [(100, 150), (900, 170)]],
    "三": [[(200, 680), (800, 700)], [(260, 400), (740, 410)], [(100, 90), (900, 110)]],
    "十": [[(100, 400), (900, 410)], [(500, 780), (500, -60)]],
    "土": [[(220, 470), (780, 480)], [(500, 760), (500, 60)], [(100, 50), (900, 60)]],
    "工": [[(200, 650), (800, 660)], [(500, 650), (500, 80)], [(100, 70), (900, 80)]],
    "王": [[(180, 680), (820, 690)], [(230, 390), (770, 400)], [(500, 680), (500, 80)], [(100, 60), (900, 80)]],
    "口": [[(250, 600), (280, 150)], [(260, 600), (740, 620), (720, 160)], [(290, 180), (710, 190)]],
    "日": [
        [(300, 720), (300, 20)],
        [(310, 710), (700, 720), (700, 10)],
        [(310, 390), (690, 400)],
        [(310, 60), (690, 70)],
    ],
    "人": [[(500, 760), (470, 420), (120, 20)], [(500, 480), (640, 240), (900, 30)]],
    "大": [[(120, 480), (880, 500)], [(500, 780), (460, 420), (120, 0)], [(510, 470), (650, 220), (900, 10)]],
    "心": [
        [(150, 300), (120, 200)],
        [(300, 420), (320, 150), (600, 100), (740, 130), (730, 260)],
        [(430, 520), (500, 430)],
        [(700, 420), (820, 300)],
    ],
}

_HANZI = re.compile("[㐀-鿿]")
_ASKED_FOR = "永"
_WHO_WRITES: tuple[ModuleType, ...] = (coined, corpus, formulas, phrases, hand_texts)
_LATIN_AND_SIGNS = tuple(map(chr, (*range(0x21, 0x7F), *range(0xFF01, 0xFF5F)))) + tuple("。、《》“”‘’…—")

# What a split's faces are: name, style, and weight to file. The Latin ones come with matplotlib. Where the evaluation's
# handwritten pages ask for a face by its name, that name and its package's folder are taken.
_FAMILIES: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "train": {
        "made_up_song": ("song", {"regular": "song.ttf"}),
        "made_up_hei": ("hei", {"regular": "hei.ttf"}),
        "made_up_hand": ("handwriting", {"regular": "hand-*.ttf"}),
        "dejavu_sans": ("latin_sans", {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}),
        "dejavu_slanted": ("latin_handwriting", {"regular": "DejaVuSans-Oblique.ttf"}),
        "stix": ("maths", {"regular": "STIXGeneral.ttf", "italic": "STIXGeneralItalic.ttf"}),
    },
    "validation": {
        "made_up_sign": ("hei", {"regular": "sign.ttf"}),
        "dejavu_mono": ("maths", {"regular": "DejaVuSansMono.ttf"}),
    },
    "test": {
        "made_up_book": ("song", {"regular": "book.ttf"}),
        "honglei_xingshu": ("handwriting", {"regular": "npm/chinese-fonts__hlxsjt/note.ttf"}),
        "liu_jian_mao_cao": ("handwriting", {"regular": "npm/fontsource__liu-jian-mao-cao/grass.ttf"}),
        "indie_flower": ("latin_handwriting", {"regular": "npm/fontsource__indie-flower/DejaVuSansMono-Oblique.ttf"}),
        "dejavu_serif": ("maths", {"regular": "DejaVuSerif.ttf", "italic": "DejaVuSerif-Italic.ttf"}),
    },
}  # fmt: skip
_WRITERS = {"train": (0, 1_000_000), "validation": (1_000_000, 1_100_000), "test": (1_100_000, 1_200_000)}
_REGISTERS = {
    "prose": "tagged_lines", "talk": "lines", "technical": "html", "english": "lines", "interface": "lines",
}  # fmt: skip
_ENGLISH = """
    a line of print is read from left to right and every letter keeps its place while the reader looks at the page some
    words are short others are considerably longer than their neighbours which makes columns uneven engines guess what
    stands between two frames when nothing there is certain and patient people correct them afterwards under strong
    light the paper shines so that thin strokes disappear before anybody notices how much was lost
"""
_ENGLISH_WORDS = _ENGLISH.split()


def write_stand_in(folder: Path) -> None:
    """Makes the whole materials folder; the same every time."""
    rng = np.random.default_rng(2024)
    folder.mkdir(parents=True)
    table = ["[writers]", *(f"{split} = [{first}, {end}]" for split, (first, end) in _WRITERS.items())]
    table += ["[photographs]", *(f"{split} = {_photographs(folder, split, rng)}" for split in _WRITERS)]
    table += ["[documents]", *(row for split in _WRITERS for row in _documents(folder, split, rng))]
    table += [row for split, families in _FAMILIES.items() for row in _families(folder, split, families)]
    (folder / "split.toml").write_text("\n".join(table) + "\n", encoding="utf-8")
    _write_words(folder / "pypi" / "jieba" / "dict.txt", rng)
    _write_strokes(folder / "npm" / strokes.PACKAGE / "package")
    _write_pen_paths(folder / "pypi" / "kanjivg" / "kanji")


@lru_cache(maxsize=1)
def stand_in_charset() -> Charset:
    """Returns the project's charset with no hanzi but those that the stand-in draws."""
    return Charset.of([symbol for symbol in Charset.own().symbols if not _HANZI.match(symbol) or symbol in _hanzi()])


@lru_cache(maxsize=1)
def _hanzi() -> str:
    """Returns the hanzi that synthesis itself writes, and the dozen simple ones."""
    written = "".join(inspect.getsource(module) for module in _WHO_WRITES)
    return "".join(sorted({*SIMPLE_HANZI, *_ASKED_FOR, *_HANZI.findall(written)} & set(Charset.own().symbols)))


def _parts_of(hanzi: str) -> tuple[str, str]:
    """Returns which two of the dozen stand side by side for a hanzi; neighbouring code points differ."""
    if hanzi in SIMPLE_HANZI:
        return hanzi, ""
    simple = list(SIMPLE_HANZI)
    left, right = divmod(_hanzi().index(hanzi) % len(simple) ** 2, len(simple))
    return simple[left], simple[right]


def _strokes_of(hanzi: str) -> list[Points]:
    left, right = _parts_of(hanzi)
    if not right:
        return SIMPLE_HANZI[left]
    halves = ((SIMPLE_HANZI[left], 40), (SIMPLE_HANZI[right], 520))
    return [[(0.44 * x + shift, y) for x, y in stroke] for half, shift in halves for stroke in half]


def _write_strokes(package: Path) -> None:
    package.mkdir(parents=True)
    for hanzi in _hanzi():
        (package / f"{hanzi}.json").write_text(json.dumps({"medians": _strokes_of(hanzi)}), encoding="utf-8")


def _write_pen_paths(folder: Path) -> None:
    """Writes the dozen simple hanzi once more as KanjiVG does: curves in a square of 109, y down, narrow below."""
    folder.mkdir(parents=True)
    for hanzi in SIMPLE_HANZI:
        drawn = [
            [(54.5 + (x - 500) * (0.06 + 0.05 * y / 800), 96 - y * 0.1 - x * 0.006) for x, y in stroke]
            for stroke in _strokes_of(hanzi)
        ]
        paths = "".join(
            f'<path d="M{points[0][0]:.2f},{points[0][1]:.2f}'
            + "".join(f"C{a:.2f},{b:.2f},{a:.2f},{b:.2f},{a:.2f},{b:.2f}" for a, b in points[1:])
            + '"/>'
            for points in drawn
        )
        picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 109 109"><g>{paths}</g></svg>'
        (folder / f"{ord(hanzi):05x}.svg").write_text(picture, encoding="utf-8")


def _write_face(path: Path, characters: Sequence[str], half_width: float, slant: float) -> None:
    """Writes a TrueType file of the characters' strokes as a flat pen draws them."""
    drawn = {f"uni{ord(each):04X}": _drawing(each, half_width, slant) for each in characters}
    glyphs = {".notdef": _outlines([[(50, 0), (950, 700)]], 40, 0), "space": [], **drawn}
    advances = {name: (_ADVANCE if name == ".notdef" or int(name[3:], 16) > 0xFF else 560, 0) for name in drawn}
    builder = FontBuilder(_CANVAS_EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({0x20: "space", **{int(name[3:], 16): name for name in drawn}})
    builder.setupGlyf({name: _glyph(contours) for name, contours in glyphs.items()})
    builder.setupHorizontalMetrics({".notdef": (_ADVANCE, 0), "space": (300, 0), **advances})
    builder.setupHorizontalHeader(ascent=880, descent=-144)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-144, usWinAscent=880, usWinDescent=144)
    builder.setupPost()
    builder.save(path)


def _drawing(character: str, half_width: float, slant: float) -> list[Points]:
    """A hanzi as it is written, or a letter or mark as a post with three bars whose lengths spell its code point."""
    if _HANZI.match(character):
        return _outlines(_strokes_of(character), half_width, slant)
    code = ord(character)
    wide = 900 if code > 0xFF else 480
    ends = [120 + (wide - 120) * ((code >> 2 * bar) % 4) / 3 for bar in range(3)]
    bars: list[Points] = [[(60, 100 + 250 * bar), (end, 100 + 250 * bar)] for bar, end in enumerate(ends)]
    return _outlines([*bars, [(60, 0), (60, 680)]], half_width, slant)


def _outlines(lines: list[Points], half_width: float, slant: float) -> list[Points]:
    contours: list[Points] = []
    for line in lines:
        for (x0, y0), (x1, y1) in pairwise(line):
            length = float(np.hypot(x1 - x0, y1 - y0))
            across, up = half_width * (y0 - y1) / length, half_width * (x1 - x0) / length
            corners = [(x0 + across, y0 + up), (x1 + across, y1 + up), (x1 - across, y1 - up), (x0 - across, y0 - up)]
            contours.append([(x + slant * y, y) for x, y in corners])
    return contours


def _glyph(contours: list[Points]) -> object:
    pen = TTGlyphPen(None)
    for contour in contours:
        pen.moveTo((round(contour[0][0]), round(contour[0][1])))
        for x, y in contour[1:]:
            pen.lineTo((round(x), round(y)))
        pen.closePath()
    return pen.glyph()


_LOOKS = {
    "song.ttf": (22, 0.0), "hei.ttf": (38, 0.0), "hand-*.ttf": (26, 0.18), "sign.ttf": (46, 0.05),
    "book.ttf": (18, 0.02), "note.ttf": (24, 0.12), "grass.ttf": (14, 0.25),
}  # fmt: skip
"""Half a stroke's width in thousandths of an em, and the slant, of every made-up face."""


def _families(folder: Path, split: str, families: dict[str, tuple[str, dict[str, str]]]) -> list[str]:
    rows = []
    for name, (style, weights) in families.items():
        paths = {weight: file if "/" in file else f"faces/{file}" for weight, file in weights.items()}
        for path in paths.values():
            _put_face(folder / path)
        faces = ", ".join(f'{weight} = "{path}"' for weight, path in paths.items())
        rows.append(f'[families.{name}]\nstyle = "{style}"\nsplit = "{split}"\nfaces = {{ {faces} }}')
    return rows


def _put_face(path: Path) -> None:
    """Writes a made-up face, in three files where the name is a pattern, or copies one from matplotlib."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name not in _LOOKS:
        shutil.copyfile(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / path.name, path)
        return
    own = Charset.own()
    characters = [*_hanzi(), *(sign for sign in _LATIN_AND_SIGNS if sign in own)]
    files = 3 if "*" in path.name else 1
    for number in range(files):
        file = path.with_name(path.name.replace("*", str(number)))
        _write_face(file, characters[number::files], *_LOOKS[path.name])


def _photographs(folder: Path, split: str, rng: np.random.Generator) -> list[str]:
    """Draws two pictures of the kind: a hill under a sky, and a wall with a window."""
    names = [f"photographs/{split}_{motif}.png" for motif in ("hill", "wall")]
    (folder / "photographs").mkdir(exist_ok=True)
    for name, picture in zip(names, (_hill(rng), _wall(rng)), strict=True):
        cv2.imwrite(str(folder / name), picture)
    return names


def _hill(rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = 480, 720
    rows, columns = np.mgrid[:height, :width]
    crest = 250 + 60 * np.sin(columns / rng.uniform(60, 120)) + 25 * np.sin(columns / 17)
    light = np.where(rows < crest, 215 - rows / 5, 60 + (rows - crest) / 4) + rng.normal(0, 6, (height, width))
    return cv2.cvtColor(np.clip(light, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def _wall(rng: np.random.Generator) -> NDArray[np.uint8]:
    wall = np.full((480, 720, 3), rng.integers(110, 170), dtype=np.uint8)
    for y in range(0, 480, 30):
        cv2.line(wall, (0, y), (720, y), (90, 95, 100), 2)
        for x in range(-(y // 30 % 2) * 30, 720, 60):
            cv2.line(wall, (x, y), (x, y + 30), (90, 95, 100), 2)
    x = int(rng.integers(100, 400))
    cv2.rectangle(wall, (x, 120), (x + 180, 330), (40, 30, 25), -1)
    cv2.rectangle(wall, (x, 120), (x + 180, 330), (230, 235, 235), 8)
    return wall


def _documents(folder: Path, split: str, rng: np.random.Generator) -> list[str]:
    (folder / "texts").mkdir(exist_ok=True)
    rows = []
    for register, reader in _REGISTERS.items():
        name = f"{register}_{split}"
        paragraphs = [_PARAGRAPHS[register](rng) for _ in range(160)]
        content = "".join(f"<p>{text}</p>\n" for text in paragraphs) if reader == "html" else "\n".join(paragraphs)
        (folder / "texts" / f"{name}.txt").write_text(content, encoding="utf-8")
        where = f'split = "{split}", register = "{register}", reader = "{reader}", files = "texts/{name}.txt"'
        rows.append(f"{name} = {{ {where} }}")
    return rows


def _clause(rng: np.random.Generator) -> str:
    return "".join(_hanzi()[place] for place in rng.integers(len(_hanzi()), size=int(rng.integers(4, 14))))


def _chinese(rng: np.random.Generator) -> str:
    return "".join(f"{_clause(rng)}，{_clause(rng)}。" for _ in range(int(rng.integers(2, 6))))


def _tagged(rng: np.random.Generator) -> str:
    words = re.findall("[，。]|[^，。]{1,3}", _chinese(rng))
    return "  ".join(f"{word}/{'w' if word in '，。' else 'n'}" for word in words)


def _technical(rng: np.random.Generator) -> str:
    return f"{_clause(rng)} <code>{_ENGLISH_WORDS[int(rng.integers(len(_ENGLISH_WORDS)))]}</code> {_chinese(rng)}"


def _english(rng: np.random.Generator) -> str:
    words = [_ENGLISH_WORDS[place] for place in rng.integers(len(_ENGLISH_WORDS), size=int(rng.integers(10, 30)))]
    return " ".join(words).capitalize() + "."


def _message(rng: np.random.Generator) -> str:
    if rng.random() < 0.5:
        return _clause(rng)
    return _english(rng)[: int(rng.integers(16, 40))].rpartition(" ")[0]


_PARAGRAPHS = {
    "prose": _tagged, "talk": _chinese, "technical": _technical, "english": _english, "interface": _message,
}  # fmt: skip


def _write_words(path: Path, rng: np.random.Generator) -> None:
    """A word list in jieba's format: word, how often, what it is."""
    path.parent.mkdir(parents=True)
    words = {"".join(rng.choice(list(_hanzi()), size=int(rng.integers(2, 4)))) for _ in range(900)}
    rows = [f"{word} {int(rng.integers(1, 5000))} n\n" for word in sorted(words)]
    path.write_text("".join(rows), encoding="utf-8")
