"""The one place that decides how right, wrong and doubt look."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.views.differences import marked_readings
from ocr_core.views.proof_marks import (
    BAR,
    BAR_REST,
    RIGHT,
    STYLE_SHEET,
    WRONG,
    Proof,
    compared_proofs,
    judged_proofs,
    legend_html,
    proof_html,
    text_html,
)
from ocr_core.views.truth import truth_marks


class Text(HTMLParser):
    """Plain text and tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_edit_has_a_look_of_its_own_and_the_right_character() -> None:
    looks = [(p.look, p.read, p.right) for p in judged_proofs(truth_marks("字鉴看见", list("字监见见")))]
    assert looks == [("plain", "字", ""), ("wrong", "监", "鉴"), ("wrong", "见", "看"), ("plain", "见", "")]
    missed, inserted = judged_proofs(truth_marks("字鉴", ["字"])), judged_proofs(truth_marks("字", list("字了")))
    assert (missed[1].look, missed[1].right, inserted[1].look, inserted[1].read) == ("missed", "鉴", "inserted", "了")


def test_without_a_truth_nothing_is_right_or_wrong() -> None:
    first, second = map(compared_proofs, marked_readings([list("字鉴看"), list("字看")]))
    assert [p.look for p in first] == ["plain", "differs", "plain"]
    assert [p.look for p in second] == ["plain", "gap", "plain"]


@given(st.text(max_size=10), st.text(min_size=1, max_size=10))
def test_what_is_copied_is_what_was_read(truth: str, read: str) -> None:
    """The right characters are the style sheet's content; the figures too."""
    readable = [c for c in read if c.isprintable() and not c.isspace()]
    proofs = judged_proofs(truth_marks(truth, readable))
    assert Text(text_html(proofs)).text.replace("\u25cc", "") == "".join(readable).replace("\u25cc", "")


def test_confidence_changes_a_length_and_no_class() -> None:
    low, high = (proof_html(Proof("plain", "字", read_index=0), confidence=p) for p in (0.02, 0.98))
    assert low.replace("0.020", "0.980") == high
    assert "--p:0.020" in low


@pytest.mark.parametrize("text", ['"><script>', "<b>", "\u202e"])
def test_nothing_shown_becomes_markup(text: str) -> None:
    shown = Text(proof_html(Proof("wrong", text, text, 0, 0), confidence=0.5, title=text))
    assert shown.tags == {"span"}


def test_the_legend_shows_the_marks_themselves() -> None:
    html = legend_html(("wrong", "missed", "inserted"))
    for look in ("wrong", "missed", "inserted"):
        assert f'class="proof {look}"' in html
    assert "proof-bar" in html and "proof-bar" not in legend_html(("differs",), bar=False)


def test_colours_of_pictures_are_those_of_the_style_sheet() -> None:
    light = STYLE_SHEET.read_text(encoding="utf-8").partition("}")[0]
    named = dict(re.findall(r"--([\w-]+): (#\w+)", light))
    assert (named["wrong"], named["right"], named["bar"], named["bar-rest"]) == (WRONG, RIGHT, BAR, BAR_REST)
