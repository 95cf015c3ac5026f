"""Where a file holds more than one line, the Compare tab says so and leads to all of it: parts, and a real visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from apps.demo.compare.page_offer import offer_for, offer_instead
from apps.demo.comparison import Holds, Question, compare, lines_as_turned
from apps.demo.engines import Engines
from ocr_core.errors import ImageError, NotAPictureError
from ocr_core.lines.orientation import turned
from ocr_core.lines.several import all_lines
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.apps.visits import PATIENCE_MS, open_tab, until_still
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.lines.drawn_pages import article
from tests.ocr_core.lines.pdf_files import pdf


@pytest.fixture(scope="module")
def two_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of two lines, one below the other."""
    path = tmp_path_factory.mktemp("offered") / "two.png"
    Image.fromarray(np.concatenate([drawn_line(), drawn_line(60)[:, : 19 * 40]])).save(path)
    return path


@pytest.fixture(scope="module")
def many_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TIFF of three pages with a line each."""
    path = tmp_path_factory.mktemp("offered") / "three.tif"
    first, *others = [Image.fromarray(drawn_line())] * 3
    first.save(path, save_all=True, append_images=others)
    return path


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of three pages."""
    path = tmp_path_factory.mktemp("offered") / "three.pdf"
    path.write_bytes(pdf(pages=3))
    return path


@pytest.fixture(scope="module")
def page_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole page as a picture."""
    path = tmp_path_factory.mktemp("offered") / "article.png"
    Image.fromarray(article(np.random.default_rng(1)).pixels).save(path)
    return path


def test_one_line_is_offered_nothing() -> None:
    assert offer_for(Holds(), every_line=False, is_part=False) == ""


def test_the_offer_says_how_many_lines_there_are_and_what_was_read() -> None:
    assert "holds 3 lines; the biggest was read." in offer_for(Holds(lines=3), every_line=False, is_part=False)
    assert "Read all 3 lines" in offer_for(Holds(lines=3), every_line=False, is_part=False)
    assert "all of them were read" in offer_for(Holds(lines=3), every_line=True, is_part=False)
    part = offer_for(Holds(lines=2), every_line=False, is_part=True)
    assert "This part holds 2 lines" in part
    assert "Read the whole picture" in part


def test_pages_come_before_lines() -> None:
    assert "This file has 4 pages" in offer_for(Holds(lines=3, pages=4), every_line=False, is_part=False)


def test_only_a_document_is_offered_where_nothing_could_be_read() -> None:
    assert "PDF" in offer_instead(NotAPictureError("It is a PDF."))
    assert offer_instead(ImageError("The picture is damaged.")) == ""


@pytest.mark.parametrize(("given", "holds"), [("two_lines", Holds(2, 1)), ("many_pages", Holds(1, 3))])
def test_a_comparison_counts_what_its_file_holds(
    given: str, holds: Holds, settings: Settings, request: pytest.FixtureRequest
) -> None:
    engines = Engines(settings)
    found = compare(engines, request.getfixturevalue(given), Question(engines.defaults()))
    assert found.holds == holds


def test_a_document_in_place_of_a_picture_is_told_from_a_broken_file(
    settings: Settings, document: Path, broken_picture: Path
) -> None:
    engines = Engines(settings)
    with pytest.raises(NotAPictureError):
        compare(engines, document, Question(engines.defaults()))
    with pytest.raises(ImageError) as caught:
        compare(engines, broken_picture, Question(engines.defaults()))
    assert not isinstance(caught.value, NotAPictureError)


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["desktop", "phone"])
def page(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visited = context.new_page()
    visited.goto(app_url)
    expect(visited.locator("#cards .zj-card")).to_have_count(2)
    yield visited
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("given", "said", "rows"),
    [
        ("two_lines", "This picture holds 2 lines, so it was opened here", 2),
        ("page_photo", "so it was opened here", 25),
        ("many_pages", "This file has 3 pages, so it was opened here", 1),
        ("document", "This is a PDF document, so it was opened here", 2),
    ],
)
def test_what_holds_more_than_a_line_is_opened_as_a_page(
    page: Page, given: str, said: str, rows: int, request: pytest.FixtureRequest, artefacts: Path
) -> None:
    page.locator("#picture .zj-drop input[type=file]").set_input_files(request.getfixturevalue(given))
    expect(page.locator("#page-why")).to_contain_text(said)
    lines = page.locator("#page-texts li")
    expect(lines).to_have_count(rows)
    expect(page.locator("#page-cancel")).to_be_hidden()  # all of them are read
    lines.last.press("Enter")
    expect(page.locator("#page-view iframe")).to_have_count(1)
    expect(page.locator("#page-line")).to_contain_text(f"Line {rows} of {rows}")
    page.screenshot(path=str(artefacts / f"opened-{given}-{page.viewport_size['width']}.png"))  # type: ignore[index]
    until_still(page)
    page.locator("#page-line-send [data-to=compare]").click()
    expect(page.locator("#preview .zj-name")).to_contain_text(f"line-{rows}.png")
    expect(page.locator("#tab-compare")).to_be_visible()


@pytest.mark.browser
def test_the_page_stays_while_another_picture_is_compared(page: Page, document: Path, picture: Path) -> None:
    page.locator("#picture .zj-drop input[type=file]").set_input_files(document)
    expect(page.locator("#page-number")).to_be_visible()
    # The page is chosen as if the file had been given here.
    until_still(page)
    page.locator("#page-number input").click()
    page.get_by_role("option", name="2").click()
    expect(page.locator("#page-facts")).to_contain_text("age 2")
    open_tab(page, "Compare")
    page.locator("#picture .zj-drop input[type=file]").set_input_files(picture)
    expect(page.locator("#cards .zj-text").first).to_have_text("BAC")
    expect(page.locator("#page-offer button")).to_have_count(0)


@pytest.mark.parametrize(
    ("texts", "lines"), [(["one line on its side"], 1), (["two lines that", "lie on their side"], 2)]
)
@pytest.mark.parametrize("quarter_turns", [1, 3])
def test_lines_of_a_picture_on_its_side_are_counted_as_they_are_read(
    texts: list[str], lines: int, quarter_turns: int
) -> None:
    upright = np.full((30 + 60 * len(texts), 420, 3), 255, np.uint8)
    for number, text in enumerate(texts):
        cv2.putText(upright, text, (15, 55 + 60 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2, cv2.LINE_AA)
    lying = LineImage.whole(np.ascontiguousarray(np.rot90(upright, quarter_turns)))
    turned_back = turned(lying, 1 if quarter_turns == 1 else 3)
    assert np.array_equal(turned_back.pixels, upright)
    assert len(all_lines(lying)) != lines  # or there would be nothing to mend
    assert lines_as_turned(lying, turned_back) == lines
    assert lines_as_turned(lying, lying) == 1  # columns laid side by side
