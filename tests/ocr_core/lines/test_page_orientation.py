"""Pages on their side and upside down: turned by what a few of their lines read, corners those of the page as sent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_core.lines.page_orientation import upright_page
from ocr_core.pages import Page, find_page
from ocr_core.result import LineImage, Recognition, Timings

MARK = (200, 30, 60)


def page() -> NDArray[np.uint8]:
    """Three lines, each with a mark at its left end: whoever sees it there is the right way up."""
    pixels = np.full((120, 300, 3), 255, np.uint8)
    for top in (10, 50, 90):
        pixels[top : top + 20, 20:280] = 40
        pixels[top : top + 20, 20:40] = MARK
    return pixels


def find(pixels: NDArray[np.uint8]) -> list[LineImage]:
    """Finds the three bars where they lie level, and halves of a bar where they stand."""
    dark = (pixels < 250).any(axis=2)
    rows = np.flatnonzero(np.diff(np.concatenate([[0], dark.any(axis=-1).astype(np.int8), [0]]))).reshape(-1, 2)
    columns = np.flatnonzero(dark.any(axis=0))
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    return [
        LineImage(np.ascontiguousarray(pixels[y0:y1, x0:x1]), np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]]))
        for y0, y1 in rows.tolist()
    ]


class Reader:
    """Is sure of a line whose mark is at its left, and of nothing else; counts the lines it was shown."""

    name = "reader"
    gives_evidence = False

    def __init__(self, *, confident: bool = True) -> None:
        self.confident, self.seen = confident, 0

    def recognize_batch(self, images: Iterable[LineImage]) -> list[Recognition]:
        return [self.recognize(image) for image in images]

    def recognize(self, image: LineImage) -> Recognition:
        self.seen += 1
        is_upright = tuple(image.pixels[image.height_px // 2, 2]) == MARK and image.width_px > 5 * image.height_px
        confidence = (0.95 if is_upright else 0.3) if self.confident else None
        return Recognition("line", (), (), confidence, Timings(), "reader", "0" * 64, "onnx")


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_turned_upright_and_its_corners_stay_its_own(quarters: int) -> None:
    sent = np.ascontiguousarray(np.rot90(page(), quarters))
    found = find_page(Page(sent), find, recognizer=Reader())  # type: ignore[arg-type]
    assert found.page.pixels is sent
    assert len(found.lines) == 3
    for line in found.lines:
        x, y = line.source_from_line @ (5.0, 10.0, 1.0)
        assert tuple(sent[int(y), int(x)]) == MARK
        x0, y0, x1, y1 = line.source_box(0, 0, line.width_px, line.height_px)
        assert ((sent[int(y0) : int(y1), int(x0) : int(x1)] < 250).any(axis=2)).all()
    assert [len(line.notes) for line in found.lines] == ([1, 0, 0] if quarters else [0, 0, 0])


def test_an_upright_page_costs_a_few_lines_and_an_engine_without_confidence_turns_nothing() -> None:
    reader = Reader()
    assert upright_page(page(), find, reader.recognize_batch).picture.notes == ()
    assert reader.seen == 3
    unsure = Reader(confident=False)
    flipped = np.ascontiguousarray(page()[::-1, ::-1])
    assert upright_page(flipped, find, unsure.recognize_batch).picture.notes == ()


def test_an_empty_page_stays_as_it_is() -> None:
    blank = np.full((40, 60, 3), 255, np.uint8)
    assert upright_page(blank, lambda pixels: [], Reader().recognize_batch).lines == []


def test_single_letters_of_a_page_on_its_side_are_no_evidence() -> None:
    """Seen on a page turned by 90°: every letter became a line, and the widest of them were read with certainty."""

    def letter(image: LineImage) -> Recognition:
        is_line = image.width_px > 5 * image.height_px
        text, confidence = ("line", 0.9) if is_line else ("O", 0.99)
        return Recognition(text, (), (), confidence, Timings(), "reader", "0" * 64, "onnx")

    sent = np.ascontiguousarray(np.rot90(page(), 3))
    upright = upright_page(sent, find_parts, lambda lines: [letter(line) for line in lines])
    assert len(upright.picture.notes) == 1
    assert len(upright.lines) == 3


def find_parts(pixels: NDArray[np.uint8]) -> list[LineImage]:
    """Finds bars that lie level whole, and single letters of those that stand."""
    found = find(pixels)
    return found if len(found) > 1 else [found[0].columns(x, x + 20) for x in (0, 40, 80)]


def test_a_page_is_turned_as_it_was_told_and_no_other_way() -> None:
    sent = np.ascontiguousarray(np.rot90(page(), 2))
    asked: list[int] = []

    def counted(pixels: NDArray[np.uint8]) -> list[LineImage]:
        asked.append(len(pixels))
        return find(pixels)

    assert len(upright_page(sent, counted, Reader().recognize_batch, lambda pixels: 2).picture.notes) == 1
    assert len(asked) == 2
    assert upright_page(sent, find, Reader().recognize_batch, lambda pixels: 0).picture.notes == ()
    assert upright_page(sent, find, Reader().recognize_batch, lambda pixels: 1).picture.notes == ()
