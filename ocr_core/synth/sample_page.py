"""Makes the demo's sample page: `python -m ocr_core.synth.sample_page -o sample_images/page`.

A notice in Chinese and English with a title, two paragraphs, a list and a footer, set in faces of the test split and
taken by a phone a little from the side. The text is the project's own and stands beside the picture, a line a line.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np

from ocr_core.errors import OcrError
from ocr_core.synth.camera import Camera, jpeg, photograph
from ocr_core.synth.web_page import chromium, drawn, page_html

SEED: Final = 20261128
PICTURE: Final = "notice.jpg"
TEXT: Final = "notice.txt"

FACES: Final = ("crimson_text/regular", "fandol_song/regular")
_SIZE_PX: Final = (920, 760)
_QUALITY: Final = 78

_TITLE: Final = "关于举办读书会的通知"
_LINES: Final = (
    "各位读者：本周六下午两点，图书馆三楼将举办一次小型读书会，",
    "主题是“看字与识字”。每位参加者可以带一本自己喜欢的旧书。",
    "You are welcome to bring a friend. Tea and paper are on the house,",
    "and every page you read aloud will be read once more by a machine.",
)
_LIST: Final = ("一、时间：11 月 28 日 14:00—16:30", "二、地点：图书馆 305 室", "三、联系电话：010-5550-0142")
_FOOT: Final = "市图书馆读者服务部 2026 年 11 月 20 日"

LINES: Final = (_TITLE, *_LINES, *_LIST, _FOOT)
"""What the page says, from top to bottom."""

_CSS: Final = """
.scene { background: #fbf9f3; color: #23211e; }
.line { position: absolute; left: 84px; top: 70px; width: 760px; }
h1 { margin: 0 0 34px; font-size: 38px; font-weight: 400; text-align: center; letter-spacing: 3px; }
p { margin: 0; font-size: 25px; line-height: 52px; white-space: nowrap; }
p.item { padding-left: 2em; } p.first { margin-top: 22px; } p.foot { margin-top: 40px; text-align: right; }
"""

_CAMERA: Final = Camera(
    corners=((0.006, 0.012), (0.992, 0.0), (1.0, 0.994), (0.0, 1.0)),
    light=(1.0, 0.93, 0.84, 0.9),
    blotches=0.03,
    blur_px=0.55,
    noise=2.2,
)


def main(arguments: list[str]) -> int:
    """Draws the page; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.synth.sample_page", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder that gets picture and text")
    folder: Path = parser.parse_args(arguments).output
    markup = "".join(
        (
            f"<h1>{_TITLE}</h1>",
            *(f"<p>{line}</p>" for line in _LINES),
            *(f'<p class="item{"" if number else " first"}">{line}</p>' for number, line in enumerate(_LIST)),
            f'<p class="foot">{_FOOT}</p>',
        )
    )
    try:
        with chromium() as browser:
            page = drawn(browser, page_html(markup, _CSS, _SIZE_PX, FACES, {}), _SIZE_PX)
    except OcrError as error:
        print(error, file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    content = jpeg(photograph(page, _CAMERA, np.random.default_rng(SEED)), _QUALITY)
    (folder / PICTURE).write_bytes(content)
    (folder / TEXT).write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    print(f"{folder / PICTURE}: {len(content) / 1024:.1f} KB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
