"""The first page: how right every engine was beside what was published, at what cost, and after how much training.

Shows a run's summary; computes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, downloads, links, overview_charts, run_data
from apps.dashboard.accuracy_axis import SCALES
from apps.dashboard.charts import plain
from apps.dashboard.overview_charts import AccuracyShown
from apps.dashboard.overview_facts import ClaimFound, TrainingFacts, claims_found, training_sentence, trainings
from apps.dashboard.section_choice import choose_section
from eval.benchmark import current_name, described
from eval.published import CAVEAT, is_beside_published
from eval.runs.summary_types import Metric, Summary
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.settings import Settings
from ocr_core.views import wording
from ocr_core.views.wording import counted, subset_name

FAVOURED: Final = ("convnext_tiny", "crnn")
"""The two that a visitor most likely wants compared."""

_SECTIONS: Final = {"accuracy": "How right?", "time": "How right for the time?", "claims": "Claims and training"}

_ELSEWHERE: Final = "Other sets stand side by side with it in the demo's Models tab and in README."

_VERDICTS: Final = {
    (True, True): ":green-badge[holds in this run]",
    (True, False): ":orange-badge[not so in this run]",
    (False, True): ":green-badge[held there]",
    (False, False): ":orange-badge[not so there]",
}
"""By whether the measurement is the open run's own, and whether the claim holds."""
_UNDECIDED: Final = ":gray-badge[undecided]"


def show() -> None:
    """Draws the page."""
    st.title("How well does each engine read?")
    run = run_data.choose()
    summary = run_data.summary(run)
    _facts(run)
    section = choose_section("look", _SECTIONS)
    if section == "accuracy":
        _accuracy(run, summary)
    elif section == "time":
        _speed(summary, _metric(), current_name(run.info.data.name))
    else:
        machine = str(run.info.machine.get("cpu", "this machine"))
        _claims(claims_found(summary, run.id, machine, run.info.threads, run.info.pace))
        _trainings(trainings(run.info.engines, Settings.from_environment()))
    st.subheader("Take it away")
    downloads.buttons(run)


def _accuracy(run: run_data.ChosenRun, summary: Summary) -> None:
    shown = _what_to_show(run, summary)
    of_lines = current_name(run.info.data.name)
    charts.show(
        overview_charts.accuracy_figure(summary, shown),
        f"How right is every engine on {of_lines}, by subset? {overview_charts.METRICS[shown.metric]}",
        key="accuracy",
        note=_interval_note(summary, shown),
        height_px=overview_charts.accuracy_height_px(summary, shown),
    )
    if words := overview_charts.charset_words(summary, shown.profile):
        st.caption(plain(words))
    st.caption(plain(f"All lines together are those of {described(of_lines)}. {_ELSEWHERE}"))
    if shown.with_published:
        st.caption(plain(CAVEAT))
    with st.expander("The same figures as a table", key="overview: table", on_change="rerun") as table:
        if table.open:
            st.dataframe(overview_charts.accuracy_table(summary, shown), hide_index=True)
    _sentences(summary, shown.metric)


def _facts(run: run_data.ChosenRun) -> None:
    info = run.info
    threads = {0: "threads left to the runtime", 1: "1 thread"}.get(info.threads, f"{info.threads} threads")
    machine = f"{info.machine.get('cpu', 'an unnamed machine')}, {info.machine.get('cores', '?')} cores"
    parts = [
        f"{current_name(info.data.name)}: {counted(info.data.lines, 'line')}",
        counted(len(info.engines), "engine"),
        info.created[:16].replace("T", " ") + " UTC",
        machine,
        threads,
        f"{info.seconds:,.0f} s total",
        *([f"{info.peak_memory_mb:,.0f} MB of memory at the peak"] if info.peak_memory_mb else []),
    ]
    st.caption(plain(" · ".join(parts)))
    if info.data.problem_count:
        with st.expander(f"{counted(info.data.problem_count, 'label')} left out"):
            st.dataframe([{"where": one.where, "why": one.message} for one in info.data.problems], hide_index=True)


def _what_to_show(run: run_data.ChosenRun, summary: Summary) -> AccuracyShown:
    left, right = st.columns([3, 2])
    with left:
        metric = _metric()
    with right:
        key = links.choice("profile", summary["profiles"], default=summary["profile"])
        profile = st.selectbox(
            "Normalization",
            summary["profiles"],
            key=key,
            help="Applied to truth and reading alike. raw changes nothing. canonical takes one spelling for what "
            "looks the same, such as … and three full stops, ○ and 〇, or Greek and Latin capitals. nfkc also makes "
            "full-width and half-width, superscripts and digits equal.",
        )
    links.update_query(profile=profile)
    shown = AccuracyShown(
        metric,
        profile or DEFAULT_PROFILE,
        with_published=is_beside_published(run.info.data.sha256),
    )
    return _axis_and_engines(summary, shown)


def _metric() -> Metric:
    metric = st.segmented_control(
        "Figure",
        list(overview_charts.METRICS),
        format_func=lambda name: {"character_accuracy": "Characters right", "exact_match": "Lines right"}[name],
        key=links.choice("metric", list(overview_charts.METRICS)),
        required=True,
    )
    links.update_query(metric=metric)
    return metric or "character_accuracy"


def _axis_and_engines(summary: Summary, shown: AccuracyShown) -> AccuracyShown:
    """Draws the choice of engines, where there are several, and of the axis that they are drawn on."""
    names = charts.engine_names(summary)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        engines: list[str] = []
        if len(names) > 1:
            engines = st.pills(
                "Engines",
                list(names),
                selection_mode="multi",
                format_func=names.__getitem__,
                key=links.choices("engines", list(names)),
                help="Only these are drawn; all of them where none is chosen.",
            )
        shown = replace(shown, engines=tuple(engines))
        scales = list(SCALES)
        scale = st.segmented_control(
            "Axis",
            scales,
            format_func=SCALES.__getitem__,
            key=links.choice("axis", scales, default=overview_charts.axis_of(summary, shown).scale),
            required=True,
        )
    links.update_query(engines=list(engines), axis=scale)
    return replace(shown, scale=scale)


def _interval_note(summary: Summary, shown: AccuracyShown) -> str:
    published = "Upright bars are published figures. " if shown.with_published else ""
    sets = overview_charts.shown_sets(summary)
    counts = "; ".join(
        f"{subset_name(chosen['title'])}: {wording.sample_size(chosen['lines'], chosen['groups'])}" for chosen in sets
    )
    return (
        f"Bars are {summary['level']:.0%} intervals, resampled {summary['resamples']:,} times by group (page, "
        f"photograph, writer); {wording.WITHOUT_INTERVAL}. {published}"
        f"{overview_charts.axis_of(summary, shown).words} Normalization: {shown.profile}. {counts}."
    )


def _sentences(summary: Summary, metric: Metric) -> None:
    st.subheader("Who reads better, in words?")
    keys = [engine["key"] for engine in summary["engines"]]
    if len(keys) < 2:
        st.caption("There is only one engine in this run.")
        return
    names = charts.engine_names(summary)
    first, second = favoured_pair(keys)
    left, right = st.columns(2)
    with left:
        key = links.choice("a", keys, default=first)
        a = st.selectbox("A", keys, format_func=names.__getitem__, key=key)
    with right:
        key = links.choice("b", keys, default=second)
        b = st.selectbox("B", keys, format_func=names.__getitem__, key=key)
    links.update_query(a=a, b=b)
    if a == b:
        st.caption("Choose two different engines.")
        return
    found = overview_charts.sentences(summary, str(a), str(b), metric)
    st.markdown("\n".join(f"- **{plain(title)}**: {plain(sentence)}" for title, sentence in found))
    links.page_link("failures", "See the lines behind it", run=links.read("run"), a=a, b=b)
    links.page_link("decoding", "What does decoding with a language model change?")


def favoured_pair(keys: list[str]) -> tuple[str, str]:
    """Returns the two engines to compare when nobody has chosen: ConvNeXt-Tiny and CRNN, else the first two."""
    wanted = [next((key for key in keys if key.partition("@")[0] == model), None) for model in FAVOURED]
    ordered = [key for key in wanted if key] + [key for key in keys if key not in wanted]
    return ordered[0], ordered[min(1, len(ordered) - 1)]


def _speed(summary: Summary, metric: Metric, of_lines: str) -> None:
    figure = overview_charts.speed_figure(summary, metric)
    if figure is None:
        st.info("No line was timed in this run.")
        return
    charts.show(
        figure,
        f"Is accuracy paid for with time? All lines of {of_lines} together",
        key="speed",
        note="Upright bars: 95 % interval of the accuracy. Level bars: the middle half of the times. All stages of one "
        "line. The upper left corner is best.",
        height_px=400,
    )
    words = [
        f"{point['name']}: {point['words'].replace('<br>', '; ')}"
        for point in overview_charts.speed_points(summary, metric)
    ]
    with st.expander("The same in words"):
        st.markdown("\n".join(f"- {plain(line)}" for line in words))


def _claims(found: list[ClaimFound]) -> None:
    st.subheader("What of the three published claims?")
    for one in found:
        with st.container(border=True):
            st.markdown(f"**{plain(one.claim.words)}**")
            if not one.measured:
                st.caption("Not measured yet. Measure it with: `python -m eval latency`")
            for entry in one.measured:
                verdict = _UNDECIDED if entry["holds"] is None else _VERDICTS[one.of_run, bool(entry["holds"])]
                st.markdown(f"{verdict} {plain(entry['sentence'])}")
            if one.measured:
                hows = dict.fromkeys(str(entry["how"]) for entry in one.measured)
                st.caption(plain(f"{one.where}: {'; '.join(hows)}"))


def training_words(training: TrainingFacts) -> str:
    """Says what is known of a model's training, and no more."""
    facts = training.facts
    best = (facts.get("best") or {}).get("validation") or {}
    phases = ", ".join(str(phase.get("name")) for phase in facts.get("phases", ()))
    parts = [
        _told(facts.get("lines"), "{:,.0f} lines"),
        _told(facts.get("core_hours"), "{:,.1f} CPU-hours"),
        f"phases {phases}" if phases else "",
        _told(sum(best.values()) / len(best) if best else None, "mean validation accuracy {:.1f} %"),
    ]
    return f"{training.display_name}: {'; '.join(part for part in parts if part) or 'nothing is known'}"


def _told(value: Any, words: str) -> str:
    return words.format(value) if isinstance(value, int | float) else ""


def _trainings(found: list[TrainingFacts]) -> None:
    st.subheader("How much was each model trained?")
    if not found:
        st.caption("None of this run's engines is one of this project's own models.")
        return
    st.markdown("\n".join(f"- {plain(training_words(training))}" for training in found))
    if sentence := training_sentence(found):
        st.warning(plain(sentence))
    for training in found:
        if training.problem:
            st.caption(plain(f"{training.display_name}: {training.problem}"))
        elif not training.same_weights:
            words = "the run was made with other weights than those that are here, whose training this is."
            st.caption(plain(f"{training.display_name}: {words}"))
    st.caption("CPU-hours are processor time of the training process; drawing its lines is not in them.")
