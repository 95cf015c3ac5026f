"""What a visitor looks at, as the query of a link and back: tab, picture, part, engines, frame, sliders, theme.

Pure, and believes nothing that it reads: what cannot be meant is left out and said in a sentence. Knows neither Gradio
nor which samples, cases and engines there are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from apps.demo.comparison import LONGEST_TRUTH, Crop
from apps.demo.engines import MOST_AT_ONCE
from apps.demo.wording.address import say
from eval.cases.case_json import is_token
from ocr_core.settings import DECODERS

TABS: Final = ("compare", "write", "break", "page", "arena", "cases", "models")

LONGEST_VALUE: Final = 600
MOST_PAGE: Final = 9_999

_SAMPLE: Final = re.compile(r"[\w.-]{1,80}(/[\w.-]{1,80}){0,2}")
_ENGINE: Final = re.compile(r"[\w.+@ -]{1,120}")
_FRAME: Final = re.compile(r"\d{1,4}(-[1-9])?")
_ZOOM: Final = re.compile(r"\d{1,3}(\.\d{1,3})?@-?\d{1,6}")
_LINE: Final = re.compile(r"[1-9]\d{0,3}")
_DAMAGE: Final = re.compile(r"[a-z_]{1,20}:\d{1,4}(\.\d{1,4})?(,[a-z_]{1,20}:\d{1,4}(\.\d{1,4})?){0,11}(@\d{1,3})?")
_RAIL: Final = re.compile(r"all|[a-z]{1,10}(,[a-z]{1,10}){0,5}")
_NO_PICTURE: Final = ("tab", "frame", "zoom", "line", "damage", "rail", "theme")
_THEMES: Final = ("light", "dark")
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Address:
    """What a link says; the empty value of each field leaves open what is meant.

    Attributes:
        tab: one of `TABS`; "" for the tab that the rest is about.
        sample: name of a sample picture, as `samples` gives them.
        case: token of a saved case.
        crop: the part of the picture that is read.
        engines: keys of engines, in their order.
        decoder: how probabilities become a text.
        enhance: whether the picture is mended first.
        truth: what the line says, where that is not known with the picture.
        page: which page of a document, from 1.
        frame: "13", or "13-2" for a frame of the second engine: where the CTC view is pinned. Read by the page alone.
        zoom: "2.5@340": how much larger than all of the line, and which pixel of it stands in the middle. Likewise.
        line: which line of a page is looked into, from 1. Likewise.
        damage: "blur:1.2,jpeg:3@5": what the sliders of Break it are set to, and the seed unless it is 0. Likewise.
        rail: which steps the pipeline rail leaves out, "cut,grey", or "all" where it is open and takes all. Likewise.
        theme: "light" or "dark". Likewise.
    """

    tab: str = ""
    sample: str = ""
    case: str = ""
    crop: Crop | None = None
    engines: tuple[str, ...] = ()
    decoder: str = ""
    enhance: bool | None = None
    truth: str = ""
    page: int = 0
    frame: str = ""
    zoom: str = ""
    line: str = ""
    damage: str = ""
    rail: str = ""
    theme: str = ""

    @property
    def leads_to(self) -> str:
        """The tab that is to be shown: a case that nothing else is said of is shown among the cases."""
        return self.tab or ("cases" if self.case else "compare")

    @property
    def has_picture(self) -> bool:
        """Whether it says anything of a picture or how it is read, and not only which tab is open."""
        return self != replace(Address(), **{name: getattr(self, name) for name in _NO_PICTURE})


def query_of(address: Address) -> dict[str, str]:
    """Returns the parameters of a link, those alone that say something; `address_of` reads them back."""
    told = ((field.name, getattr(address, field.name)) for field in fields(address))
    return {name: _written(value) for name, value in told if value not in ("", None, (), 0) or value is False}


def address_of(query: Mapping[str, str]) -> tuple[Address, tuple[str, ...]]:
    """Returns what a link says, and one sentence for each parameter that means nothing; others' are passed over."""
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, parse in _PARSERS.items():
        raw = str(query.get(name, ""))
        if not raw:
            continue
        value = parse(raw) if len(raw) <= LONGEST_VALUE else None
        if value is None:
            problems.append(say(f"problem.{name}", told=_short(raw), most=MOST_AT_ONCE))
        else:
            found[name] = value
    return Address(**found), tuple(problems)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(f"{part:.4g}" if isinstance(part, float) else str(part) for part in value)
    return str(value)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda raw: raw if pattern.fullmatch(raw) else None


def _one_of(names: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda raw: raw if raw in names else None


def _crop(raw: str) -> Crop | None:
    try:
        numbers = [float(part) for part in raw.split(",")]
    except ValueError:
        return None
    if len(numbers) != 4 or not all(math.isfinite(number) and 0 <= number <= 1 for number in numbers):
        return None
    left, top, right, bottom = numbers
    return (left, top, right, bottom) if left < right and top < bottom else None


def _engines(raw: str) -> tuple[str, ...] | None:
    # A plus sign in a link stands for a space, unless whoever wrote the link knew that.
    keys = tuple(part.strip().replace(" ", "+") for part in raw.split(","))
    fine = len(keys) <= MOST_AT_ONCE and all(_ENGINE.fullmatch(key) for key in keys)
    return tuple(dict.fromkeys(keys)) if fine else None


def _switch(raw: str) -> bool | None:
    return {"1": True, "0": False}.get(raw)


def _page(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdecimal() and 1 <= int(raw[:9]) <= MOST_PAGE else None


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "tab": _one_of(TABS),
    "sample": _matching(_SAMPLE),
    "case": lambda raw: raw if is_token(raw) else None,
    "crop": _crop,
    "engines": _engines,
    "decoder": _one_of(DECODERS),
    "enhance": _switch,
    "truth": lambda raw: raw if len(raw) <= LONGEST_TRUTH else None,
    "page": _page,
    "frame": _matching(_FRAME),
    "zoom": _matching(_ZOOM),
    "line": _matching(_LINE),
    "damage": _matching(_DAMAGE),
    "rail": _matching(_RAIL),
    "theme": _one_of(_THEMES),
}


def _short(raw: str) -> str:
    return raw if len(raw) <= _SHOWN else raw[: _SHOWN - 1] + "\u2026"
