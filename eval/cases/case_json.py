"""What a case says, as a value and as JSON. Believes nothing that it reads: every type, length and number is checked.

Knows nothing of folders, pictures or pages. Texts are kept as they were written; whoever shows them escapes them.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from ocr_core.ctc.decoding import MOST_READINGS
from ocr_core.ctc.evidence import MAX_SYMBOL_LENGTH
from ocr_core.errors import OcrError
from ocr_core.result import Alternative, Box, Character, RankedText, Recognition, Timings

VERSION: Final = 1

MAX_JSON_BYTES: Final = 4 * 2**20
MAX_READINGS: Final = 8
LONGEST_NOTE: Final = 2_000
LONGEST_TRUTH: Final = 512
LONGEST_TEXT: Final = 1_024
MAX_FRAMES: Final = 1_024
"""Four times what the project's own networks give the widest line they take."""

LONGEST_NAME: Final = 200
MOST_SETTINGS: Final = 32

_MOST_ALTERNATIVES: Final = 16
_MOST_WARNINGS: Final = 16
_LONGEST_WARNING: Final = 500
_FARTHEST_PX: Final = 1e7
_MOST_STRETCH: Final = 1e4
_LONGEST_MS: Final = 1e8

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_ENGINE_KEY: Final = re.compile(r"[\w.+-]{1,80}@[a-z][a-z0-9-]{0,15}(\+[a-z]{1,16}){0,2}")
"""A model, its runtime, and a decoder where it is not greedy, as in `crnn@onnx-int8+beam+zh`."""
_SETTING: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Setting = str | int | float | bool | None | tuple[str | int | float, ...]
"""A value of a case's settings: how the line was read."""

Affine = tuple[tuple[float, float, float], tuple[float, float, float]]

IDENTITY: Final[Affine] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


class CaseError(OcrError):
    """A case cannot be saved, found or believed."""


@dataclass(frozen=True, slots=True)
class CaseReading:
    """What one engine read: `key` is its whole key, `display_name` what the engine was called at the time."""

    key: str
    model: str
    display_name: str
    recognition: Recognition


@dataclass(frozen=True, slots=True)
class Case:
    """Everything of a case but its picture and its evidence.

    Attributes:
        token: 32 hexadecimal digits, the case's name and all that is needed to open it.
        created: when it was saved first, UTC, ISO 8601.
        readings: in the order in which they were shown.
        truth: what the line says, "" when unknown.
        note: whatever the one who saved it wants to remember.
        source: file name, or run and line.
        settings: how it was read: engines, enhance, deskew, max_width_px, crop and the like.
        source_from_line: takes the picture's pixels to those that the characters' boxes are in; see `LineImage`.
    """

    token: str
    created: str
    readings: tuple[CaseReading, ...]
    truth: str = ""
    note: str = ""
    source: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    source_from_line: Affine = IDENTITY


def is_token(text: Any) -> bool:
    """Tells whether something from outside has the form of a token: only then may it become part of a path."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def case_to_json(case: Case) -> bytes:
    """Returns UTF-8 JSON; `case_from_json` gives the same case back. Halves of characters become question marks."""
    data = {
        "version": VERSION,
        "token": case.token,
        "created": case.created,
        "note": case.note,
        "truth": case.truth,
        "settings": dict(case.settings),
        "source": case.source,
        "source_from_line": case.source_from_line,
        "readings": [
            {
                "key": reading.key,
                "model": reading.model,
                "display_name": reading.display_name,
                "recognition": reading.recognition.to_dict(),
            }
            for reading in case.readings
        ],
    }
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def case_from_json(encoded: bytes) -> Case:
    """Reads a case, whoever wrote it.

    Raises:
        CaseError: it is too large, no JSON, of another version, or something in it is not what it should be.
    """
    _require(len(encoded) <= MAX_JSON_BYTES, f"case.json has more than {MAX_JSON_BYTES // 2**20} MB")
    try:
        data = json.loads(encoded.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CaseError("This is not a case that can be used: case.json is not JSON.") from error
    _require(isinstance(data, dict), "case.json holds no case")
    version = data.get("version")
    if type(version) is not int or version != VERSION:
        raise CaseError(f"This case was written by another version of the program: this one reads version {VERSION}.")
    readings = _list(data.get("readings"), "readings", MAX_READINGS)
    _require(len(readings) > 0, "nothing was read in it")
    _require(is_token(data.get("token")), "its token is none")
    return Case(
        token=data["token"],
        created=_moment(data.get("created")),
        readings=tuple(_reading(reading) for reading in readings),
        truth=_text(data.get("truth"), "truth", LONGEST_TRUTH),
        note=_text(data.get("note"), "note", LONGEST_NOTE),
        source=_text(data.get("source"), "source", LONGEST_NAME),
        settings=checked_settings(data.get("settings")),
        source_from_line=_affine(data.get("source_from_line", IDENTITY)),
    )


_FORMER: Final = {"rectify": "deskew"}
"""Settings as cases named them before."""


def checked_settings(settings: Any) -> dict[str, Setting]:
    """Returns settings of plain values and bounded size.

    Raises:
        CaseError: they are something else.
    """
    _require(isinstance(settings, Mapping) and len(settings) <= MOST_SETTINGS, "its settings are broken")
    return {_setting_name(_FORMER.get(name, name)): _setting(value) for name, value in settings.items()}


def _require(fine: bool, otherwise: str) -> None:
    """Raises `CaseError` unless all is fine."""
    if not fine:
        raise CaseError(f"This is not a case that can be used: {otherwise}.")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _text(value: Any, name: str, longest: int) -> str:
    _require(isinstance(value, str), f"its {name} is no text")
    _require(len(value) <= longest, f"its {name} has more than {longest} characters")
    _require(not any(unicodedata.category(character) == "Cs" for character in value), f"its {name} is broken text")
    return value


def _list(value: Any, name: str, longest: int) -> Sequence[Any]:
    _require(isinstance(value, (list, tuple)), f"its {name} is no list")
    _require(len(value) <= longest, f"its {name} has more than {longest} entries")
    return value


def _number(value: Any, name: str, lowest: float, highest: float) -> float:
    number = type(value) in (int, float) and math.isfinite(value) and lowest <= value <= highest
    _require(number, f"its {name} is no number between {lowest:g} and {highest:g}")
    return float(value)


def _whole_number(value: Any, name: str, highest: int) -> int:
    _require(type(value) is int and 0 <= value <= highest, f"its {name} is no whole number up to {highest}")
    return value


def _object(value: Any, name: str, keys: Iterable[str]) -> Mapping[str, Any]:
    _require(isinstance(value, dict) and value.keys() == set(keys), f"its {name} lacks something or has too much")
    return value


def _moment(value: Any) -> str:
    text = _text(value, "time", 40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CaseError("This is not a case that can be used: its time is none.") from error
    _require(moment.tzinfo is not None, "its time has no time zone")
    return text


def _affine(value: Any) -> Affine:
    """A map that can be turned round: the view needs its inverse."""
    rows = _list(value, "source_from_line", 2)
    _require(len(rows) == 2, "its source_from_line has no two rows")
    (a, b, c), (d, e, f) = (_affine_row(row) for row in rows)
    _require(abs(a * e - b * d) >= 1 / _MOST_STRETCH**2, "its source_from_line cannot be turned round")
    return (a, b, c), (d, e, f)


def _affine_row(value: Any) -> tuple[float, float, float]:
    row = _list(value, "source_from_line", 3)
    _require(len(row) == 3, "its source_from_line has no three columns")
    x, y = (_number(number, "source_from_line", -_MOST_STRETCH, _MOST_STRETCH) for number in row[:2])
    return x, y, _number(row[2], "source_from_line", -_FARTHEST_PX, _FARTHEST_PX)


def _setting_name(value: Any) -> str:
    _require(isinstance(value, str) and _SETTING.fullmatch(value) is not None, "a setting has a wrong name")
    return value


def _setting(value: Any) -> Setting:
    if isinstance(value, (list, tuple)):
        return tuple(_plain(entry) for entry in _list(value, "settings", MOST_SETTINGS))
    return value if value is None or isinstance(value, bool) else _plain(value)


def _plain(value: Any) -> str | int | float:
    if isinstance(value, str):
        return _text(value, "settings", LONGEST_NAME)
    _number(value, "settings", -1e12, 1e12)
    return value


def _reading(value: Any) -> CaseReading:
    data = _object(value, "reading", ("key", "model", "display_name", "recognition"))
    key = _text(data["key"], "engine", LONGEST_NAME)
    _require(_ENGINE_KEY.fullmatch(key) is not None, "an engine has a wrong key")
    return CaseReading(
        key,
        _text(data["model"], "model", LONGEST_NAME),
        _text(data["display_name"], "engine's name", LONGEST_NAME),
        _recognition(data["recognition"]),
    )


def _recognition(value: Any) -> Recognition:
    # Cases of before there was more than one reading lack `n_best`.
    with_readings = {"n_best": [], **value} if isinstance(value, dict) else value
    data = _object(with_readings, "recognition", (each.name for each in fields(Recognition)))
    text = _text(data["text"], "reading", LONGEST_TEXT)
    raw_path = tuple(
        _text(symbol, "raw path", MAX_SYMBOL_LENGTH) for symbol in _list(data["raw_path"], "raw path", MAX_FRAMES)
    )
    confidence = data["confidence"]
    times = _object(data["timings_ms"], "times", (each.name for each in fields(Timings)))
    characters = tuple(_character(each) for each in _list(data["characters"], "characters", LONGEST_TEXT))
    warnings = _list(data["warnings"], "warnings", _MOST_WARNINGS)
    return Recognition(
        text=text,
        characters=characters,
        raw_path=raw_path,
        confidence=None if confidence is None else _number(confidence, "confidence", 0, 1.001),
        timings_ms=Timings(**{name: _number(ms, "times", 0, _LONGEST_MS) for name, ms in times.items()}),
        model=_text(data["model"], "model", LONGEST_NAME),
        model_sha256=_text(data["model_sha256"], "hash", LONGEST_NAME),
        runtime=_text(data["runtime"], "runtime", LONGEST_NAME),
        decoder=_text(data["decoder"], "decoder", LONGEST_NAME),
        warnings=tuple(_text(warning, "warning", _LONGEST_WARNING) for warning in warnings),
        n_best=tuple(_ranked(each) for each in _list(data["n_best"], "readings", MOST_READINGS)),
    )


def _ranked(value: Any) -> RankedText:
    data = _object(value, "reading", (each.name for each in fields(RankedText)))
    return RankedText(
        text=_text(data["text"], "reading", LONGEST_TEXT),
        probability=_number(data["probability"], "probability", 0, 1.001),
        share=_number(data["share"], "share", 0, 1.001),
    )


def _character(value: Any) -> Character:
    data = _object(value, "character", (each.name for each in fields(Character)))
    box = _list(data["box"], "box", 4)
    _require(len(box) == 4, "a box has no four edges")
    left, top, right, bottom = (_number(edge, "box", -_FARTHEST_PX, _FARTHEST_PX) for edge in box)
    edges: Box = (left, top, right, bottom)
    first = _whole_number(data["first_frame"], "frame", MAX_FRAMES)
    last = _whole_number(data["last_frame"], "frame", MAX_FRAMES)
    _require(first <= last, "a character ends before it begins")
    alternatives = _list(data["alternatives"], "alternatives", _MOST_ALTERNATIVES)
    return Character(
        text=_text(data["text"], "character", MAX_SYMBOL_LENGTH),
        first_frame=first,
        last_frame=last,
        box=edges,
        confidence=_number(data["confidence"], "confidence", 0, 1.001),
        alternatives=tuple(_alternative(each) for each in alternatives),
    )


def _alternative(value: Any) -> Alternative:
    data = _object(value, "alternative", (each.name for each in fields(Alternative)))
    probability = _number(data["probability"], "probability", 0, 1.001)
    return Alternative(_text(data["text"], "alternative", MAX_SYMBOL_LENGTH), probability)
