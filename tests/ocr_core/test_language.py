"""Texts in every language: they speak the language that is spoken, and can be shown in another later."""

from __future__ import annotations

import copy
import threading

import pytest

from ocr_core.language import Phrase, Words, in_every_language, said_in, speaking, spoken

say = Words(
    {
        "greeting": ("Good day, {name}", "{name}，您好"),
        "lines": ("1 line||{n} lines", "{n} 行"),
        "engine": ("engine", "引擎"),
        "script.close": ("Close {file}", "关闭 {file}"),
    }
)


def test_says_what_is_asked_in_the_language_that_is_spoken() -> None:
    assert say("greeting", name="Li") == "Good day, Li"
    with speaking("zh"):
        assert say("greeting", name="Li") == "Li，您好"
        with speaking("en"):
            assert say("greeting", name="Li") == "Good day, Li"
        assert spoken() == "zh"
    assert spoken() == "en"


def test_counts_in_the_form_each_language_has() -> None:
    assert [say("lines", n=n) for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    with speaking("zh"):
        assert [say("lines", n=n) for n in (1, 2)] == ["1 行", "2 行"]


def test_a_phrase_inside_a_phrase_is_in_the_same_language() -> None:
    phrase = say("greeting", name=say("engine"))
    assert (said_in("en", phrase), said_in("zh", phrase)) == ("Good day, engine", "引擎，您好")


@pytest.mark.parametrize("passed_on", [copy.deepcopy, str, lambda phrase: phrase])
def test_what_was_made_in_one_language_can_be_shown_in_another(passed_on) -> None:
    phrase = passed_on(say("engine"))
    assert isinstance(phrase, Phrase)
    assert said_in("zh", phrase) == "引擎"
    assert said_in("zh", "plain") == "plain"


def test_what_is_put_together_of_phrases_is_made_once_a_language() -> None:
    html = in_every_language(lambda: f"<p>{say('engine')}</p>")
    assert (html, said_in("zh", html)) == ("<p>engine</p>", "<p>引擎</p>")


def test_texts_for_scripts_keep_their_places_open() -> None:
    assert say.keys_under("script.") == {"close": "Close {file}"}


def test_an_unknown_text_and_a_value_that_is_missing_are_mistakes() -> None:
    with pytest.raises(KeyError):
        say("nothing")
    with pytest.raises(KeyError):
        say("greeting", nobody="Li")


def test_one_visitors_language_is_not_anothers() -> None:
    heard: dict[str, str] = {}

    def visit(language) -> None:
        with speaking(language):
            both.wait()
            heard[language] = say("engine")

    both = threading.Barrier(2)
    visitors = [threading.Thread(target=visit, args=(language,)) for language in ("en", "zh")]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert heard == {"en": "engine", "zh": "引擎"}
