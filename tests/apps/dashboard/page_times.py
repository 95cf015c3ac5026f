"""How long every page of a running dashboard takes: `python -m tests.apps.dashboard.page_times ADDRESS [ROUNDS]`.

Of each page, in milliseconds: cold (a new visit by its address, until the page is there), and click (on its name, in an
open visit that has been looked at for a moment, by the browser's own clock: from the click to the last change that can
be seen). A browser of its own; what it measures holds for the machine and for what else runs on it: zlib, a fixed piece
of work timed beside every page, tells how fast the machine was just then.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
import zlib
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


_WATCH: Final = """
() => {
  if (window.zjWatch) { window.zjWatch.clicked = 0; return; }
  const watch = window.zjWatch = {clicked: 0, changed: 0};
  const area = '[data-testid=stMain]', unseen = /^(aria|data)-/;
  const isSeen = ({type, attributeName, target}) => {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    if (!element?.closest(area) || element.closest('canvas')) return false;
    return type !== 'attributes' || !unseen.test(attributeName);
  };
  document.addEventListener('click', event => { watch.clicked = watch.changed = event.timeStamp; }, true);
  new MutationObserver(changes => {
    if (!changes.some(isSeen)) return;
    watch.changed = performance.now();
    requestAnimationFrame(() => setTimeout(() => { watch.changed = Math.max(watch.changed, performance.now()); }));
  }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  new PerformanceObserver(list => {
    for (const {startTime, duration} of list.getEntries()) watch.busy = startTime + duration;
  }).observe({type: 'longtask'});
}
"""
"""Notes when something was clicked, and when what can be seen changed last: its paint is over one task after a frame.

What lies in a canvas is for screen readers, who are given it when the table has been painted.
"""

_STILL_MS: Final = 400
_SETTLED: Final = f"""
() => {{
  const watch = window.zjWatch, last = Math.max(watch.changed, watch.busy ?? 0);
  return watch.clicked && performance.now() - last > {_STILL_MS} && ({_QUIET})();
}}
"""
_LOOKING_MS: Final = 600
_WORK: Final = random.Random(1).randbytes(1 << 20)


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
    """Returns how long a click on a page's name takes in an open visit, once somebody has looked at what is there."""
    opened.wait_for_timeout(_LOOKING_MS)
    opened.evaluate(_WATCH)
    opened.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    opened.wait_for_function(_SETTLED, timeout=PATIENCE_MS, polling=50)
    return float(opened.evaluate("() => zjWatch.changed - zjWatch.clicked"))


def work_ms() -> float:
    """Returns how long a fixed piece of work takes this machine right now."""
    started = time.perf_counter()
    zlib.compress(_WORK, 6)
    return (time.perf_counter() - started) * 1e3


def _until_quiet(opened: Page) -> None:
    opened.wait_for_function(_QUIET, timeout=PATIENCE_MS)


def main() -> None:
    """Prints a table of medians."""
    address, rounds = sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with chromium() as browser:
        print(f"{'page':<16}{'cold, first':>12}{'cold':>10}{'click':>10}{'zlib':>8}")
        visit = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        visit.goto(address, wait_until="commit")
        _until_quiet(visit)
        at = links.PAGES[0].title
        for place, page in enumerate(links.PAGES):
            name = "" if place == 0 else page.name
            cold = [cold_ms(browser, address, name) for _ in range(rounds)]
            other = links.PAGES[1 if place == 0 else 0].title
            clicks = []
            work = []
            for _ in range(rounds):
                work.append(work_ms())
                if at != other:
                    warm_ms(visit, other)
                clicks.append(warm_ms(visit, page.title))
                at = page.title
            medians = (statistics.median(times) for times in (cold, clicks, work))
            print("{:<16}{:>12.0f}{:>10.0f}{:>10.0f}{:>8.0f}".format(page.name, cold[0], *medians), flush=True)


if __name__ == "__main__":
    main()
