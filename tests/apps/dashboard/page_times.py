"""How long every page of a running dashboard takes: `python -m tests.apps.dashboard.page_times ADDRESS [ROUNDS]`.

Of each page, in milliseconds: cold (a new visit by its address, until nothing moves), and warm (a click on its name
in an open visit). A browser of its own; what it measures holds for the machine and for what else runs on it.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any, Final

from playwright.sync_api import Page

from apps.dashboard import links
from ocr_core.synth.web_page import chromium

PATIENCE_MS: Final = 120_000
_QUIET: Final = """
() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && document.querySelector('h1') && !document.querySelector('[data-testid=stSkeleton], .zj-skeleton');
}
"""


def cold_ms(browser: Any, address: str, page: str) -> float:
    """Returns how long a new visit takes until the page is quiet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    started = time.perf_counter()
    opened.goto(f"{address}/{page}", wait_until="commit")
    _until_quiet(opened)
    took = (time.perf_counter() - started) * 1e3
    context.close()
    return took


def warm_ms(opened: Page, title: str) -> float:
    """Returns how long a click on a page's name takes in an open visit."""
    heading = opened.locator("h1").first.inner_text()
    started = time.perf_counter()
    opened.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    opened.wait_for_function(
        "before => document.querySelector('h1') && document.querySelector('h1').innerText !== before",
        arg=heading,
        timeout=PATIENCE_MS,
    )
    _until_quiet(opened)
    return (time.perf_counter() - started) * 1e3


def _until_quiet(opened: Page) -> None:
    opened.wait_for_function(_QUIET, timeout=PATIENCE_MS)


def main() -> None:
    """Prints a table of medians."""
    address, rounds = sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with chromium() as browser:
        print(f"{'page':<16}{'cold, first':>12}{'cold':>10}{'click':>10}")
        visit = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        visit.goto(address, wait_until="commit")
        _until_quiet(visit)
        at = links.PAGES[0].title
        for place, page in enumerate(links.PAGES):
            name = "" if place == 0 else page.name
            cold = [cold_ms(browser, address, name) for _ in range(rounds)]
            other = links.PAGES[1 if place == 0 else 0].title
            clicks = []
            for _ in range(rounds):
                if at != other:
                    warm_ms(visit, other)
                clicks.append(warm_ms(visit, page.title))
                at = page.title
            print(
                f"{page.name:<16}{cold[0]:>12.0f}{statistics.median(cold):>10.0f}{statistics.median(clicks):>10.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
