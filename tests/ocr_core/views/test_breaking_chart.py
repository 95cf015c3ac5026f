"""The breaking chart: what its traces hold, and that names cannot bring markup along."""

from __future__ import annotations

import pytest

from ocr_core.views.breaking_chart import DrawnCurve, DrawnPoint, breaking_chart, with_unit

POINTS = [DrawnPoint(0, 1.0, 1.0, 1.0), DrawnPoint(2, 0.6, 0.4, 0.9), DrawnPoint(4, 0.1, 0.0, 0.3)]


def drawn(*curves: DrawnCurve) -> dict:
    figure = breaking_chart(curves, corruption="Blur", unit="px", most=6, measure="accuracy", seeds=5)
    return figure.to_plotly_json()


def breaking(name: str = "One", at: float = 2.4) -> DrawnCurve:
    return DrawnCurve(name, "#0072b2", POINTS, at, 0.5, 2.0, 3.0)


def lines(figure: dict) -> list[dict]:
    return [trace for trace in figure["data"] if trace.get("mode") == "lines+markers"]


def test_a_curve_is_its_points_in_its_engines_colour() -> None:
    (line,) = lines(drawn(breaking()))
    assert list(line["x"]) == [0, 2, 4]
    assert list(line["y"]) == [1.0, 0.6, 0.1]
    assert line["line"]["color"] == "#0072b2"
    assert [custom[0] for custom in line["customdata"]] == [0, 1, 2]


def test_the_band_goes_from_best_to_worst_seed() -> None:
    band = drawn(breaking())["data"][0]
    assert list(band["y"]) == [1.0, 0.9, 0.3, 0.0, 0.4, 1.0]


def test_the_breaking_point_is_marked_and_named() -> None:
    figure = drawn(breaking())
    (mark,) = [trace for trace in figure["data"] if trace.get("mode") == "markers"]
    assert (list(mark["x"]), list(mark["y"])) == ([2.4], [0.5])
    assert mark["error_x"]["array"][0] == pytest.approx(0.6)
    assert mark["error_x"]["arrayminus"][0] == pytest.approx(0.4)
    assert figure["layout"]["annotations"][0]["text"] == "<b>One</b> breaks at 2.4 px"


def test_a_range_without_an_end_reaches_the_end_of_the_axis() -> None:
    figure = drawn(DrawnCurve("One", "#0072b2", POINTS, 2.4, 0.5, 2.0, None))
    (mark,) = [trace for trace in figure["data"] if trace.get("mode") == "markers"]
    assert mark["error_x"]["array"][0] == pytest.approx(3.6)


def test_who_holds_has_no_mark() -> None:
    figure = drawn(DrawnCurve("One", "#0072b2", POINTS))
    assert not figure["layout"].get("annotations")
    assert all(trace.get("mode") != "markers" for trace in figure["data"])


def test_labels_of_two_engines_that_break_together_do_not_collide() -> None:
    figure = drawn(breaking("One", 2.4), breaking("Two", 2.4))
    heights = [annotation["y"] for annotation in figure["layout"]["annotations"]]
    assert len(set(heights)) == 2


def test_title_asks_and_says_how_many_seeds() -> None:
    layout = drawn(breaking())["layout"]
    assert layout["title"]["text"] == "How much blur until it breaks?"
    assert "5 seeds" in layout["title"]["subtitle"]["text"]
    assert layout["xaxis"]["title"]["text"] == "Blur (px)"
    assert layout["yaxis"]["title"]["text"] == "accuracy"


def test_an_unfinished_curve_does_not_stretch_the_axis() -> None:
    low, high = drawn(breaking())["layout"]["xaxis"]["range"]
    assert low <= 0
    assert high >= 6


def test_a_name_is_no_markup() -> None:
    figure = drawn(breaking("<img src=x onerror=alert(1)>"))
    assert "<img" not in str(figure)


def test_a_colour_is_no_style() -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        drawn(DrawnCurve("One", "red;}", POINTS))


@pytest.mark.parametrize(
    ("severity", "unit", "written"),
    [(2.4, "px", "2.4 px"), (3.5, "°", "3.5°"), (0.9271, "px", "0.93 px"), (93.604, "", "93.6"), (100, "%", "100 %")],
)
def test_severities_are_written_as_people_do(severity: float, unit: str, written: str) -> None:
    assert with_unit(severity, unit) == written
