"""The error page on a made-up run: confusions, their examples, kinds of characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from apps.dashboard import charts, error_charts
from eval.confusion_examples import Confusion, examples
from eval.runs.store import RunFolder
from ocr_core.settings import Settings
from tests.apps.dashboard.conftest import OpenPage
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, HOSTILE, make_run

SETTINGS = Settings.from_environment({})
MISREAD = Confusion("味", "昧")


def red_columns(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.flatnonzero((pixels == np.array([255, 0, 0])).all(axis=2).any(axis=0))


def words(app) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info, *app.success)).replace(
        "\\", ""
    )


def html(app) -> str:
    return "\n".join(part.proto.body for part in app.get("html"))


def test_confusions_come_with_pictures_and_counts(open_page: OpenPage) -> None:
    app = open_page("errors", subset="background", engine=CONVNEXT)
    assert not app.exception
    assert "What does ConvNeXt-Tiny + CTC take for what, on complex backgrounds?" in words(app)
    assert "2 of 2 confusions, 2 errors total" in words(app)
    assert "n = 3 lines" in words(app)
    assert "data:image/webp;base64," in html(app)
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("section", "questions"),
    [
        ("scripts", ["Which kinds of characters are read, on complex backgrounds?"]),
        ("lengths", ["Do longer lines cost more, on complex backgrounds?", "Do wider lines cost more"]),
    ],
)
def test_every_other_section_is_a_click_away(open_page: OpenPage, section: str, questions: list[str]) -> None:
    app = open_page("errors", subset="background")
    app.get("button_group")[0].set_value(section).run()
    assert not app.exception and app.query_params["wrong"] == section
    assert len(app.get("plotly_chart")) == len(questions)
    for question in questions:
        assert question in words(app)


def test_hostile_text_stays_text(open_page: OpenPage) -> None:
    app = open_page("errors", subset="background", engine=CRNN)
    assert not app.exception
    assert "&lt;img src=x onerror=alert(1)&gt;" in html(app)
    assert HOSTILE not in html(app)


def test_without_confusions_the_page_says_so(open_page: OpenPage) -> None:
    app = open_page("errors", subset="handwriting", engine="tesseract@program")
    assert "take for what" in words(app)
    app = open_page("errors", subset="low_resolution", engine=CRNN)
    assert not app.exception
    assert "No character was misread" not in words(app), "none was read"
    assert "Nothing was read here" in words(app)


def test_the_misread_character_is_framed(made_up: RunFolder, tmp_path: Path) -> None:
    data = Path(made_up.info().data.path)
    (plain,) = examples(made_up, [data], CONVNEXT, [4], Confusion("", "吃"), "#ff0000", SETTINGS)
    (found,) = examples(made_up, [tmp_path, data], CONVNEXT, [4], MISREAD, "#ff0000", SETTINGS)
    assert (found.truth, found.reading) == ("好味小吃店", "好昧小吃店")
    assert plain.pixels is not None
    assert found.pixels is not None
    assert not red_columns(plain.pixels).any()
    assert 0.15 < red_columns(found.pixels).mean() / found.pixels.shape[1] < 0.45  # the second of five characters


def test_what_was_missed_is_framed_between_its_neighbours(made_up: RunFolder) -> None:
    data = Path(made_up.info().data.path)
    (found,) = examples(made_up, [data], CRNN, [6], Confusion("o", ""), "#ff0000", SETTINGS)
    assert (found.truth, found.reading) == (HOSTILE, "<img src=x>")
    assert found.pixels is not None
    assert red_columns(found.pixels).any()


def test_examples_without_pictures_keep_their_texts(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs")
    (found,) = examples(run, [tmp_path / "gone"], CONVNEXT, [4, 999], MISREAD, "#ff0000", SETTINGS)
    assert found.pixels is None
    assert found.reading == "好昧小吃店"


def test_names_never_lead_out_of_the_data(tmp_path: Path, made_up: RunFolder) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "background").symlink_to(Path(made_up.info().data.path) / "background")
    (found,) = examples(made_up, [inside], CONVNEXT, [4], MISREAD, "#ff0000", SETTINGS)
    assert found.pixels is None


def test_confusions_are_drawn_with_signs_for_what_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    top = [
        {"truth": "", "read": " ", "count": 3, "lines": 2, "examples": [1]},
        {"truth": "<", "read": "\u202e", "count": 1, "lines": 1, "examples": [1]},
    ]
    figure = error_charts.confusions_figure({"top": top}, "#000000")
    assert list(figure.checked().data[0].y) == ["∅ → ␣", "&lt; → ⟨U+202E⟩"]
    assert list(figure.checked().data[0].x) == [3, 1]


def test_kinds_of_characters_show_n_and_intervals(made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    summary = made_up.summary()
    assert summary is not None
    figure = error_charts.scripts_figure(summary, "overall")
    assert figure is not None
    trace = figure.checked().data[0]
    assert trace.y[0].startswith("common hanzi<br>n = ")
    row = next(
        r
        for r in summary["by_script"]
        if (r["engine"], r["title"], r["script_class"]) == (CONVNEXT, "overall", "hanzi_common")
    )
    assert trace.x[0] == 100 * row["recall"]["value"]
    assert trace.error_x.array[0] == pytest.approx(100 * (row["recall"]["high"] - row["recall"]["value"]))


def test_bands_follow_their_order(made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    summary = made_up.summary()
    assert summary is not None
    figure = error_charts.bands_figure(summary, "overall", "by_length")
    assert figure is not None
    assert list(figure.checked().data[0].x)[:2] == ["up to 5 characters", "6 to 10 characters"]
    axis = figure.checked().layout.xaxis
    assert list(axis.ticktext)[:2] == ["up to 5", "6 to 10"], "a phone turns long labels"
    assert axis.title.text == "characters of the truth"
    assert axis.tickangle == 0 and list(axis.tickvals) == list(axis.categoryarray)
    assert error_charts.bands_figure(summary, "nothing", "by_length") is None
