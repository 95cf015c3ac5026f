"""The run that pages show: chosen in the sidebar and in the link, its files read once for all visitors.

Committed runs come first, then those of the runs folder. What is read is kept by path and file times, so a run that
is still being written is read again as it grows. Computes nothing that a summary should hold, and loads no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st

from apps.dashboard import links
from apps.dashboard.charts import plain
from apps.dashboard.pictures import PicturePlace
from eval.benchmark import BENCHMARK_FOLDER, COMMITTED_RUNS, OLD_NAMES, ZIJIAN_500, current_name, described
from eval.pictures import file_of
from eval.runs.info import REPOSITORY, RunInfo
from eval.runs.line_scores import errors_and_exact
from eval.runs.outcome import COMPLETE, NOTHING, PARTIAL, Outcome, outcome_of
from eval.runs.parquet_rows import LIGHT, files_of
from eval.runs.records import ADDED, FIELDS, SCORES, RunError
from eval.runs.store import JOURNAL, LINES, RUN_FILE, SUMMARY, RunFolder, list_runs, runs_folder_of
from eval.runs.summary import summarise
from eval.runs.summary_types import Summary
from eval.slices.slice import Slice
from eval.slices.sliced_summary import summary_of
from eval.triage.store import TriageStore
from ocr_core.errors import OcrError
from ocr_core.views.wording import counted, subset_name

HOW_TO_RUN: Final = f"python -m eval run --models crnn,convnext_tiny --data {ZIJIAN_500}"
MOST_ADDED_UP: Final = 20_000
"""Readings of a stopped run that a page adds up by itself."""

_WATCHED: Final = (RUN_FILE, SUMMARY, LINES, JOURNAL)
_DATED: Final = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)\d\d-(.+)")
_STAGES: Final = tuple(name for name in FIELDS if name.endswith("_ms"))

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of every file of a run that pages read: what its cached contents go by."""


@dataclass(frozen=True, slots=True)
class ChosenRun:
    """A run that a page shows.

    Attributes:
        id: name of its folder; what `?run=` says.
        folder: where to read records, evidence and images from.
        info: what it says of itself.
        state: as `RunFolder.state`: also "interrupted".
        stamp: changes whenever its files do.
    """

    id: str
    folder: RunFolder
    info: RunInfo
    state: str
    stamp: Stamp


def choose() -> ChosenRun:
    """Draws the sidebar's choice of a run and returns the chosen one; with none at all, says so and stops the page."""
    runs = available()
    if not runs:
        st.info("There is no run to show yet. Make one, then reload this page:")
        st.code(HOW_TO_RUN, language="bash")
        links.page_link("run", "Or start one from here")
        links.stop()
    names = [run.path.name for run in runs]
    asked = links.read("run")
    key = links.choice("run", names, old_names=OLD_NAMES)
    with st.sidebar:
        chosen_id = st.selectbox(
            "Run", names, format_func=labels(runs).__getitem__, key=key, help="Committed runs come first."
        )
    if asked and not {asked, current_name(asked)} & set(names):
        st.warning(f"The link asks for a run that is not here ({plain(asked[:60])}); this is another one.")
    links.update_query(run=chosen_id)
    chosen = opened(next(run for run in runs if run.path.name == chosen_id))
    with st.sidebar:
        st.caption(plain(f"Every figure is of {described(chosen.info.data.name)}."))
    _say_state(chosen)
    _choose_view(chosen)
    return chosen


def available() -> list[RunFolder]:
    """Returns all runs there are: committed ones first, then the latest; of two with one id the first counts."""
    found: dict[str, RunFolder] = {}
    for folder in (COMMITTED_RUNS, runs_folder_of()):
        for run in list_runs(folder):
            found.setdefault(run.path.name, run)
    return list(found.values())


def run_label(run_id: str) -> str:
    """Returns what to call a run in a list: of a name that begins with its moment, the rest comes first."""
    found = _DATED.fullmatch(run_id)
    return f"{found[6]} · {found[1]}-{found[2]}-{found[3]} {found[4]}:{found[5]}" if found else run_id


def labels(runs: Sequence[RunFolder]) -> dict[str, str]:
    """Returns what to call every run in a list, by its id: what is not all there says so."""
    found = {}
    for run in runs:
        state = run.state()
        rest = state if state == "running" else _outcome(str(run.path), stamp_of(run.path)).state
        found[run.path.name] = run_label(run.path.name) + ("" if rest == COMPLETE else f" · {rest}")
    return found


def without_paths(text: str) -> str:
    """Returns a message without the folders of this server, which are no visitor's business."""
    for folder, called in ((runs_folder_of().absolute(), "runs"), (REPOSITORY, ".")):
        text = text.replace(str(folder), called)
    return text


def opened(folder: RunFolder) -> ChosenRun:
    """Reads what a run says of itself.

    Raises:
        RunError: it cannot be read.
    """
    return ChosenRun(folder.path.name, folder, folder.info(), folder.state(), stamp_of(folder.path))


def summary(run: ChosenRun) -> Summary:
    """Returns `summary.json` (its keys: `eval/runs/summary.py`), of a stopped run what it has so far comes to.

    Where there is neither, says so and stops the page.
    """
    found = _summary(str(run.folder.path), run.stamp)
    if found is not None and (view := _view(run)) != NO_VIEW:
        return _viewed(run, found, view)
    if found is None and run.state != "running":
        found = _summary_so_far(str(run.folder.path), run.stamp)
        if found is not None:
            _say_how_far(run, found)
    if found is None:
        st.info("This run has no figures yet: they are made at its end.")
        if run.state != "running":
            st.code(f"python -m eval run --resume {run.id}", language="bash")
        links.stop()
    return found


@dataclass(frozen=True, slots=True)
class RunView:
    """What a visitor wants of a run beside its own figures.

    Attributes:
        slices: (name, conditions) of those that get figures of their own.
        corrections: (name of the line, new label).
    """

    slices: tuple[tuple[str, str], ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()


NO_VIEW: Final = RunView()


def _choose_view(run: ChosenRun) -> None:
    """Draws the choice of slices and of labels, where anybody has kept any."""
    store = TriageStore.beside_runs()
    kept, corrections = list(store.slices()), store.corrections(run.info.data.sha256)
    with st.sidebar:
        slices: list[str] = []
        if kept:
            slices = st.multiselect(
                "Slices",
                kept,
                key=links.choices("slices", kept),
                placeholder="none",
                help="Lines that get figures of their own in every chart.",
            )
        labels = "written"
        if corrections:
            key = links.choice("labels", ["written", "corrected"])
            labels = st.segmented_control(
                "Labels",
                ["written", "corrected"],
                format_func=lambda one: "as written" if one == "written" else f"corrected ({len(corrections):,})",
                key=key,
                required=True,
            )
    links.update_query(slices=list(slices), labels=None if labels == "written" else labels)


def _view(run: ChosenRun) -> RunView:
    wanted = [name for name in links.read("slices").split(",") if name]
    corrected = links.read("labels") == "corrected"
    if not wanted and not corrected:
        return NO_VIEW
    store = TriageStore.beside_runs()
    kept = store.slices()
    corrections = store.corrections(run.info.data.sha256) if corrected else {}
    return RunView(tuple((name, kept[name]) for name in wanted if name in kept), tuple(sorted(corrections.items())))


def _viewed(run: ChosenRun, found: Summary, view: RunView) -> Summary:
    """Returns the figures with slices and with corrected labels; says what they are of."""
    if is_large(run):
        st.warning(f"Slices and corrected labels are shown of runs with at most {MOST_ADDED_UP:,} readings.")
        return found
    try:
        viewed = _viewed_summary(str(run.folder.path), run.stamp, view)
    except OcrError as error:
        st.warning(plain(str(error)))
        return found
    if view.corrections:
        st.info(f"Every figure is of the labels as corrected: {counted(len(view.corrections), 'line')} changed.")
    return viewed


@st.cache_data(show_spinner="Adding up lines ...", max_entries=16)
def _viewed_summary(path: str, stamp: Stamp, view: RunView) -> Summary:
    slices = [Slice.parse(name, conditions) for name, conditions in view.slices]
    return summary_of(RunFolder(Path(path)), slices, dict(view.corrections))


def is_too_large(run: ChosenRun, words: str) -> bool:
    """Tells whether a run has too many readings for a page to go through, and says `words` and how many are not."""
    if is_large(run):
        st.info(f"This page is for runs with at most {MOST_ADDED_UP:,} readings. {words}")
    return is_large(run)


def is_large(run: ChosenRun) -> bool:
    """Tells whether a run has more readings than a page goes through."""
    return run.info.data.lines * len(run.info.engines) > MOST_ADDED_UP


def lines_table(run: ChosenRun) -> pd.DataFrame:
    """Returns one row an engine and line, without recognitions; shared by all visitors, so never to be changed.

    Columns: the fields of `LineRecord` but what is told of single characters (`reading` and `confidence` are None and
    NaN where there is none; `errors` is NaN and `exact` False where nothing was read), and `length` (characters of the
    truth), `total_ms` and `read` (whether the image could be read).
    """
    return cached_table(str(run.folder.path), run.stamp)


def picture_place(run: ChosenRun, name: str) -> PicturePlace | None:
    """Returns where the picture of a line lies; None when it is gone.

    A run made elsewhere names a folder that is not here: the committed sets are then looked through. A record's name
    never leads out of these folders.
    """
    for folder in picture_folders(run.info.data.folder):
        file = file_of(folder, name)
        if file is not None:
            return PicturePlace(str(folder), name, file.stat().st_mtime_ns)
    return None


def picture_folders(data: Path) -> tuple[Path, ...]:
    """Returns where the pictures of a run may lie, the likeliest first: of data that is gone, the committed sets."""
    return data, BENCHMARK_FOLDER, BENCHMARK_FOLDER / data.name


def stamp_of(path: Path) -> Stamp:
    """Returns what changes when the files of a run do."""
    found = []
    for name in _WATCHED:
        try:
            status = (path / name).stat()
        except OSError:
            continue
        found.append((name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _say_how_far(run: ChosenRun, found: Summary) -> None:
    """Says what figures of a stopped run are of: lines go in the order of the data, so they are no sample of it."""
    sets = [one for one in found["sets"] if one["kind"] != "overall"]
    kinds = ", ".join(f"{subset_name(one['title'])} {one['lines']:,}" for one in sets)
    st.info(
        plain(
            f"Figures are of the {found['lines']:,} of {counted(run.info.data.lines, 'line')} it came to: {kinds}. "
            "Lines go in the order of the data, so these are no sample of all of them."
        )
    )


def _say_state(run: ChosenRun) -> None:
    words = {
        "running": "This run is still going on; figures appear at its end.",
        "interrupted": "This run was interrupted: what it has so far is shown. It can be resumed.",
        "cancelled": "This run was cancelled: what it had read by then is shown.",
        "failed": f"This run failed: {plain(run.info.error[:200])}",
    }
    if run.state in words:
        st.warning(words[run.state])
        return
    outcome = _outcome(str(run.folder.path), run.stamp)
    if outcome.state == NOTHING:
        st.error(plain(f"Nothing was read in this run: {outcome.words}."))
    elif outcome.state == PARTIAL:
        st.warning(plain(f"This run is partial: {outcome.words}."))


@st.cache_data(show_spinner=False, max_entries=16)
def _summary(path: str, stamp: Stamp) -> Summary | None:
    return RunFolder(Path(path)).summary()


@st.cache_data(show_spinner=False, max_entries=256)
def _outcome(path: str, stamp: Stamp) -> Outcome:
    return outcome_of(RunFolder(Path(path)))


@st.cache_data(show_spinner="Adding up what was read ...", max_entries=8)
def _summary_so_far(path: str, stamp: Stamp) -> Summary | None:
    """Sums up a run that was stopped, unless that takes too long for a page."""
    run = RunFolder(Path(path))
    tried = outcome_of(run).tried
    return summarise(run) if 0 < tried <= MOST_ADDED_UP else None


@st.cache_resource(show_spinner="Reading the run's lines ...", max_entries=4)
def cached_table(path: str, stamp: Stamp) -> pd.DataFrame:
    """Returns the table of `lines_table`, for those who are cached themselves and know a run by path and stamp."""
    return table_of(RunFolder(Path(path)))


def table_of(folder: RunFolder) -> pd.DataFrame:
    """Reads the table of `lines_table` from a run's files."""
    if (folder.path / LINES).exists():
        table = _parquet(folder.path / LINES)
    else:
        rows = [{name: getattr(record, name) for name in LIGHT} for record in folder.light_records()]
        table = pd.DataFrame(rows, columns=list(LIGHT))
    return _complete(table)


def _parquet(path: Path) -> pd.DataFrame:
    """Reads columns at once: many times faster than one `LineRecord` a row."""
    try:
        known = pq.read_schema(files_of(path)[0]).names
        table = pq.read_table(files_of(path), columns=[name for name in LIGHT if name in known]).to_pandas()
        return table.assign(**{name: None for name in SCORES if name in LIGHT and name not in known})
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"'{path}' cannot be read as the lines of a run.") from error


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    readings = [reading if isinstance(reading, str) else None for reading in table["reading"]]
    read = np.array([reading is not None for reading in readings], dtype=bool)
    if table["errors"].isna()[read].any():  # a run from before records kept their scores
        table = _scored(table, readings)
    return table.assign(
        reading=pd.Series(readings, index=table.index, dtype=object),
        **{name: _known_or_none(table, name) for name in ADDED},
        confidence=table["confidence"].astype("float64"),
        length=[len(truth) for truth in table["truth"]],
        total_ms=table[list(_STAGES)].sum(axis=1),
        read=read,
        errors=table["errors"].astype("float64"),
        exact=table["exact"].eq(True),
    )


def _known_or_none(table: pd.DataFrame, name: str) -> pd.Series | None:
    return table[name].astype(object).where(table[name].notna(), None) if name in table else None


def _scored(table: pd.DataFrame, readings: list[str | None]) -> pd.DataFrame:
    pairs = zip(table["truth"], readings, strict=True)
    found = [(None, None) if reading is None else errors_and_exact(truth, reading) for truth, reading in pairs]
    return table.assign(errors=[errors for errors, _ in found], exact=[exact for _, exact in found])
