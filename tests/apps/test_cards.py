"""Readings as HTML: everything is escaped, and what a visitor needs is said."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.demo.cards import cards, missing_weights, timing_html
from apps.demo.comparison import Comparison
from apps.demo.engines import EngineChoice
from apps.demo.line_reading import LineReading, UnreadLine
from apps.demo.sample_strip import sample_buttons
from apps.demo.samples import Sample
from ocr_core import registry
from ocr_core.result import Alternative, Character, LineImage, Recognition, Timings
from ocr_core.views.truth import judge

MODEL = registry.MODELS["crnn"]
ENGINE = EngineChoice(MODEL, "onnx")
OTHER = EngineChoice(registry.MODELS["convnext_tiny"], "onnx")
PIXELS = np.zeros((32, 64, 3), dtype=np.uint8)
LINE = LineImage.whole(PIXELS)
RECOGNITION = Recognition(
    text="字鉴",
    characters=(
        Character("字", 0, 1, (0, 0, 8, 32), 0.97, (Alternative("字", 0.97), Alternative("宇", 0.02))),
        Character("鉴", 3, 4, (8, 0, 20, 32), 0.41),
    ),
    raw_path=("字", "字", "", "鉴", "鉴"),
    confidence=0.873,
    timings_ms=Timings(1.0, 0.1, 2.0, 30.0, 4.0),
    model="crnn",
    model_sha256="0123456789abcdef",
    runtime="onnx",
)


class _Tags(HTMLParser):
    """Collects tag names and plain text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    return tags


def judged(recognition: Recognition, truth: str) -> LineReading:
    judgement = judge(truth, recognition, None, (LINE.width_px, LINE.height_px)) if truth else None
    return LineReading(ENGINE, recognition, None, judgement=judgement)


def card(recognition: Recognition = RECOGNITION, truth: str = "") -> str:
    return cards(Comparison(PIXELS, LINE, (judged(recognition, truth),), truth))


def test_text_confidences_and_every_stage_are_shown() -> None:
    html = card()
    assert "字鉴" in parsed(html).text.replace("\n", "")
    for shown in ("--p:0.970", "--p:0.410", "87.3 %", "宇 2.0 %", "37.1 ms", "30.0 ms", "network", "CTC decoding"):
        assert shown in html


def test_confidence_is_a_length_and_no_colour() -> None:
    """Low confidence once wore the colours of what is wrong."""
    sure = tuple(replace(character, confidence=0.999) for character in RECOGNITION.characters)
    doubtful, certain = (card(each) for each in (RECOGNITION, replace(RECOGNITION, characters=sure)))
    classes = [re.findall(r'<span class="([^"]*)" data-char', html) for html in (doubtful, certain)]
    assert classes[0] == classes[1] == ["proof sure", "proof sure"]
    assert re.findall(r"--p:0\.4\d+", doubtful) and not re.findall(r"--p:0\.4\d+", certain)


@pytest.mark.parametrize(
    ("truth", "verdict"),
    [("字鉴", "matches the truth"), ("字见", "CER 50.0 %"), ("字鉴了", "1 missed of 3 characters"), ("", None)],
)
def test_truth_gives_an_error_rate(truth: str, verdict: str | None) -> None:
    html = card(truth=truth)
    assert ("zj-score" in html) == (verdict is not None)
    assert verdict is None or verdict in html


@given(st.text(min_size=1, max_size=12))
def test_recognised_text_never_becomes_markup(text: str) -> None:
    hostile = f'</span><script>alert("{text}")</script><img src=x onerror=alert(1)>'
    recognition = replace(
        RECOGNITION,
        text=hostile,
        characters=tuple(Character(c, 0, 0, (0, 0, 1, 1), 0.5, (Alternative(hostile, 0.1),)) for c in hostile),
        warnings=(hostile,),
    )
    assert set(parsed(card(recognition, truth="a")).tags) == set(parsed(card(truth="a")).tags)


def test_cer_after_normalisation_is_added_only_where_it_is_another() -> None:
    full_width = replace(RECOGNITION, text="x2", characters=())
    assert "0.0 % after NFKC" in card(full_width, truth="x²")
    assert "NFKC" not in card(full_width, truth="x3")


def test_where_engines_differ_is_marked_in_both_cards() -> None:
    other = replace(
        RECOGNITION, text="字见", characters=(RECOGNITION.characters[0], replace(RECOGNITION.characters[1], text="见"))
    )
    outcomes = (LineReading(ENGINE, RECOGNITION, None), LineReading(OTHER, other, None))
    html = cards(Comparison(PIXELS, LINE, outcomes, ""))
    assert html.count("proof differs") == 2
    assert "proof differs" not in card()


def test_with_a_truth_what_is_not_the_truth_is_marked_and_the_right_character_stands_above() -> None:
    assert card(truth="字见").count('class="proof wrong sure" data-char="1" data-truth="1" data-right="见"') == 1
    assert 'class="proof missed" data-truth="2" data-right="了"' in card(truth="字鉴了")
    assert card(truth="字").count('class="proof inserted sure"') == 1
    assert not re.search("proof (wrong|missed|inserted)", card(truth="字鉴"))


def test_what_is_warned_of_all_is_said_once() -> None:
    warned = replace(RECOGNITION, warnings=("Trimmed.", "Only this one."))
    outcomes = (
        LineReading(ENGINE, warned, None),
        LineReading(OTHER, replace(RECOGNITION, warnings=("Trimmed.",)), None),
    )
    html = cards(Comparison(PIXELS, LINE, outcomes, ""))
    assert html.count("Trimmed.") == 1 and html.count("Only this one.") == 1


def test_one_model_on_two_runtimes_is_told_apart() -> None:
    outcomes = (LineReading(ENGINE, RECOGNITION, None), LineReading(EngineChoice(MODEL, "torch"), RECOGNITION, None))
    assert Comparison(PIXELS, LINE, outcomes, "").labels() == ("CRNN", "CRNN \u00b7 PyTorch")


def test_what_the_whole_reading_took_is_said() -> None:
    html = timing_html(
        Comparison(PIXELS, LINE, (LineReading(ENGINE, RECOGNITION, None),), "", cost_time_ms=120.0), drawn_ms=30.0
    )
    assert "150 ms" in html and "one engine" in html and "engines differ" not in html


def test_an_engine_without_characters_shows_its_text() -> None:
    assert "a&lt;b" in card(replace(RECOGNITION, text="a<b", characters=()))


def test_a_failure_is_a_card_of_its_own() -> None:
    html = cards(Comparison(PIXELS, LINE, (UnreadLine(ENGINE, "no <weights>"),), ""))
    assert "no &lt;weights&gt;" in html


def test_nothing_read_is_said() -> None:
    empty = parsed(card(replace(RECOGNITION, text="", characters=()))).text
    assert "nothing read" in empty and "no confidence" in empty and "87.3" not in empty


def test_missing_weights_name_the_folders() -> None:
    assert "models/crnn/" in missing_weights([MODEL])
    assert missing_weights([]) == ""


def test_sample_captions_are_escaped() -> None:
    html = sample_buttons([Sample(Path("x.png"), '"><i>', "<b>")], ["data:image/webp;base64,"])
    assert "<b>" not in html and "<i>" not in html
    assert 'data-sample="0"' in html
