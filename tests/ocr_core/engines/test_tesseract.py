"""Tesseract is found, started safely and understood; a made-up program stands for it wherever that is enough."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_core.engines import tesseract
from ocr_core.errors import ImageError, ModelError
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition
from ocr_core.settings import Settings

SAMPLES = Path(__file__).resolve().parents[3] / "sample_images"
LINE = np.full((96, 400, 3), 230, dtype=np.uint8)

NOTHING = "<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>"


def hocr(*words: str) -> str:
    """An answer of Tesseract's: every character is 20 of its pixels wide, inside the border of 10."""
    left, spans = 10, []
    for word in words:
        inside = []
        for character in word:
            escaped = character.replace("&", "&amp;").replace("<", "&lt;")
            title = f"x_bboxes {left} 12 {left + 20} 50; x_conf 97.5"
            inside.append(f"<span class='ocrx_cinfo' title='{title}'>{escaped}</span>")
            left += 20
        left += 10
        spans.append(f"<span class='ocrx_word' title='bbox 0 0 9 9; x_wconf 90'>{''.join(inside)}</span>")
    body = "\n".join(spans)
    return f"<html xmlns='http://www.w3.org/1999/xhtml'><body><span class='ocr_line'>{body}</span></body></html>"


def text_of(page: str) -> str:
    return "".join(c.text for c in tesseract.characters_of(page, LineImage.whole(LINE), 2.0))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called tesseract, alone on the path, that answers with `answer.html` and keeps what it was given."""
    data = tmp_path / "share" / "tesseract-ocr" / "5" / "tessdata"
    data.mkdir(parents=True)
    for language in tesseract.LANGUAGES:
        (data / f"{language}.traineddata").write_text(language)
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "tesseract"
    script.write_text(
        "#!/bin/sh\n"
        f"cd '{tmp_path}'\n"
        'if [ "$1" = --version ]; then echo "tesseract 5.9.9"; echo " leptonica"; exit 0; fi\n'
        'echo "$OMP_THREAD_LIMIT" > threads.txt\n'
        'for word in "$@"; do echo "$word"; done > arguments.txt\n'
        "/bin/cat > picture.png\n"
        "[ -f fail.txt ] && { /bin/cat fail.txt >&2; exit 3; }\n"
        "[ -f slow.txt ] && /bin/sleep 20\n"
        "/bin/cat answer.html\n"
    )
    script.chmod(0o755)
    (tmp_path / "answer.html").write_text(hocr("中"), encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    return tmp_path


def test_program_and_data_are_found_and_hashed(program: Path) -> None:
    installation = tesseract.find()
    assert installation.program == program / "bin" / "tesseract"
    assert [path.name for path in installation.files.paths] == ["chi_sim.traineddata", "eng.traineddata"]
    before = installation.files.sha256()
    (installation.data_folder / "eng.traineddata").write_text("another")
    assert installation.files.sha256() != before


def test_missing_program_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match=r"not installed.*apt-get install .*tesseract-ocr-chi-sim"):
        tesseract.load(Settings())


def test_missing_language_says_how_to_install_it(program: Path) -> None:
    next(program.rglob("chi_sim.traineddata")).unlink()
    with pytest.raises(ModelError, match=r"lacks language data \(chi_sim and eng\).*tesseract-ocr-chi-sim"):
        tesseract.find()


def test_data_folder_can_be_named(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in list(program.rglob("*.traineddata")):
        path.rename(elsewhere / path.name)
    monkeypatch.setenv("TESSDATA_PREFIX", str(elsewhere))
    assert tesseract.find().data_folder == elsewhere


def test_it_is_a_recogniser_without_evidence(program: Path) -> None:
    recognizer: Recognizer = tesseract.load(Settings(threads=2))
    assert not recognizer.gives_evidence
    recognition, evidence = recognizer.examine(LINE, "中")
    assert evidence is None
    assert recognition.text == "中"
    assert recognition.confidence is None
    assert recognition.raw_path == ()
    assert (recognition.model, recognition.runtime, recognition.decoder) == ("tesseract", "program", "tesseract 5.9.9")
    assert recognition.timings_ms.infer > 0
    assert Recognition.from_json(recognition.to_json()) == recognition


def test_program_gets_arguments_a_picture_and_its_threads(program: Path) -> None:
    tesseract.load(Settings(threads=2)).recognize(LINE)
    arguments = (program / "arguments.txt").read_text().splitlines()
    assert arguments[:2] == ["stdin", "stdout"]
    pairs = dict(zip(arguments[2::2], arguments[3::2], strict=False))
    assert pairs["-l"] == "chi_sim+eng"
    assert pairs["--psm"] == "7"
    assert pairs["--tessdata-dir"] == str(tesseract.find().data_folder)
    assert (program / "threads.txt").read_text().strip() == "2"
    picture = cv2.imread(str(program / "picture.png"), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (48 + 20, 200 + 20)
    assert (picture == 230).all()


def test_boxes_are_source_pixels_inside_the_line(program: Path) -> None:
    page = hocr("中文")
    first, second = tesseract.characters_of(page, LineImage.whole(LINE), 2.0)
    assert first.box == (0.0, 4.0, 40.0, 80.0)
    assert second.box == (40.0, 4.0, 80.0, 80.0)
    assert first.confidence == pytest.approx(0.975)
    moved = LineImage(LINE[:, :60], np.array([[1.0, 0.0, 7.0], [0.0, 1.0, 9.0]]))
    assert tesseract.characters_of(page, moved, 2.0)[1].box == (47.0, 13.0, 67.0, 89.0)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("中", "文"), "中文"),
        (("用", "Redis", "设计"), "用Redis设计"),
        (("well", "read", "page"), "well read page"),
        (("他", "说", "：", "“", "好", "”"), "他说：“好”"),
        (("说", ":", "好"), "说:好"),
        (("n", "=", "2,", "then"), "n = 2, then"),
        (("a<b", "&c"), "a<b &c"),
        ((), ""),
    ],
)
def test_only_typed_spaces_are_kept(words: tuple[str, ...], text: str) -> None:
    assert text_of(hocr(*words)) == text


def test_space_lies_between_its_neighbours() -> None:
    _, space, _ = tesseract.characters_of(hocr("a", "b"), LineImage.whole(LINE), 2.0)
    assert (space.text, space.box) == (" ", (40.0, 4.0, 60.0, 80.0))


def test_invisible_characters_are_dropped() -> None:
    assert text_of(hocr("a\u202eb\u200b")) == "ab"


def test_nothing_read_is_an_empty_text() -> None:
    assert text_of(NOTHING) == ""


@pytest.mark.parametrize("page", ["", "not hOCR", "<html>", "<!DOCTYPE a [<!ENTITY b 'c'>]><html>&d;</html>"])
def test_answer_that_is_not_hocr_is_an_error(page: str) -> None:
    with pytest.raises(ModelError, match="cannot be understood"):
        text_of(page)


def test_failure_is_told_in_the_program_s_words(program: Path) -> None:
    (program / "fail.txt").write_text("first\nError, no such thing\n")
    with pytest.raises(ModelError, match="Tesseract failed: Error, no such thing"):
        tesseract.load(Settings()).recognize(LINE)


def test_program_that_hangs_is_ended(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = tesseract.load(Settings())
    (program / "slow.txt").touch()
    monkeypatch.setattr(tesseract, "TIME_LIMIT_S", 0.3)
    with pytest.raises(ModelError, match=r"longer than 0\.3 seconds"):
        recognizer.recognize(LINE)


def test_program_that_cannot_start_is_told(program: Path) -> None:
    recognizer = tesseract.load(Settings())
    (program / "bin" / "tesseract").unlink()
    with pytest.raises(ModelError, match="cannot be started"):
        recognizer.recognize(LINE)


def test_broken_picture_stops_no_batch(program: Path) -> None:
    good, bad = tesseract.load(Settings()).recognize_batch([LINE, b"no picture"])
    assert isinstance(good, Recognition)
    assert isinstance(bad, ImageError)


def test_very_wide_line_is_compressed_and_said_so(program: Path) -> None:
    wide = np.full((32, 8000, 3), 255, dtype=np.uint8)
    recognition = tesseract.load(Settings()).recognize(wide)
    assert "compressed to 4096" in recognition.warnings[0]
    picture = cv2.imread(str(program / "picture.png"), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape[1] == 4096 + 20


@pytest.mark.peers
def test_installed_program_reads_a_printed_line() -> None:
    recognizer = tesseract.load(Settings(threads=1))
    assert recognizer.version.startswith("tesseract 5")
    recognition = recognizer.recognize(SAMPLES / "print" / "heading.jpg")
    assert "识别结果的对齐" in recognition.text
    assert "".join(character.text for character in recognition.characters) == recognition.text
    height, width = cv2.imread(os.fspath(SAMPLES / "print" / "heading.jpg")).shape[:2]  # type: ignore[union-attr]
    for x0, y0, x1, y1 in (character.box for character in recognition.characters):
        assert 0 <= x0 <= x1 <= width
        assert 0 <= y0 <= y1 <= height
