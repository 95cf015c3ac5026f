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

from apps.demo.compare.downloads import CSV_FIELDS, as_csv, download_buttons, safe_stem
from apps.demo.comparison import Comparison
from apps.demo.engines import EngineChoice
from apps.demo.line_reading import LineReading, UnreadLine
from ocr_core import registry
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
        self.files: dict[str, str] = {}
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attrs)
        if tag == "button":
            content = base64.b64decode(named["data-content"] or "").decode()
            self.files[str(named["data-file"])] = content


def test_each_button_holds_its_file() -> None:
    files = _Buttons(download_buttons(comparison(), "my line.jpg")).files
    assert set(files) == {f"zijian-my-line.{ending}" for ending in ("png", "svg", "json", "csv")}
    assert files["zijian-my-line.png"].startswith("<svg") and files["zijian-my-line.svg"] == ""
    data = json.loads(files["zijian-my-line.json"])
    assert data["models"][0]["text"] == "字=鉴" and data["models"][1]["error"] == "not here"


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
    assert download_buttons(nothing, "x") == ""


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
    assert _Buttons(download_buttons(comparison("字"), name)).tags <= {"div", "span", "button"}
