"""The dashboard's addresses: which pages there are, and the one place where a link's parameters are read and written.

A page asks `choice` or `entry` for a widget's key before it draws the widget, and calls `say` with what it shows; then
the address in the browser reopens exactly that. Knows nothing of runs or figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn
from urllib.parse import urlencode, urlsplit

import streamlit as st

LONGEST_VALUE: Final = 200
"""Anybody can write a link: longer values are taken for absent."""

_PAGES_KEY: Final = "links: pages"
_FORMER_NAMES: Final[Mapping[str, str]] = {"subset": "set"}
"""What parameters were called in older links, which still mean the same."""

_SAID_KEY: Final = "links: said"
_GATHERED: Final[ContextVar[tuple[dict[str, str], Mapping[str, str | None]] | None]] = ContextVar(
    "gathered", default=None
)
"""The address and what it was made to say, while a page is drawn that writes both at its end."""

_WIDGET_PREFIX: Final = "link_"


@dataclass(frozen=True, slots=True)
class PageName:
    """One page: its module and address, its title in the navigation, its icon."""

    name: str
    title: str
    icon: str


PAGES: Final = (
    PageName("overview", "Overview", ":material/monitoring:"),
    PageName("run", "Run", ":material/play_circle:"),
    PageName("failures", "Failure cases", ":material/search:"),
    PageName("latency", "Latency", ":material/timer:"),
    PageName("cost", "Cost", ":material/payments:"),
    PageName("runtimes", "Runtimes", ":material/memory:"),
    PageName("similar", "Similar failures", ":material/scatter_plot:"),
    PageName("errors", "Errors", ":material/spellcheck:"),
    PageName("decoding", "Decoding", ":material/route:"),
    PageName("reach", "How far it holds", ":material/straighten:"),
    PageName("robustness", "Robustness", ":material/storm:"),
    PageName("calibration", "Calibration", ":material/balance:"),
    PageName("runs", "Runs over time", ":material/timeline:"),
    PageName("compare_runs", "Compare runs", ":material/compare_arrows:"),
    PageName("label_errors", "Label errors", ":material/rule:"),
    PageName("slices", "Slices", ":material/filter_alt:"),
    PageName("data", "Data", ":material/photo_library:"),
)


def register(pages: Mapping[str, Any]) -> None:
    """Keeps Streamlit's page objects, by name, for `page_link`; called once by the app before a page is shown."""
    st.session_state[_PAGES_KEY] = dict(pages)


def read(name: str) -> str:
    """Returns what the address says of a parameter; "" for nothing, and for what is unreasonably long."""
    shown = _shown()
    value = shown.get(name, shown.get(_FORMER_NAMES.get(name, name), ""))
    return value if len(value) <= LONGEST_VALUE else ""


def read_number(name: str) -> int | None:
    """Returns a whole number from the address; None when there is none."""
    value = read(name)
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def choice(
    name: str, options: Sequence[Any], default: Any = None, old_names: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Returns the key for a widget that chooses one of `options`, its state set to what the address asks for.

    The address wins when it was changed by hand, by a link or by the browser's back button; else the visitor's own
    choice stays, also over a change of page. Options are told apart in addresses by `str`; an address that was made
    when an option had another name still means it.
    """
    key = _WIDGET_PREFIX + name
    named = {str(option): option for option in options}
    asked = named.get(read(name), named.get(old_names.get(read(name), "")))
    if asked is not None and _changed_by_hand(name):
        st.session_state[key] = asked
    elif st.session_state.get(key) not in options:
        st.session_state[key] = default if default in options else next(iter(options), None)
    else:
        st.session_state[key] = st.session_state[key]  # keeps what a page shown in between did not draw
    return key


def choices(name: str, options: Sequence[Any]) -> str:
    """Returns the key for a widget that chooses any number of `options`; in the address they are joined by commas."""
    key = _WIDGET_PREFIX + name
    if _changed_by_hand(name) and read(name):
        wanted = read(name).split(",")
        st.session_state[key] = [option for option in options if str(option) in wanted]
    else:
        st.session_state[key] = [option for option in st.session_state.get(key) or [] if option in options]
    return key


def entry(name: str) -> str:
    """Returns the key for a text widget, its state set to what the address asks for."""
    key = _WIDGET_PREFIX + name
    if _changed_by_hand(name) and read(name):
        st.session_state[key] = read(name)
    else:
        st.session_state[key] = st.session_state.get(key) or ""
    return key


def number_range(name: str, lowest: float, highest: float) -> str:
    """Returns the key for a slider with two ends; in the address they are joined by a dash, as in `5-20`."""
    key = _WIDGET_PREFIX + name
    asked = _parsed_range(read(name), type(lowest)) if _changed_by_hand(name) else None
    low, high = asked or st.session_state.get(key) or (lowest, highest)
    low, high = max(lowest, min(low, highest)), max(lowest, min(high, highest))
    st.session_state[key] = (low, high) if low <= high else (lowest, highest)
    return key


def update_query(**values: object) -> None:
    """Writes parameters into the address; None and "" take a parameter out, lists are joined by commas."""
    shown = dict(_shown())
    for name, value in values.items():
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
        shown.pop(name, None)
        shown.pop(_FORMER_NAMES.get(name, name), None)
        if text and len(text) <= LONGEST_VALUE:
            shown[name] = text
    said = {**_said(), **{name: shown.get(name) for name in values}}
    if _GATHERED.get() is None:
        _write(shown, said)
    else:
        _GATHERED.set((shown, said))


@contextmanager
def gathered() -> Iterator[None]:
    """Writes what is said inside into the address once, at the end: every writing costs a browser some milliseconds.

    Each would be a step back in its history, too. What was said is read from the first moment on. Where another run of
    the page takes over, nothing is written: the browser asked for that one by the address it had.
    """
    token = _GATHERED.set((_shown(), _said()))
    try:
        yield
        _write_gathered()
    except Exception:
        _write_gathered()
        raise
    finally:
        _GATHERED.reset(token)


def stop() -> NoReturn:
    """Ends the page here, with what was said so far in its address; after `st.stop` nothing can be written."""
    _write_gathered()
    st.stop()


def address(page: str, **values: object) -> str:
    """Returns a relative address that opens a page with these parameters; None and "" are left out."""
    pairs = {name: str(value) for name, value in values.items() if value not in (None, "")}
    path = "" if page == PAGES[0].name else page
    return f"/{path}?{urlencode(pairs)}" if pairs else f"/{path}"


def full_address(page: str, **values: object) -> str:
    """Returns the same address with this server's name, to be copied."""
    server = urlsplit(st.context.url or "")
    return f"{server.scheme}://{server.netloc}{address(page, **values)}" if server.netloc else address(page, **values)


def this_address(page: str) -> str:
    """Returns the whole address of what is shown, with every parameter that the page has written so far."""
    return full_address(page, **_shown())


def offer(page: str) -> None:
    """Offers the whole address: every filter, the order and the place with it, so that others see the same."""
    with st.popover("Link to exactly this", icon=":material/link:"):
        st.code(this_address(page), language=None, wrap_lines=True)


def page_link(page: str, label: str, **values: object) -> None:
    """Draws a link to another page that keeps the visit; nothing where that page does not exist."""
    target = st.session_state.get(_PAGES_KEY, {}).get(page)
    if target is None:
        return
    pairs = {name: str(value) for name, value in values.items() if value not in (None, "")}
    st.page_link(target, label=label, query_params=pairs)


def _shown() -> dict[str, str]:
    """Returns the parameters as they stand, or will stand when what is gathered has been written."""
    pending = _GATHERED.get()
    return st.query_params.to_dict() if pending is None else pending[0]


def _said() -> Mapping[str, str | None]:
    """Returns what the address was last made to say, by parameter."""
    pending = _GATHERED.get()
    return st.session_state.get(_SAID_KEY, {}) if pending is None else pending[1]


def _write_gathered() -> None:
    pending = _GATHERED.get()
    if pending is not None:
        _write(*pending)


def _write(shown: dict[str, str], said: Mapping[str, str | None]) -> None:
    if shown != st.query_params.to_dict():
        st.query_params.from_dict(shown)
    st.session_state[_SAID_KEY] = dict(said)


def _changed_by_hand(name: str) -> bool:
    return (read(name) or None) != _said().get(name)


def _parsed_range(text: str, kind: type) -> tuple[Any, Any] | None:
    low, _, high = text.partition("-")
    try:
        return kind(low), kind(high)
    except ValueError:
        return None
