"""PP-OCR's detector: probabilities to rectangles, the network's input and output, and what is said without it."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ocr_core.cli import main
from ocr_core.engines import packaged, ppocr_detector
from ocr_core.engines.packaged import PackagedModel
from ocr_core.engines.ppocr_detector import DETECTOR, PpOcrDetector, quads_of
from ocr_core.errors import ModelError, OcrError
from ocr_core.finders import available_finders, load_finder
from ocr_core.lines.crop import corners_of
from ocr_core.settings import Settings
from tests.ocr_core.lines.drawn_pages import PAGES, matches


def middle_of(
    likelihood: NDArray[np.float32], centre: tuple[float, float], size: tuple[float, float], turn: float
) -> None:
    corners = cv2.boxPoints((centre, size, turn))
    cv2.fillPoly(likelihood, [np.round(corners).astype(np.int32)], 0.9)


@pytest.mark.parametrize("turn", [0.0, 8.0, -20.0])
def test_a_middle_becomes_a_line_as_much_wider_as_training_shrank_it(turn: float) -> None:
    likelihood = np.zeros((300, 500), np.float32)
    middle_of(likelihood, (250, 150), (300, 12), turn)
    (quad,) = quads_of(likelihood)
    assert quad.mean(axis=0) == pytest.approx((250, 150), abs=1.5)
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    wider = 1.6 * 300 * 12 / 312
    assert np.hypot(*along) == pytest.approx(300 + wider, abs=6)
    assert np.hypot(*down) == pytest.approx(12 + wider, abs=6)
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(turn, abs=1)


def test_a_vertical_line_stays_upright() -> None:
    likelihood = np.zeros((300, 200), np.float32)
    middle_of(likelihood, (100, 150), (14, 200), 0.0)
    (quad,) = quads_of(likelihood)
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    assert np.hypot(*down) > 5 * np.hypot(*along)
    assert along[0] > 0 > -down[1]


def test_what_is_faint_or_tiny_is_no_line() -> None:
    likelihood = np.zeros((200, 200), np.float32)
    likelihood[20:30, 20:180] = 0.4  # above the mask's threshold, not above a line's
    likelihood[100:101, 100:101] = 0.9
    assert quads_of(likelihood) == []


def write_detector(path: Path) -> None:
    """Writes a network that takes dark blue for text: its output is one where the first channel is below zero."""
    nodes = [
        helper.make_node("Slice", ["x", "zero", "one", "axis"], ["blue"]),
        helper.make_node("Mul", ["blue", "steep"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["y"]),
    ]
    numbers = {"zero": [0], "one": [1], "axis": [1]}
    constants = [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in numbers.items()]
    constants.append(numpy_helper.from_array(np.array(-40, np.float32), "steep"))
    body = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1, "H", "W"])],
        constants,
    )
    path.parent.mkdir(parents=True)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())


@pytest.fixture
def detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PpOcrDetector:
    write_detector(tmp_path / "a_detector_s_package" / "models" / "det.onnx")
    monkeypatch.syspath_prepend(tmp_path)
    model = PackagedModel("peer", "The Peer", "a_detector_s_package", "models/det.onnx", "pip install peer")
    return PpOcrDetector(packaged.load_network(model, 1))


def test_lines_lie_where_they_are_on_the_page_and_in_reading_order(detector: PpOcrDetector) -> None:
    page = np.full((1500, 2600, 3), 255, np.uint8)  # larger than what the network sees
    for top in (1100, 300, 700):
        page[top : top + 60, 200:1800] = (255, 255, 0)  # yellow: blue is dark, which the network takes for text
    page[100:160, 200:1800] = (0, 255, 255)  # red is dark: only a network fed red first would see it
    found = detector(page)
    corners = [corners_of(line) for line in found]
    assert [round(float(quad[:, 1].mean())) // 100 for quad in corners] == [3, 7, 11]
    for quad in corners:
        assert quad[:, 0].min() == pytest.approx(200 - 46, abs=12)
        assert quad[:, 0].max() == pytest.approx(1800 + 46, abs=12)


def test_a_blank_page_has_no_lines(detector: PpOcrDetector) -> None:
    assert detector(np.full((400, 300, 3), 255, np.uint8)) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 4000), (4000, 3)])
def test_odd_pages_do_no_harm(detector: PpOcrDetector, size: tuple[int, int]) -> None:
    assert isinstance(detector(np.zeros((*size, 3), np.uint8)), list)


def test_without_the_package_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = PackagedModel("ppocr", "PP-OCRv6's detector", "no_such_package_at_all", "x.onnx", DETECTOR.how_to_install)
    monkeypatch.setattr(ppocr_detector, "DETECTOR", absent)
    assert available_finders() == ("classical",)
    with pytest.raises(ModelError, match=r"not installed: pip install -r requirements-peers\.txt"):
        load_finder("ppocr", Settings())
    assert main(["page", "--finder", "ppocr", str(tmp_path / "x.png")]) == 2
    assert "not installed" in capsys.readouterr().err


def test_an_unknown_finder_is_told_what_there_is() -> None:
    with pytest.raises(OcrError, match="classical and ppocr"):
        load_finder("yolo", Settings())


@pytest.mark.peers
@pytest.mark.parametrize("kind", ["two columns", "hanzi turned -7 degrees", "dark mode"])
def test_the_installed_detector_finds_the_lines_of_a_page(kind: str) -> None:
    page = PAGES[kind](np.random.default_rng(1))
    found = load_finder("ppocr", Settings())(page.pixels)
    assert "rapidocr" not in sys.modules
    assert (matches(page, found).max(axis=1, initial=0) >= 0.5).all()
    assert len(found) == len(page.lines)
