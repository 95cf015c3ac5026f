"""What the report says of one run, a section a question. Figures come from the run's summary; nothing is computed
here but what the page needs to lay them out. Failures have a file of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from eval.published import CAVEAT, is_beside_published, published_accuracy
from eval.report import charts
from eval.report.charts import Spot
from eval.report.parts import (
    EngineShown,
    RunShown,
    disclosure,
    figure_html,
    items,
    section,
    subset_html,
    table,
)
from eval.runs.bands import WIDTH_TITLES
from eval.runs.line_values import STAGES, TOTAL
from eval.runs.summary_types import BandRow, ComparisonRow, LatencyRow, Recall, Row, SetEntry
from eval.speed.claims import under_a_second_in_run
from eval.titles import OVERALL
from ocr_core.scenario import Scenario
from ocr_core.scoring.script_class import CLASS_NAMES
from ocr_core.views.html import escaped
from ocr_core.views.wording import STAGE_NAMES, counted, milliseconds, percentage, sample_size

_INTERVALS: Final = "Bars are 95 % intervals, resampled by group (page, photograph, writer)."


def in_short(run: RunShown) -> str:
    """What came out, in sentences: every engine on all lines, then the first two against each other.

    Five engines make a hundred sentences: those on other pairs are folded, or nobody would get to the charts.
    """
    names = [_engine_sentence(run, engine) for engine in run.engines.values()]
    pair = list(run.engines)[:2]
    everything = sorted(run.summary["comparisons"], key=lambda one: one["kind"] != "overall")
    shown, significant, others = [], [], []
    for one in everything:
        first_two = [one["first"], one["second"]] == pair
        if first_two and (one["significant"] or one["kind"] == "overall"):
            shown.append(one)
        else:
            (significant if one["significant"] else others).append(one)
    body = items([name for name in names if name], "plain")
    if shown:
        body += f"<h4>{' against '.join(run.engines[key].label for key in pair)}</h4>" + _sentences(shown)
    if significant:
        body += disclosure(
            f"The other engines against each other ({len(significant)} comparisons)", _sentences(significant)
        )
    if others:
        body += disclosure(f"No significant difference ({len(others)} comparisons)", _sentences(others))
    return section(_anchor(run, "short"), "What came out", body)


def _sentences(comparisons: Sequence[ComparisonRow]) -> str:
    return items(escaped(one["sentence"]) for one in comparisons)


def accuracy(run: RunShown) -> str:
    """Character accuracy of every engine on every set, drawn and in figures, with what was published."""
    profile = run.summary["profile"]
    beside_published = is_beside_published(run.info.data.sha256)
    bodies = []
    for one in run.summary["sets"]:
        rows = [
            _accuracy_row(run.engines[row["engine"]], row, beside_published)
            for row in run.rows("rows", title=one["title"], profile=profile)
        ]
        bodies.append(_tbody(f"{_set_heading(one)}", rows, columns=6))
    published_note = f"◇ and the column “published”: {escaped(CAVEAT)} " if beside_published else ""
    head = ("engine", charts.track_scale(), "characters right, %", "lines right, %", "published, %", "unknown, %")
    note = (
        f"Characters right is 1 − CER, pooled over lines, after {escaped(profile)} normalisation; it is below 0 where "
        f"more was inserted than there was to read (◂). {_INTERVALS} {published_note}"
        "“Unknown” is the share of the truths' characters that the engine has no class for."
    )
    body = _drawn(head, bodies)
    return section(_anchor(run, "accuracy"), "How much does each engine read right?", body + _other_profiles(run), note)


def speed_and_accuracy(run: RunShown) -> str:
    """Accuracy against time on all lines."""
    found = []
    for key, engine in run.engines.items():
        row = run.row(key)
        time = run.time(key, TOTAL)
        if row is None or time is None:
            continue
        figure = row["character_accuracy"]
        if (value := figure["value"]) is not None:
            times = (time["p5_ms"], time["p50_ms"], time["p95_ms"])
            found.append(Spot(engine, *times, value, figure["low"], figure["high"]))
    note = (
        "All lines; single characters are left out. Across: median, with the 5th to 95th percentile of lines. Up: 95 % "
        f"interval. {_conditions(run)}"
    )
    return section(_anchor(run, "tradeoff"), "What does accuracy cost in time?", charts.spots(found), note)


def by_width(run: RunShown) -> str:
    """Accuracy of lines of one width."""
    rows = run.rows("by_width", kind="overall")
    bands = list(dict.fromkeys(row["band"] for row in rows))
    order = {row["band"]: place for place, row in enumerate(sorted(rows, key=_band_place))}
    bodies = []
    for band in sorted(bands, key=lambda band: order[band]):
        own = [row for row in rows if row["band"] == band]
        heading = f"{escaped(band)} <small>{sample_size(own[0]['lines'], own[0]['groups'])}</small>"
        cells = [
            _row(
                run.engines[row["engine"]].label,
                charts.track(run.engines[row["engine"]], row["character_accuracy"]),
                figure_html(row["character_accuracy"]),
                figure_html(row["exact_match"]),
            )
            for row in own
        ]
        bodies.append(_tbody(heading, cells, columns=4))
    body = _drawn(("engine", charts.track_scale(), "characters right, %", "lines right, %"), bodies)
    note = f"All lines, by width at a height of 32 pixels. {_INTERVALS}"
    return section(_anchor(run, "width"), "Do long lines cost more?", body, note)


def by_script(run: RunShown) -> str:
    """Recall of every class of character."""
    rows = run.rows("by_script", kind="overall")
    names = list(dict.fromkeys(row["name"] for row in rows))
    wanted = [name for name in CLASS_NAMES.values() if name in names]
    cells = []
    for name in wanted:
        own = {row["engine"]: row for row in rows if row["name"] == name}
        total = max(row["recall"]["total"] for row in own.values())
        if not total:  # made up, but never there
            continue
        line = [escaped(name), f"{total:,}"]
        for key, engine in run.engines.items():
            line.append(_recall(engine, own[key]["recall"]) if key in own else "")
        cells.append(line)
    header = ["kind of character", "n", *(engine.label for engine in run.engines.values())]
    note = "Share of the truths' characters of each kind that were found, per cent, nothing normalised. All lines."
    return section(_anchor(run, "script"), "Which characters are lost?", table(header, cells, kind="grid"), note)


def calibration(run: RunShown) -> str:
    """Reliability of confidences, of lines and of characters."""
    body = ""
    for of in ("line", "character"):
        figures = []
        for row in run.rows("calibration", kind="overall", of=of):
            engine = run.engines[row["engine"]]
            gap = row["mean_confidence"] - row["share_right"]
            figures.append(
                f"<figure>{charts.reliability(engine, row['bins'])}<figcaption>{engine.label} "
                f"is sure of {percentage(row['mean_confidence'])} %, right in {percentage(row['share_right'])} % "
                f"({'overconfident' if gap > 0 else 'underconfident'} by {percentage(abs(gap))} points). ECE "
                f"{percentage(row['ece'])} points, n = {row['count']:,}.</figcaption></figure>"
            )
        if figures:
            body += f'<h4>Of whole {of}s</h4><div class="squares">{"".join(figures)}</div>'
    note = (
        "Across: confidence, up: share right, per cent. On the diagonal confidence means what it says; below it the "
        "engine is overconfident. Bins hold equally many; bars are Wilson's 95 % intervals."
    )
    body = body or "<p>No engine gave confidences.</p>"
    return section(_anchor(run, "calibration"), "Does confidence mean what it says?", body, note)


def latency(run: RunShown) -> str:
    """Where the time goes, and how it grows with width."""
    means = {
        key: [(STAGE_NAMES[stage], _mean(run, key, stage)) for stage in STAGES]
        for key in run.engines
        if run.time(key, TOTAL) is not None
    }
    longest = max((sum(ms for _, ms in parts) for parts in means.values()), default=0.0)
    cells = []
    for key, parts in means.items():
        total = run.time(key, TOTAL)
        assert total is not None
        figures = [f"{ms:.1f}" for _, ms in parts]
        times = [milliseconds(total["p50_ms"]), milliseconds(total["p95_ms"]), milliseconds(total["slowest_ms"])]
        cells.append([run.engines[key].label, charts.stages(parts, longest), *figures, *times])
    legend = "".join(
        f'<span><i class="swatch s{number}"></i>{name}</span>' for number, name in enumerate(STAGE_NAMES.values())
    )
    header = [
        "engine",
        "mean, drawn",
        *(f"{name}, ms" for name in STAGE_NAMES.values()),
        "median",
        "95th percentile",
        "slowest",
    ]
    body = f'<p class="legend">{legend}</p>' + table(header, cells, kind="grid wide") + _latency_by_width(run)
    claims = under_a_second_in_run(run.summary, run.info.threads, run.info.pace)
    if claims:
        body += f"<h4>Published: “{escaped(claims[0].published_words)}”</h4>"
        body += items(escaped(claim.sentence) for claim in claims)
    return section(_anchor(run, "latency"), "Where does the time go?", body, f"Means of stages. {_conditions(run)}")


def _engine_sentence(run: RunShown, engine: EngineShown) -> str:
    row = run.row(engine.key)
    if row is None or row["character_accuracy"]["value"] is None:
        return f"{engine.label} read no line."
    time = run.time(engine.key, TOTAL)
    took = f", taking {milliseconds(time['p50_ms'])} a line (median)" if time else ""
    unread = f" {row['failures']:,} pictures could not be read." if row["failures"] else ""
    return (
        f"{engine.label} reads {figure_html(row['character_accuracy'])} % of characters and "
        f"{figure_html(row['exact_match'])} % of lines right{took}; {sample_size(row['lines'], row['groups'])}.{unread}"
    )


def _accuracy_row(engine: EngineShown, row: Row, beside_published: bool) -> str:
    known = {scenario.value for scenario in Scenario}
    published = (
        published_accuracy(engine.model, Scenario(row["scenario"]))
        if beside_published and row["kind"] == "scenario" and row["scenario"] in known
        else None
    )
    return _row(
        engine.label,
        charts.track(engine, row["character_accuracy"], published),
        figure_html(row["character_accuracy"]),
        figure_html(row["exact_match"]),
        "" if published is None else percentage(published),
        percentage(row["out_of_charset"]),
    )


def _other_profiles(run: RunShown) -> str:
    """All figures of all profiles, for those who want to compare with other people's."""
    header = ("lines of", "engine", "profile", "n", "groups", "characters right, %", "lines right, %", "1 − NED, %")
    header += ("substituted", "missed", "inserted", "super- and subscripts found", "not read")
    cells = []
    for row in run.summary["rows"]:
        edits, scripts = row["edits"], row["scripts"]
        cells.append(
            [subset_html(row["title"]), run.engines[row["engine"]].label, escaped(row["profile"])]
            + [f"{row['lines']:,}", f"{row['groups']:,}", figure_html(row["character_accuracy"])]
            + [figure_html(row["exact_match"]), figure_html(row["one_minus_ned"])]
            + [f"{edits[name]:,}" for name in ("substitutions", "deletions", "insertions")]
            + [f"{scripts['found']:,} of {scripts['total']:,}" if scripts else "", f"{row['failures']:,}"]
        )
    return disclosure("All figures, by normalisation", table(header, cells, kind="grid"), kind="figures")


def _latency_by_width(run: RunShown) -> str:
    rows = [row for row in run.rows("latency", kind="overall", stage=TOTAL) if row["band"] is not None]
    bands = list(dict.fromkeys(row["band"] for row in sorted(rows, key=_band_place)))
    cells = []
    for key, engine in run.engines.items():
        own = {row["band"]: row for row in rows if row["engine"] == key}
        times = [
            f"{milliseconds(own[b]['p50_ms'])} <span class='range'>({milliseconds(own[b]['p95_ms'])})</span>"
            if b in own
            else ""
            for b in bands
        ]
        cells.append([engine.label, *times])
    header = ["median (95th percentile)", *(escaped(band or "") for band in bands)]
    return f"<h4>By width of the line at a height of 32 pixels</h4>{table(header, cells, kind='grid')}" if bands else ""


def _band_place(row: BandRow | LatencyRow) -> int:
    return WIDTH_TITLES.index(row["band"]) if row["band"] in WIDTH_TITLES else len(WIDTH_TITLES)


def _mean(run: RunShown, key: str, stage: str) -> float:
    row = run.time(key, stage)
    return row["mean_ms"] if row else 0.0


def _recall(engine: EngineShown, recall: Recall) -> str:
    value = recall["value"]
    if value is None:
        return ""
    return f'<span class="fill engine" style="{engine.style};--part:{100 * value:.0f}%">{figure_html(recall)}</span>'


def _conditions(run: RunShown) -> str:
    cpu = run.info.machine.get("cpu", "an unnamed machine")
    threads = counted(run.info.threads, "thread") if run.info.threads else "all threads"
    return f"Measured {run.info.pace} on {escaped(str(cpu))}, {threads}, after a warm-up."


def _set_heading(one: SetEntry) -> str:
    part = {"part": "part: ", "slice": "slice: "}.get(one["kind"], "")
    name = "all lines together" if one["title"] == OVERALL else subset_html(one["title"])
    return f"{part}{name} <small>{sample_size(one['lines'], one['groups'])}</small>"


def _drawn(header: Sequence[str], bodies: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="table"><table class="drawn"><thead><tr>'
        f"{head}</tr></thead>{''.join(bodies)}</table></div>"
    )


def _tbody(heading: str, rows: Sequence[str], columns: int) -> str:
    return f'<tbody><tr class="set"><th colspan="{columns}" scope="rowgroup">{heading}</th></tr>{"".join(rows)}</tbody>'


def _row(first: str, *cells: str) -> str:
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _anchor(run: RunShown, name: str) -> str:
    return f"{run.anchor}-{name}"


def sections(run: RunShown) -> Iterator[str]:
    """Yields the sections in the order of the page that are made of figures alone."""
    for make in (in_short, accuracy, speed_and_accuracy, by_width, by_script, calibration, latency):
        yield make(run)
