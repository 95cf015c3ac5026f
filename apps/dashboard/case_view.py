"""One case, opened: what the line says, what two engines read, both CTC views, and where the truth was lost.

Everything is drawn from stored records and evidence; no model is loaded. A case is a line of a run or a saved one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from apps.dashboard import charts, pictures, run_data
from apps.dashboard.charts import plain
from apps.dashboard.pictures import PicturePlace
from apps.dashboard.view_frame import show_view
from eval.cases.store import CaseError, CaseStore
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core import registry
from ocr_core.ctc.decoding_change import DecodingChange, what_changes
from ocr_core.engine_key import EngineKey
from ocr_core.errors import OcrError
from ocr_core.result import Evidence, Recognition
from ocr_core.settings import Settings
from ocr_core.views import wording
from ocr_core.views.colours import decoder_colour
from ocr_core.views.ctc_view import Theme, ctc_view
from ocr_core.views.engine_reading import EngineReading, judged
from ocr_core.views.html import glyph
from ocr_core.views.truth import EDIT_WORDS, TruthMark

_EMPTY_WIDTH_PX: Final = 640
_EMPTY_HEIGHT_PX: Final = 32
_LARGEST_EMPTY_PX: Final = 8_000
_LOSSES_PX: Final = 430


@dataclass(frozen=True, slots=True)
class ShownCase:
    """What a page draws of a case.

    Attributes:
        document: the CTC view as a whole page; "" when there is nothing to draw.
        losses: one row for each character of the truth that an engine did not read.
        messages: kind words about what is missing.
        readings: (engine, text) of those engines that read the line.
    """

    document: str
    losses: pd.DataFrame
    messages: tuple[str, ...]
    readings: tuple[tuple[str, str], ...]


def show_line(run: run_data.ChosenRun, index: int, keys: Sequence[str]) -> bool:
    """Draws a line of a run as these engines see it; returns False, with a word about it, when there is none."""
    path = run.folder.path
    case, facts = _line(
        str(path), run.stamp, index, tuple(keys), _picture_of(run, index, keys), _theme(), _wants_language("line")
    )
    if facts is None:
        st.warning("This run has no such line for these engines. The link may belong to another run.")
        return False
    st.caption(
        plain(" · ".join(dict.fromkeys(part for part in (facts["name"], facts["title"], facts["group"]) if part)))
    )
    _draw(case, facts["truth"])
    return True


def show_saved(store: CaseStore, token: str) -> bool:
    """Draws a saved case; returns False, with a word about it, when it cannot be opened."""
    try:
        opened = store.load(token)
    except CaseError as error:
        st.warning(plain(str(error)))
        return False
    wanted = _wants_language("saved")
    readings = [
        EngineReading(
            reading.display_name,
            decoder_colour(registry.colour_of(reading.model), EngineKey.parse(reading.key).decoder),
            reading.recognition,
            evidence,
            change=_change(reading.recognition, evidence, wanted),
        )
        for reading, evidence in zip(opened.case.readings, opened.evidence, strict=True)
    ]
    st.caption(plain(" · ".join(part for part in (opened.case.created, opened.case.source, opened.case.note) if part)))
    source_from_line = np.array(opened.case.source_from_line, dtype=np.float64)
    _draw(_shown(opened.image, readings, opened.case.truth, (), source_from_line), opened.case.truth)
    return True


def _draw(case: ShownCase, truth: str) -> None:
    for message in case.messages:
        st.info(plain(message))
    if case.document:
        show_view(case.document, len(case.readings))
    elif truth:
        st.markdown(f"Truth: {plain(truth)}")
    if not case.losses.empty:
        st.markdown("##### Where was the truth lost?")
        height = min(_LOSSES_PX, 38 + 35 * len(case.losses))
        st.dataframe(case.losses, hide_index=True, key="losses", height=height)
        st.caption(
            "By forced alignment of the truth to the stored evidence: the place of the frame where the right character "
            "was most probable, its probability there, and what the engine preferred on that frame."
        )


def _picture_of(run: run_data.ChosenRun, index: int, keys: Sequence[str]) -> PicturePlace | None:
    """Returns the place of a line's picture, which the cached view depends on."""
    record = next((found for key in keys if (found := run.folder.record(index, key))), None)
    return run_data.picture_place(run, record.name) if record else None


def _theme() -> Theme:
    return "dark" if charts.is_dark() else "light"


@st.cache_data(show_spinner="Drawing the views ...", max_entries=32)
def _line(
    path: str,
    stamp: run_data.Stamp,
    index: int,
    keys: tuple[str, ...],
    place: PicturePlace | None,
    theme: Theme,
    with_language: bool,
) -> tuple[ShownCase, dict[str, Any] | None]:
    run = RunFolder(Path(path))
    info = run.info()
    known = {engine.key: engine for engine in info.engines}
    records = [record for key in dict.fromkeys(keys) if key in known and (record := run.record(index, key))]
    if not records:
        return ShownCase("", pd.DataFrame(), (), ()), None
    messages, readings = [], []
    for record in records:
        engine = known[record.engine]
        recognition = record.recognised()
        if recognition is None:
            messages.append(f"{engine.display_name} did not read this line: {record.error or 'nothing was recorded'}")
            continue
        evidence, message = evidence_of_line(run, record, engine.display_name, engine.gives_evidence)
        messages += [message] if message else []
        change = _change(recognition, evidence, with_language)
        readings.append(EngineReading(engine.display_name, engine.colour, recognition, evidence, change=change))
    pixels = pictures.picture(place)
    if pixels is None and readings:
        messages.insert(0, "The picture of this line is not here any more; the views are drawn over an empty one.")
        pixels = _empty(records[0])
    facts = {"name": records[0].name, "title": records[0].title, "group": records[0].group, "truth": records[0].truth}
    return _shown(pixels, readings, records[0].truth, tuple(messages), None, theme), facts


def _wants_language(where: str) -> bool:
    return st.toggle(
        "What would the language model read?",
        key=f"with_language_{where}",
        help="Decodes the stored evidence again with the character language model, and says of every change what the "
        "picture and what the language has to say to it. Readings decoded otherwise than greedily say so anyway.",
    )


def _change(recognition: Recognition, evidence: Evidence | None, with_language: bool) -> DecodingChange | None:
    if recognition.decoder == "greedy" and not with_language:
        return None
    return what_changes(recognition, evidence, Settings.from_environment().models_folder)


def evidence_of_line(run: RunFolder, record: LineRecord, name: str, expected: bool) -> tuple[Evidence | None, str]:
    """Returns what was kept of a reading, and in words why there is none where some was expected."""
    try:
        evidence = run.evidence(record.index, record.engine)
    except OcrError as error:
        return None, f"The evidence of {name} for this line cannot be used: {error}"
    if evidence is None and expected:
        return None, f"No evidence of {name} was kept for this line (or it was deleted), so its frames are not shown."
    return evidence, ""


def _shown(
    pixels: NDArray[np.uint8] | None,
    readings: Sequence[EngineReading],
    truth: str,
    messages: tuple[str, ...],
    source_from_line: NDArray[np.float64] | None,
    theme: Theme | None = None,
) -> ShownCase:
    if pixels is None or not readings:
        return ShownCase("", pd.DataFrame(), messages, ())
    readings = judged(readings, truth, (pixels.shape[1], pixels.shape[0]), source_from_line)
    document = ctc_view(
        pixels, readings, truth=truth or None, source_from_line=source_from_line, theme=theme or _theme()
    )
    rows = [row for reading in readings for row in losses(reading)]
    return ShownCase(
        document, pd.DataFrame(rows), messages, tuple((one.name, one.recognition.text) for one in readings)
    )


def losses(reading: EngineReading) -> list[dict[str, Any]]:
    """Returns one row for each character of the truth that an engine misread or missed, and where its frames had it."""
    judgement = reading.judgement
    if judgement is None:
        return []
    places = judgement.placed.places if judgement.placed else ()
    return [_loss(reading, mark, places) for mark in judgement.marks if mark.kind in ("substituted", "missed")]


def _loss(reading: EngineReading, mark: TruthMark, places: Sequence[Any]) -> dict[str, Any]:
    index = mark.truth_index
    place = places[index] if index is not None and index < len(places) else None
    found = place.found if place else None
    return {
        "engine": reading.name,
        "character": glyph(mark.truth),
        "number": None if index is None else index + 1,
        "what happened": f"{EDIT_WORDS[mark.kind]}: {glyph(mark.read)}" if mark.read else EDIT_WORDS[mark.kind],
        "its probability": wording.probability(found.probability) if found else wording.NO_FIGURE,
        "preferred": _preferred(found.preferred) if found else wording.NO_FIGURE,
        "with": wording.probability(found.preferred_probability) if found else wording.NO_FIGURE,
        "at px": f"{place.left_px:.0f} to {place.right_px:.0f}" if place else wording.NO_FIGURE,
    }


def _preferred(text: str) -> str:
    return glyph(text) if text else "blank"


def _empty(record: LineRecord) -> NDArray[np.uint8]:
    """An empty picture of the size that the gone one had."""
    width = min(_LARGEST_EMPTY_PX, record.source_width_px or _EMPTY_WIDTH_PX)
    height = min(_LARGEST_EMPTY_PX, record.source_height_px or _EMPTY_HEIGHT_PX)
    return np.full((height, width, 3), 235, dtype=np.uint8)


def store() -> CaseStore:
    """Returns the saved cases' store, as the environment names it."""
    return CaseStore.from_environment(Settings.from_environment())
