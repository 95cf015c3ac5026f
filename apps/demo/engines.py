"""The recognisers of one running app: loaded on first use, once, and shared by all visitors.

Knows nothing of pages. A model whose files are missing is no failure here: it is asked for again the next time, so
that weights put in place later need no restart.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from apps.demo.server.fair_lock import FairLock
from apps.demo.server.latency_tracker import LatencyTracker
from ocr_core import registry
from ocr_core.engine_key import EngineKey
from ocr_core.errors import ModelError, OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.registry import RegisteredModel
from ocr_core.sessions.load import installed_runtimes
from ocr_core.settings import RUNTIMES, DecoderName, Runtime, Settings
from ocr_core.views.colours import decoder_colour
from ocr_core.views.wording import decoder_suffix, runtime_name

DEFAULT_MODELS: Final = ("convnext_tiny", "crnn")
"""The two that are compared unless somebody chooses others."""

MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """A model on a runtime, and its decoder where one is chosen with it: what a visitor chooses."""

    model: RegisteredModel
    runtime: Runtime
    decoder: DecoderName | None = None

    @property
    def key(self) -> str:
        """`<model>@<runtime>`, and `+<decoder>` where that is not greedy, as in runs, cases and links."""
        return str(EngineKey(self.model.name, self.runtime, self.decoder))

    @property
    def label(self) -> str:
        """What to call it; runtime and decoder are named unless they are the usual ones."""
        runtime = "" if self.runtime == self.model.runtimes[0] else f" \u00b7 {runtime_name(self.runtime)}"
        return f"{self.model.display_name}{runtime}{decoder_suffix(self.decoder)}"

    @property
    def colour(self) -> str:
        """The model's colour, lighter under another decoder than greedy."""
        return decoder_colour(self.model.colour, self.decoder)

    def decoded_by(self, decoder: DecoderName | None) -> EngineChoice:
        """Returns the same engine under a decoder, unless it has its own or is no network."""
        if self.decoder or decoder is None or self.runtime not in RUNTIMES:
            return self
        return replace(self, decoder=decoder)


def told_apart(choices: Sequence[EngineChoice]) -> tuple[str, ...]:
    """Names engines that stand side by side; runtime and decoder are named where a model appears twice.

    A decoder that is not the usual one is named in any case.
    """
    names = [choice.model.name for choice in choices]
    return tuple(
        choice.label
        if names.count(choice.model.name) > 1 or choice.decoder not in (None, "greedy")
        else choice.model.display_name
        for choice in choices
    )


def asked_engines(told: Any) -> list[str]:
    """Returns the keys of the engines that a program asks for; what it says may be anything.

    Raises:
        OcrError: it is no list.
    """
    if not isinstance(told, list):
        raise OcrError("Engines are given as a list of names.")
    return [str(key) for key in told]


class Engines:
    """A cache of loaded recognisers; safe to call from several threads.

    `fair_lock` says who may run them now, `latency` how fast they have been.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.for_many_lines()
        self.fair_lock = FairLock()
        self.latency = LatencyTracker()
        self._loaded: dict[tuple[str, Runtime], Recognizer] = {}
        self._lock = threading.Lock()

    @property
    def models(self) -> tuple[RegisteredModel, ...]:
        """Every registered model, in the order in which they are shown."""
        return tuple(registry.models(self.settings).values())

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """The runtimes of the project's own models that are installed here, the usual one first."""
        return installed_runtimes()

    def missing(self) -> tuple[RegisteredModel, ...]:
        """Returns the models whose files are not there."""
        there = registry.available(self.settings)
        return tuple(model for model in self.models if model not in there)

    def lacking(self) -> tuple[RegisteredModel, ...]:
        """Returns the default models whose files are not there."""
        missing = self.missing()
        return tuple(choice.model for choice in self.defaults() if choice.model in missing)

    def choices(self) -> tuple[EngineChoice, ...]:
        """Returns what can be chosen: the default models in any case, the others where their files are there."""
        missing = {model.name for model in self.missing()} - set(DEFAULT_MODELS)
        return tuple(
            EngineChoice(model, runtime)
            for model in self.models
            if model.name not in missing
            for runtime in model.runtimes
            if runtime not in RUNTIMES or runtime in self.runtimes
        )

    def defaults(self, runtime: Runtime | None = None) -> tuple[EngineChoice, ...]:
        """Returns the two default models on one runtime."""
        chosen = runtime or self.settings.runtime
        return tuple(EngineChoice(registry.MODELS[name], chosen) for name in DEFAULT_MODELS)

    def chosen(self, keys: Sequence[str], runtime: Runtime | None = None) -> tuple[EngineChoice, ...]:
        """Returns the choices of some keys, each once; a model's name alone stands for it on `runtime`.

        Without any key these are the defaults.

        Raises:
            ModelError: a key is unknown, or there are too many.
        """
        if not keys:
            return self.defaults(runtime)
        chosen = tuple(dict.fromkeys(self._choice(str(key), runtime) for key in keys))
        if len(chosen) > MOST_AT_ONCE:
            raise ModelError(f"At most {MOST_AT_ONCE} engines are compared at once, not {len(chosen)}.")
        return chosen

    def get(self, model: RegisteredModel, runtime: Runtime) -> Recognizer:
        """Returns a model, loading it if this is the first time it is asked for.

        Raises:
            ModelError: its files are missing or broken, or the runtime is not installed.
        """
        key = (model.name, runtime)
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = registry.load(model.name, runtime, self.settings)
            return self._loaded[key]

    def has_loaded(self, name: str) -> bool:
        """Whether a model has been loaded, on whatever runtime."""
        return any(loaded == name for loaded, _ in list(self._loaded))

    def warm_up(self, runtime: Runtime) -> None:
        """Loads the default models that are there, so that the first visitor need not wait."""
        missing = self.missing()
        for choice in self.defaults(runtime):
            if choice.model not in missing:
                self.get(choice.model, choice.runtime)

    def _choice(self, key: str, runtime: Runtime | None) -> EngineChoice:
        asked = EngineKey.parse(key)
        name, _, named_runtime = (key if not asked.decoder else key[: -len(asked.decoder) - 1]).partition("@")
        model = registry.models(self.settings).get(name)
        usual = runtime or self.settings.runtime
        if model is None:
            raise ModelError(f"There is no engine {key!r}; there are {', '.join(c.key for c in self.choices())}.")
        if not named_runtime:
            return EngineChoice(model, usual if usual in model.runtimes else model.runtimes[0], asked.decoder)
        for known in model.runtimes:
            if known == named_runtime:
                return EngineChoice(model, known, asked.decoder)
        raise ModelError(f"{model.display_name} runs on {' or '.join(model.runtimes)}, not on {named_runtime!r}.")
