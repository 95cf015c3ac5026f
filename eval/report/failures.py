"""The lines that went wrong: which are shown is a rule, with thumbnails, both texts and, of the worst, the CTC view.

Pictures are found again where the run's data lay; where they are gone the texts remain. Knows nothing of figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.pictures import load_image
from eval.report.parts import RunShown, section, subset_html
from eval.runs.line_sets import LineSet, line_sets
from eval.runs.records import LineRecord
from ocr_core.errors import OcrError
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import profile_named
from ocr_core.settings import Settings
from ocr_core.views.ctc_view import ctc_view, framed_ctc_view
from ocr_core.views.engine_reading import EngineReading, judged
from ocr_core.views.html import escaped, glyph
from ocr_core.views.image_uri import thumbnail_uri
from ocr_core.views.truth import TruthMark, truth_marks
from ocr_core.views.wording import counted, probability

HARDEST: Final = 4
MOST_DIVIDED: Final = 3
MOST_VIEWS: Final = 3
MOST_SETS: Final = 8
UNREAD_SHOWN: Final = 50

RULE: Final = (
    f"Of every kind of line: first the {HARDEST} that all engines together read worst (mean over engines of edits per "
    f"character, at most 1 each), then the {MOST_DIVIDED} others on which the best and the worst engine lie furthest "
    "apart; ties go to the line that comes first. Lines that every engine reads right are not shown."
)

THUMBNAIL_WIDTH_PX: Final = 640
THUMBNAIL_HEIGHT_PX: Final = 56


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """A line to show: its records by engine in the run's order, why it was chosen, and whether its view is shown."""

    records: Mapping[str, LineRecord]
    why: str
    with_view: bool

    @property
    def any(self) -> LineRecord:
        """One of the records, for what they have in common."""
        return next(iter(self.records.values()))


def failures(run: RunShown, views: int, settings: Settings) -> tuple[str, set[str]]:
    """Returns the section, and the script hashes that its views need to be allowed to run.

    `views` is how many CTC views there may be; every kind of line gets equally many, three at most.
    """
    by_line = _by_line(run)
    ordered = [by_line[index] for index in sorted(by_line)]
    firsts = [next(iter(records.values())) for records in ordered]
    sets = line_sets([one.title for one in firsts], [one.scenario for one in firsts]) if firsts else []
    shown = [one for one in sets if one.kind in ("scenario", "other")] or sets[:1]
    body, hashes = "", set[str]()
    views_each = min(MOST_VIEWS, views // max(1, min(MOST_SETS, len(shown))))
    for one in shown[:MOST_SETS]:
        cards = [_card(run, failure, settings) for failure in _chosen(run, one, ordered, views_each)]
        hashes.update(of for _, of in cards if of)
        inner = "".join(card for card, _ in cards) or "<p>Every engine reads every line right.</p>"
        body += f"<h4>{subset_html(one.title)}</h4>{inner}"
    if len(shown) > MOST_SETS:
        body += f"<p>{len(shown) - MOST_SETS} more kinds of line are not shown here.</p>"
    body += _unread(run, ordered)
    return section(f"{run.anchor}-failures", "Where do they fail?", body, escaped(RULE)), hashes


def _by_line(run: RunShown) -> dict[int, dict[str, LineRecord]]:
    found: dict[int, dict[str, LineRecord]] = {}
    for record in run.folder.light_records():
        if record.engine in run.engines:
            found.setdefault(record.index, {})[record.engine] = record
    return {index: {key: records[key] for key in run.engines if key in records} for index, records in found.items()}


def _chosen(run: RunShown, lines: LineSet, ordered: Sequence[dict[str, LineRecord]], views: int) -> list[ShownFailure]:
    """Applies the rule; views go to the hardest line, to the one most divided on, to the next hardest."""
    normalised = profile_named(run.summary["profile"])
    errors: dict[int, list[float]] = {}
    for member in lines.members.tolist():
        rates = [_rate(r, normalised(r.written), normalised) for r in ordered[member].values() if r.reading is not None]
        if rates and max(rates) > 0:
            errors[member] = rates
    hardest = sorted(errors, key=lambda m: (-sum(errors[m]) / len(errors[m]), m))[:HARDEST]
    others = [m for m in errors if m not in hardest and max(errors[m]) > min(errors[m])]
    divided = sorted(others, key=lambda m: (min(errors[m]) - max(errors[m]), m))[:MOST_DIVIDED]
    viewed = [*hardest[:1], *divided[:1], *hardest[1:]][:views]
    return [
        *(ShownFailure(ordered[member], "hardest for all", member in viewed) for member in hardest),
        *(ShownFailure(ordered[member], "engines furthest apart", member in viewed) for member in divided),
    ]


def _rate(record: LineRecord, truth: str, normalised: Callable[[str], str]) -> float:
    counts = metrics.edits(truth, normalised(record.reading or ""))
    return min(1.0, counts.distance / max(1, counts.reference_length))


def _card(run: RunShown, failure: ShownFailure, settings: Settings) -> tuple[str, str]:
    """Returns one line as HTML, and the hash of its view's script if it has a view."""
    line = failure.any
    pixels = _pixels(run, line, settings)
    picture = (
        f'<img alt="" decoding="async" src="{thumbnail_uri(pixels, THUMBNAIL_WIDTH_PX, THUMBNAIL_HEIGHT_PX)}">'
        if pixels is not None
        else '<p class="gone">The picture is no longer where the run found it.</p>'
    )
    readings = _judged(run, failure)
    texts = "".join(_reading_row(run, key, record, readings.get(key)) for key, record in failure.records.items())
    view, script_hash = _view(failure, list(readings.values()), pixels) if failure.with_view else ("", "")
    return (
        f'<article class="failure"><header><span class="why">{failure.why}</span> <code>{escaped(line.name)}</code> '
        f"<small>{escaped(line.group)}</small></header>{picture}<dl><div><dt>truth</dt>"
        f"<dd><bdi>{escaped(line.truth)}</bdi></dd></div>{texts}</dl>{view}</article>",
        script_hash,
    )


def _judged(run: RunShown, failure: ShownFailure) -> dict[str, EngineReading]:
    """Returns the readings whose recognitions were kept, with their judgements, by engine."""
    line = failure.any
    found = {key: reading for key in failure.records if (reading := _engine_reading(run, key, line.index))}
    size_px = (line.source_width_px, line.source_height_px)
    return dict(zip(found, judged(list(found.values()), line.truth, size_px, None), strict=True))


def _reading_row(run: RunShown, key: str, record: LineRecord, reading: EngineReading | None) -> str:
    label = run.engines[key].label
    if record.reading is None:
        return f'<div><dt>{label}</dt><dd class="gone">{escaped(record.error) or "not read"}</dd></div>'
    judgement = reading.judgement if reading else None
    marks = judgement.marks if judgement else truth_marks(record.truth, list(record.reading))
    edits = sum(mark.is_edit for mark in marks)
    confidence = "" if record.confidence is None else f", confidence {probability(record.confidence)}"
    words = f"{counted(edits, 'edit')}{confidence}" if edits else f"right{confidence}"
    text = "".join(map(_mark, marks)) or "<em>nothing read</em>"
    return f"<div><dt>{label}</dt><dd><bdi>{text}</bdi> <small>{words}</small></dd></div>"


def _mark(mark: TruthMark) -> str:
    if mark.kind == "missed":
        return f'<del title="missed">{escaped(glyph(mark.truth))}</del>'
    read = escaped("\u00a0" if mark.read == " " else mark.read)
    if mark.kind == "made_up":
        return f'<ins title="inserted">{read}</ins>'
    if mark.kind == "substituted":
        return f'<mark title="instead of {escaped(glyph(mark.truth))}">{read}</mark>'
    return escaped(mark.read)


def _view(failure: ShownFailure, readings: list[EngineReading], pixels: NDArray[np.uint8] | None) -> tuple[str, str]:
    if not readings:
        return "", ""
    canvas = pixels if pixels is not None else _blank(failure.any)
    if canvas is None:
        return "", ""
    try:
        document = ctc_view(canvas, readings, truth=failure.any.truth)
    except ValueError:  # evidence that does not belong to the reading, as in a run put together by hand
        return '<p class="gone">What was kept of this line does not fit together; no view can be drawn.</p>', ""
    frame = framed_ctc_view(document, len(readings)).replace("<iframe ", '<iframe loading="lazy" ', 1)
    script_hash = document.split("script-src '", 1)[1].split("'", 1)[0]
    return f'<details class="view"><summary>What each frame of each engine saw</summary>{frame}</details>', script_hash


def _engine_reading(run: RunShown, key: str, index: int) -> EngineReading | None:
    record = run.folder.record(index, key)
    recognition = record.recognised() if record else None
    if recognition is None:
        return None
    engine = run.engines[key]
    try:
        evidence = run.folder.evidence(index, key)
    except OcrError:
        evidence = None
    return EngineReading(engine.name, engine.colour, recognition, evidence, run.folder.charset(key))


def _pixels(run: RunShown, line: LineRecord, settings: Settings) -> NDArray[np.uint8] | None:
    """Opens the picture if it still lies inside the data set's folder."""
    try:
        return load_image(run.info.data.folder, line.name, settings)
    except (OcrError, OSError, ValueError):
        return None


def _blank(line: LineRecord) -> NDArray[np.uint8] | None:
    """White of the picture's size, on which evidence can be drawn; None where the size is not known or absurd."""
    width, height = line.source_width_px, line.source_height_px
    if not (0 < width <= 8_000 and 0 < height <= 8_000):
        return None
    return np.full((height, width, 3), 255, dtype=np.uint8)


def _unread(run: RunShown, ordered: Sequence[dict[str, LineRecord]]) -> str:
    unread = [(key, r) for records in ordered for key, r in records.items() if r.reading is None]
    if not unread:
        return ""
    rows = "".join(
        f"<li>{run.engines[key].label} <code>{escaped(r.name)}</code>: {escaped(r.error)}</li>"
        for key, r in unread[:UNREAD_SHOWN]
    )
    more = f"<p>and {len(unread) - UNREAD_SHOWN:,} more</p>" if len(unread) > UNREAD_SHOWN else ""
    return f"<h4>Pictures that could not be read ({len(unread):,})</h4><ul>{rows}</ul>{more}"
