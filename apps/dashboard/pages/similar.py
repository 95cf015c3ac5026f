"""The page on similar failures: a map to brush, the lines under the brush, more like one of them, what was confused.

Shows what a run holds and what `python -m eval features` kept beside it; runs no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from apps.dashboard import charts, links, pictures, run_data, similar_lines
from apps.dashboard.charts import plain
from apps.dashboard.confusion_crops import crops
from apps.dashboard.line_card import card, picture_uri
from apps.dashboard.plain_figure import PlainFigure, draw
from apps.dashboard.section_choice import choose_section
from apps.dashboard.similar_lines import MOST_FAILURES, By, FailedLine, Failures
from apps.dashboard.subset_choice import choose_subset, titles_of
from eval.confusion_examples import Confusion
from eval.runs.info import EngineInfo
from eval.runs.records import RunError
from eval.runs.store import LINES
from eval.similar import features
from eval.similar.neighbours import commonest
from eval.similar.training_characters import TrainingCharacters
from eval.similar.training_characters import read as read_training
from ocr_core.errors import DatasetError
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

ROWS: Final = 40
NEAREST: Final = 8
CONFUSIONS: Final = 12
CROPS: Final = 6
_NOTHING: Final = "∅"
_BY: Final = {"features": "what the network sees", "edits": "what was confused"}
_SECTIONS: Final = {"lines": "The lines", "confused": "What is confused?"}
_KINDS: Final = ("#4c78a8", "#e45756", "#72b7b2", "#f58518", "#b279a2", "#54a24b", "#9d755d", "#bab0ac")


def show() -> None:
    """Draws the page."""
    st.title("Which failures are alike?")
    run = run_data.choose()
    summary = run_data.summary(run)
    readers = [engine for engine in run.info.engines if any(row["engine"] == engine.key for row in summary["rows"])]
    if not readers or not (run.folder.path / LINES).exists():
        st.info("Nothing to compare: this needs a finished run with readings.")
        return
    title = choose_subset(summary, {row["title"] for row in summary["rows"]})
    names = charts.engine_names(summary)
    engine = _engine(readers, names)
    by = _by(run, engine)
    try:
        found = similar_lines.failures(
            str(run.folder.path), run.stamp, engine, titles_of(summary, title), by, _changed(run, engine)
        )
    except (RunError, DatasetError) as error:
        st.info(plain(f"This run cannot be looked at so: {error}"))
        return
    if len(found.lines) < 3:
        st.success(f"Fewer than three lines were read wrong here: {len(found.lines)}.")
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        brushed = _map(found, by, names[engine.key], subset_name(title))
    confused: tuple[Confusion, list[int]] | None = None
    chosen = sorted(brushed) or list(range(len(found.lines)))
    with right:
        section = choose_section("list", _SECTIONS)
        if section == "lines":
            _table(run, found, chosen, bool(brushed), names[engine.key])
        else:
            confused = _confusions(found, chosen, names[engine.key], bool(brushed))
    if section == "lines":
        _more_like_one(run, found, engine, by)
    elif confused:
        _crops(run, engine, *confused)


def brushed_places(event: Any, count: int) -> set[int]:
    """Returns the places that were selected on the map; whatever else a browser may send is passed over."""
    try:
        points = event["selection"]["points"]
        return {
            place
            for point in points
            if isinstance(place := point["customdata"][0] if isinstance(point["customdata"], list | tuple)
                          else point["customdata"], int)
            and 0 <= place < count
        }  # fmt: skip
    except (KeyError, TypeError, IndexError):
        return set()


def map_figure(found: Failures) -> PlainFigure:
    """A mark a line, coloured by its kind; what is near was near in more dimensions than two."""
    figure = PlainFigure()
    titles = list(dict.fromkeys(line.title for line in found.lines))
    for number, title in enumerate(titles):
        rows = [place for place, line in enumerate(found.lines) if line.title == title]
        figure.add_scatter(
            x=found.places[rows, 0],
            y=found.places[rows, 1],
            mode="markers",
            name=charts.label(subset_name(title)),
            marker={
                "size": 8,
                "opacity": 0.8,
                "color": charts.shown_colour(_KINDS[number % len(_KINDS)]),
                "symbol": charts.SYMBOLS[number % len(charts.SYMBOLS)],
            },
            customdata=[[place] for place in rows],
            text=[_words(found.lines[place]) for place in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    bare = {"showticklabels": False, "zeroline": False, "title": None}
    figure.update_xaxes(**bare)
    figure.update_yaxes(**bare)
    return figure


def confusion_table(
    found: Failures, chosen: Sequence[int], training: TrainingCharacters | None
) -> tuple[pd.DataFrame, list[tuple[Confusion, list[int]]]]:
    """Returns the commonest confusions of some lines as a table, and of each the indices of the lines that have it."""
    top = commonest([found.edits[place] for place in chosen], CONFUSIONS)
    rows = [
        {
            "truth → reading": f"{_shown(truth)} → {_shown(read)}",
            "times": count,
            "lines": len(places),
            "truth in training": None if training is None else training.per_1000(truth),
            "reading in training": None if training is None else training.per_1000(read),
        }
        for (truth, read), count, places in top
    ]
    indices = [
        (Confusion(truth, read), [found.lines[chosen[place]].index for place in places])
        for (truth, read), _, places in top
    ]
    return pd.DataFrame(rows), indices


def _engine(readers: Sequence[EngineInfo], names: Mapping[str, str]) -> EngineInfo:
    keys = [engine.key for engine in readers]
    key = links.choice("engine", keys)
    chosen = st.segmented_control("Engine", keys, format_func=names.__getitem__, key=key, required=True)
    links.update_query(engine=chosen)
    return next(engine for engine in readers if engine.key == chosen)


def _by(run: run_data.ChosenRun, engine: EngineInfo) -> By:
    offered: list[By] = ["features", "edits"] if similar_lines.has_features(run.folder, engine) else ["edits"]
    by: By = "edits"
    if len(offered) > 1:
        key = links.choice("alike", offered)
        by = st.segmented_control("Alike by", offered, format_func=_BY.__getitem__, key=key, required=True) or "edits"
    else:
        st.caption(
            plain(f"Alike by {_BY['edits']}: what this engine sees of the lines was not kept.")
            + (f" `python -m eval features {run.id}` keeps it, for networks of this project.")
        )
    links.update_query(alike=by if len(offered) > 1 else None)
    return by


def _map(found: Failures, by: By, name: str, where: str) -> set[int]:
    st.markdown(f"##### {plain(f'Where do the failures of {name} lie, on {where}?')}")
    figure = map_figure(found)
    figure.update_layout(
        height=420,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0},
        dragmode="select",
    )
    event = draw(
        figure,
        key=f"similar: map {by} {name} {where}",
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config={"displaylogo": False},
        alt="A map of lines read wrong; a box drawn around some shows them in the table",
    )
    limit = f", the first {MOST_FAILURES:,}" if len(found.lines) == MOST_FAILURES else ""
    st.caption(
        plain(
            f"n = {len(found.lines):,} lines read wrong{limit}. Near marks are alike by {_BY[by]}: two principal "
            "components of many, so far ones may be alike too. Draw a box to choose lines; a double click lets them go."
        )
    )
    return brushed_places(event, len(found.lines))


def _table(run: run_data.ChosenRun, found: Failures, chosen: Sequence[int], is_brushed: bool, name: str) -> None:
    count = wording.counted(len(chosen), "line")
    st.markdown(f"##### {plain(f'{count} under the brush' if is_brushed else f'All {count}')}")
    shown = [found.lines[place] for place in chosen[:ROWS]]
    rows = pd.DataFrame(
        {
            "picture": [pictures.thumbnail(run_data.picture_place(run, line.name)) for line in shown],
            "truth": [line.truth for line in shown],
            name: [line.reading for line in shown],
            "errors": [line.errors for line in shown],
            "kind": [subset_name(line.title) for line in shown],
        }
    )
    st.session_state["similar: shown"] = [line.index for line in shown]
    st.dataframe(
        rows,
        key="similar: table",
        hide_index=True,
        row_height=pictures.ROW_PX,
        height=min(420, 40 + pictures.ROW_PX * len(rows)),
        on_select=_open_selected,
        selection_mode=["single-row", "single-cell"],
        column_config={"picture": st.column_config.ImageColumn(width=pictures.COLUMN_PX)},
        alt="Lines read wrong; a click on one shows more like it below",
    )
    more = f" The first {ROWS} are shown." if len(chosen) > ROWS else ""
    st.caption(f"A click on a line shows more like it below.{more}")


def _open_selected() -> None:
    selection = st.session_state["similar: table"]["selection"]
    rows = [*selection.get("rows", ()), *(cell[0] for cell in selection.get("cells", ()))]
    shown = st.session_state.get("similar: shown", [])
    if rows and rows[-1] < len(shown):
        links.update_query(line=shown[rows[-1]])


def _more_like_one(run: run_data.ChosenRun, found: Failures, engine: EngineInfo, by: By) -> None:
    indices = [line.index for line in found.lines]
    line = links.read_number("line")
    if line is None:
        return
    if line not in indices:
        st.caption(f"Line {line} is not among the lines that {plain(engine.display_name)} read wrong here.")
        return
    place = indices.index(line)
    st.subheader(f"More like line {line}")
    _card(run, found.lines[place], engine)
    near = found.nearest(place, by, NEAREST)
    if not near:
        st.caption("No other line read wrong shares anything with it.")
        return
    for column, few in zip(st.columns(2), (near[::2], near[1::2]), strict=True):
        with column:
            for other, alike in few:
                _card(run, found.lines[other], engine, alike)
    what = "share of the edits of both, rare ones counting more" if by == "edits" else "cosine of what the network sees"
    st.caption(f"Alike: {what}; 1 is the same.")


def _card(run: run_data.ChosenRun, line: FailedLine, engine: EngineInfo, alike: float | None = None) -> None:
    pixels = pictures.picture(run_data.picture_place(run, line.name))
    facts = [("read:", line.reading or "nothing"), ("kind:", subset_name(line.title))]
    facts += [("alike:", f"{alike:.2f}")] if alike is not None else []
    st.html(card(None if pixels is None else picture_uri(pixels), line.truth, facts))
    with st.container(horizontal=True):
        links.page_link("failures", "See every frame of it", run=run.id, a=engine.key, line=line.index)
        if alike is not None:
            st.button(
                "More like it", key=f"similar: {line.index}", on_click=links.update_query, kwargs={"line": line.index}
            )


def _confusions(
    found: Failures, chosen: Sequence[int], name: str, is_brushed: bool
) -> tuple[Confusion, list[int]] | None:
    """Shows what is confused in some lines; returns the confusion that was chosen and the lines that have it."""
    where = "under the brush" if is_brushed else "in these lines"
    st.markdown(f"##### What is confused {where}?")
    training = _training()
    table, confusions = confusion_table(found, chosen, training)
    if not confusions:
        st.caption("Nothing: whole lines are missing.")
        return None
    in_training = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        column_config={f"{one} in training": in_training for one in ("truth", "reading")},
    )
    if training is not None:
        st.caption(
            plain(
                f"In training: how often a character comes in 1,000 drawn training lines (a sample of "
                f"{training.lines:,}; real lines and other people's engines had others)."
            )
        )
    offered = [str(row["truth → reading"]) for row in table.to_dict("records")]
    pair = st.selectbox(f"What does {name} see there?", offered, key=links.choice("pair", offered))
    links.update_query(pair=pair)
    return confusions[offered.index(str(pair))]


def _crops(run: run_data.ChosenRun, engine: EngineInfo, confusion: Confusion, indices: Sequence[int]) -> None:
    found = crops(run, engine.key, indices[:CROPS], confusion, charts.shown_colour(engine.colour))
    columns = st.columns(2)
    for place, crop in enumerate(found):
        with columns[place % len(columns)]:
            st.html(card(crop.uri, crop.truth, [("read:", crop.reading)]))
            links.page_link("failures", "See every frame of it", run=run.id, a=engine.key, line=crop.index)


@st.cache_resource(show_spinner=False, ttl=600)
def _training() -> TrainingCharacters | None:
    try:
        return read_training()
    except DatasetError:
        return None


def _changed(run: run_data.ChosenRun, engine: EngineInfo) -> int:
    path = features.path_of(run.folder, engine.key)
    return path.stat().st_mtime_ns if path.is_file() else 0


def _shown(text: str) -> str:
    """Returns an edit's side as it can be seen: spaces, and nothing."""
    return text.replace(" ", "␣") or _NOTHING


def _words(line: FailedLine) -> str:
    return f"{charts.label(line.truth[:60])}<br>{charts.label(line.reading[:60])}"
