"""Every visitor in an own language: by the address (`?lang=zh`), else as the browser prefers. Programs get English.

The page is built once; what was laid out with `Words` is put into the visitor's language as the page is sent, and
functions speak it while they answer. A choice is kept in the browser and put into the address from there.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import gradio as gr
from gradio.context import LocalContext
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_core.language import LANGUAGES, Language, said_in, speaking, spoken

PARAMETER: Final = "lang"
"""What the language is called in an address."""

HTML_LANGUAGES: Final[Mapping[Language, str]] = {"en": "en", "zh": "zh-CN"}
"""What pages declare themselves to be written in."""

_MOST_PREFERENCES: Final = 20
_HTML_TAG: Final = b'lang="en"'
_IS_PAGE: Final = b"window.gradio_config"

# Gradio's own texts follow the browser's language, so it is told the page's before any of its scripts run.
_FIRST_SCRIPT: Final = """<script>(() => {
  const shown = "%s";
  const address = new URL(location.href);
  let kept = null;
  try { kept = localStorage.getItem('zijian-language'); } catch {}
  if (!address.searchParams.has('lang') && ['en', 'zh'].includes(kept) && kept !== shown) {
    address.searchParams.set('lang', kept);
    location.replace(address);
  }
  const tag = document.documentElement.lang;
  Object.defineProperty(navigator, 'language', {get: () => tag});
  Object.defineProperty(navigator, 'languages', {get: () => [tag]});
})();</script>"""


def language_of(query: Mapping[str, Any], accepted: str) -> Language:
    """Returns the language to answer in.

    Args:
        query: an address's parameters.
        accepted: the header `Accept-Language`, "" where there is none.
    """
    asked = query.get(PARAMETER)
    if asked in LANGUAGES:
        return cast(Language, asked)
    return _preferred(accepted)


def _preferred(accepted: str) -> Language:
    """Returns the first language of ours that a browser names; those rank in their order in practice."""
    for preference in accepted.split(",")[:_MOST_PREFERENCES]:
        tag, _, weight = preference.strip().partition(";")
        name = tag.partition("-")[0].lower()
        if name in LANGUAGES and weight.replace(" ", "") not in ("q=0", "q=0.0"):
            return cast(Language, name)
    return "en"


class InLanguage:
    """ASGI middleware: what answers a request speaks the visitor's language, and the page says which that is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on; only the page itself is touched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        language = language_of(query, Headers(scope=scope).get("accept-language", ""))
        with speaking(language):
            await self.app(scope, receive, _DeclaringSend(send, language) if scope["method"] == "GET" else send)


class _DeclaringSend:
    """Sends what it is given, and writes into the page in which language it is."""

    def __init__(self, send: Send, language: Language) -> None:
        self._send = send
        self._language: Language = language
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = self._declared() if _IS_PAGE in self._body else self._body
            headers = MutableHeaders(raw=list(self._start["headers"]))
            headers["content-length"] = str(len(body))
            headers.add_vary_header("Accept-Language")
            await self._send({**self._start, "headers": headers.raw})
            self._start = None
            message = {"type": "http.response.body", "body": body}
        await self._send(message)

    def _declared(self) -> bytes:
        script = (_FIRST_SCRIPT % self._language).encode()
        tag = f'lang="{HTML_LANGUAGES[self._language]}"'.encode()
        return self._body.replace(_HTML_TAG, tag, 1).replace(b"<head>", b"<head>" + script, 1)


class SpokenBlocks(gr.Blocks):
    """A page whose description, as it is sent to browsers, is in the language that is spoken then."""

    _configs: dict[Language, Any] | None = None

    @property
    def config(self) -> Any:
        """The page's description; assigning it puts it into every language."""
        return None if self._configs is None else self._configs[spoken()]

    @config.setter
    def config(self, written: Any) -> None:
        self._configs = {language: _translated(written, language) for language in LANGUAGES}

    def get_api_info(self, *values: Any, **named: Any) -> Any:
        """Describes the endpoints in English, in whichever language they are asked for first: it is remembered."""
        with speaking("en"):
            return super().get_api_info(*values, **named)


def _translated(value: Any, language: Language) -> Any:
    if isinstance(value, str):
        return said_in(language, value)
    if isinstance(value, dict):
        return {key: _translated(one, language) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_translated(one, language) for one in value])
    return value


def answer_in_language(demo: gr.Blocks) -> None:
    """Lets every function of a page speak the language of who calls it; to be called once, when the page is built."""
    for function in demo.fns.values():
        if function.fn is None or inspect.iscoroutinefunction(function.fn):
            continue
        wrap = _generator_in_language if inspect.isgeneratorfunction(function.fn) else _in_language
        function.fn = wrap(function.fn)


def _in_language(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def answering(*values: Any, **named: Any) -> Any:
        with speaking(_callers_language()):
            return function(*values, **named)

    return answering


def _generator_in_language(function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Every step may run in another thread, so each is told anew."""

    @functools.wraps(function)
    def answering(*values: Any, **named: Any) -> Iterator[Any]:
        language = _callers_language()
        steps = iter(function(*values, **named))
        try:
            while True:
                with speaking(language):
                    try:
                        step = next(steps)
                    except StopIteration:
                        return
                yield step
        finally:
            close = getattr(steps, "close", None)
            if close is not None:
                close()

    return answering


def _callers_language() -> Language:
    request = LocalContext.request.get(None)
    if request is None:
        return "en"
    return language_of(dict(request.query_params or {}), dict(request.headers or {}).get("accept-language", ""))


def language_options() -> list[Middleware]:
    """Returns what the web application behind the page is to be made with."""
    return [Middleware(InLanguage)]
