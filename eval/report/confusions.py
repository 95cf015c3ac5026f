"""What is taken for what: a table an engine over all lines, and the commonest of every kind of line with pictures.

Pictures are cut from the run's data around the place that was misread; where they are gone the counts remain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eval.confusion_examples import Confusion, examples
from eval.report.parts import EngineShown, RunShown, disclosure, section, subset_html, table
from eval.runs.summary_types import ConfusionEntry, ConfusionRow
from ocr_core.settings import Settings
from ocr_core.views.html import escaped, glyph
from ocr_core.views.image_uri import thumbnail_uri

SHOWN: Final = 15
SHOWN_WITH_PICTURES: Final = 10
PICTURES_EACH: Final = 2
PICTURE_WIDTH_PX: Final = 160
PICTURE_HEIGHT_PX: Final = 32

_HEADER: Final = ("truth", "read", "times", "lines")


def confusions(run: RunShown, settings: Settings) -> str:
    """Returns the section."""
    overall = "".join(
        _block(run.engines[row["engine"]], row, table(_HEADER, _counts(row["top"][:SHOWN]), kind="grid signs"))
        for row in run.rows("confusions", kind="overall")
    )
    kinds = [one["title"] for one in run.summary["sets"] if one["kind"] in ("scenario", "other")]
    illustrated = "".join(
        disclosure(f"The commonest of {subset_html(title)}, with pictures", _illustrated(run, title, settings))
        for title in kinds
    )
    note = (
        f"The {SHOWN} commonest edits on all lines, then the {SHOWN_WITH_PICTURES} of every kind of line, each with "
        f"the first {PICTURES_EACH} lines that have it, the place framed; spaces are ␣."
    )
    body = f'<div class="columns">{overall}</div>{illustrated}'
    return section(f"{run.anchor}-confusions", "What is taken for what?", body, note)


def _illustrated(run: RunShown, title: str, settings: Settings) -> str:
    blocks = []
    for row in run.rows("confusions", title=title):
        engine, top = run.engines[row["engine"]], row["top"][:SHOWN_WITH_PICTURES]
        cells = [
            [*counts, _pictures(run, engine, one, settings)] for counts, one in zip(_counts(top), top, strict=True)
        ]
        found = table((*_HEADER, "where, for example"), cells, kind="grid signs illustrated")
        blocks.append(_block(engine, row, found))
    return f'<div class="columns roomy">{"".join(blocks)}</div>'


def _block(engine: EngineShown, row: ConfusionRow, found: str) -> str:
    words = f"{engine.label} <small>{row['edits']:,} edits, {row['distinct']:,} different ones</small>"
    return f"<div><h4>{words}</h4>{found if row['top'] else '<p>None.</p>'}</div>"


def _counts(top: Iterable[ConfusionEntry]) -> list[list[str]]:
    return [
        [_sign(one["truth"], "inserted"), _sign(one["read"], "missed"), f"{one['count']:,}", f"{one['lines']:,}"]
        for one in top
    ]


def _pictures(run: RunShown, engine: EngineShown, one: ConfusionEntry, settings: Settings) -> str:
    found = examples(
        run.folder,
        [run.info.data.folder],
        engine.key,
        one["examples"][:PICTURES_EACH],
        Confusion(one["truth"], one["read"]),
        engine.colour,
        settings,
    )
    return " ".join(
        f'<img alt="" loading="lazy" decoding="async" title="{escaped(example.name)}" '
        f'src="{thumbnail_uri(example.pixels, PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX)}">'
        for example in found
        if example.pixels is not None
    )


def _sign(text: str, instead: str) -> str:
    return f"<bdi>{escaped(glyph(text))}</bdi>" if text else f"<em>{instead}</em>"
