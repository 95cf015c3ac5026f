"""The decoding page: on a made-up comparison of decoders, and on the committed one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.dashboard import charts, decoder_charts
from apps.dashboard.pages import decoding
from eval.committed.decoders import read_rows
from ocr_core.settings import DECODERS
from tests.apps.dashboard.conftest import OpenPage


def row(title: str, decoder: str, gain: float, **changes: Any) -> dict[str, Any]:
    facts = {"set": "zijian-500", "title": title, "model": "crnn", "decoder": decoder, "lines": 40, "groups": 11}
    figures = {"accuracy": 0.9 + gain, "gain": gain, "gain_low": gain - 0.01, "gain_high": gain + 0.02}
    return {**facts, **figures, "better": 7, "worse": 2, "decode_ms": 8.4, **changes}


ROWS = [
    row(title, decoder, gain)
    for title in ("handwriting (pen)", "overall")
    for decoder, gain in zip(DECODERS, (0.0, 0.004, 0.021), strict=True)
]


def words(app: Any) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info)).replace("\\", "")


def test_decoders_stand_side_by_side(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "decoders.json"
    file.write_text(json.dumps({"format": 1, "rows": ROWS}), encoding="utf-8")
    monkeypatch.setattr(decoding, "DECODERS_FILE", file)
    app = open_page("decoding")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    table = app.dataframe[0].value
    assert table[["greedy, %", "beam, %", "beam+zh, %"]].values.tolist() == [["90.0", "90.4", "92.1"]] * 2
    assert table["gain"].tolist() == ["+2.1 (+1.1 to +4.1)"] * 2
    assert table["n (groups)"].tolist() == ["40 (11)"] * 2
    assert table["ms"].tolist() == ["8.4 / 8.4 / 8.4"] * 2
    assert "better than greedy; 7 lines get better, 2 worse; 8.4 ms a line" in words(app)


def test_without_a_comparison_the_page_says_how_to_make_one(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(decoding, "DECODERS_FILE", tmp_path / "nothing.json")
    app = open_page("decoding")
    assert not app.exception
    assert app.code[0].value == "python -m eval decoders"


@pytest.mark.parametrize("text", ["[1", "[]", '{"format": 99}'])
def test_a_damaged_comparison_counts_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "decoders.json"
    file.write_text(text, encoding="utf-8")
    assert decoding._rows(str(file), 1) == []


def test_a_link_chooses_the_committed_set(open_page: OpenPage) -> None:
    name = decoder_charts.sets(read_rows())[-1]
    app = open_page("decoding", lines=name)
    assert not app.exception
    counts = {row["lines"] for row in read_rows() if row["set"] == name}
    assert {int(n.split()[0].replace(",", "")) for n in app.dataframe[0].value["n (groups)"]} == counts


def test_marks_are_the_gains_with_their_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    figure = decoder_charts.gain_figure(ROWS)
    beam, language = figure.checked().data
    assert list(language.x) == pytest.approx([2.1, 2.1])
    assert list(language.error_x.array) == pytest.approx([2.0, 2.0])
    assert list(language.error_x.arrayminus) == pytest.approx([1.0, 1.0])
    assert beam.marker.symbol != language.marker.symbol and beam.marker.color == language.marker.color


def test_a_gain_within_luck_is_not_called_one() -> None:
    unsure = [row("overall", "beam+zh", 0.004), row("overall", "beam+zh", -0.05, model="convnext_tiny")]
    first, second = decoder_charts.sentences(unsure)
    assert "cannot" not in first and "no difference can be told apart from luck" in first
    assert "worse than greedy" in second
