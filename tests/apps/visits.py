"""A visitor in a real headless Chromium: a page that is opened, what is waited for before a click, and no mistakes.

A page moves while it is being read: views find their height, texts come in, what was chosen is scrolled to. Whoever
clicks just then misses, so `until_still` comes before a click on what stands below something that changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

PATIENCE_MS = 60_000
STILL_MS = 400

PROJECTOR = {"width": 1366, "height": 768}

# Everything that can be clicked, and the views, which say themselves how high they are.
_UNTIL_STILL_JS = """([still, patience]) => new Promise((done, failed) => {
  const begun = performance.now();
  let last = '', since = begun;
  const look = (now) => {
    const places = [...document.querySelectorAll('button, input, textarea, select, iframe, [role="tab"]')]
      .map((one) => one.getBoundingClientRect()).filter((box) => box.width)
      .map((box) => [box.x, box.y, box.width, box.height].map(Math.round)).join(';');
    const unmeasured = [...document.querySelectorAll('.zj-view iframe:not([data-measured])')]
      .map((one) => one.getBoundingClientRect())
      .some((box) => box.width && box.top < innerHeight && box.bottom > 0);
    if (places !== last || unmeasured) [last, since] = [places, now];
    if (now - since >= still) done();
    else if (now - begun > patience) failed(new Error('The page does not come to rest.'));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


@contextmanager
def visited(browser: Browser, url: str, **context_options: Any) -> Iterator[Page]:
    """Opens an address in a browser of its own; on the way out there must have been no mistake in the page."""
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(**{"viewport": PROJECTOR, "reduced_motion": "reduce", **context_options})
    page = context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto(url)
    yield page
    assert mistakes == []
    context.close()


def until_still(page: Page) -> None:
    """Waits until nothing that can be clicked has moved for a while, and every view that is seen has its height."""
    page.evaluate(_UNTIL_STILL_JS, [STILL_MS, PATIENCE_MS])


def open_tab(page: Page, title: str) -> None:
    """Opens a tab by its name."""
    page.get_by_role("tab", name=title, exact=True).locator("visible=true").click()


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Lets the page go on until something holds in the server."""
    latest = time.monotonic() + PATIENCE_MS / 1e3
    while not holds():
        assert time.monotonic() < latest, "It never came to that."
        page.wait_for_timeout(20)
