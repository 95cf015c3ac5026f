"""What people say of the opened line: tags by the keys 1 to 9, a note, a corrected label; and all of it to take away.

Keeps everything in `eval.triage.store`; knows nothing of readings but as texts that a label may be taken from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from apps.dashboard import run_data
from apps.dashboard.charts import plain
from eval.datasets import Dataset, read_dataset
from eval.triage.export import archive
from eval.triage.store import LONGEST_TEXT, Action, Said, TriageStore
from ocr_core.errors import OcrError
from ocr_core.views.wording import counted

TAGS: Final = (
    "label wrong",
    "blurred",
    "cut off",
    "covered",
    "rare character",
    "layout",
    "unclear",
    "look again",
    "done",
)
"""What a line can be called, by the keys 1 to 9."""

_BY: Final = "triage: by"
_EDITED: Final = "triage: edited"


@dataclass(frozen=True, slots=True)
class TriageLine:
    """The line that is spoken of: the hash of its data's labels, its name, its label, and readings by engine."""

    data: str
    name: str
    truth: str
    readings: Mapping[str, str]


def store() -> TriageStore:
    """Returns the store beside the runs of this server."""
    return TriageStore.beside_runs()


def said_of(run: run_data.ChosenRun) -> dict[str, Said]:
    """Returns what is said of the lines of a run's data, by name."""
    return store().said(run.info.data.sha256)


def ask_for_name() -> None:
    """Draws the field for who is speaking, which stands beside what is said."""
    st.session_state.setdefault(_BY, "")
    st.session_state[_BY] = st.session_state[_BY]
    with st.sidebar:
        st.text_input("Your name", key=_BY, max_chars=60, help="Is kept beside your tags, notes and corrected labels.")


def show(line: TriageLine, said: Said) -> None:
    """Draws tags, note and label of a line."""
    with st.container(horizontal=True, gap="small"):
        for number, tag in enumerate(TAGS, start=1):
            st.button(
                tag,
                key=f"triage: tag {number}",
                icon=":material/check:" if tag in said.tags else None,
                type="secondary" if tag in said.tags else "tertiary",
                shortcut=str(number),
                on_click=_keep,
                args=(line, "tag", tag),
            )
    if said.decision is not None:
        _decided(line, said)
    with st.container(horizontal=True, gap="small"):
        st.button("Correct the label", icon=":material/edit:", shortcut="e", on_click=_edit, args=(line.name,))
        if said.decision is None:
            st.button("The label is right", key="triage: dismiss", on_click=_decide, args=(line, "dismissed", ""))
    if st.session_state.get(_EDITED) == line.name:
        _editor(line, said)
    note = st.text_input(
        "Note",
        value=said.note,
        key=f"triage: note {line.name}",
        max_chars=LONGEST_TEXT,
        placeholder="a note for everybody who opens this line",
    )
    if note.strip() != said.note:
        _keep(line, "note", note)
        st.rerun()


def take_away(run: run_data.ChosenRun) -> None:
    """Draws what there is to take away: the corrected labels as a label file, with their history."""
    data = run.info.data.sha256
    corrections, history = store().corrections(data), store().history(data)
    if not history:
        return
    with st.expander(f"Corrected labels: {counted(len(corrections), 'line')}"):
        st.caption(
            "A label file with all lines, corrected ones replaced and marked in a column of their own, and every "
            "decision as JSON lines. Unpack it beside the pictures in place of the old label file."
        )
        dataset = _dataset(str(run.info.data.source))
        if dataset is None:
            st.info("The data of this run is not on this machine any more, so there is no file to write anew.")
            return
        packed = archive(dataset.lines, corrections, history)
        st.download_button(
            "Corrected labels with history, zip",
            packed,
            file_name=f"{run.id}-labels.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
        )


def _decided(line: TriageLine, said: Said) -> None:
    decision = said.decision
    assert decision is not None
    by = f" by {decision.by}" if decision.by else ""
    words = (
        f"label corrected to “{decision.text}”" if decision.action == "corrected" else "label looked at: it is right"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":green-badge[{plain(words + by)}]")
        st.button("Take it back", key="triage: reopen", on_click=_decide, args=(line, "reopened", ""))


def _editor(line: TriageLine, said: Said) -> None:
    corrected = said.decision.text if said.decision and said.decision.action == "corrected" else line.truth
    with st.form("triage: label", border=True):
        text = st.text_input("Label", value=corrected, max_chars=LONGEST_TEXT)
        if st.form_submit_button("Keep it", icon=":material/save:") and text.strip() and text != line.truth:
            _decide(line, "corrected", text.strip())
            st.rerun()
    for reading, engines in _by_reading(line).items():
        st.button(
            f"Take “{reading}” ({', '.join(engines)})".replace("[", "\\["),
            key=f"triage: take {reading}",
            on_click=_decide,
            args=(line, "corrected", reading),
        )


def _by_reading(line: TriageLine) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for engine, reading in line.readings.items():
        if reading.strip() and reading != line.truth:
            found.setdefault(reading, []).append(engine)
    return found


def _edit(name: str) -> None:
    st.session_state[_EDITED] = None if st.session_state.get(_EDITED) == name else name


def _decide(line: TriageLine, action: Action, text: str) -> None:
    try:
        store().decide(line.data, line.name, action, before=line.truth, text=text, by=who_speaks())
    except OcrError as error:
        st.toast(plain(str(error)), icon=":material/error:")
    st.session_state[_EDITED] = None


def _keep(line: TriageLine, what: str, value: str) -> None:
    try:
        if what == "tag":
            store().toggle_tag(line.data, line.name, value, who_speaks())
        else:
            store().write_note(line.data, line.name, value, who_speaks())
    except OcrError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def who_speaks() -> str:
    """Returns the name that the visitor gave; "" for none."""
    return str(st.session_state.get(_BY, ""))


@st.cache_resource(show_spinner=False, max_entries=4)
def _dataset(source: str) -> Dataset | None:
    try:
        return read_dataset(Path(source))
    except OcrError:
        return None


def tags_of(said: Mapping[str, Said], names: Sequence[str]) -> list[str]:
    """Returns what stands in a table's cell for each line: its tags, whether it has a note, its label's fate."""
    found = []
    for name in names:
        one = said.get(name, Said())
        parts = [*one.tags, *(["note"] if one.note else [])]
        parts += [f"label {one.decision.action}"] if one.decision else []
        found.append(", ".join(parts))
    return found
