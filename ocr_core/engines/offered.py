"""Engines that installed packages of other people offer, by entry points of the group `zijian.engines`.

Such a package needs no change here: it names an `OfferedEngine`, and the engine appears wherever the built-in ones do.
Nothing of a package is imported before engines are asked for; one that cannot be imported is told of by name and stands
in nobody's way. The page for people is docs/own-engine.md.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from ocr_core.engines.text_engine import TextEngine, TextRecognizer
from ocr_core.errors import ModelError, OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.settings import Settings

GROUP: Final = "zijian.engines"
RUNTIME: Final = "package"

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OfferedEngine:
    """What a package's entry point has to be.

    Attributes:
        display_name: what apps, charts and tables show.
        load: makes the engine: a `TextEngine`, or a whole `Recognizer`, which may give posteriors.
        about: a sentence or two for the Models tab.
        licence: of the weights.
        colour: `#rrggbb` for every chart; "" lets one be chosen by the name.
        files: the weights, whose hash names them; none where there are none to show.
    """

    display_name: str
    load: Callable[[Settings], TextEngine | Recognizer]
    about: str = ""
    licence: str = ""
    colour: str = ""
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundEngine:
    """An engine that a package offers, or why it cannot be used."""

    name: str
    package: str
    engine: OfferedEngine | None
    problem: str = ""

    def load(self, settings: Settings) -> Recognizer:
        """Loads the engine.

        Raises:
            ModelError: the package failed, or returned something that reads nothing.
        """
        if self.engine is None:
            raise ModelError(self.problem)
        try:
            loaded = self.engine.load(settings)
        except OcrError:
            raise
        except Exception as error:  # somebody else's code
            raise ModelError(f"The engine {self.name} cannot be loaded: {_words(error)}") from error
        if hasattr(loaded, "read_line"):
            return TextRecognizer(self.name, RUNTIME, loaded, settings)  # pyright: ignore[reportArgumentType]
        if all(hasattr(loaded, method) for method in ("recognize", "recognize_batch", "examine", "gives_evidence")):
            return loaded  # pyright: ignore[reportReturnType]
        raise ModelError(f"The engine {self.name} of {self.package} is neither a TextEngine nor a Recognizer.")


def find_offered(taken: frozenset[str] = frozenset()) -> Iterator[FoundEngine]:
    """Yields every engine that an installed package offers, by name; those with a name that is taken are left out."""
    seen = set(taken)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        package = point.dist.name if point.dist else point.module
        if not _NAME.fullmatch(point.name) or point.name in seen:
            _LOG.warning("The engine %r of the package %s is left out: its name is taken or odd.", point.name, package)
            continue
        seen.add(point.name)
        yield _imported(point, package)


def _imported(point: EntryPoint, package: str) -> FoundEngine:
    try:
        offered = point.load()
    except Exception as error:  # somebody else's code
        problem = f"The engine {point.name} of the package {package} cannot be imported: {_words(error)}"
        return FoundEngine(point.name, package, None, problem)
    if not isinstance(offered, OfferedEngine):
        problem = f"The engine {point.name} of the package {package} is no OfferedEngine."
        return FoundEngine(point.name, package, None, problem)
    if offered.colour and not _COLOUR.fullmatch(offered.colour):
        problem = f"The engine {point.name} of the package {package} has the colour {offered.colour!r}, not '#rrggbb'."
        return FoundEngine(point.name, package, None, problem)
    return FoundEngine(point.name, package, offered)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"
