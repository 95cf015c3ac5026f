"""How long decoding alone takes on lines of one width, by script: hanzi and Latin letters. Knows nothing of files.

Processor time: decoding is one thread's work, and other work on the machine is not counted. Every line is decoded once,
so whatever the language model looks up for the first time is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from eval.datasets import Dataset, LabelledLine
from eval.decoders_side_by_side import SideBySide
from ocr_core import registry
from ocr_core.ctc.decoders import decoder
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.settings import DECODERS, Settings

LINES_A_SCRIPT: Final = 30
HEIGHT_PX: Final = 32
SCRIPTS: Final = ("hanzi", "Latin")
_MOSTLY: Final = 0.7


def script_of(text: str) -> str | None:
    """Returns what a text is mostly written in; None for a mixture."""
    hanzi = sum("\u3400" <= character <= "\u9fff" for character in text)
    if hanzi >= _MOSTLY * len(text):
        return SCRIPTS[0]
    return SCRIPTS[1] if all(character.isascii() for character in text) else None


def lines_of_width(dataset: Dataset, width_px: int, settings: Settings) -> dict[str, list[LabelledLine]]:
    """Returns for every script the lines that are nearest to a width at the networks' height."""
    found: dict[str, list[tuple[float, int, LabelledLine]]] = {script: [] for script in SCRIPTS}
    for place, line in enumerate(dataset.lines):
        script = script_of(line.text)
        if script is not None:
            height, width = line.load(settings).shape[:2]
            found[script].append((abs(width * HEIGHT_PX / height - width_px), place, line))
    return {script: [line for _, _, line in sorted(lines)[:LINES_A_SCRIPT]] for script, lines in found.items()}


def decoding_times(
    lines: Sequence[LabelledLine], models: Sequence[str], settings: Settings
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Yields for every model the median milliseconds a line of every decoder.

    Raises:
        ModelError: a model or the language model cannot be loaded.
    """
    settings = replace(settings, orient=False)  # every line is read once, as it stands
    for model in models:
        recognizer = registry.load(model, None, settings)
        assert isinstance(recognizer, CtcRecognizer)
        charset, folder = recognizer.description.charset, settings.models_folder
        beside = SideBySide({name: decoder(name, charset, folder, model) for name in DECODERS})
        reading = replace(recognizer, decoder=beside)
        times: dict[str, list[float]] = {name: [] for name in DECODERS}
        for line in lines:
            beside.begin()
            reading.recognize(line.load(settings))
            for name in DECODERS:
                times[name].append(beside.times_ms[name])
        yield model, {name: median(values) for name, values in times.items()}
