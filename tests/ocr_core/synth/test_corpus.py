"""Texts are canonical, within the charset, of about the wanted length, and come from the split's own documents."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scenario import Split
from ocr_core.synth.coined import coin_number, coin_sign
from ocr_core.synth.corpus import Corpus, _is_daily
from ocr_core.synth.documents import READERS, paragraphs
from ocr_core.synth.split import Document
from tests.conftest import Materials

SAMPLERS = (
    "sentence", "colloquial", "technical_zh", "traditional", "english", "interface_string", "random_hanzi", "words",
    "numbers", "signage", "format", "row", "spaced",
)  # fmt: skip
WHOLE = (0, 100)


def read(reader: str, content: str, folder: Path, name: str = "file.txt") -> list[str]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return [paragraph for paragraph in READERS[reader](path, WHOLE) if paragraph]


def test_tagged_newspaper_is_joined(tmp_path: Path) -> None:
    tagged = "[中国/ns  政府/n]nt  顺利/ad  恢复/v  ——/w  １９９８年/t  。/w"
    assert read("tagged_lines", tagged, tmp_path) == ["中国政府顺利恢复——１９９８年。"]


def test_html_keeps_words_together_and_drops_programs(tmp_path: Path) -> None:
    page = (
        "<head><title>x</title></head><p>使用 <code>apt</code> 命令\n安装&amp;升级。</p>"
        "<pre>int main()</pre><li>第二\n  项</li>"
    )
    assert read("html", page, tmp_path) == ["使用 apt 命令安装&升级。", "第二项"]


def test_manual_page_macros_are_rendered(tmp_path: Path) -> None:
    page = '.TH LS 1\n.SH 名称\n列出\n.B \\-l\n选项的\\fI内容\\fP\n.TP\n.BR ls "(1)"\n下一段'
    assert read("manual_page", page, tmp_path) == ["名称列出 -l 选项的内容", "ls(1) 下一段"]


def test_sayings_are_split_and_joined(tmp_path: Path) -> None:
    assert read("fortunes", "One line\nand more.\n\t\t-- Somebody\n%\nTwo.\n", tmp_path) == [
        "One line and more.",
        "-- Somebody",
        "Two.",
    ]


def test_a_part_of_a_file_is_a_contiguous_range_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(str(number) for number in range(100)), encoding="utf-8")
    assert list(READERS["lines"](path, (79, 84))) == ["79", "80", "81", "82", "83"]


def test_a_line_that_stands_twice_is_not_in_two_parts(tmp_path: Path) -> None:
    """Half the reviews stand twice in their file, far apart, some with a word changed: test texts were trained on."""
    path = tmp_path / "lines.txt"
    lines = [letter * 40 for letter in "abcdefghij"]
    path.write_text("\n".join([*lines, *(f"But {line[:30]}!" for line in lines)]), encoding="utf-8")
    first, second = (list(READERS["lines"](path, part)) for part in ((0, 50), (50, 100)))
    assert (first, second) == (lines[:5], lines[5:])


def test_extraction_drops_other_languages_and_foreign_characters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZIJIAN_MATERIALS", str(tmp_path))
    (tmp_path / "text.gz").write_bytes(gzip.compress("Only English here\n你好　世界鿕再见\n你好　世界鿕再见".encode()))
    document = Document("made_up", Split.TRAIN, "talk", "lines", "text.gz", WHOLE)
    assert paragraphs(document, Charset.of("你好世界再见 ")) == "你好 世界\n再见"


@pytest.mark.parametrize("coin", [coin_number, lambda rng: coin_sign(rng, lambda length: "字" * length)])
def test_coined_texts_are_varied_and_never_empty(coin) -> None:
    rng = np.random.default_rng(3)
    texts = [coin(rng) for _ in range(500)]
    assert all(texts)
    assert len(set(texts)) > 150


@pytest.fixture(scope="module", params=list(Split))
def corpus(request: pytest.FixtureRequest, materials: Materials) -> Corpus:
    return Corpus(request.param, materials.charset)


@pytest.mark.parametrize("name", SAMPLERS)
def test_samples_are_canonical_within_the_charset_and_never_empty(
    materials: Materials, corpus: Corpus, name: str
) -> None:
    charset, rng = materials.charset, np.random.default_rng(5)
    for length in (2, 7, 20, 60):
        for _ in range(50):
            text = getattr(corpus, name)(rng, length)
            assert text
            assert not charset.missing(text)
            assert canonical(text) == text
            assert len(text) <= 2 * length + 30


@pytest.mark.parametrize("name", ["sentence", "colloquial", "technical_zh", "english", "random_hanzi", "words"])
def test_samples_have_about_the_wanted_length(corpus: Corpus, name: str) -> None:
    rng = np.random.default_rng(6)
    lengths = [len(getattr(corpus, name)(rng, 24)) for _ in range(200)]
    assert 17 <= np.median(lengths) <= 30


def test_the_same_generator_gives_the_same_text(corpus: Corpus) -> None:
    draws = [[getattr(corpus, name)(np.random.default_rng(7), 20) for name in SAMPLERS] for _ in range(2)]
    assert draws[0] == draws[1]


def test_english_lines_do_not_cut_words_without_a_hyphen(corpus: Corpus) -> None:
    rng = np.random.default_rng(8)
    text = corpus._passages["english"].text
    lines = [corpus.english(rng, 40) for _ in range(200)]
    found = [line for line in lines if line in text]
    assert len(found) > 150
    cut = [line for line in found if not any(f"{line}{end}" in text for end in " \n.,;:)-\"'!?") and line[-1].isalnum()]
    assert len(cut) < 10


def test_rare_hanzi_are_seen(materials: Materials, corpus: Corpus) -> None:
    rng = np.random.default_rng(9)
    seen = set("".join(corpus.random_hanzi(rng, 20) for _ in range(3000)))
    hanzi = [symbol for symbol in materials.charset.symbols if "㐀" <= symbol <= "鿿"]
    assert len(seen) > 0.98 * len(hanzi)


def test_hanzi_in_daily_use_come_more_often_and_no_others_are_left_out(materials: Materials, corpus: Corpus) -> None:
    assert [_is_daily(hanzi) for hanzi in "字鑫發㐀"] == [True, False, False, False]  # first, second level, neither
    rng = np.random.default_rng(9)
    drawn = Counter("".join(corpus.daily_hanzi(rng, 20) for _ in range(3000)))
    hanzi = [symbol for symbol in materials.charset.symbols if "㐀" <= symbol <= "鿿"]
    share = np.mean([_is_daily(each) for each in hanzi])
    daily = sum(times for each, times in drawn.items() if _is_daily(each)) / drawn.total()
    assert daily == pytest.approx(0.75 + 0.25 * share, abs=0.02)
    assert len(drawn) > 0.9 * len(hanzi)


def test_no_stretch_of_a_test_text_is_in_a_training_text(materials: Materials) -> None:
    """Stock phrases repeat everywhere; whole texts must not: fewer than one stretch of 30 characters in 50."""
    charset, rng = materials.charset, np.random.default_rng(10)
    train, test = Corpus(Split.TRAIN, charset), Corpus(Split.TEST, charset)
    for register in ("prose", "talk", "technical", "english", "interface"):
        ours, theirs = train._passages[register].text, test._passages[register].text
        shared, tried = 0, 0
        while tried < 150:
            place = int(rng.integers(len(theirs) - 30))
            stretch = theirs[place : place + 30]
            if "\n" not in stretch:
                tried += 1
                shared += stretch in ours
        assert shared <= tried / 50, register
