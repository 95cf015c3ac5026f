"""What packaged networks tell of turned lines and pages: believed where they are sure, and nothing without them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_core.engines import packaged_orientation
from ocr_core.engines.packaged_orientation import LINES, PAGES, turns_of_page, upside_down
from ocr_core.errors import ModelError
from ocr_core.lines.deskew import deskewed
from ocr_core.lines.orientation import BETTER_AS_TOLD, CLEARLY_BETTER, as_told, other_ways, turned
from ocr_core.result import LineImage
from tests.ocr_core.lines.drawn_lines import drawn_line


class Network:
    """Answers what it was made with, and keeps the shape of what it saw."""

    def __init__(self, *answer: float) -> None:
        self.answer, self.shape = answer, ()

    def run(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.shape = picture.shape
        if not self.answer:
            raise ModelError("broken")
        return [np.array([self.answer], np.float32)]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Network]]:
    networks: dict[str, Network] = {}
    monkeypatch.setattr(packaged_orientation, "_is_there", lambda model: model.name in networks)
    monkeypatch.setattr(packaged_orientation, "load_network", lambda model, threads: networks[model.name])
    yield networks


PAGE = np.full((300, 200, 3), 255, np.uint8)


def test_nothing_is_told_where_nothing_is_installed(installed: dict[str, Network]) -> None:
    assert upside_down(drawn_line()) is None
    assert turns_of_page(PAGE) is None


def test_a_network_that_fails_tells_nothing(installed: dict[str, Network]) -> None:
    installed[LINES.name] = installed[PAGES.name] = Network()
    assert upside_down(drawn_line()) is None
    assert turns_of_page(PAGE) is None


@pytest.mark.parametrize("shape", [(20, 900, 3), (40, 41, 3), (300, 2, 3), (1, 1, 3)])
def test_lines_of_any_shape_are_shown(installed: dict[str, Network], shape: tuple[int, ...]) -> None:
    network = installed[LINES.name] = Network(0.25, 0.75)
    assert upside_down(np.zeros(shape, np.uint8)) == 0.75
    assert network.shape == (1, 3, 48, 192)


@pytest.mark.parametrize("shape", [(300, 200, 3), (20, 2000, 3), (1, 1, 3)])
@pytest.mark.parametrize(
    ("answer", "quarters"),
    [((0.95, 0, 0, 0), 0), ((0, 0.95, 0, 0), 3), ((0, 0, 0.95, 0), 2), ((0, 0, 0, 0.95), 1), ((0.5, 0.4, 0, 0), None)],
)
def test_a_page_is_told_only_surely(
    installed: dict[str, Network], shape: tuple[int, ...], answer: tuple[float, ...], quarters: int | None
) -> None:
    network = installed[PAGES.name] = Network(*answer)
    assert turns_of_page(np.zeros(shape, np.uint8)) == quarters
    assert network.shape == (1, 3, 224, 224)


def test_what_is_told_of_a_line_decides_which_ways_are_read() -> None:
    line = LineImage.whole(drawn_line())
    ways = other_ways(line, line, deskewed)
    assert as_told(ways, line, None) == (ways, CLEARLY_BETTER)
    assert as_told(ways, line, 0.1) == ([], CLEARLY_BETTER)
    assert as_told(ways, line, 0.6) == (ways, CLEARLY_BETTER)
    assert as_told(ways, line, 0.95) == (ways, BETTER_AS_TOLD)
    tall = turned(line, 1)
    assert as_told(ways, tall, 0.1) == (ways, CLEARLY_BETTER)
