"""The HTML of the Break it tab: sliders, the corrupted picture with its readings, verdicts, one point's pictures.

Escapes whatever it shows. Knows nothing of Gradio and runs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from apps.demo.break_it.robustness_session import LONGEST_SWEEP_S, PRESETS, RobustnessSession, Sweep, model_of
from apps.demo.line_reading import LineReading, Outcome
from apps.demo.small_cards import engine_style, measured_cards
from eval.breaking import DEFINITION, BreakingPoint, Curve, accuracy, breaking_point, corrupted_at
from ocr_core.corruption import CORRUPTIONS, Corruption, Picture
from ocr_core.registry import colour_of, display_name_of
from ocr_core.views.breaking_chart import with_unit
from ocr_core.views.differences import marked_readings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import Proof, compared_proofs, judged_proofs, legend_html, text_html
from ocr_core.views.truth import truth_marks, units_of
from ocr_core.views.wording import short_probability

EMPTY: Final = '<div class="zj-live zj-none-yet">Choose a line above, or give a picture of your own.</div>'

_SHOWN_PX: Final = (2048, 256)


def sliders() -> str:
    """Returns presets and a slider for each corruption, with a button that asks for its curve."""
    presets = "".join(
        f'<button type="button" data-preset="{escaped(json.dumps(dict(values)))}">{escaped(name)}</button>'
        for name, values in PRESETS.items()
    )
    return (
        f'<div class="zj-damages"><div class="zj-presets" role="group" aria-label="Presets">{presets}'
        '<button type="button" data-do="dice" title="The same severities, but other blots, grain and directions">'
        "New random seed</button></div>"
        f'<div class="zj-sliders">{"".join(map(_slider, CORRUPTIONS.values()))}</div></div>'
    )


def live(picture: Picture, session: RobustnessSession, readings: Sequence[Outcome], truth: str) -> str:
    """Returns the corrupted picture and what every engine reads in it."""
    verdicts = [_verdict(reading, clean, truth) for reading, clean in zip(readings, session.clean, strict=True)]
    proofs = [
        _proofs(truth, clean.text, units_of(reading.recognition) if isinstance(reading, LineReading) else "")
        for reading, clean in zip(readings, session.clean, strict=True)
    ]
    key = legend_html(("wrong", "missed", "inserted") if truth else ("differs",))
    notes = "".join(f"<p>{escaped(note)}</p>" for note in session.notes)
    return (
        f'<div class="zj-live"><div class="zj-paper"><img src="{image_uri(picture, *_SHOWN_PX)}" '
        f'alt="The corrupted picture"></div>{notes}{measured_cards(readings, verdicts, proofs)}'
        f'<ul class="proof-legend zj-legend">{key}</ul></div>'
    )


def promise(session: RobustnessSession | None) -> str:
    """Says what a curve will cost before anybody asks for one."""
    if session is None or not session.able:
        return ""
    seconds = max(1, round(session.sweep_s))
    most = f"{LONGEST_SWEEP_S:.0f} s"
    lasts = f"about {seconds} s, and {most} at most" if seconds < LONGEST_SWEEP_S else f"as far as it comes in {most}"
    return (
        '<p class="zj-promise"><b>Sweep</b> beside a slider reads this line over the whole range of that corruption: '
        f"12 steps, 5 seeds each, {len(session.able)} engines: {lasts}.</p>"
    )


def verdicts(sweep: Sweep) -> str:
    """Returns what the curves say, in words, and how far the sweep has come."""
    against = sweep.curves[0].against
    measured = (
        "Accuracy against the truth you gave (1 \u2212 CER after NFKC, not below 0)."
        if against == "truth"
        else "No truth was given, so this is agreement with each engine's own clean reading: staying the same counts, "
        "being right does not."
    )
    rows = "".join(_sentence(curve, sweep) for curve in sweep.curves)
    return (
        f'<div class="zj-verdicts">{_progress(sweep)}<ul>{rows}</ul>'
        f"<p>{measured} {escaped(sweep.corruption.meaning)} "
        f'What changes with the seed: {escaped(_lower_first(sweep.corruption.chance))}</p>'
        f"<details><summary>When does an engine count as broken?</summary><p>{escaped(DEFINITION)}</p></details></div>"
    )  # fmt: skip


def point_pictures(sweep: Sweep, place: int) -> str:
    """Returns the pictures of one severity, a seed each, with what every engine read in them."""
    severity = sweep.curves[0].points[place].severity
    seeds = sweep.seeds[:1] if severity == 0 else sweep.seeds
    each = "".join(_seed(sweep, place, number, seed) for number, seed in enumerate(seeds))
    heading = "Undamaged" if severity == 0 else _named(sweep.corruption, severity)
    count = "the same for every seed" if severity == 0 else f"{len(seeds)} seeds"
    return f'<div class="zj-point"><h4>{escaped(heading)} <span>{count}</span></h4>{each}</div>'


def picker_value(sweep: Sweep, place: int) -> dict[str, Any]:
    """Returns what the slider over the points needs to know."""
    labels = [
        "clean" if point.severity == 0 else with_unit(point.severity, sweep.corruption.unit)
        for point in sweep.curves[0].points
    ]
    return {"labels": labels, "place": place, "damage": sweep.corruption.display_name}


def telling_place(sweep: Sweep) -> int:
    """Returns the point most worth showing first: the last one at which some engine is not broken yet."""
    at = [found.severity for found in map(breaking_point, sweep.curves) if found.severity is not None]
    severities = [point.severity for point in sweep.curves[0].points]
    return max(0, sum(severity <= max(at) for severity in severities) - 1) if at else len(severities) - 1


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _slider(corruption: Corruption) -> str:
    name = escaped(corruption.name)
    title = escaped(f"{corruption.meaning} What changes with the seed: {_lower_first(corruption.chance)}")
    return (
        f'<div class="zj-slider" title="{title}"><label for="damage-{name}">{escaped(corruption.display_name)}</label>'
        f'<output for="damage-{name}">0</output><button type="button" data-curve="{name}" '
        f'aria-label="Sweep {escaped(corruption.display_name)}">Sweep</button>'
        f'<input type="range" id="damage-{name}" data-damage="{name}" data-unit="{escaped(corruption.unit)}" min="0" '
        f'max="{corruption.most:g}" step="{corruption.step:g}" value="0"></div>'
    )


def _verdict(reading: Outcome, clean: Outcome, truth: str) -> str:
    now, before = accuracy(truth or clean.text, reading.text), accuracy(truth or clean.text, clean.text)
    if truth:
        return (
            '<p class="zj-facts"><span title="1 \u2212 CER against the truth, after NFKC">'
            f"<b>{short_probability(now)}</b> accuracy</span><span>undamaged {short_probability(before)}</span></p>"
        )
    return (
        '<p class="zj-facts"><span title="1 \u2212 CER against this engine\'s reading of the clean picture">'
        f"<b>{short_probability(now)}</b> as when clean</span></p>"
    )


def _progress(sweep: Sweep) -> str:
    if sweep.finished:
        return ""
    if sweep.ended:
        after = f"{sweep.ended.capitalize()} after step {sweep.done} of {sweep.steps}"
        return f'<p class="zj-running">{after}; the curves end there.</p>'
    return (
        f'<p class="zj-running">Step {sweep.done} of {sweep.steps}'
        f'<progress max="{sweep.steps}" value="{sweep.done}"></progress></p>'
    )


def _sentence(curve: Curve, sweep: Sweep) -> str:
    name = model_of(curve)
    return (
        f'<li style="{engine_style(colour_of(name))}"><i class="zj-swatch"></i><span>'
        f"<b>{escaped(display_name_of(name))}</b> {_state(breaking_point(curve), curve, sweep)}</span></li>"
    )


def _state(found: BreakingPoint, curve: Curve, sweep: Sweep) -> str:
    unit = sweep.corruption.unit
    if found.state == "does not read":
        said = (
            "reads nothing of it"
            if curve.against == "clean reading"
            else f"gets {short_probability(curve.clean)} of it"
        )
        return f"{said} even when it is clean, so there is nothing to break."
    if found.severity is None or found.low is None:
        if not sweep.done:
            return f"gets {short_probability(curve.clean)} of the clean line; no corruption has been tried yet."
        reached = with_unit(curve.points[-1].severity, unit)
        return f"{'stays' if sweep.finished else 'still'} above half at {escaped(reached)}."
    last = "beyond the range" if found.high is None else escaped(with_unit(found.high, unit))
    first = escaped(with_unit(found.low, unit))
    return (
        f"breaks at <b>{escaped(with_unit(found.severity, unit))}</b> "
        f"<small>({first} to {last} over {len(sweep.seeds)} seeds; "
        f"{short_probability(curve.clean)} on the clean picture)</small>"
    )


def _seed(sweep: Sweep, place: int, number: int, seed: int) -> str:
    picture = corrupted_at(sweep.picture, sweep.corruption, sweep.curves[0].points[place].severity, seed)
    rows = "".join(_read(curve, place, number) for curve in sweep.curves)
    return (
        f'<figure><div class="zj-paper"><img src="{image_uri(picture, *_SHOWN_PX)}" alt="Seed {number + 1}" '
        f'loading="lazy"></div><figcaption>{rows}</figcaption></figure>'
    )


def _read(curve: Curve, place: int, number: int) -> str:
    point = curve.points[place]
    name = model_of(curve)
    return (
        f'<p style="{engine_style(colour_of(name))}"><i class="zj-swatch" title="{escaped(display_name_of(name))}"></i>'
        f'<span dir="ltr">{_against(curve, point.readings[number])}</span>'
        f"<small>{short_probability(point.accuracies[number])}</small></p>"
    )


def _against(curve: Curve, reading: str) -> str:
    """Marks what is not the truth, or, where none is known, what is not as it was on the clean picture."""
    if not reading:
        return '<em class="zj-nothing">nothing read</em>'
    truth, clean = (curve.reference, "") if curve.against == "truth" else ("", curve.reference)
    return f'<span class="proofread">{text_html(_proofs(truth, clean, reading))}</span>'


def _proofs(truth: str, clean: str, reading: Sequence[str]) -> tuple[Proof, ...]:
    """Returns how a reading looks by the truth; where that is "", beside the reading of the clean picture."""
    if truth:
        return judged_proofs(truth_marks(truth, list(reading)))
    return compared_proofs(marked_readings([list(reading), list(clean)])[0])


def _named(corruption: Corruption, severity: float) -> str:
    return f"{corruption.display_name} {with_unit(severity, corruption.unit)}"
