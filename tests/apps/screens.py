"""Photographs every tab of the demo, run by hand: `python -m tests.apps.screens FOLDER [--tab TAB] [--language zh]`.

One picture a tab, language, theme and size, from the committed weights: to be looked at by people.
"""

from __future__ import annotations

import argparse
import os
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from apps.gradio_app import build_demo, page_options
from ocr_core.language import LANGUAGES
from ocr_core.settings import Settings, variable_of
from ocr_core.synth.web_page import chromium
from tests.apps.conftest import free_port
from tests.apps.pictures import SAMPLES

SIZES = {"projector": (1366, 768), "phone": (390, 844)}
THEMES = ("light", "dark")
TABS = ("compare", "write", "break", "page", "arena", "cases", "models")
SETTLES_MS = 2500


def photograph(browser: Browser, address: str, folder: Path, tabs: tuple[str, ...], languages: tuple[str, ...]) -> None:
    """Writes `<tab>-<language>-<theme>-<size>.png` for all of them."""
    for language, theme, (name, (width, height)) in product(languages, THEMES, SIZES.items()):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        for tab in tabs:
            page.goto(f"{address}?lang={language}&tab={tab}")
            _settle(page, tab)
            page.screenshot(path=folder / f"{tab}-{language}-{theme}-{name}.png")
        context.close()


def _settle(page: Page, tab: str) -> None:
    page.locator(f"#tab-{tab}").wait_for(timeout=60_000)
    if tab == "compare":
        page.locator("#view iframe[data-measured]").wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLES_MS)


def main() -> None:
    """Starts the demo and photographs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tab", action="append", choices=TABS, help="only this one; may be given again")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="only this one; may be given again")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    os.environ.setdefault(variable_of("arena"), "on")
    demo = build_demo(settings, SAMPLES)
    demo.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True, **page_options(settings, SAMPLES))
    try:
        with chromium() as browser:
            photograph(
                browser,
                str(demo.local_url),
                arguments.folder,
                tuple(arguments.tab or TABS),
                tuple(arguments.language or LANGUAGES),
            )
    finally:
        demo.close()


if __name__ == "__main__":
    main()
