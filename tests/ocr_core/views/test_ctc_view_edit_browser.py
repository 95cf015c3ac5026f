"""The path edited by hand in a real Chromium: text and probabilities follow, and undoing restores what was read."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.forward import text_log_prob
from ocr_core.result import Posteriors
from ocr_core.views.ctc_view import ctc_view
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading
from tests.ocr_core.views.test_ctc_view_browser import opened, two_engines

__all__ = ["opened"]

pytestmark = pytest.mark.browser

TEXT = "字鉴看见"


def doubtful() -> tuple[np.ndarray, Posteriors]:
    image, spans = drawn_line(TEXT)
    return image, made_up_posteriors(TEXT, spans, image.shape[1], np.random.default_rng(4), doubt=0.6)


def pin_frame(page, frame: int, posteriors: Posteriors, width: int) -> None:
    sky = page.locator(".panel .sky").first.bounding_box()
    x = sky["x"] + (frame + 0.5) / len(posteriors.log_probs) * sky["width"]
    page.mouse.click(x, sky["y"] + sky["height"] / 2)


def number_of(shown: str) -> float:
    """Reads `12.3 %`, `<0.1 %` and `4.5 × 10⁻⁶`."""
    power = re.fullmatch(r"([\d.]+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", shown)
    if power:
        exponent = "".join("-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".index(sign)] for sign in power[2])
        return float(power[1]) * 10.0 ** int(exponent)
    return float(shown.removesuffix(" %")) / 100


def odds(page) -> list[float]:
    said = page.locator(".panel").first.locator(".odds").inner_text()
    found = re.fullmatch(r"P\(text \| image\) (.+), as read (.+) · this path alone (.+)", said)
    assert found, said
    return [number_of(shown) for shown in found.groups()]


def test_another_character_for_a_frame_changes_text_and_probability_and_undo_restores_them(opened):
    image, posteriors = doubtful()
    reading = made_up_reading(posteriors, image)
    page = opened(ctc_view(image, [reading]))
    panel = page.locator(".panel").first
    edited = panel.locator(".edited")
    before = panel.locator(".card text.read").all_text_contents()
    assert "".join(before) == reading.recognition.text and edited.is_hidden()
    second = reading.recognition.characters[1]
    for frame in range(second.first_frame, second.last_frame + 1):
        pin_frame(page, frame, posteriors, image.shape[1])
        page.locator("#tip .choice.blank").click()
    without = reading.recognition.text.replace(second.text, "", 1)
    assert edited.locator(".now").inner_text() == without
    assert "".join(panel.locator(".card text.read").all_text_contents()) == without
    assert panel.locator(".edited-frames rect").count() == second.last_frame - second.first_frame + 1

    now, as_read, path = odds(page)
    symbols = posteriors.charset.symbols
    for text, shown in ((without, now), (reading.recognition.text, as_read)):
        classes = [symbols.index(character) for character in text]
        wanted = math.exp(text_log_prob(columns_of_posteriors(posteriors, classes)))
        assert shown == pytest.approx(wanted, rel=0.06)
    assert path <= now

    panel.locator("button", has_text="Undo").click()
    assert panel.locator(".edited-frames rect").count() == second.last_frame - second.first_frame
    panel.locator("button", has_text="As read").click()
    assert edited.is_hidden()
    assert panel.locator(".card text.read").all_text_contents() == before


def test_up_and_down_change_the_frame_that_is_looked_at_and_u_undoes(opened):
    image, readings = two_engines(TEXT)
    page = opened(ctc_view(image, readings, truth=TEXT))
    page.locator("#scroller").focus()
    sky = page.locator(".panel .sky").first.bounding_box()
    page.mouse.move(sky["x"] + sky["width"] / 2, sky["y"] + sky["height"] / 2)
    assert page.locator("#tip").is_visible()
    page.keyboard.press("ArrowDown")
    assert page.locator(".edited:visible").count() == 0, "what is only pointed at is not changed"
    page.keyboard.press("Escape")
    first = readings[0].recognition.characters[0]
    for _ in range(first.first_frame + 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    edited = page.locator(".panel").first.locator(".edited")
    assert edited.is_visible()
    assert page.locator(".panel").nth(1).locator(".edited").is_hidden(), "the other engine's path stays"
    page.keyboard.press("n")
    page.keyboard.press("u")
    assert edited.is_hidden()
    assert page.locator(".missed-here").count() == 0
