"""One line, read by several engines: what each of them made of it, for every tab. Knows nothing of files or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from apps.demo.engines import MOST_AT_ONCE, EngineChoice, Engines, told_apart
from apps.demo.wording.readings import say
from ocr_core.charset import Charset
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.decoding_change import DecodingChange, changed_by
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError, OcrError
from ocr_core.pipeline import in_plain_grey
from ocr_core.recognizer import Recognizer
from ocr_core.registry import RegisteredModel, decoded_by
from ocr_core.result import Evidence, LineImage, Recognition
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.truth import Judgement, judge
from ocr_core.workers import in_order


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one engine read; `charset` is None for an engine that does not say which characters it knows.

    `judgement` is by the line's truth; None where that is not known, or not for this part of the picture. `change` is
    what its decoder made of the best path; None where that is what was read.
    """

    engine: EngineChoice
    recognition: Recognition
    evidence: Evidence | None
    charset: Charset | None = None
    judgement: Judgement | None = None
    change: DecodingChange | None = None

    @property
    def model(self) -> RegisteredModel:
        """The engine's model."""
        return self.engine.model

    @property
    def text(self) -> str:
        """What was read."""
        return self.recognition.text

    def shown(self, label: str) -> EngineReading:
        """Returns it as the views take it, under the name it has there."""
        return EngineReading(
            label, self.engine.colour, self.recognition, self.evidence, self.charset, self.judgement, self.change
        )


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """Why one engine read nothing, in words for the visitor."""

    engine: EngineChoice
    message: str

    @property
    def model(self) -> RegisteredModel:
        """The engine's model."""
        return self.engine.model

    @property
    def text(self) -> str:
        """Nothing."""
        return ""


Outcome = LineReading | UnreadLine


def labels_of(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Names the engine of every outcome, as `told_apart` does."""
    return told_apart([outcome.engine for outcome in outcomes])


def every_model(engines: Engines) -> tuple[EngineChoice, ...]:
    """Returns each model that can read here once, on its usual runtime, the defaults first; at most as many as fit."""
    by_model = {choice.model.name: choice for choice in engines.defaults()}
    missing = engines.missing()
    for choice in engines.choices():
        if choice.model not in missing:
            by_model.setdefault(choice.model.name, choice)
    return tuple(by_model.values())[:MOST_AT_ONCE]


def readable(engines: Engines, choices: Iterable[EngineChoice]) -> tuple[EngineChoice, ...]:
    """Returns the choices whose files are there."""
    missing = engines.missing()
    return tuple(choice for choice in choices if choice.model not in missing)


def read_line(
    engines: Engines,
    choices: Iterable[EngineChoice],
    line: LineImage,
    truth: str = "",
    enhance: bool | None = None,
    decoding: Decoding | None = None,
    plain_grey: bool = False,
) -> tuple[Outcome, ...]:
    """Reads one line with every engine, in the order of the choices.

    Args:
        truth: what the line says, in the spelling of the label conventions; "" when unknown.
        enhance: whether the networks get the line enhanced; None for the settings' own answer.
        decoding: how the networks' probabilities become texts; None for each choice's own decoder alone.
        plain_grey: whether networks that see grey get a line's luminance, however well its ink shows in it.

    Raises:
        ImageError: the line cannot be used by any of them.
    """
    asked = tuple(choices)
    able = readable(engines, asked)
    enhanced = engines.settings.enhance if enhance is None else enhance

    def read(choice: EngineChoice) -> Outcome:
        if choice in able:
            return _read(engines, choice, line, truth, enhanced, decoding, plain_grey)
        return UnreadLine(choice, say("weights.engine", engine=choice.model.display_name))

    return tuple(in_order(read, asked, min(engines.settings.workers, len(asked))))


def outcome_data(outcome: Outcome) -> dict[str, Any]:  # Any: JSON
    """Returns what the API says of one engine: everything it read, or its error."""
    # The registry's name, not the file's own: it is what this API's callers know.
    named = {"engine": outcome.engine.key, "model": outcome.model.name}
    if isinstance(outcome, UnreadLine):
        return {**named, "error": outcome.message}
    times = {"prediction": outcome.text, "cost_time_ms": outcome.recognition.timings_ms.total}
    change = {"decoding_change": _change_data(outcome.change)} if outcome.change else {}
    return {**outcome.recognition.to_dict(), **named, **times, **change}


def _change_data(change: DecodingChange) -> dict[str, Any]:
    decisions = [{**asdict(decision), "sentence": decision.sentence} for decision in change.decisions]
    return {"greedy": change.left, "decisions": decisions, "note": change.note or None}


def _read(
    engines: Engines,
    choice: EngineChoice,
    line: LineImage,
    truth: str,
    enhance: bool,
    decoding: Decoding | None,
    plain_grey: bool,
) -> Outcome:
    try:
        recognizer = recognizer_of(engines, choice, enhance)
        wanted = replace(decoding or Decoding(), decoder=choice.decoder)
        if wanted != Decoding():
            recognizer = decoded_by(recognizer, wanted)
        charset = recognizer.description.charset if isinstance(recognizer, CtcRecognizer) else None
        is_grey = isinstance(recognizer, CtcRecognizer) and recognizer.input_format.channels == 1
        seen = in_plain_grey(line) if plain_grey and is_grey else line
        recognition, evidence = recognizer.examine(seen, truth or None)
        size_px = (line.width_px, line.height_px)
        judgement = judge(truth, recognition, evidence, size_px, line.source_map) if truth else None
        change = _change(engines, recognition, evidence, recognizer.name)
        return LineReading(choice, recognition, evidence, charset, judgement, change)
    except ImageError:
        raise
    except OcrError as error:
        return UnreadLine(choice, str(error))


def _change(engines: Engines, recognition: Recognition, evidence: Evidence | None, name: str) -> DecodingChange | None:
    if evidence is None:
        return None
    return changed_by(recognition.decoder, evidence, engines.settings.models_folder, name, recognition.text)


def recognizer_of(engines: Engines, choice: EngineChoice, enhance: bool) -> Recognizer:
    """Returns an engine with enhancement on or off, without loading it again; one that cannot stays as it is.

    Raises:
        ModelError: it cannot be loaded.
    """
    recognizer = engines.get(choice.model, choice.runtime)
    if not isinstance(recognizer, CtcRecognizer):
        return recognizer
    return replace(recognizer, settings=replace(recognizer.settings, enhance=enhance))
