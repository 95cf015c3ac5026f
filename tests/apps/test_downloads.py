"""What a visitor can keep: names any system takes, tables no spreadsheet runs."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.demo.compare.downloads import CSV_FIELDS, as_csv, download_buttons, made_file, safe_stem
from apps.demo.comparison import Comparison
from apps.demo.engines import EngineChoice
from apps.demo.line_reading import LineReading, UnreadLine
from ocr_core import registry
from ocr_core.errors import OcrError
from ocr_core.result import LineImage, Recognition, Timings
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading

ENGINE = EngineChoice(registry.MODELS["crnn"], "onnx")


def comparison(text: str = "字=鉴") -> Comparison:
    image, spans = drawn_line(text)
    posteriors = made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(1), doubt=0.0)
    made = made_up_reading(posteriors, image)
    outcomes = (
        LineReading(ENGINE, made.recognition, made.evidence),
        UnreadLine(EngineChoice(registry.MODELS["convnext_tiny"], "onnx"), "not here"),
    )
    return Comparison(image, LineImage.whole(image), outcomes, text)


class _Buttons(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.asks: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "button":
            self.asks.append(str(dict(attrs)["data-what"]))


def test_each_button_asks_for_a_file() -> None:
    asks = _Buttons(download_buttons(comparison())).asks
    made = {what: made_file(comparison(), "my line.jpg", what) for what in asks}
    assert [made[what]["file"] for what in asks] == [f"zijian-my-line.{end}" for end in ("png", "svg", "json", "csv")]
    content = {what: base64.b64decode(file["content"]).decode() for what, file in made.items()}
    assert content["picture"].startswith("<svg") and content["svg"] == content["picture"]
    assert made["picture"]["type"] == "image/svg+xml"
    data = json.loads(content["json"])
    assert data["models"][0]["text"] == "字=鉴" and data["models"][1]["error"] == "not here"


@pytest.mark.parametrize("what", ["", "../x", "None"])
def test_a_file_that_there_is_not_is_refused(what: str) -> None:
    with pytest.raises(OcrError, match="no such file"):
        made_file(comparison(), "line.png", what)


def test_the_table_has_a_row_a_character() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(comparison()).decode("utf-8-sig"))))
    assert list(rows[0]) == list(CSV_FIELDS)
    assert [(row["engine"], row["place"], row["character"]) for row in rows] == [
        ("crnn@onnx", str(place), character) for place, character in enumerate("字=鉴")
    ]


def test_a_spreadsheet_runs_nothing() -> None:
    bare = Recognition("=cmd|' /C calc'!A0", (), (), None, Timings(), "x", "", "onnx")
    table = as_csv(Comparison(np.zeros((4, 4, 3), np.uint8), comparison().line, (LineReading(ENGINE, bare, None),), ""))
    assert list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1][2].startswith("'=")


def test_nothing_read_leaves_nothing_to_keep() -> None:
    nothing = Comparison(np.zeros((4, 4, 3), np.uint8), comparison().line, (UnreadLine(ENGINE, "no"),), "")
    assert download_buttons(nothing) == ""


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("book.jpg", "book"),
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\第 1 页.png", "第-1-页"),
        (".png", "line"),
        ("con.png", "line"),
        ("a\u202egpj.png", "a-gpj"),
        ("x" * 300, "x" * 48),
    ],
)
def test_file_names_are_made_safe(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.text(max_size=80))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    assert re.fullmatch(r"[\w.-]{1,48}", safe_stem(name))
    assert made_file(comparison("字"), name, "csv")["file"] == f"zijian-{safe_stem(name)}.csv"
