"""Labels that are likely wrong, ranked: take what engines read, write another label, or say that it is right.

What is decided is kept for everybody (`eval.triage`); what it changes in the figures is shown beneath.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from apps.dashboard import charts, line_card, links, pictures, run_data, triage_panel
from apps.dashboard.charts import plain
from eval.label_errors.suspects import LEAST_SCORE, Suspect, suspects
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from eval.slices.sliced_summary import summary_of
from eval.triage.store import Action, Decision
from ocr_core.errors import OcrError
from ocr_core.views import wording
from ocr_core.views.wording import counted

LINES_A_PAGE: Final = 10


def show() -> None:
    """Draws the page."""
    st.title("Which labels are wrong?")
    run = run_data.choose()
    if run_data.is_too_large(run, "Of larger ones `python -m eval label-errors` tells."):
        return
    triage_panel.ask_for_name()
    found = _suspects(str(run.folder.path), run.stamp)
    decided = triage_panel.store().decisions(run.info.data.sha256)
    st.caption(
        "Ranked by how many engines agree on another text (each with the weight of how much it reads right), how sure "
        f"they are, and how little forced alignment gives the label. From a score of {LEAST_SCORE:g} on a line is "
        "worth a look; nothing is changed unless somebody says so."
    )
    views = {
        "open": [one for one in found if one.score >= LEAST_SCORE and one.name not in decided],
        "less": [one for one in found if one.score < LEAST_SCORE and one.name not in decided],
        "decided": [one for one in found if one.name in decided],
    }
    names = {"open": "to be looked at", "less": "less likely", "decided": "decided"}
    which = st.segmented_control(
        "Labels",
        list(views),
        format_func=lambda one: f"{names[one]} ({len(views[one]):,})",
        key=links.choice("which", list(views)),
        required=True,
    )
    links.update_query(which=which)
    shown = views[str(which)]
    if not shown:
        st.success("No label is left here." if found else "Every engine reads every label as it is written.")
    for one in shown[_page(len(shown)) * LINES_A_PAGE :][:LINES_A_PAGE]:
        _suspect(run, one, decided.get(one.name))
    _change(run)
    triage_panel.take_away(run)


def _page(count: int) -> int:
    pages = max(1, -(-count // LINES_A_PAGE))
    if pages == 1:
        links.update_query(sheet=None)
        return 0
    page = st.pagination(pages, key=links.choice("sheet", range(1, pages + 1), default=1))
    links.update_query(sheet=page if page != 1 else None)
    return int(page) - 1


def _suspect(run: run_data.ChosenRun, one: Suspect, decision: Decision | None) -> None:
    names = {engine.key: engine.display_name for engine in run.info.engines}
    who = ", ".join(names.get(key, key) for key in one.agreeing)
    sure = "" if one.confidence is None else f", as sure as {wording.probability(one.confidence)}"
    pixels = pictures.picture(run_data.picture_place(run, one.name))
    facts = [
        (f"{len(one.agreeing)} of {counted(one.engines, 'engine')} read:", one.reading or "nothing"),
        ("they are:", f"{who}{sure}"),
        ("the label's weakest character gets:", wording.probability(one.support)),
        ("score:", f"{one.score:.2f}"),
        ("file:", one.name),
    ]
    with st.container(border=True):
        st.html(line_card.card(None if pixels is None else line_card.picture_uri(pixels), one.truth, facts))
        if decision is not None:
            words = f"corrected to “{decision.text}”" if decision.action == "corrected" else "is right"
            by = f", says {decision.by}" if decision.by else ""
            st.markdown(f":green-badge[{plain(f'label {words}{by}')}]")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if decision is None:
                _button("Take the reading", ":material/check:", run, one, "corrected", one.reading)
                _button("The label is right", ":material/close:", run, one, "dismissed", "")
            else:
                _button("Take it back", ":material/undo:", run, one, "reopened", "")
            links.page_link("failures", "Open it", run=run.id, line=one.index)
        if decision is None:
            with st.popover("Write another label"), st.form(f"label errors: {one.name}", border=False):
                text = st.text_input("Label", value=one.truth, max_chars=2_000)
                if st.form_submit_button("Keep it", icon=":material/save:") and text.strip() and text != one.truth:
                    _decide(run.info.data.sha256, one, "corrected", text.strip())
                    st.rerun()


def _button(label: str, icon: str, run: run_data.ChosenRun, one: Suspect, action: Action, text: str) -> None:
    st.button(
        label,
        icon=icon,
        key=f"label errors: {action} {one.name}",
        on_click=_decide,
        args=(run.info.data.sha256, one, action, text),
    )


def _decide(data: str, one: Suspect, action: Action, text: str) -> None:
    try:
        triage_panel.store().decide(data, one.name, action, before=one.truth, text=text, by=triage_panel.who_speaks())
    except OcrError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _change(run: run_data.ChosenRun) -> None:
    """Says what the corrected labels change, and leads to every other figure of them."""
    corrections = triage_panel.store().corrections(run.info.data.sha256)
    if not corrections:
        return
    st.subheader("What does that change?")
    before = _summary(str(run.folder.path), run.stamp, ())
    after = _summary(str(run.folder.path), run.stamp, tuple(sorted(corrections.items())))
    st.dataframe(change_rows(before, after), hide_index=True)
    links.page_link("overview", "Every figure with the corrected labels", run=run.id, labels="corrected")


def change_rows(before: Summary, after: Summary) -> list[dict[str, str]]:
    """Returns character accuracy and lines right on all lines, with the labels as written and as corrected."""
    rows = []
    for key, name in charts.engine_names(before).items():
        old, new = (
            next(
                row
                for row in one["rows"]
                if (row["engine"], row["kind"], row["profile"]) == (key, "overall", one["profile"])
            )
            for one in (before, after)
        )
        rows.append(
            {
                "engine": name,
                "characters right, as written": wording.percent_with_interval(old["character_accuracy"]),
                "as corrected": wording.percent_with_interval(new["character_accuracy"]),
                "lines right, as written": wording.percent(old["exact_match"]["value"]),
                "lines right, as corrected": wording.percent(new["exact_match"]["value"]),
                "n": wording.sample_size(new["lines"], new["groups"]).removeprefix("n = "),
            }
        )
    return rows


@st.cache_data(show_spinner="Looking for labels that engines contradict ...", max_entries=8)
def _suspects(path: str, stamp: run_data.Stamp) -> list[Suspect]:
    return suspects(RunFolder(Path(path)))


@st.cache_data(show_spinner="Adding up lines ...", max_entries=8)
def _summary(path: str, stamp: run_data.Stamp, corrections: tuple[tuple[str, str], ...]) -> Summary:
    run = RunFolder(Path(path))
    return (run.summary() if not corrections else None) or summary_of(run, corrections=dict(corrections))
