"""Whether runtimes agree, as HTML: what each costs and loses, what each reads of one line, and where readings part.

Made from figures and readings alone; runs no model, and suits light and dark pages. Escapes whatever it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ocr_core.ctc.parting import largest_difference, partings
from ocr_core.views.colours import checked_colour
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.html import escaped
from ocr_core.views.parting import PartedFrom, marks
from ocr_core.views.wording import NO_FIGURE, confidence, milliseconds, nothing_read
from ocr_core.wording.models import say

_BORDER: Final = "1px solid rgba(128,136,150,.35)"
_TABLE: Final = (
    "border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;width:max-content;max-width:100%"
)
_CELL: Final = (
    f"padding:5px 14px 5px 0;text-align:left;vertical-align:top;border:0;border-bottom:{_BORDER};white-space:nowrap"
)
_SWATCH: Final = "display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:7px"


@dataclass(frozen=True, slots=True)
class RuntimeFigures:
    """One model on one runtime, as far as it was measured.

    Attributes:
        name, colour: the runtime's name, the model's colour.
        bytes_on_disk: of what it loads.
        load_ms: processor time to load it.
        latency_ms: median by width in pixels at a height of 32, one thread.
        lines: how many were read; None where none was.
        changed: how many of them it reads otherwise than the reference, which has None.
        lost: character accuracy lost to the reference as a share, with its bounds.
        apart: largest difference of a probability.
    """

    name: str
    colour: str
    bytes_on_disk: int | None = None
    load_ms: float | None = None
    latency_ms: Mapping[int, float] | None = None
    lines: int | None = None
    changed: int | None = None
    lost: tuple[float, float | None, float | None] | None = None
    apart: float | None = None


def set_beside(readings: Sequence[EngineReading]) -> list[EngineReading]:
    """Returns readings of the same frames with the places where they part from the first of them marked in both.

    A reading whose frames are not those of the first, or that has no evidence, stays as it is.
    """
    if not readings:
        return []
    first, marked = readings[0], list(readings[0].marks)
    beside: list[EngineReading] = []
    for other in readings[1:]:
        if not same_frames(first, other):
            beside.append(other)
            continue
        assert first.evidence is not None and other.evidence is not None
        places = partings(first.evidence, other.evidence)
        its_marks = marks(places, first.name, other.name)
        marked += its_marks
        beside.append(replace(other, marks=(*other.marks, *its_marks), parted=PartedFrom(first.name, places)))
    return [replace(first, marks=tuple(dict(marked).items())), *beside]


def same_frames(first: EngineReading, other: EngineReading) -> bool:
    """Tells whether two readings can be compared frame by frame."""
    one, two = first.evidence, other.evidence
    return one is not None and two is not None and one.frames == two.frames and one.blank_class == two.blank_class


def line_html(readings: Sequence[EngineReading]) -> str:
    """Returns a table of what each runtime made of one line; the first is what the others are set beside."""
    named = ("runtime", "reads", "confidence", "time", "apart", "text")
    heads = [escaped(say(f"head.{name}")) + (_hint(say("apart.why")) if name == "apart" else "") for name in named]
    return _table(heads, [_line_row(readings[0], reading) for reading in readings])


def figures_html(figures: Sequence[RuntimeFigures]) -> str:
    """Returns a table of what each runtime of one model costs, and what it changes."""
    widths = sorted({width for each in figures for width in each.latency_ms or ()})
    heads = [escaped(say(f"head.{name}")) for name in ("runtime", "disk", "load")]
    heads += [escaped(say("head.width", width=f"{width:,}")) for width in widths]
    heads += [escaped(say(f"head.{name}")) for name in ("lost", "changed", "apart")]
    heads[-1] += _hint(say("apart.why"))
    return _table(heads, [_figures_row(each, widths) for each in figures])


def _line_row(first: EngineReading, reading: EngineReading) -> list[str]:
    recognition = reading.recognition
    apart = verdict = NO_FIGURE
    if reading is not first:
        same = recognition.text == first.recognition.text
        places = len(reading.parted.places) if reading.parted else 0
        verdict = escaped(say("same") if same else say("changed", n=places))
        if same_frames(first, reading):
            assert first.evidence is not None and reading.evidence is not None
            apart = _apart(largest_difference(first.evidence, reading.evidence))
    text = escaped(recognition.text) or f"<i>{escaped(nothing_read())}</i>"
    shown = f'<span dir="ltr" style="font-size:16px;white-space:normal;overflow-wrap:anywhere">{text}</span>'
    took = milliseconds(recognition.timings_ms.total)
    return [_name(reading.name, reading.colour), shown, escaped(confidence(recognition)), escaped(took), apart, verdict]


def _figures_row(each: RuntimeFigures, widths: Sequence[int]) -> list[str]:
    latency = each.latency_ms or {}
    changed = (
        NO_FIGURE
        if each.changed is None
        else say("changed.of", changed=f"{each.changed:,}", lines=f"{each.lines or 0:,}")
    )
    return [
        _name(each.name, each.colour),
        NO_FIGURE if each.bytes_on_disk is None else f"{each.bytes_on_disk / 1e6:.1f} MB",
        escaped(milliseconds(each.load_ms)),
        *(escaped(milliseconds(latency.get(width))) for width in widths),
        _lost(each.lost),
        changed,
        NO_FIGURE if each.apart is None else _apart(each.apart),
    ]


def _lost(lost: tuple[float, float | None, float | None] | None) -> str:
    if lost is None:
        return NO_FIGURE
    value, low, high = lost
    if low is None or high is None:
        return f"{100 * value:+.2f}".replace("-", "−")
    points = [f"{100 * share:+.2f}".replace("-", "−") for share in (value, low, high)]
    return say("bounds", value=points[0], low=points[1], high=points[2])


def _apart(difference: float) -> str:
    return (
        say("apart.little")
        if difference < 0.0001
        else f"{difference:.4f}"
        if difference < 0.01
        else f"{difference:.2f}"
    )


def _name(name: str, colour: str) -> str:
    return f'<i style="{_SWATCH};background:{checked_colour(colour)}"></i>{escaped(name)}'


def _hint(words: str) -> str:
    return f' <span tabindex="0" title="{escaped(words)}" style="opacity:.6;cursor:help">?</span>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Takes cells that are HTML already."""
    head = "".join(f'<th scope="col" style="{_CELL};font-weight:500;opacity:.75">{cell}</th>' for cell in heads)
    body = "".join(_row(row) for row in rows)
    return f'<div style="overflow-x:auto"><table style="{_TABLE}"><tr>{head}</tr>{body}</table></div>'


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"
