"""Documents of pages: well-formed, complete, placed where the lines are, and safe whatever was read."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from ocr_core.layout.blocks import Block
from ocr_core.page_formats.alto import NAMESPACE
from ocr_core.page_formats.formats import FORMATS, written
from ocr_core.page_formats.markdown import escaped, joined
from ocr_core.page_formats.words import words_of
from ocr_core.pages import ReadPage
from tests.ocr_core.page_formats.made_pages import TEXTS, line_at, made_page, reading_of

XHTML = "{http://www.w3.org/1999/xhtml}"
ALTO = f"{{{NAMESPACE}}}"
HOSTILE = '"><script>alert(1)</script>\x00\x1b\ud800 --> | ` \ufffe'


def hocr(read: ReadPage, name: str = "page.png") -> ElementTree.Element:
    return ElementTree.fromstring(written(read, FORMATS["hocr"], name))


def alto(read: ReadPage, name: str = "page.png") -> ElementTree.Element:
    return ElementTree.fromstring(written(read, FORMATS["alto"], name))


def with_text(text: str) -> ReadPage:
    page = made_page()
    return replace(page, readings=(reading_of(page.lines[0], text), *page.readings[1:]))


def bbox(element: ElementTree.Element) -> list[int]:
    return [int(edge) for edge in element.attrib["title"].split("bbox ")[1].split(";")[0].split()]


def test_hocr_has_every_word_inside_its_line() -> None:
    root = hocr(made_page())
    spans = {name: root.findall(f".//{XHTML}span[@class='{name}']") for name in ("ocr_line", "ocrx_word")}
    assert len(spans["ocr_line"]) == len(TEXTS)
    assert [word.text for word in spans["ocrx_word"]] == [word for text in TEXTS for word in text.split()]
    for line in spans["ocr_line"]:
        x0, y0, x1, y1 = bbox(line)
        for word in line:
            assert x0 - 1 <= bbox(word)[0] < bbox(word)[2] <= x1 + 1
            assert y0 - 1 <= bbox(word)[1] < bbox(word)[3] <= y1 + 1
    assert len({element.attrib["id"] for element in root.iter() if "id" in element.attrib}) == sum(
        "id" in element.attrib for element in root.iter()
    )


def test_hocr_tells_blocks_tables_and_slopes() -> None:
    root = hocr(made_page())
    assert len(root.findall(f".//{XHTML}table/{XHTML}tr")) == 2
    assert len(root.findall(f".//{XHTML}td")) == 4
    kinds = [each.attrib["title"].split("x_kind ")[1] for each in root.iter() if "x_kind" in each.get("title", "")]
    assert kinds == ["title", "text", "table", "figure", "caption", "footer"]
    slanting = root.findall(f".//{XHTML}span[@class='ocr_line']")[-1]
    assert float(slanting.attrib["title"].split("baseline ")[1].split()[0]) == pytest.approx(0.1, abs=0.01)
    assert bbox(root.findall(f".//{XHTML}div[@class='ocr_page']")[0]) == [0, 0, 600, 800]


# What ALTO 4.2 allows in an element and in which order, and what it asks for; as much of its schema as is used here.
ORDER = {
    "alto": ["Description", "Tags", "Layout"],
    "Description": ["MeasurementUnit", "sourceImageInformation", "Processing"],
    "sourceImageInformation": ["fileName"],
    "Processing": ["processingCategory", "processingStepSettings", "processingSoftware"],
    "processingSoftware": ["softwareName", "softwareVersion"],
    "Tags": ["LayoutTag"],
    "Layout": ["Page"],
    "Page": ["TopMargin", "BottomMargin", "PrintSpace"],
    "TopMargin": ["TextBlock"],
    "BottomMargin": ["TextBlock"],
    "TextBlock": ["TextLine"],
    "Shape": ["Polygon"],
}
MIXED = {"PrintSpace": {"TextBlock", "ComposedBlock", "Illustration"}, "ComposedBlock": {"TextBlock"}}
REQUIRED = {
    "Processing": {"ID"},
    "LayoutTag": {"ID", "LABEL"},
    "Page": {"ID", "PHYSICAL_IMG_NR"},
    "TextBlock": {"ID"},
    "ComposedBlock": {"ID"},
    "Illustration": {"ID"},
    "Polygon": {"POINTS"},
    "String": {"CONTENT"},
}


def check_alto(element: ElementTree.Element) -> None:
    name = element.tag.removeprefix(ALTO)
    children = [child.tag.removeprefix(ALTO) for child in element]
    assert set(element.attrib) >= REQUIRED.get(name, set())
    if name == "TextLine":
        assert children[0] == "Shape"
        words = children[1:]
        assert words[::2] == ["String"] * len(words[::2])
        assert words
        assert words[1::2] == ["SP"] * len(words[1::2])
    elif name in MIXED:
        assert set(children) <= MIXED[name]
    else:
        assert set(children) <= set(ORDER.get(name, []))
        assert [ORDER[name].index(child) for child in children] == sorted(
            ORDER[name].index(child) for child in children
        )
    for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT", "WC"):
        assert float(element.get(key, "0")) >= 0
    for child in element:
        check_alto(child)


def test_alto_has_the_structure_that_its_schema_asks_for() -> None:
    root = alto(made_page())
    check_alto(root)
    ids = [element.attrib["ID"] for element in root.iter() if "ID" in element.attrib]
    assert len(ids) == len(set(ids))
    tags = {element.attrib["TAGREFS"] for element in root.iter() if "TAGREFS" in element.attrib}
    assert tags <= set(ids)
    assert root.findtext(f".//{ALTO}MeasurementUnit") == "pixel"
    assert len(root.findall(f".//{ALTO}BottomMargin/{ALTO}TextBlock")) == 1
    assert len(root.findall(f".//{ALTO}ComposedBlock[@TYPE='table']/{ALTO}TextBlock")) == 4


def test_alto_has_every_word_where_it_is() -> None:
    root = alto(made_page())
    words = [string.attrib["CONTENT"] for string in root.iter(f"{ALTO}String")]
    assert sorted(filter(None, words)) == sorted(word for text in TEXTS for word in text.split())
    (first, *_) = root.findall(f".//{ALTO}TextBlock[@ID='block_1_2']/{ALTO}TextLine")
    assert [float(first.attrib[key]) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == [50, 120, 500, 30]
    assert first.attrib["BASELINE"] == "50.0,150.0 550.0,150.0"


@pytest.mark.parametrize("name", ["text", "json", "markdown", "hocr", "alto", "pdf"])
def test_hostile_texts_and_names_harm_no_format(name: str) -> None:
    content = written(with_text(HOSTILE), FORMATS[name], HOSTILE)
    assert content
    if name in ("hocr", "alto"):
        root = ElementTree.fromstring(content)
        assert not [each for each in root.iter() if each.tag.endswith("script")]
    if name == "markdown":
        assert b"<script>" not in content.replace(b"\\<script\\>", b"")
    if name == "json":
        assert json.loads(content)["lines"][0]["text"].startswith('">')


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_blank_page_is_a_document_too(name: str) -> None:
    page = made_page()
    content = written(replace(page, lines=(), readings=(), blocks=()), FORMATS[name], "blank.png")
    assert isinstance(content, bytes)
    if name in ("hocr", "alto"):
        ElementTree.fromstring(content)


@pytest.mark.parametrize("name", list(FORMATS))
def test_pages_follow_one_another(name: str) -> None:
    document = FORMATS[name].begin("two.pdf")
    for number in (1, 2):
        document.add(made_page(number))
    content = document.finished()
    if name == "hocr":
        assert len(ElementTree.fromstring(content).findall(f".//{XHTML}div[@class='ocr_page']")) == 2
    elif name == "alto":
        check_alto(ElementTree.fromstring(content))
        assert content.count(b"<Page ") == 2
    elif name == "json":
        assert [json.loads(row)["page"] for row in content.splitlines()] == [1, 2]
    elif name != "pdf":
        assert content.decode().count("线条与笔画。") == 2


def test_markdown_is_what_the_page_is() -> None:
    shown = written(made_page(), FORMATS["markdown"], "page.png").decode()
    assert shown == (
        "# 论\\<汉字\\> \\& 识别\n\n汉字识别 is read,线条与笔画。\n\n"
        "| 项\\|目 | 金额 |\n| --- | --- |\n| 第1项 | 12.50 |\n\n<!-- figure -->\n\n"
        "<!-- footer: x² ∫ 𠮷 slanting -->\n"
    )


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["recog-", "nition of lines"], "recognition of lines"),
        (["Jean-", "Paul"], "Jean- Paul"),
        (["汉字", "识别"], "汉字识别"),
        (["one", "two"], "one two"),
        (["", "a", ""], "a"),
    ],
)
def test_lines_are_joined_as_their_script_asks(lines: list[str], text: str) -> None:
    assert joined(lines) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("- no", "\\- no"),
        ("a*b_c", "a\\*b\\_c"),
        ("3.14 is pi", "3.14 is pi"),
    ],
)
def test_nothing_that_was_read_is_markdown(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_words_without_characters_are_laid_out_along_the_line() -> None:
    page = made_page()
    line = line_at(page.page.pixels, 100, 100, 100, 20)
    words = words_of(line, reading_of(line, "ab cde fgh", characters=False))
    assert [word.text for word in words] == ["ab", "cde", "fgh"]
    assert [round(word.box[0]) for word in words] == [100, 130, 170]
    assert all(word.confidence is None for word in words)


def test_json_names_blocks_by_the_numbers_of_their_lines() -> None:
    data = json.loads(written(made_page(), FORMATS["json"], "page.png"))
    assert [block["kind"] for block in data["blocks"]] == ["title", "text", "table", "figure", "caption", "footer"]
    assert data["blocks"][2]["rows"] == [[[4], [5]], [[6], [7]]]
    assert data["lines"][7] == {"corners": data["lines"][7]["corners"], "error": "too small"}


def test_a_block_goes_where_its_lines_go() -> None:
    assert Block("text", (0, 0, 1, 1), (0, 2)).to_dict()["lines"] == [1, 3]
