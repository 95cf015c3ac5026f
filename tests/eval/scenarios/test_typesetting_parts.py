"""What the typeset sets are made with: letters of PDFs, formulas as TeX and MathML, scans, cuts, the written set."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from eval.scenarios.labelled_set import LABELS, SetLine, as_jpeg, as_png, write_set
from eval.scenarios.maths_texts import (
    CHINESE_PARAGRAPHS,
    EXERCISES,
    PARAGRAPHS,
    as_mathml,
    as_tex,
    label_of,
    tokens,
    with_digits,
)
from eval.scenarios.page_lines import width_at_32
from eval.scenarios.pdf_lines import Block, PdfLine, letters, lines_of
from eval.scenarios.scanner import Scan, close_margins, cut_out, detector_margins, office_scan, scanned
from eval.scenarios.typesetting import tex
from ocr_core.charset import Charset
from ocr_core.errors import DatasetError
from ocr_core.labels import canonical

CLEAN = Scan(100, 0.0, "grey", 255, (1.0, 1.0, 1.0), 0, 0.3, 0.0, 0.0, 0.0, 0.0, 95)

each_text = pytest.mark.parametrize("text", [*PARAGRAPHS, *CHINESE_PARAGRAPHS, *EXERCISES])


@each_text
def test_maths_texts_are_labels_inside_the_charset(text: str) -> None:
    label = label_of(with_digits(text, np.random.default_rng(1)))
    assert "#" not in label and "$" not in label
    assert label == canonical(label)
    assert Charset.own().missing(label) == ()


@each_text
def test_maths_texts_become_well_formed_mathml_that_says_the_same(text: str) -> None:
    label = label_of(text)
    shown = "".join(ElementTree.fromstring(f"<p>{as_mathml(text)}</p>".replace("form=prefix", "form='p'")).itertext())
    missing_signs = letters(label).replace("√", "")
    assert sorted(letters(shown)) == sorted(missing_signs)


def test_scripts_are_joined_into_tokens_of_plain_characters() -> None:
    assert [(token.kind, token.text) for token in tokens("aᵖ⁻¹")] == [("letter", "a"), ("super", "p−1")]
    assert [token.kind for token in tokens("sin 2θ")] == ["name", "space", "number", "letter"]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("$x² + y₁ ≤ √z$", r"$x^{2}+y_{1}≤\sqrt{z}$"),
        ("$e⁻ˣ sin 2t$ & so", r"$e^{-x}\operatorname{sin} 2t$ \& so"),
        ("$∫ u³ du$", r"$∫\,u^{3}\,du$"),
        ("$f″(x)$, $f′$", "$f''(x)$, $f'$"),
        ("$T: V → W$", r"$T\colon V→W$"),
        ("$x₁, ..., xₙ$", r"$x_{1},\ldots ,x_{n}$"),
    ],
)
def test_formulas_as_tex(text: str, source: str) -> None:
    assert as_tex(text) == source


def test_a_minus_after_an_operator_is_a_sign() -> None:
    assert "form=prefix" in as_mathml("$x = −b$")
    assert "form=prefix" in as_mathml("$(−1)ⁿ$")
    assert "form=prefix" not in as_mathml("$x − b$")


def test_letters_forget_spaces_and_positions() -> None:
    assert letters("x² + aₙ ≤ …") == "x2+an≤..."
    assert letters("\U0001d465\U0001d713") == letters("xψ")
    assert letters("ﬁn, ‖v‖ ∗ ∶") == "fin,‖v‖*:"


def test_tex_escapes_and_keeps_typewriter_marks_apart() -> None:
    assert tex("50% of a_b & c#{}~^\\") == (
        r"50\% of a\_b \& c\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    )
    assert tex("ls --all ''x''") == "ls -{}-all '{}'x'{}'"


def test_pdf_without_known_text_gives_no_lines(tmp_path: Path) -> None:
    pdf = tmp_path / "page.pdf"
    pdf.write_bytes(minimal_pdf("Hello world, again"))
    assert lines_of(pdf, 0, [Block("another text", "own")]) == []
    (line,) = lines_of(pdf, 0, [Block("Oh. Hello world, again and again", "own")])
    assert line.text == "Hello world, again"
    x0, y0, x1, y1 = line.boxes[:, 0].min(), line.boxes[:, 1].min(), line.boxes[:, 2].max(), line.boxes[:, 3].max()
    assert 19 < x0 < 23 and 110 < x1 < 140
    assert 48 < y0 < 60 and 56 < y1 < 68
    assert width_at_32(line) > 200


def test_words_a_column_apart_are_two_lines(tmp_path: Path) -> None:
    pdf = tmp_path / "page.pdf"
    pdf.write_bytes(minimal_pdf("left cell", "right cell"))
    blocks = [Block("left cell", "a"), Block("right cell", "b")]
    found = [(line.text, line.document) for line in lines_of(pdf, 0, blocks)]
    assert found == [("left cell", "a"), ("right cell", "b")]


@pytest.mark.parametrize("skew", [-0.8, 0.0, 0.8])
def test_a_cut_holds_the_whole_line_and_little_more(skew: float) -> None:
    page = np.full((300, 900, 3), 255, np.uint8)
    boxes = np.array([[x, 140, x + 14, 160] for x in range(200, 700, 20)], dtype=np.float32)
    for x0, y0, x1, y1 in boxes.astype(int):
        page[y0:y1, x0:x1] = 0
    scan = Scan(100, skew, "grey", 255, (1.0, 1.0, 1.0), 0, 0.3, 0.0, 0.0, 0.0, 0.0, 95)
    picture, turn = scanned(page, scan, np.random.default_rng(1))
    cut = cut_out(picture, boxes, turn, (0, 0, 0, 0))
    whole, inside = int((picture < 128).sum()), int((cut < 128).sum())
    assert inside > 0.97 * whole
    rows, columns = np.nonzero(cut < 128)
    assert rows.min() <= 3 and columns.min() <= 3
    assert rows.max() >= cut.shape[0] - 4 and columns.max() >= cut.shape[1] - 4
    wide = cut_out(picture, boxes, turn, (1, 1, 1, 1))
    assert wide.shape[0] >= cut.shape[0] + 38 and wide.shape[1] >= cut.shape[1] + 38


def test_a_cut_stays_inside_the_page() -> None:
    picture = np.zeros((40, 50), np.uint8)
    turn = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)
    assert cut_out(picture, np.array([[2, 2, 48, 38]], np.float32), turn, (3, 3, 3, 3)).shape == (40, 50)


def test_clean_scan_keeps_black_white_and_colour() -> None:
    page = np.full((120, 120, 3), 255, np.uint8)
    page[30:90, 30:90] = (200, 20, 20)
    grey, _ = scanned(page, CLEAN, np.random.default_rng(1))
    assert grey.ndim == 2 and grey[5, 5] > 235 and grey[60, 60] < 110
    colour, _ = scanned(page, Scan(100, 0, "colour", 250, (1, 1, 1), 0, 0.3, 0, 0, 0, 0, 95), np.random.default_rng(1))
    red, green, blue = colour[60, 60].astype(int)
    assert red > green + 60 and abs(green - blue) < 30


def test_scans_and_margins_are_drawn_from_the_generator() -> None:
    first, second = (office_scan(np.random.default_rng(4)) for _ in range(2))
    assert first == second
    scans = [office_scan(np.random.default_rng(seed)) for seed in range(200)]
    assert {scan.tone for scan in scans} == {"colour", "grey", "bitonal"}
    assert all(150 <= scan.dpi <= 300 and abs(scan.skew_degrees) < 1 for scan in scans)
    for draw in (detector_margins, close_margins):
        drawn = [draw(np.random.default_rng(seed)) for seed in range(50)]
        assert all(0 < each < 0.6 for margins in drawn for each in margins)


def test_written_set_replaces_the_old_one_and_names_licences(tmp_path: Path) -> None:
    (tmp_path / "old_001.jpg").write_bytes(b"old")
    pixels = np.zeros((20, 60), np.uint8)
    lines = [
        SetLine(as_png(pixels), "png", "甲乙", "made up", ("fandol_song", "open_sans"), "debian_faq_zh", "page 1"),
        SetLine(as_jpeg(pixels, 80), "jpg", "x²", "made up", ("texgyre_pagella",), "own", "page 2"),
    ]
    write_set(tmp_path, "print", "About.", lines)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LICENCES.md", LABELS, "print_001.png", "print_002.jpg"]
    rows = (tmp_path / LABELS).read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t") == [
        "print_001.png",
        "甲乙",
        "made up; faces fandol_song + open_sans; text debian_faq_zh",
        "exact",
        "page 1",
    ]
    page = (tmp_path / "LICENCES.md").read_text(encoding="utf-8")
    assert "`texlive-lang-chinese`" in page and "OFL-1.1" in page and "`debian-faq-zh-cn`" in page


def test_a_label_against_the_conventions_is_refused(tmp_path: Path) -> None:
    line = SetLine(b"", "png", "a\u3000b", "made up", ("open_sans",), "own", "page 1")
    with pytest.raises(DatasetError):
        write_set(tmp_path, "print", "About.", [line])


def test_narrow_lines_are_narrow() -> None:
    line = PdfLine("ab", "own", np.array([[0, 0, 10, 20], [10, 0, 20, 20]], dtype=np.float32))
    assert width_at_32(line) == 32


def minimal_pdf(*words: str) -> bytes:
    """Returns a page of 200 by 100 points with the words in 12-point Helvetica, 110 points apart, on one baseline."""
    shown = " ".join(f"1 0 0 1 {20 + 110 * place} 40 Tm ({word}) Tj" for place, word in enumerate(words))
    content = f"BT /F 12 Tf {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
