"""The data page: the lines that engines are measured on, with pictures, truths and where they come from.

Shows labels and pictures as they lie on disk; knows nothing of readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from apps.dashboard import line_tables, links, run_data
from apps.dashboard.charts import plain
from apps.dashboard.line_card import card, picture_uri
from apps.dashboard.section_choice import choose_section
from eval.benchmark import BENCHMARK_FOLDER, COMMITTED_RUN, ZIJIAN_500, current_name
from eval.committed.results import RESULTS_FILE, Results, read
from eval.datasets import Dataset, LabelledLine, read_dataset
from eval.pictures import load_image
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from eval.scenarios.difficulty import MOST_APART, difficulty
from eval.titles import section_titles
from ocr_core.errors import OcrError
from ocr_core.settings import Settings
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

CARDS_A_PAGE: Final = 12
HOW_TO_BUILD: Final = "python -m eval.scenarios.build -o FOLDER"
LICENCES: Final = "LICENCES.md"
LONGEST_LICENCES_BYTES: Final = 100_000

_FROM: Final = {"benchmark": f"The benchmark {ZIJIAN_500}", "run": "The data of a run"}
_OLD_SOURCES: Final = {"five": "benchmark"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A data set as the page needs it.

    Attributes:
        titles: what to call every section, by its name.
        places: of every line in the whole data set, which is its index in a run.
    """

    dataset: Dataset
    titles: Mapping[str, str]
    places: Mapping[str, int]


def show() -> None:
    """Draws the page."""
    st.title("What is measured on?")
    offered = {name: title for name, title in _FROM.items() if name != "benchmark" or BENCHMARK_FOLDER.is_dir()}
    source = choose_section("source", offered, _OLD_SOURCES)
    if source == "benchmark":
        st.caption("They are in this repository, 100 lines a scenario, and can be built again by one command:")
        st.code(HOW_TO_BUILD, language="bash")
        _difficulty()
        _browse(BENCHMARK_FOLDER, run=None)
        return
    run = run_data.choose()
    folder = _data_of(run)
    if folder is None:
        st.info("The data of this run is not on this machine any more; its truths are among the failure cases.")
        return
    _browse(folder, run)


def filtered(lines: Sequence[LabelledLine], section: str | None, text: str) -> list[LabelledLine]:
    """Returns the lines of a section (None for all) whose truth or provenance contains a text ("" for any)."""
    wanted = text.casefold()
    return [
        line
        for line in lines
        if section in (None, line.section)
        and (not wanted or wanted in line.text.casefold() or wanted in line.how.casefold())
    ]


def _data_of(run: run_data.ChosenRun) -> Path | None:
    """Returns the folder or labels file that a run read; the committed sets for a run of them made elsewhere."""
    given = run.info.data.source
    if given.exists():
        return given
    return BENCHMARK_FOLDER if current_name(run.info.data.name) == ZIJIAN_500 and BENCHMARK_FOLDER.is_dir() else None


def _difficulty() -> None:
    """Says whether the sets are as hard as life, as far as the committed run tells."""
    folder = RunFolder(run_data.COMMITTED_RUNS / COMMITTED_RUN.name)
    try:
        summary = folder.summary()
        rows = difficulty_rows(summary, read(RESULTS_FILE)) if summary else []
    except OcrError:
        return
    if not rows:
        return
    with st.expander("Are they as hard as life?"):
        st.caption(
            f"PP-OCRv4 learned from real pictures, and from none of these. What it reads of {ZIJIAN_500} should lie "
            f"within {100 * MOST_APART:.0f} points of what it reads of real lines of that kind."
        )
        st.dataframe(rows, hide_index=True)


def difficulty_rows(summary: Summary, results: Results) -> list[dict[str, str]]:
    """Returns what PP-OCRv4 reads of each set and of real lines, in words."""
    return [
        {
            "lines of": subset_name(one.scenario.value),
            "PP-OCRv4, characters right": wording.percent_with_interval(one.here),
            "on real lines": wording.percent_with_interval(one.real),
            "difference, points": wording.percentage_points(one.difference),
        }
        for one in difficulty(summary, results)
    ]


def _browse(path: Path, run: run_data.ChosenRun | None) -> None:
    try:
        shown = _read(str(path), _changed(path))
    except OcrError as error:
        st.error(plain(f"The labels cannot be read: {run_data.without_paths(str(error))}"))
        return
    section, text = _filters(shown)
    lines = filtered(shown.dataset.lines, section, text)
    _licences(path if path.is_dir() else path.parent, section, trusted=path == BENCHMARK_FOLDER)
    if shown.dataset.problems:
        with st.expander(f"{len(shown.dataset.problems):,} labels cannot be used"):
            rows = [{"where": one.where, "why": one.message} for one in shown.dataset.problems]
            st.dataframe(rows, hide_index=True)
    groups = len({line.origin for line in lines})
    st.caption(
        plain(
            f"{wording.sample_size(len(lines), groups)}. Lines of one group (page, photograph, writer) are "
            "resampled together."
        )
    )
    page = _page(len(lines))
    _cards(shown, lines[(page - 1) * CARDS_A_PAGE : page * CARDS_A_PAGE], run)


def _filters(shown: Shown) -> tuple[str | None, str]:
    sections = list(shown.titles)
    counts = {section: sum(line.section == section for line in shown.dataset.lines) for section in sections}
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        options = ["all", *sections] if len(sections) > 1 else sections
        section = st.selectbox(
            "Subset",
            options,
            format_func=lambda name: (
                f"all of them ({len(shown.dataset.lines):,})"
                if name == "all" and name not in counts
                else f"{subset_name(shown.titles[name])} ({counts[name]:,})"
            ),
            key=links.choice("section", options),
        )
    with right:
        text = st.text_input(
            "Contains", key=links.entry("find"), placeholder="in the truth or how it was made", max_chars=60
        )
    links.update_query(section=section, find=text)
    return (None if section == "all" and "all" not in counts else str(section)), text


def _cards(shown: Shown, lines: Sequence[LabelledLine], run: run_data.ChosenRun | None) -> None:
    if not lines:
        st.info("No line is like that.")
        return
    read = set() if run is None else _tried(run, [shown.places[line.name] for line in lines])
    for start in range(0, len(lines), 2):  # row by row, so that the order holds where there is room for one column
        for column, line in zip(st.columns(2), lines[start : start + 2], strict=False):
            with column:
                _card(line)
                if run is not None and shown.places[line.name] in read:
                    links.page_link("failures", "How engines read it", run=run.id, line=shown.places[line.name])


def _tried(run: run_data.ChosenRun, indices: Sequence[int]) -> set[int]:
    """Returns which of some lines any engine of the run has tried."""
    found = line_tables.ask(
        str(run.folder.path),
        run.stamp,
        'SELECT DISTINCT "index" FROM lines WHERE "index" IN (SELECT unnest($indices))',
        {"indices": list(indices)},
    )
    return {int(index) for index in found["index"]}


def _card(line: LabelledLine) -> None:
    facts = [
        ("how:", line.how),
        ("group:", line.origin if line.origin != line.name else ""),
        ("truth:", line.certainty),
        ("file:", line.name),
    ]
    st.html(card(_picture(str(line.folder), line.name, _changed(line.path)), line.text, facts))


def _page(count: int) -> int:
    pages = max(1, -(-count // CARDS_A_PAGE))
    if pages == 1:
        links.update_query(sheet=None)
        return 1
    page = st.pagination(pages, key=links.choice("sheet", range(1, pages + 1), default=1))
    links.update_query(sheet=page if page != 1 else None)
    return int(page)


def _licences(folder: Path, section: str | None, *, trusted: bool) -> None:
    """Shows the licences that lie beside the pictures; only the project's own are drawn as Markdown."""
    found = [file for file in _licence_files(folder) if section is None or file.parent.name == section]
    if not found:
        return
    with st.expander("Where this comes from, and under which licences"):
        for file in found:
            text = _text_of(file)
            if trusted:
                st.markdown(text)
            else:
                st.code(text, language=None, wrap_lines=True)


def _licence_files(folder: Path) -> list[Path]:
    boundary = folder.resolve()
    files = [folder / LICENCES, *sorted(folder.glob(f"*/{LICENCES}"))]
    return [file for file in files if file.is_file() and file.resolve().is_relative_to(boundary)]


def _text_of(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(LONGEST_LICENCES_BYTES).decode("utf-8", "replace")


def _changed(path: Path) -> int:
    """Returns when a file, or the newest labels file below a folder, was changed; 0 for nothing."""
    try:
        files = [path, *path.rglob("labels.*")] if path.is_dir() else [path]
        return max(file.stat().st_mtime_ns for file in files)
    except OSError:
        return 0


@st.cache_resource(show_spinner="Reading the labels ...", max_entries=4)
def _read(path: str, changed: int) -> Shown:
    dataset = read_dataset(Path(path))
    sections = dict.fromkeys(line.section for line in dataset.lines)
    titles = section_titles(dataset)
    places = {line.name: place for place, line in enumerate(dataset.lines)}
    return Shown(dataset, {section: titles[section] for section in sections}, places)


@st.cache_data(show_spinner=False, max_entries=1_000)
def _picture(folder: str, name: str, changed: int) -> str | None:
    try:
        return picture_uri(load_image(Path(folder), name, Settings.from_environment()))
    except OcrError:
        return None
