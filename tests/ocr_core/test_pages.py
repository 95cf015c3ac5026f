"""Files to pages to readings, and the command line's `page`: pictures, PDF, and what cannot be read."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_core import registry
from ocr_core.cli import main
from ocr_core.errors import DocumentError, ImageError, ImageTooLargeError
from ocr_core.lines.pdf import MOST_PAGES
from ocr_core.page_formats.formats import FORMATS
from ocr_core.pages import Page, decode_page, load_page, read_page
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.settings import Settings
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.lines.drawn_pages import article
from tests.ocr_core.lines.pdf_files import pdf
from tests.ocr_core.tiny_model import write_folder

pytestmark = pytest.mark.slow

pytest.importorskip("pypdfium2")


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("ZIJIAN_")]:
        monkeypatch.delenv(variable)
    write_folder(tmp_path / "models" / "crnn", name="crnn")
    monkeypatch.setenv("ZIJIAN_MODELS_FOLDER", str(tmp_path / "models"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    Image.fromarray(article(np.random.default_rng(1)).pixels).save(path)
    return path


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "two.pdf"
    path.write_bytes(pdf(pages=2))
    return path


def test_a_picture_is_its_only_page(picture: Path) -> None:
    page = load_page(picture, Settings())
    assert (page.number, page.pages, page.readable_pages) == (1, 1, 1)
    assert page.pixels.shape == (900, 760, 3)
    with pytest.raises(DocumentError, match="one page"):
        load_page(picture, Settings(), 2)


@pytest.mark.parametrize("file_format", ["TIFF", "GIF", "WEBP"])
def test_every_frame_of_a_picture_is_a_page(
    file_format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = [Image.fromarray(article(np.random.default_rng(seed)).pixels) for seed in (1, 2, 3)]
    if file_format == "TIFF":
        sheets[2] = sheets[2].resize((380, 450))
    path = tmp_path / "pages.bin"
    options = {"lossless": True} if file_format == "WEBP" else {}
    sheets[0].save(path, file_format, save_all=True, append_images=sheets[1:], duration=100, **options)
    for number, sheet in enumerate(sheets, start=1):
        page = load_page(path, Settings(), number)
        assert (page.number, page.pages) == (number, 3)
        assert page.pixels.shape[:2] == sheet.size[::-1]
        assert np.abs(page.pixels.astype(int) - np.asarray(sheet.convert("RGB"))).mean() < 4
    with pytest.raises(ImageError, match="3 pages"):
        load_page(path, Settings(), 4)
    assert main(["page", "--json", str(path)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(page["page"], page["pages"]) for page in printed] == [(1, 3), (2, 3), (3, 3)]


def test_a_later_page_is_bounded_like_the_first(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    small, large = (Image.new("L", (side, side), 255) for side in (40, 400))
    small.save(path, save_all=True, append_images=[large])
    bounded = Settings(max_pixels=10_000)
    assert load_page(path, bounded).pages == 2
    with pytest.raises(ImageTooLargeError, match="400 x 400"):
        load_page(path, bounded, 2)


def test_read_says_where_pages_are_read(document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(document)]) == 1
    assert "`page`" in capsys.readouterr().err
    sheets = [Image.fromarray(drawn_line()) for _ in range(2)]
    sheets[0].save(tmp_path / "two.tif", save_all=True, append_images=sheets[1:])
    assert main(["read", str(tmp_path / "two.tif")]) == 0
    assert "has 2 pages; the first was read. `page` reads them all." in capsys.readouterr().err
    assert main(["page", str(tmp_path / "two.tif")]) == 0
    assert "the first was read" not in capsys.readouterr().err


def test_warnings_of_a_line_travel_with_its_page(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Doubtful:
        def recognize_batch(self, lines: list[LineImage]) -> list[Recognition]:
            return [Recognition("A", (), (), 0.1, Timings(), "m", "0", "onnx", warnings=("Doubtful.",)) for _ in lines]

    read = read_page(load_page(picture, Settings()), Doubtful())  # type: ignore[arg-type]
    assert all(line["warnings"] == ["Doubtful."] for line in read.to_dict()["lines"])
    assert read.readings


def test_any_page_of_a_document_can_be_had(document: Path) -> None:
    first, second = load_page(document, Settings(), 1), load_page(document, Settings(), 2)
    assert (second.number, second.pages) == (2, 2)
    assert not np.array_equal(first.pixels, second.pixels)


def test_pages_beyond_the_limit_cannot_be_asked_for() -> None:
    page = decode_page(pdf(pages=MOST_PAGES + 5), Settings())
    assert (page.pages, page.readable_pages) == (MOST_PAGES + 5, MOST_PAGES)


def test_files_beyond_the_size_limit_are_refused(document: Path) -> None:
    with pytest.raises(ImageTooLargeError, match="MB"):
        load_page(document, Settings(max_file_bytes=300))


def test_missing_and_broken_files_are_image_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(pdf()[:200])
    (tmp_path / "text.pdf").write_text("not a document")
    for name in ("nowhere.pdf", "broken.pdf", "text.pdf", "."):
        with pytest.raises(ImageError):
            load_page(tmp_path / name, Settings())


def test_every_line_is_read_and_keeps_its_place(picture: Path) -> None:
    read = read_page(load_page(picture, Settings()), registry.load("crnn"))
    assert len(read.lines) == len(read.readings) == 25
    assert read.failed == 0
    data = read.to_dict()
    assert json.loads(json.dumps(data)) == data
    tops = [line["corners"][0][1] for line in data["lines"]]
    assert tops == sorted(tops)
    for line in data["lines"]:
        (left, top), _, (right, bottom), _ = line["corners"]
        for character in line["characters"]:
            x0, y0, x1, y1 = character["box"]
            assert left - 1 <= x0 <= x1 <= right + 1
            assert top - 1 <= y0 <= y1 <= bottom + 1


def test_a_blank_page_has_no_text() -> None:
    read = read_page(Page(np.full((400, 300, 3), 255, np.uint8)), registry.load("crnn"))
    assert (read.lines, read.text) == ((), "")


def test_page_prints_one_text_a_line(picture: Path, document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", str(picture), str(document)]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 25 + 2 * 2
    assert all(": page " in said and ", line " in said for said in err.splitlines())  # doubts about lines, no errors


def test_page_as_json_has_one_object_a_page(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", "--json", str(document)]) == 0
    pages = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [(page["page"], page["pages"], len(page["lines"])) for page in pages] == [(1, 2, 2), (2, 2, 2)]
    assert all(np.shape(line["corners"]) == (4, 2) for page in pages for line in page["lines"])


def test_page_goes_on_after_a_broken_file(tmp_path: Path, document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    assert main(["page", str(broken), str(document)]) == 1
    out, err = capsys.readouterr()
    assert out.count("\n") == 4
    assert "damaged" in err


def test_page_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pdf(pages=2))))
    assert main(["page", "-"]) == 0
    assert capsys.readouterr().out.count("\n") == 4


def test_page_says_when_a_document_is_longer_than_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ocr_core.pages.MOST_PAGES", 1)
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf(pages=3))
    assert main(["page", str(path)]) == 0
    assert "only the first 1 of 3 pages" in capsys.readouterr().err


def test_json_lines_come_one_by_one(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", "--format", "jsonl", str(document)]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [row.get("line") or f"page of {row['lines']}" for row in rows] == [*("page of 2", 1, 2) * 2]
    assert rows[0]["blocks"]
    assert {row["page"] for row in rows[3:]} == {2}
    assert "text" in rows[1]
    assert np.shape(rows[1]["corners"]) == (4, 2)


def test_a_line_is_printed_before_the_next_ones_are_read(
    picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed: list[int] = []
    read_some = registry.CtcRecognizer.recognize_batch

    def watched(self: registry.CtcRecognizer, images: list[object]) -> object:
        printed.append(capsys.readouterr().out.count('"line": '))
        return read_some(self, images)  # type: ignore[arg-type]

    monkeypatch.setattr(registry.CtcRecognizer, "recognize_batch", watched)
    monkeypatch.setenv("ZIJIAN_WORKERS", "1")  # several begin with the next lines while one is printed
    assert main(["page", "--format", "jsonl", str(picture)]) == 0
    assert 0 < sum(printed) < 25  # some of the page's 25 lines stood there when the last were begun, not all


def test_a_terminal_is_told_how_far_reading_is(
    picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["page", str(picture)]) == 0
    assert "lines read" not in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["page", str(picture)]) == 0
    told = capsys.readouterr().err.split("\r\x1b[K")
    assert told[1:4] == ["0 of 25 lines read", "1 of 25 lines read", "2 of 25 lines read"]
    assert told[-2] == "25 of 25 lines read"  # and behind it, on an empty line, what is doubtful


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_is_written_to_a_file(name: str, document: Path, tmp_path: Path) -> None:
    target = tmp_path / "made" / "x.out"
    target.parent.mkdir()
    assert main(["page", "--format", name, "-o", str(target), str(document)]) == 0
    assert target.stat().st_size > 4
    if name == "pdf":
        assert decode_page(target.read_bytes(), Settings()).pages == 2


def test_several_files_become_several_documents(document: Path, picture: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    other = tmp_path / "other"
    other.mkdir()
    same_name = Path(shutil.copy(picture, other / "page.jpg"))
    assert main(["page", "--format", "hocr", "-o", str(folder), str(document), str(picture), str(same_name)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["page-2.hocr.html", "page.hocr.html", "two.hocr.html"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "pdf"], "--output"),
        (["--format", "jsonl", "-o", "x"], "choose json"),
        (["--format", "alto", "again"], "folder"),
        (["-o", "/no/such/folder/x.txt"], "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_told(
    arguments: list[str], said: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(picture) if each == "again" else each for each in arguments]
    assert main(["page", *given, str(picture)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_fails_leaves_no_document(tmp_path: Path, document: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    folder = tmp_path / "made"
    arguments = ["page", "--format", "markdown", "-o", str(folder), str(tmp_path / "broken.pdf"), str(document)]
    assert main(arguments) == 1
    assert [path.name for path in folder.iterdir()] == ["two.md"]
