"""The vocabulary of the report's HTML: figures in words, tables, engines with their colours, parts that open.

Everything that comes from outside is escaped here, so that sections put together what is safe already. Knows nothing
of what a section says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from eval.runs.info import RunInfo
from eval.runs.store import RunFolder
from eval.runs.summary_types import (
    BandRow,
    Bands,
    CalibrationRow,
    ConfusionRow,
    Figure,
    LatencyRow,
    Row,
    ScriptRow,
    Summary,
)
from ocr_core.views.colours import known_colour, lightened
from ocr_core.views.html import escaped
from ocr_core.views.wording import interval, percentage, subset_name


@dataclass(frozen=True, slots=True)
class EngineShown:
    """One engine as the page shows it; `name` is not escaped."""

    key: str
    model: str
    name: str
    colour: str

    @property
    def style(self) -> str:
        """Its colours on light and on dark ground, for a style attribute."""
        return f"--el:{self.colour};--ed:{lightened(self.colour, 0.4)}"

    @property
    def label(self) -> str:
        """Its name with its colour beside it."""
        return f'<span class="engine" style="{self.style}"><i class="swatch"></i>{escaped(self.name)}</span>'


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run ready to be shown: its anchor on the page, its folder, what it says of itself, its summary, its engines."""

    anchor: str
    folder: RunFolder
    info: RunInfo
    summary: Summary
    engines: dict[str, EngineShown]

    @overload
    def rows(self, name: Literal["rows"], **wanted: Any) -> list[Row]: ...
    @overload
    def rows(self, name: Bands, **wanted: Any) -> list[BandRow]: ...
    @overload
    def rows(self, name: Literal["by_script"], **wanted: Any) -> list[ScriptRow]: ...
    @overload
    def rows(self, name: Literal["calibration"], **wanted: Any) -> list[CalibrationRow]: ...
    @overload
    def rows(self, name: Literal["latency"], **wanted: Any) -> list[LatencyRow]: ...
    @overload
    def rows(self, name: Literal["confusions"], **wanted: Any) -> list[ConfusionRow]: ...
    def rows(self, name: Any, **wanted: Any) -> Any:
        """Returns the entries of a list of the summary that have these values."""
        entries: Any = self.summary[name]
        return [row for row in entries if all(row[key] == value for key, value in wanted.items())]

    def row(self, engine: str) -> Row | None:
        """Returns an engine's figures of all lines together."""
        found = self.rows("rows", engine=engine, kind="overall", profile=self.summary["profile"])
        return next(iter(found), None)

    def time(self, engine: str, stage: str) -> LatencyRow | None:
        """Returns an engine's times of a stage, all lines together."""
        return next(iter(self.rows("latency", engine=engine, kind="overall", band=None, stage=stage)), None)


def engines_shown(summary: Summary) -> dict[str, EngineShown]:
    """Returns the engines of a summary by key, in the run's order."""
    return {
        engine["key"]: EngineShown(
            engine["key"], engine["model"], engine["display_name"], known_colour(engine["colour"])
        )
        for engine in summary["engines"]
    }


def subset_html(title: str) -> str:
    """Returns what to call the lines under a title, escaped."""
    return escaped(subset_name(title))


def figure_html(figure: Figure) -> str:
    """Returns `93.4 (90.1 to 96.0)` as HTML; without the bracket where there is no interval."""
    text = f"<b>{percentage(figure['value'])}</b>"
    bounds = interval(figure)
    if bounds is None:
        return text
    return f'{text} <span class="range">({percentage(bounds[1])} to {percentage(bounds[2])})</span>'


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Returns a table that scrolls sideways by itself where it is too wide; cells are HTML, the first is a heading."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="table"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def disclosure(summary: str, body: str, kind: str = "") -> str:
    """Returns a part that opens; both are HTML."""
    return f'<details class="{kind}"><summary>{summary}</summary>{body}</details>'


def section(anchor: str, title: str, body: str, note: str = "") -> str:
    """Returns a part with its question as a heading; the note says n, intervals and what to beware of."""
    words = f'<p class="note">{note}</p>' if note else ""
    return f'<section id="{escaped(anchor)}"><h3>{title}</h3>{words}{body}</section>'


def items(sentences: Iterable[str], kind: str = "") -> str:
    """Returns a list; the sentences are HTML."""
    found = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return f'<ul class="{kind}">{found}</ul>' if found else ""
