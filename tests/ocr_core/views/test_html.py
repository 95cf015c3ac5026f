import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.views.html import escaped, framed, glyph, json_in_script, visible


@given(st.text())
def test_escaped_text_holds_no_markup_and_nothing_unseen(text: str):
    shown = escaped(text)
    assert not set(shown) & set("<>\"'")
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E for c in shown)
    shown.encode("utf-8")


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_in_script_cannot_close_the_script_and_loses_nothing(data: object):
    text = json_in_script(data)
    assert not set(text) & set("<>&\u2028\u2029")
    text.encode("utf-8")
    assert json.loads(text) == data


def test_direction_overrides_and_controls_are_shown_by_number():
    assert visible("a\u202eb\x00\u200d") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+200D⟩"


def test_a_combining_mark_does_not_sit_on_what_comes_before():
    assert visible("\u0301") == "\u25cc\u0301"
    assert visible("e\u0301") == "e\u0301"


@pytest.mark.parametrize(
    ("text", "drawn"), [(" ", "␣"), ("\u3000", "␣"), ("字", "字"), ("x" * 50, "xxxxxxx…"), ("", "")]
)
def test_a_character_drawn_alone(text: str, drawn: str):
    assert glyph(text) == drawn


def test_a_framed_document_stays_inside_its_attribute():
    frame = framed('<p title="x">\'&amp;</p></iframe><script>alert(1)</script>', 300, 'a"b')
    assert frame.count("<") == 2  # the frame's own opening and closing
    assert 'sandbox="allow-scripts"' in frame and "allow-same-origin" not in frame
