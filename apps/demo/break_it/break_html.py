"""The HTML of the Break it tab: sliders, the corrupted picture with its readings, verdicts, one point's pictures.

Escapes whatever it shows. Knows nothing of Gradio and runs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from apps.demo.break_it.robustness_session import (
    LONGEST_SWEEP_S,
    PRESETS,
    RobustnessSession,
    Sweep,
    colour_of_curve,
    label_of,
)
from apps.demo.line_reading import LineReading, Outcome
from apps.demo.small_cards import engine_style, measured_cards
from apps.demo.wording.break_it import say
from eval.breaking import DEFINITION, BreakingPoint, Curve, accuracy, breaking_point, corrupted_at
from ocr_core.corruption import CORRUPTIONS, Corruption, Picture
from ocr_core.language import said
from ocr_core.views.breaking_chart import with_unit
from ocr_core.views.differences import marked_readings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import Proof, compared_proofs, judged_proofs, text_html
from ocr_core.views.truth import truth_marks, units_of
from ocr_core.views.wording import nothing_read, short_probability
from ocr_core.wording.sentences import retold

_SHOWN_PX: Final = (2048, 256)


def empty() -> str:
    """Returns what stands in the picture's place while there is none."""
    return f'<div class="zj-live zj-none-yet">{escaped(say("empty"))}</div>'


def sliders() -> str:
    """Returns presets and a slider for each corruption, with a button that asks for its curve."""
    presets = "".join(
        f'<button type="button" data-preset="{escaped(json.dumps(dict(values)))}">'
        f"{escaped(say(f'preset.{name}'))}</button>"
        for name, values in PRESETS.items()
    )
    return (
        f'<div class="zj-damages"><div class="zj-presets" role="group" aria-label="{escaped(say("presets"))}">{presets}'
        f'<button type="button" data-do="dice" title="{escaped(say("seed.title"))}">'
        f"{escaped(say('seed'))}</button></div>"
        f'<div class="zj-sliders">{"".join(map(_slider, CORRUPTIONS.values()))}</div></div>'
    )


def live(picture: Picture, session: RobustnessSession, readings: Sequence[Outcome], truth: str) -> str:
    """Returns the corrupted picture and what every engine reads in it."""
    verdicts = [_verdict(reading, clean, truth) for reading, clean in zip(readings, session.clean, strict=True)]
    proofs = [
        _proofs(truth, clean.text, units_of(reading.recognition) if isinstance(reading, LineReading) else "")
        for reading, clean in zip(readings, session.clean, strict=True)
    ]
    notes = "".join(f"<p>{escaped(retold(note))}</p>" for note in session.notes)
    return (
        f'<div class="zj-live"><div class="zj-paper"><img src="{image_uri(picture, *_SHOWN_PX)}" '
        f'alt="{escaped(say("picture"))}"></div>{notes}{measured_cards(readings, verdicts, proofs)}</div>'
    )


def promise(session: RobustnessSession | None) -> str:
    """Says what a curve will cost before anybody asks for one."""
    if session is None or not session.able:
        return ""
    seconds = max(1, round(session.sweep_s))
    most = f"{LONGEST_SWEEP_S:.0f}"
    as_far = say("promise.as_far", most=most)
    lasts = say("promise.lasts", seconds=seconds, most=most) if seconds < LONGEST_SWEEP_S else as_far
    return f'<p class="zj-promise">{escaped(say("promise", engines=len(session.able), lasts=lasts))}</p>'


def verdicts(sweep: Sweep) -> str:
    """Returns what the curves say, in words, and how far the sweep has come."""
    against = sweep.curves[0].against
    measured = say("measured.truth") if against == "truth" else say("measured.clean")
    chance = say("chance", chance=_lower_first(said(sweep.corruption.chance)))
    rows = "".join(_sentence(curve, sweep) for curve in sweep.curves)
    return (
        f'<div class="zj-verdicts">{_progress(sweep)}<ul>{rows}</ul>'
        f"<p>{escaped(measured)} {escaped(said(sweep.corruption.meaning))} {escaped(chance)}</p>"
        f'<details><summary>{escaped(say("broken"))}</summary><p>{escaped(said(DEFINITION))}</p></details></div>'
    )  # fmt: skip


def point_pictures(sweep: Sweep, place: int) -> str:
    """Returns the pictures of one severity, a seed each, with what every engine read in them."""
    severity = sweep.curves[0].points[place].severity
    seeds = sweep.seeds[:1] if severity == 0 else sweep.seeds
    each = "".join(_seed(sweep, place, number, seed) for number, seed in enumerate(seeds))
    heading = say("undamaged") if severity == 0 else _named(sweep.corruption, severity)
    count = say("same") if severity == 0 else say("seeds", n=len(seeds))
    return f'<div class="zj-point"><h2>{escaped(heading)} <span>{escaped(count)}</span></h2>{each}</div>'


def picker_value(sweep: Sweep, place: int) -> dict[str, Any]:
    """Returns what the slider over the points needs to know."""
    labels = [
        say("clean") if point.severity == 0 else with_unit(point.severity, sweep.corruption.unit)
        for point in sweep.curves[0].points
    ]
    return {"labels": labels, "place": place, "damage": said(sweep.corruption.display_name)}


def telling_place(sweep: Sweep) -> int:
    """Returns the point most worth showing first: the last one at which some engine is not broken yet."""
    at = [found.severity for found in map(breaking_point, sweep.curves) if found.severity is not None]
    severities = [point.severity for point in sweep.curves[0].points]
    return max(0, sum(severity <= max(at) for severity in severities) - 1) if at else len(severities) - 1


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _slider(corruption: Corruption) -> str:
    name = escaped(corruption.name)
    shown = said(corruption.display_name)
    title = escaped(say("slider", meaning=corruption.meaning, chance=_lower_first(said(corruption.chance))))
    return (
        f'<div class="zj-slider" title="{title}"><label for="damage-{name}">{escaped(shown)}</label>'
        f'<output for="damage-{name}">0</output><button type="button" data-curve="{name}" '
        f'aria-label="{escaped(say("sweep.of", corruption=shown))}">{escaped(say("sweep"))}</button>'
        f'<input type="range" id="damage-{name}" data-damage="{name}" data-unit="{escaped(said(corruption.unit))}" '
        f'min="0" max="{corruption.most:g}" step="{corruption.step:g}" value="0"></div>'
    )


def _verdict(reading: Outcome, clean: Outcome, truth: str) -> str:
    now, before = accuracy(truth or clean.text, reading.text), accuracy(truth or clean.text, clean.text)
    if truth:
        return (
            f'<p class="zj-facts"><span title="{escaped(say("accuracy.why"))}">'
            f"{escaped(say('accuracy', share=short_probability(now)))}</span>"
            f"<span>{escaped(say('accuracy.before', share=short_probability(before)))}</span></p>"
        )
    return (
        f'<p class="zj-facts"><span title="{escaped(say("agreement.why"))}">'
        f"{escaped(say('agreement', share=short_probability(now)))}</span></p>"
    )


def _progress(sweep: Sweep) -> str:
    if sweep.finished:
        return ""
    if sweep.ended:
        told = {"done": sweep.done, "steps": sweep.steps}
        ended = say("ended.stopped", **told) if sweep.ended == "stopped" else say("ended.time", **told)
        return f'<p class="zj-running">{escaped(ended)}</p>'
    return (
        f'<p class="zj-running">{escaped(say("step", done=sweep.done, steps=sweep.steps))}'
        f'<progress max="{sweep.steps}" value="{sweep.done}"></progress></p>'
    )


def _sentence(curve: Curve, sweep: Sweep) -> str:
    return (
        f'<li style="{engine_style(colour_of_curve(curve))}"><i class="zj-swatch"></i><span>'
        f"<b>{escaped(label_of(curve))}</b> {_state(breaking_point(curve), curve, sweep)}</span></li>"
    )


def _state(found: BreakingPoint, curve: Curve, sweep: Sweep) -> str:
    unit = sweep.corruption.unit
    if found.state == "does not read":
        if curve.against == "clean reading":
            return say("reads_nothing")
        return say("reads_little", share=short_probability(curve.clean))
    if found.severity is None or found.low is None:
        if not sweep.done:
            return say("not_tried", share=short_probability(curve.clean))
        reached = escaped(with_unit(curve.points[-1].severity, unit))
        return say("stays", severity=reached) if sweep.finished else say("still", severity=reached)
    last = say("beyond") if found.high is None else with_unit(found.high, unit)
    told = {"first": with_unit(found.low, unit), "last": last, "share": short_probability(curve.clean)}
    breaks = say("breaks", severity=f"<b>{escaped(with_unit(found.severity, unit))}</b>")
    return f"{breaks} <small>{escaped(say('breaks.range', n=len(sweep.seeds), **told))}</small>"


def _seed(sweep: Sweep, place: int, number: int, seed: int) -> str:
    picture = corrupted_at(sweep.picture, sweep.corruption, sweep.curves[0].points[place].severity, seed)
    rows = "".join(_read(curve, place, number) for curve in sweep.curves)
    named = escaped(say("seed.number", number=number + 1))
    return (
        f'<figure><div class="zj-paper"><img src="{image_uri(picture, *_SHOWN_PX)}" alt="{named}" '
        f'loading="lazy"></div><figcaption>{rows}</figcaption></figure>'
    )


def _read(curve: Curve, place: int, number: int) -> str:
    point = curve.points[place]
    return (
        f'<p style="{engine_style(colour_of_curve(curve))}">'
        f'<i class="zj-swatch" title="{escaped(label_of(curve))}"></i>'
        f'<span dir="ltr">{_against(curve, point.readings[number])}</span>'
        f"<small>{short_probability(point.accuracies[number])}</small></p>"
    )


def _against(curve: Curve, reading: str) -> str:
    """Marks what is not the truth, or, where none is known, what is not as it was on the clean picture."""
    if not reading:
        return f'<em class="zj-nothing">{escaped(nothing_read())}</em>'
    truth, clean = (curve.reference, "") if curve.against == "truth" else ("", curve.reference)
    return f'<span class="proofread">{text_html(_proofs(truth, clean, reading))}</span>'


def _proofs(truth: str, clean: str, reading: Sequence[str]) -> tuple[Proof, ...]:
    """Returns how a reading looks by the truth; where that is "", beside the reading of the clean picture."""
    if truth:
        return judged_proofs(truth_marks(truth, list(reading)))
    return compared_proofs(marked_readings([list(reading), list(clean)])[0])


def _named(corruption: Corruption, severity: float) -> str:
    return f"{said(corruption.display_name)} {with_unit(severity, corruption.unit)}"
