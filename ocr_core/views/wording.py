"""How figures and names are written wherever people read them: apps, views, reports, tables and the command line.

One spelling each for shares, times, counts, stages and runtimes. Returns plain text; escapes nothing, since it makes
no HTML and writes only its own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ocr_core.language import said
from ocr_core.result import Recognition, Timings
from ocr_core.scoring.intervals import Figure, has_width
from ocr_core.wording.figures import say

WITHOUT_INTERVAL: Final = "none where fewer than five groups have a part, or all of them agree"
"""Whose interval cannot be stated, as `ocr_core.scoring.intervals` has it."""

NO_FIGURE: Final = "–"
"""Stands where a figure cannot be stated."""

STAGES: Final = ("decode_image", "find_lines", "preprocess", "infer", "ctc_decode")

STAGE_NAMES: Final[Mapping[str, str]] = {stage: say(f"stage.{stage}") for stage in STAGES}
"""The stages of reading one line, in their order, by their fields in `Timings`; like all names here in English until
`said` says them in another language."""

RUNTIME_NAMES: Final[Mapping[str, str]] = say.keys_under("runtime.")

SUBSET_NAMES: Final[Mapping[str, str]] = say.keys_under("subset.")
"""What sentences call the lines of a `Scenario`, by its value, and those of all of them."""


def subset_name(title: str) -> str:
    """Returns what to call the lines under a title; a title that is nobody's scenario keeps its own words."""
    return said(SUBSET_NAMES.get(title, title.replace("_", " ")))


def runtime_name(runtime: str) -> str:
    """Returns what a runtime is called; an unknown one by its key."""
    return said(RUNTIME_NAMES.get(runtime, runtime))


def stage_times(timings_ms: Timings) -> list[tuple[str, float]]:
    """Returns every stage's name and milliseconds, in their order."""
    return [(said(name), getattr(timings_ms, field)) for field, name in STAGE_NAMES.items()]


def percent(share: float | None) -> str:
    """Returns `93.4 %`."""
    return NO_FIGURE if share is None else f"{percentage(share)} %"


def percentage(share: float | None) -> str:
    """Returns `93.4`, for tables and axes whose heading says per cent."""
    return NO_FIGURE if share is None else f"{100 * share:.1f}".replace("-", "−")


def percentage_points(difference: float | None) -> str:
    """Returns a difference of two shares with its sign: `+0.4`, `−1.2`."""
    return NO_FIGURE if difference is None else f"{100 * difference:+.1f}".replace("-", "−")


def probability(value: float) -> str:
    """Returns `93.4 %`; 100 % is kept for what is certain to three digits, and what is not impossible never is 0 %."""
    if 0 < value < 0.0005:
        return "< 0.1 %"
    return "100 %" if value >= 0.9995 else percent(value)


def nothing_read() -> str:
    """Returns what stands in place of a text where none was read."""
    return say("nothing_read")


def confidence_definition() -> str:
    """Says what a line's confidence is."""
    return say("confidence.definition")


def cer_definition() -> str:
    """Says what a line's character error rate is."""
    return say("cer.definition")


def confidence(recognition: Recognition) -> str:
    """Returns `confidence 93.4 %`; of an empty reading that there is none, whatever a stored figure says."""
    if not recognition.text:
        return say("confidence.none")
    known = recognition.confidence
    return say("confidence.unknown") if known is None else say("confidence", share=probability(known))


DECODER_NAMES: Final[Mapping[str, str]] = say.keys_under("decoder.")
"""What decoders are called beside a model's name."""


def decoder_name(decoder: str) -> str:
    """Returns what a decoder is called; an unknown one by its key."""
    return said(DECODER_NAMES.get(decoder, decoder))


def decoder_suffix(decoder: str | None) -> str:
    """Returns what a decoder adds to an engine's name: nothing where it is greedy, as usual."""
    return "" if decoder in (None, "", "greedy") else f" \u00b7 {decoder_name(decoder)}"


def short_probability(value: float) -> str:
    """Returns `93 %`, or `9.3 %` and `99.7 %` towards the ends: where many stand side by side."""
    return f"{100 * value:.0f} %" if 0.0995 <= value < 0.9949 else probability(value)


def interval(figure: Figure | Mapping[str, float | None]) -> tuple[float, float, float] | None:
    """Returns value, low and high of a figure; None where one is not known, or the interval has no width."""
    value, low, high = (figure.get(name) for name in ("value", "low", "high"))
    return None if value is None or low is None or high is None or not has_width(low, high) else (value, low, high)


def percent_with_interval(figure: Figure | Mapping[str, float | None]) -> str:
    """Returns `93.4 % (95 % interval 90.1 to 96.0)`, or the value alone where no interval can be stated."""
    bounds = interval(figure)
    if bounds is None:
        return percent(figure["value"])
    return f"{percent(bounds[0])} (95 % interval {bounds_in_words(bounds[1], bounds[2])})"


def bounds_in_words(low: float | None, high: float | None) -> str:
    """Returns `90.1 to 96.0`."""
    return NO_FIGURE if low is None or high is None else f"{percentage(low)} to {percentage(high)}"


def milliseconds(ms: float | None) -> str:
    """Returns a time to three digits: `1.2 ms`, `12.3 ms`, `123 ms`, and from a second on `1.23 s`."""
    if ms is None:
        return NO_FIGURE
    if ms >= 999.5:
        return f"{ms / 1000:.2f} s"
    return f"{ms:.0f} ms" if ms >= 99.95 else f"{ms:.1f} ms"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Returns `1 line`, `1,234 lines`; the plural ends in -s unless it is given."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def sample_size(lines: int, groups: int | None = None) -> str:
    """Returns `n = 100 lines in 37 groups`."""
    words = f"n = {counted(lines, 'line')}"
    return words if groups is None else f"{words} in {counted(groups, 'group')}"
