"""In which language people are spoken to, and tables of texts that have every one of their sentences in all languages.

Knows nothing of pages: whoever answers somebody says so with `speaking`, and what is made in between speaks that
language. Threads begin in English, unless they run in a copy of their starter's context.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, get_args

Language = Literal["en", "zh"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default="en")


def spoken() -> Language:
    """Returns the language that is spoken here and now."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Lets everything inside speak one language."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


class Phrase(str):
    """A text in the language spoken when it was made, which still knows itself in every other.

    So what is laid out once, before anybody is there to be spoken to, can be shown in any language later. Whatever is
    made of it with an f-string or by joining is plain text again; see `in_every_language`.
    """

    in_every: Mapping[Language, str]

    def __new__(cls, text: str, in_every: Mapping[Language, str] | None = None) -> Phrase:
        """Makes one; without `in_every` it is the same text in every language."""
        phrase = super().__new__(cls, text)
        phrase.in_every = in_every or dict.fromkeys(LANGUAGES, text)
        return phrase

    def __str__(self) -> str:
        """Returns itself: `str(phrase)` forgets nothing."""
        return self


def in_every_language(make: Callable[[], str]) -> Phrase:
    """Returns what `make` returns, made once in every language."""
    texts: dict[Language, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            texts[language] = str(make())
    return Phrase(texts[spoken()], texts)


def said_in(language: Language, text: str) -> str:
    """Returns a text in a language, as far as it knows itself in it."""
    return text.in_every[language] if isinstance(text, Phrase) else text


def said(text: str) -> str:
    """Returns a text in the language that is spoken here and now, as far as it knows itself in it."""
    return said_in(spoken(), text)


class Words:
    """A table of texts: under every key one of each language, in the order of `LANGUAGES`.

    Texts take values by name, as `str.format` does, and the same ones in every language. A text of two forms with `||`
    between them is for a count: the first is taken where the value `n` is 1.
    """

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        self.texts: Final = texts

    def __call__(self, key: str, /, **values: object) -> Phrase:
        """Returns the text of a key with its values put in; plain text, to be escaped where HTML is made of it.

        Raises:
            KeyError: there is no such text, or it needs a value that is not given.
        """
        each = zip(LANGUAGES, self.texts[key], strict=True)
        in_every: dict[Language, str] = {language: _filled(text, language, values) for language, text in each}
        return Phrase(in_every[spoken()], in_every)

    def keys_under(self, prefix: str) -> dict[str, Phrase]:
        """Returns all texts whose keys begin so, as they are and without what they begin with: for a page's scripts."""
        return {key.removeprefix(prefix): self.unfilled(key) for key in self.texts if key.startswith(prefix)}

    def unfilled(self, key: str) -> Phrase:
        """Returns the text of a key with its places still open."""
        texts: dict[Language, str] = dict(zip(LANGUAGES, self.texts[key], strict=True))
        return Phrase(texts[spoken()], texts)

    def places(self, key: str) -> tuple[frozenset[str], ...]:
        """Returns the names of the values that a text takes, language by language."""
        return tuple(_places(text) for text in self.texts[key])


def _filled(text: str, language: Language, values: Mapping[str, object]) -> str:
    form = _form(text, values.get("n"))
    if not values:
        return form
    told = {name: said_in(language, value) if isinstance(value, str) else value for name, value in values.items()}
    return form.format_map(told)


def _form(text: str, count: object) -> str:
    one, divided, many = text.partition("||")
    return text if not divided else one if count == 1 else many


def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
