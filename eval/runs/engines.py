"""The engines of a run: loaded and warmed up before anything is written, each with a key and what it says of itself.

Knows nothing of data sets or of what is done with readings.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, cast, get_args

import numpy as np

from eval.runs.info import EngineInfo
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.engines.service import is_service
from ocr_core.errors import ModelError, OcrError
from ocr_core.recognizer import CtcRecognizer, Recognizer
from ocr_core.settings import Runtime, Settings

WARM_UP_WIDTHS_PX: Final = (320, 128, 640, 1024, 320)
"""Widths of the blank lines, 32 pixels high, that every engine reads before the first line that counts."""


class Wanted(NamedTuple):
    """A model by its name or path, and what it is to run on."""

    source: str
    runtime: Runtime


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
        """`model@runtime`."""
        return self.info.key


def wanted_engines(models: Iterable[str], runtimes: Sequence[Runtime]) -> list[Wanted]:
    """Pairs every model with every runtime; a model written as `crnn@torch` has its own.

    A registered model that a runtime is not for takes its usual one instead.
    """
    wanted: list[Wanted] = []
    for model in models:
        source, _, runtime = model.rpartition("@")
        if source and runtime in get_args(Runtime):
            wanted.append(Wanted(source, cast(Runtime, runtime)))
        else:
            wanted.extend(Wanted(model, registry.runtime_of(model, each)) for each in runtimes)
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
    for source, runtime in wanted:
        try:
            engine = _loaded(source, runtime, settings)
            if any(engine.key == other.key for other in engines):
                raise ModelError("It is the same model as one named before.")
            engines.append(engine)
        except OcrError as error:
            missing.append(f"{source} on {runtime} cannot be used: {error}")
    if not engines:
        raise ModelError(" ".join(missing) or "No engine is named.")
    return engines, missing


def load_again(infos: Sequence[EngineInfo], settings: Settings) -> list[RunEngine]:
    """Loads the engines of a run that is to be gone on with.

    Raises:
        ModelError: one cannot be loaded, or its files are other than those that the run began with.
    """
    engines: list[RunEngine] = []
    for info in infos:
        try:
            engine = _ready(registry.load(info.source, cast(Runtime, info.runtime), settings), info)
        except OcrError as error:
            raise ModelError(f"{info.source} on {info.runtime} cannot be used: {error}") from error
        if engine.info.sha256 != info.sha256:
            raise ModelError(f"{info.display_name} is not what the run began with: its files have changed.")
        engines.append(engine)
    return engines


def _loaded(source: str, runtime: Runtime, settings: Settings) -> RunEngine:
    recognizer = registry.load(source, runtime, settings)
    registered = registry.models(settings).get(source)
    model = source if registered else recognizer.name
    return _ready(
        recognizer,
        EngineInfo(
            key=f"{model}@{runtime}",
            model=model,
            display_name=registered.display_name if registered else registry.display_name_of(model),
            runtime=runtime,
            sha256="",
            colour=registry.colour_of(model),
            gives_evidence=recognizer.gives_evidence,
            source=source if registered or is_service(source) else str(Path(source).absolute()),
        ),
    )


def _ready(recognizer: Recognizer, info: EngineInfo) -> RunEngine:
    charset = recognizer.description.charset if isinstance(recognizer, CtcRecognizer) else None
    complete = replace(
        info,
        sha256=_sha256_of(recognizer),
        charset_size=len(charset) - 1 if charset else None,
        charset_sha256=charset.sha256 if charset else "",
    )
    return RunEngine(complete, recognizer, charset, _warm_up(recognizer))


def _warm_up(recognizer: Recognizer) -> float:
    started = time.perf_counter()
    for width_px in WARM_UP_WIDTHS_PX:
        recognizer.recognize(np.full((32, width_px, 3), 255, dtype=np.uint8))
    return (time.perf_counter() - started) * 1e3


def _sha256_of(recognizer: Recognizer) -> str:
    """An engine that is no network of ours may have nothing to show."""
    return str(getattr(recognizer, "sha256", ""))
