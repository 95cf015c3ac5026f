"""README's pictures from the committed weights, run by hand: `python -m tests.apps.pictures`.

`docs/compare.png` is the first screen of the running demo in a real browser, at the place where readings of a sample
part; `docs/playing.gif` is the CTC view of that sample while it plays, and then at that place. Nothing is retouched.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from apps.demo.engines import DEFAULT_MODELS
from apps.demo.samples import Sample, telling_samples
from apps.gradio_app import build_demo, page_options
from ocr_core import registry
from ocr_core.opening import open_line
from ocr_core.settings import Settings
from ocr_core.synth.web_page import chromium
from ocr_core.views.ctc_view import ctc_view
from ocr_core.views.engine_reading import EngineReading
from tests.apps.conftest import free_port
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "sample_images"
DOCS = REPOSITORY / "docs"
DEMO_PX = {"width": 1366, "height": 768}
DEMO_SCALE = 1.5
VIEW_PX = {"width": 1040, "height": 760}
GIF_WIDTH_PX = 860
COLOURS = 224
STEPS = 48
STEP_MS = 90
LAST_MS = 1800


def photograph_demo(browser: Browser, number: int, settings: Settings, output: Path) -> None:
    """Starts the demo, clicks a sample and walks to the first place where its readings part; photographs the screen."""
    demo = build_demo(settings, SAMPLES)
    demo.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True, **page_options(settings, SAMPLES))
    context = browser.new_context(viewport=DEMO_PX, color_scheme="light", device_scale_factor=DEMO_SCALE)  # type: ignore[arg-type]
    page = context.new_page()
    try:
        page.goto(str(demo.local_url))
        page.locator("#cards .zj-card").nth(1).wait_for(timeout=120_000)
        page.locator(f'#samples [data-sample="{number}"]').click()
        page.wait_for_timeout(8000)
        page.keyboard.press("n")
        page.wait_for_timeout(500)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.quantize(256, dither=Image.Dither.NONE).save(output, optimize=True)
    finally:
        context.close()
        demo.close()


def playing(browser: Browser, document: str) -> Iterator[Image.Image]:
    """Yields the view frame by frame while its reading head moves from the left end to the right."""
    page = browser.new_context(viewport=VIEW_PX, color_scheme="light").new_page()  # type: ignore[arg-type]
    page.set_content(document)
    page.wait_for_timeout(500)
    height = page.evaluate("() => Math.ceil(scroller.offsetTop + stage.offsetHeight + 12)")
    page.set_viewport_size({"width": VIEW_PX["width"], "height": height})
    page.wait_for_timeout(300)
    for step in range(STEPS + 1):
        page.evaluate(
            """share => { head = axis.left + share * (axis.right - axis.left); readTo(head); }""", step / STEPS
        )
        yield _shot(page)
    page.evaluate("() => { stop(); showDifference(0); }")
    yield _shot(page)
    page.context.close()


def _shot(page: Page) -> Image.Image:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shot.resize((GIF_WIDTH_PX, round(shot.height * GIF_WIDTH_PX / shot.width)), Image.Resampling.LANCZOS)


def write_gif(frames: list[Image.Image], output: Path) -> None:
    """Writes an endless animation in one palette, that of the last frame, which holds every colour."""
    palette = frames[-1].quantize(COLOURS)
    reduced = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [STEP_MS] * (len(frames) - 1) + [LAST_MS]
    reduced[0].save(output, save_all=True, append_images=reduced[1:], duration=durations, loop=0, optimize=True)


def view_of(sample: Sample, settings: Settings) -> str:
    """Reads the sample with both models and returns their CTC view."""
    line = open_line(sample.path, settings)
    readings = []
    for name in DEFAULT_MODELS:
        recognition, evidence = registry.load(name, settings.runtime, settings).examine(line, sample.text)
        readings.append(EngineReading(registry.display_name_of(name), registry.colour_of(name), recognition, evidence))
    return ctc_view(line.pixels, readings, truth=sample.text, source_from_line=line.source_map, theme="light")


def main() -> None:
    """Makes both pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="of those that tell engines apart, from 0")
    parser.add_argument("-o", "--output", type=Path, default=DOCS)
    arguments = parser.parse_args()
    settings = Settings.from_environment()
    with chromium() as browser:
        photograph_demo(browser, arguments.sample, settings, arguments.output / "compare.png")
        sample = telling_samples(settings)[arguments.sample]
        write_gif(list(playing(browser, view_of(sample, settings))), arguments.output / "playing.gif")


if __name__ == "__main__":
    main()
