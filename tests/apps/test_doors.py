"""One drop box that never ends dead: where pictures belong, and every tab that sends its own to every other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from apps.demo.compare.page_offer import nothing_read
from apps.demo.compare.where_to import rows_of_text, why_page
from apps.demo.samples import page_samples
from ocr_core.errors import ImageTooLargeError
from ocr_core.lines.blank import is_blank
from ocr_core.lines.page import find_lines
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.apps.visits import open_tab, until_still, visited
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.lines.drawn_pages import article
from tests.ocr_core.lines.pdf_files import pdf


def saved(pixels: np.ndarray, folder: Path, name: str = "given.png") -> Path:
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_one_line_stays_however_it_lies(settings: Settings, tmp_path: Path) -> None:
    line = drawn_line()
    for turns in range(4):
        assert why_page(saved(np.rot90(line, turns), tmp_path), settings) == ""
    loose = np.full((line.shape[1] // 2, line.shape[1], 3), 255, dtype=np.uint8)
    loose[200 : 200 + line.shape[0]] = line
    assert why_page(saved(loose, tmp_path), settings) == ""


def test_several_lines_pages_and_documents_go_to_page(settings: Settings, tmp_path: Path) -> None:
    two = np.concatenate([drawn_line(), drawn_line(60)[:, : 19 * 40]])
    assert "holds 2 lines" in why_page(saved(two, tmp_path), settings)
    page = article(np.random.default_rng(3)).pixels
    assert "so it was opened here" in why_page(saved(page, tmp_path), settings)
    (tmp_path / "three.pdf").write_bytes(pdf(pages=3))
    assert "PDF document" in why_page(tmp_path / "three.pdf", settings)
    first, *others = [Image.fromarray(drawn_line())] * 3
    first.save(tmp_path / "three.tif", save_all=True, append_images=others)
    assert "has 3 pages" in why_page(tmp_path / "three.tif", settings)


def test_a_picture_beyond_the_limit_is_answered_in_words(settings: Settings, tmp_path: Path) -> None:
    large = saved(np.full((5000, 9000), 255, dtype=np.uint8), tmp_path)
    with pytest.raises(ImageTooLargeError, match="Crop or scale it down"):
        why_page(large, settings)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_even_noisy_and_shaded_sheets_are_blank(level: int) -> None:
    rng = np.random.default_rng(4)
    even = np.full((240, 900, 3), level, dtype=np.float64)
    noisy = even + rng.normal(0, 4, even.shape)
    shaded = even + np.linspace(-30, 30, 900)[None, :, None]
    for sheet in (even, noisy, shaded):
        assert is_blank(np.clip(sheet, 0, 255).astype(np.uint8))
    assert "is blank" in nothing_read(np.clip(noisy, 0, 255).astype(np.uint8))


def test_faint_text_is_not_blank() -> None:
    faint = (255 - (255 - drawn_line().astype(np.int64)) // 8).astype(np.uint8)
    assert not is_blank(faint)
    assert "Look for lines" in nothing_read(faint)


def test_the_sample_page_has_as_many_lines_as_its_text() -> None:
    (sample,) = page_samples()
    assert sample.path.stat().st_size < 80_000
    with Image.open(sample.path) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    assert len(find_lines(pixels)) == len(sample.text.splitlines())
    assert rows_of_text(LineImage.whole(pixels)) == len(sample.text.splitlines())


@pytest.fixture
def opened(browser: Browser, app_url: str) -> Iterator[Page]:
    with visited(browser, app_url) as page:
        expect(page.locator("#cards .zj-card")).to_have_count(2)
        until_still(page)
        yield page


@pytest.mark.browser
def test_a_picture_goes_from_tab_to_tab(opened: Page) -> None:
    opened.locator("#compare-send [data-to=break]").click()
    expect(opened.locator("#tab-break")).to_be_visible()
    expect(opened.locator("#break-live")).to_contain_text("ABC")
    expect(opened.locator("#break-truth textarea, #break-truth input")).to_have_value("ABC")
    until_still(opened)
    opened.locator("#break-send [data-to=page]").click()
    expect(opened.locator("#tab-page")).to_be_visible()
    expect(opened.locator("#page-facts")).to_contain_text("line-broken.png")
    until_still(opened)
    opened.locator("#page-send [data-to=compare]").click()
    expect(opened.locator("#tab-compare")).to_be_visible()
    expect(opened.locator("#preview .zj-name")).to_have_text("line-broken.png")
    expect(opened.locator("#cards .zj-card")).to_have_count(2)


@pytest.mark.browser
def test_what_is_written_goes_to_compare(opened: Page) -> None:
    open_tab(opened, "Write")
    expect(opened.locator("#write-send")).to_be_hidden()
    box = opened.locator("#write-canvas canvas").bounding_box()
    assert box is not None
    for start in (80, 160, 240):
        opened.mouse.move(box["x"] + start, box["y"] + 60)
        opened.mouse.down()
        opened.mouse.move(box["x"] + start + 30, box["y"] + 120, steps=6)
        opened.mouse.up()
    expect(opened.locator("#write-readings .zj-small").first).to_be_visible()
    until_still(opened)
    opened.locator("#write-send [data-to=compare]").click()
    expect(opened.locator("#tab-compare")).to_be_visible()
    expect(opened.locator("#preview .zj-name")).to_have_text("writing.png")


@pytest.mark.browser
def test_the_page_takes_what_is_pasted_and_photographed(opened: Page) -> None:
    open_tab(opened, "Page")
    expect(opened.locator("#page-file .zj-way[data-do=camera]")).to_be_visible()
    opened.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement('canvas'), {width: 600, height: 300});
          const pen = canvas.getContext('2d');
          pen.fillStyle = '#fff'; pen.fillRect(0, 0, 600, 300);
          pen.fillStyle = '#000'; pen.font = '40px sans-serif';
          pen.fillText('first line of it', 30, 90); pen.fillText('second line of it', 30, 200);
          const blob = await new Promise((done) => canvas.toBlob(done));
          const data = new DataTransfer();
          data.items.add(new File([blob], 'pasted.png', {type: 'image/png'}));
          document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(opened.locator("#page-facts")).to_contain_text("pasted.png")
    expect(opened.locator("#page-texts li:not(.waiting)")).to_have_count(2)
