"""The engines of a run: loaded and warmed up before anything is written, each with a key and what it says of itself.

Knows nothing of data sets or of what is done with readings.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, cast

import numpy as np

from eval.runs.info import EngineInfo
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.engine_key import EngineKey
from ocr_core.engines.hub_model import is_hub_model
from ocr_core.engines.service import is_service
from ocr_core.errors import ModelError, OcrError
from ocr_core.preprocess import InputFormat
from ocr_core.recognizer import Recognizer
from ocr_core.settings import RUNTIMES, DecoderName, Runtime, Settings
from ocr_core.views.colours import decoder_colour
from ocr_core.views.wording import decoder_suffix

WARM_UP_WIDTHS_PX: Final = (320, 128, 640, 1024, 320)
"""Widths of the blank lines, 32 pixels high, that every engine reads before the first line that counts."""


class Wanted(NamedTuple):
    """A model by its name or path, what it is to run on, and how it is decoded: None as the settings say."""

    source: str
    runtime: Runtime
    decoder: DecoderName | None = None


@dataclass(frozen=True, slots=True)
class RunEngine:
    """One engine, ready to read.

    Attributes:
        info: what the run says of it.
        recognizer: what reads.
        charset: what it can write; None when it does not say.
        warm_up_ms: time of its first readings, which count for nothing.
    """

    info: EngineInfo
    recognizer: Recognizer
    charset: Charset | None
    warm_up_ms: float

    @property
    def key(self) -> str:
        """`model@runtime`, and `+decoder` where that is not greedy."""
        return self.info.key


def wanted_engines(
    models: Iterable[str], runtimes: Sequence[Runtime], decoders: Sequence[DecoderName] = ()
) -> list[Wanted]:
    """Pairs every model with every runtime and decoder; a model written as `crnn@torch+beam+zh` has its own.

    A registered model that a runtime is not for takes its usual one instead; a program of its own, which gives no
    probabilities, is not decoded in several ways.
    """
    wanted: list[Wanted] = []
    for model in models:
        key = registry.engine_key(model)
        on: list[Runtime] = (
            [key.runtime] if key.runtime else [registry.runtime_of(key.model, each) for each in runtimes]
        )
        for runtime in dict.fromkeys(on):
            ways: Sequence[DecoderName | None] = decoders or [None]
            if key.decoder or runtime not in RUNTIMES:
                ways = [key.decoder]
            wanted.extend(Wanted(key.model, runtime, way) for way in ways)
    return list(dict.fromkeys(wanted))


def load_all(wanted: Sequence[Wanted], settings: Settings) -> list[RunEngine]:
    """Loads and warms up engines.

    Raises:
        ModelError: one cannot be loaded; the message names it.
    """
    engines, missing = load_available(wanted, settings)
    if missing:
        raise ModelError(" ".join(missing))
    return engines


def load_available(wanted: Sequence[Wanted], settings: Settings) -> tuple[list[RunEngine], list[str]]:
    """Loads and warms up the engines that can be; returns them, and a sentence for each of the others.

    Raises:
        ModelError: none can be loaded.
    """
    engines: list[RunEngine] = []
    missing: list[str] = []
    for source, runtime, decoder in wanted:
        try:
            engine = _loaded(source, runtime, decoder, settings)
            if any(engine.key == other.key for other in engines):
                raise ModelError("It is the same model as one named before.")
            engines.append(engine)
        except OcrError as error:
            missing.append(f"{source} on {runtime} cannot be used: {error}")
    if not engines:
        raise ModelError(" ".join(missing) or "No engine is named.")
    colours = registry.colours_of(engine.info.model for engine in engines)
    return [_coloured(engine, colours[engine.info.model]) for engine in engines], missing


def _coloured(engine: RunEngine, colour: str) -> RunEngine:
    decoded = cast(DecoderName, engine.info.decoder) if engine.info.decoder else None
    return replace(engine, info=replace(engine.info, colour=decoder_colour(colour, decoded)))


def load_again(infos: Sequence[EngineInfo], settings: Settings) -> list[RunEngine]:
    """Loads the engines of a run that is to be gone on with.

    Raises:
        ModelError: one cannot be loaded, or its files are other than those that the run began with.
    """
    engines: list[RunEngine] = []
    for info in infos:
        try:
            decoding = Decoding(cast(DecoderName, info.decoder)) if info.decoder else None
            engine = _ready(registry.load(info.source, cast(Runtime, info.runtime), settings, decoding), info)
        except OcrError as error:
            raise ModelError(f"{info.source} on {info.runtime} cannot be used: {error}") from error
        if engine.info.sha256 != info.sha256:
            raise ModelError(f"{info.display_name} is not what the run began with: its files have changed.")
        engines.append(engine)
    return engines


def _loaded(source: str, runtime: Runtime, decoder: DecoderName | None, settings: Settings) -> RunEngine:
    recognizer = registry.load(source, runtime, settings, Decoding(decoder) if decoder else None)
    registered = registry.models(settings).get(source)
    is_address = is_service(source) or is_hub_model(source)
    model = source if registered else recognizer.name
    is_network = isinstance(recognizer, CtcRecognizer)
    decoded = (decoder or settings.decoder) if is_network else None
    display_name = registered.display_name if registered else registry.display_name_of(model)
    return _ready(
        recognizer,
        EngineInfo(
            key=str(EngineKey(model, runtime, decoded)),
            model=model,
            display_name=display_name + decoder_suffix(decoded),
            runtime=runtime,
            sha256="",
            colour=decoder_colour(registry.colour_of(model), decoded),
            decoder=decoded or "",
            gives_evidence=recognizer.gives_evidence,
            source=source if is_address or registered else str(Path(source).absolute()),
        ),
    )


def _ready(recognizer: Recognizer, info: EngineInfo) -> RunEngine:
    network = recognizer if isinstance(recognizer, CtcRecognizer) else None
    charset = network.description.charset if network else None
    complete = replace(
        info,
        sha256=_sha256_of(recognizer),
        charset_size=len(charset) - 1 if charset else None,
        charset_sha256=charset.sha256 if charset else "",
        fixed_width_px=_fixed_width_px(network.input_format) if network else None,
    )
    return RunEngine(complete, recognizer, charset, _warm_up(recognizer))


def _fixed_width_px(wanted: InputFormat) -> int | None:
    return wanted.max_width_px if wanted.has_fixed_width else None


def _warm_up(recognizer: Recognizer) -> float:
    started = time.perf_counter()
    for width_px in WARM_UP_WIDTHS_PX:
        recognizer.recognize(np.full((32, width_px, 3), 255, dtype=np.uint8))
    return (time.perf_counter() - started) * 1e3


def _sha256_of(recognizer: Recognizer) -> str:
    """An engine that is no network of ours may have nothing to show."""
    return str(getattr(recognizer, "sha256", ""))
