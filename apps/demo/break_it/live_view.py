"""The CTC view of the Break it tab: made once a picture, then told what is read as sliders move. Runs no network.

Behind the tracks stands what was read of the undamaged picture. Its pixels are brought to the damaged line by their
widths alone: rotation and perspective move them a little more than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from apps.demo.break_it.robustness_session import Damaged, RobustnessSession
from apps.demo.line_reading import LineReading, Outcome, labels_of
from apps.demo.view_frame import ShownView, shown_view
from ocr_core.views.ctc_view import live_update
from ocr_core.views.engine_reading import EngineReading, GhostRun


def clean_view(session: RobustnessSession, truth: str) -> ShownView:
    """Returns the view of the undamaged picture, {} where nobody could read it."""
    clean = _read(session.clean)
    readings = [one.shown(label) for label, one in zip(labels_of(clean), clean, strict=True)]
    return shown_view(session.line.pixels, readings, truth=truth, source_from_line=session.line.source_map)


def damaged_update(session: RobustnessSession, damaged: Damaged, truth: str) -> dict[str, Any]:
    """Returns what the view is told of a damaged picture, {} where an engine fell silent that it has a place for."""
    readings = list(_shown(session, damaged))
    if len(readings) != len(_read(session.clean)):
        return {}
    line = damaged.line
    return live_update(line.pixels, readings, truth=truth, source_from_line=line.source_map)


def _shown(session: RobustnessSession, damaged: Damaged) -> Iterator[EngineReading]:
    across = damaged.line.width_px / session.line.width_px
    labels = labels_of(session.clean)
    for label, now, clean in zip(labels, damaged.readings, session.clean, strict=True):
        if isinstance(now, LineReading) and isinstance(clean, LineReading):
            yield replace(now.shown(label), ghost=tuple(_ghost(clean, across)))


def _ghost(clean: LineReading, across: float) -> Iterator[GhostRun]:
    if clean.evidence is None:
        return
    stride, origin = clean.evidence.stride_px * across, clean.evidence.origin_px * across
    for character in clean.recognition.characters:
        left, right = origin + character.first_frame * stride, origin + (character.last_frame + 1) * stride
        yield GhostRun(character.text, left, right, character.confidence)


def _read(outcomes: Sequence[Outcome]) -> list[LineReading]:
    return [outcome for outcome in outcomes if isinstance(outcome, LineReading)]
