"""Makes the demo's sample pictures: `python -m ocr_core.synth.sample_pictures -o sample_images`.

One line each, drawn with faces, photographs and a pen writer of the test split, so that no model has seen them. The
texts are the project's own. The same seed gives the same pictures on the same Chromium. What is on each picture is in
`sample_scenes.py`; this file draws them and writes pictures, labels and the page that says what they were made of.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from ocr_core.errors import OcrError
from ocr_core.scenario import Split
from ocr_core.synth.camera import Colour, jpeg, photograph, png
from ocr_core.synth.materials import source_of
from ocr_core.synth.pen import write_line
from ocr_core.synth.sample_scenes import PHOTOGRAPHS, SCENES, Scene
from ocr_core.synth.split import family, writers
from ocr_core.synth.web_page import (
    chromium,
    data_address,
    drawn,
    maths_markup,
    page_html,
    photograph_part,
    plain_markup,
)
from ocr_core.synth.writer import Writer

SEED: Final = 20261122
_INK_RGB: Final = (38, 46, 112)
_BALLPOINT_GRAIN: Final = 0.16


def main(arguments: list[str]) -> int:
    """Draws the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.synth.sample_pictures", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder that gets a folder per scenario")
    parser.add_argument("--only", nargs="*", default=[], help="names of the pictures to draw; default: all")
    options = parser.parse_args(arguments)
    try:
        with chromium() as browser:
            for position, scene in enumerate(SCENES):
                if not options.only or scene.file in options.only:
                    _write_picture(browser, scene, position, options.output)
    except OcrError as error:
        print(error, file=sys.stderr)
        return 1
    write_labels(options.output)
    (options.output / "README.md").write_text(readme(), encoding="utf-8")
    return 0


def picture_of(browser: Any, scene: Scene, position: int) -> Colour:
    """Draws one scene as its camera took it."""
    rng = np.random.default_rng([SEED, position])
    images = {}
    if scene.photograph:
        name, area, width_px = scene.photograph
        images["--photo"] = data_address(photograph_part(PHOTOGRAPHS[name].path, area, width_px))
    markup = maths_markup(scene.runs) if scene.is_maths else plain_markup(scene.runs)
    if scene.writer is not None:
        images["--ink"], size = _pen_ink(scene, rng)
        markup = f'<div class="ink" style="width:{size[0]}px;height:{size[1]}px"></div>'
    page = page_html(markup, scene.css, scene.page_px, scene.faces, images)
    return photograph(drawn(browser, page, scene.page_px), scene.camera, rng)


def write_labels(folder: Path) -> None:
    """Writes a labels file into every scenario's folder."""
    rows: dict[str, list[str]] = {}
    for scene in SCENES:
        rows.setdefault(scene.scenario.value, []).append(f"{scene.file}\t{scene.text}\tdrawn from this text\tcertain\n")
    for scenario, lines in rows.items():
        (folder / scenario).mkdir(parents=True, exist_ok=True)
        (folder / scenario / "labels.tsv").write_text("".join(lines), encoding="utf-8")


def readme() -> str:
    """Returns the page that says how the pictures were made and of what."""
    rows = "".join(
        f"| `{scene.scenario.value}/{scene.file}` | {scene.text} | {scene.how} | {_made_of(scene)} |\n"
        for scene in SCENES
    )
    faces = {name.partition("/")[0] for scene in SCENES for name in scene.faces}
    face_rows = "".join(
        f"| {name} | `{source.package}` | {source.licence} |\n"
        for name, source in ((name, source_of(next(iter(family(name).faces.values())))) for name in sorted(faces))
    )
    photograph_rows = "".join(
        f"| {photo.title} | {photo.author} | `{source_of(photo.path).package}` | {photo.licence} | {photo.change} |\n"
        for photo in PHOTOGRAPHS.values()
    )
    return _README.format(rows=rows, faces=face_rows, photographs=photograph_rows)


def _write_picture(browser: Any, scene: Scene, position: int, folder: Path) -> None:
    picture = picture_of(browser, scene, position)
    content = png(picture) if scene.file.endswith(".png") else jpeg(picture, scene.jpeg_quality)
    target = folder / scene.scenario.value / scene.file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    print(f"{target}: {picture.shape[1]} x {picture.shape[0]}, {len(content) / 1024:.1f} KB")


def _pen_ink(scene: Scene, rng: np.random.Generator) -> tuple[str, tuple[int, int]]:
    """Lets a writer of the test split write the text with a blue ballpoint; returns the ink's address and size."""
    seed = writers(Split.TEST)[scene.writer or 0]
    ink = write_line(scene.text, Writer.sample(np.random.default_rng(seed)), rng, scene.pen_height_px)
    if ink.text != scene.text:
        raise OcrError(f"This writer puts down '{ink.text}', not '{scene.text}': choose another.")
    height, width = ink.coverage.shape
    grain = 1 - _BALLPOINT_GRAIN * np.abs(rng.standard_normal((height, width), dtype=np.float32))
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[..., :3] = _INK_RGB
    pixels[..., 3] = np.clip(ink.coverage * grain * 0.95, 0, 255)
    return data_address(pixels), (width, height)


def _made_of(scene: Scene) -> str:
    parts = [name.partition("/")[0] for name in scene.faces]
    if scene.writer is not None:
        parts.append(f"pen writer {scene.writer} of the test split")
    if scene.photograph:
        parts.append(f"photograph “{PHOTOGRAPHS[scene.photograph[0]].title}”")
    return ", ".join(dict.fromkeys(parts))


_README: Final = """# Sample pictures

Lines to try the demo with. Nobody's document: the texts are the project's own, written for this folder. Each line was
drawn as a web page by a headless Chromium (one was written by the project's simulated pen and laid on the page), then
taken by a simulated camera or scanner: view, uneven light, blur, noise, JPEG. Faces, photographs and the pen writer
belong to the test split (`ocr_core/synth/split.toml`), so no model here was trained on any of them.

    python -m ocr_core.synth.fetch
    python -m ocr_core.synth.sample_pictures -o sample_images

makes the folder anew, this page included. Labels (`labels.tsv`) follow `ocr_core/LABELS.md`.

The demo shows some lines of the committed benchmark (`eval/scenarios/sets`) before these: lines that only one network
reads without an error, or none without the language model. `python -m eval samples` chooses them by a rule and writes
`telling.json`; it is run again whenever weights change.

`page/notice.jpg` is the sample page of the Page tab, `notice.txt` its text, a line a line:
`python -m ocr_core.synth.sample_page -o sample_images/page` draws it, in the faces crimson_text and fandol_song.

| picture | text | what it shows | made of |
|---|---|---|---|
{rows}
## Faces

The pictures show text set in these faces; no font file is here.

| family | package | licence |
|---|---|---|
{faces}
The pen follows stroke medians of the npm package `hanzi-writer-data` (Arphic Public License).

## Photographs

Backgrounds are cut out of these, made smaller, shaded and drawn over.

| title | by | package | licence | change |
|---|---|---|---|---|
{photographs}
The CC BY 4.0 licence is at https://creativecommons.org/licenses/by/4.0/, the CC0 dedication at
https://creativecommons.org/publicdomain/zero/1.0/. The pictures made from the former are under CC BY 4.0 as far as
the photographs in them go; everything else here is under the project's licence.
"""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
