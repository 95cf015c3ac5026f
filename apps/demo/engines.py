"""The recognisers of one running app: loaded on first use, once, and shared by all visitors.

Knows nothing of pages. A model whose files are missing is no failure here: it is asked for again the next time, so
that weights put in place later need no restart.
"""

from __future__ import annotations

import threading
from importlib.util import find_spec

from ocr_core import registry
from ocr_core.recognizer import Recognizer
from ocr_core.registry import RegisteredModel
from ocr_core.settings import Runtime, Settings


class Engines:
    """A cache of loaded recognisers; safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loaded: dict[tuple[str, Runtime], Recognizer] = {}
        self._lock = threading.Lock()

    @property
    def models(self) -> tuple[RegisteredModel, ...]:
        """Every model that is read side by side, in the order in which they are shown."""
        return tuple(registry.MODELS.values())

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """The runtimes installed here, the usual one first."""
        return ("onnx", "torch") if find_spec("torch") else ("onnx",)

    def missing(self) -> tuple[RegisteredModel, ...]:
        """Returns the models whose files are not there."""
        there = registry.available(self.settings)
        return tuple(model for model in self.models if model not in there)

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

    def warm_up(self, runtime: Runtime) -> None:
        """Loads every model that is there, so that the first visitor need not wait."""
        missing = self.missing()
        for model in self.models:
            if model not in missing:
                self.get(model, runtime)
