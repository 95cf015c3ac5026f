"""What is known of each registered engine, read from its files: hashes, size, licence, training, curve.

Nothing is measured or run here. A missing or broken file leaves its facts out and says so; it is never an error.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from apps.demo.wording.models import say
from eval.cost.model_size import numbers_in
from ocr_core.errors import ModelError, OcrError
from ocr_core.inspection.graph_facts import read_graph
from ocr_core.language import in_every_language, said
from ocr_core.preprocess import InputFormat
from ocr_core.registry import MODELS, RegisteredModel, read_by_own_models
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import RUNTIMES, Settings
from ocr_core.training.curve_file import CURVE_NAME, read_curve
from ocr_core.views.training_chart import TrainingPoint

_LOG = logging.getLogger(__name__)

_LARGEST_CURVE_BYTES: Final = 16 * 2**20

ABOUT: Final[Mapping[str, str]] = MappingProxyType(say.keys_under("about.model."))

PEER_LICENCES: Final[Mapping[str, str]] = MappingProxyType(
    {"ppocr_v4": "Apache-2.0", "ppocr_v6": "Apache-2.0", "tesseract": "Apache-2.0"}
)
"""Their files do not say it themselves."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One engine as the Models tab shows it; what is not known is "" or None.

    Attributes:
        own: whether it is the project's own, trained here; else a peer, used as its authors publish it.
        own_file: whether it is an ONNX file that somebody put into the folder of own models.
        source: where an imported file comes from, by what its importer wrote into it.
        unknown: sentences on what is not known of it.
        problem: why its files cannot be used, in words.
        bytes_on_disk: of graph and weights together.
        weights: how many numbers the weights hold.
        curve: its validations while it was trained.
    """

    name: str
    display_name: str
    colour: str
    about: str
    own: bool
    runtimes: tuple[str, ...]
    problem: str = ""
    licence: str = ""
    sha256: str = ""
    bytes_on_disk: int | None = None
    weights: int | None = None
    classes: int | None = None
    input_px: str = ""
    own_file: bool = False
    source: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    curve: tuple[TrainingPoint, ...] = ()


class KnownModels:
    """The facts of every model, read again when its files change; safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, tuple[tuple[object, ...], ModelFacts]] = {}
        self._lock = threading.Lock()

    def facts(self, model: RegisteredModel) -> ModelFacts:
        """Returns what is known of a model now."""
        try:
            files = model.files(self._settings)
            if files is None:
                return _base(model)
            state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _watched(files))
        except (OcrError, OSError):
            return _base(model, _missing(model))
        with self._lock:
            if model.name not in self._known or self._known[model.name][0] != state:
                self._known[model.name] = (state, _read(model, files))
            return self._known[model.name][1]


def is_own(model: RegisteredModel) -> bool:
    """Tells the project's own networks, which run on both runtimes, from peers."""
    return model.runtimes == RUNTIMES


def is_own_file(model: RegisteredModel) -> bool:
    """Tells ONNX files in the folder of own models from everything that is registered or offered."""
    return model.name not in MODELS and model.runtimes == ("onnx",)


def as_data(facts: ModelFacts) -> dict[str, Any]:
    """Returns the facts as plain data for the API; the curve as records."""
    return {
        "model": facts.name,
        "display_name": facts.display_name,
        "colour": facts.colour,
        "about": said(facts.about),
        "own": facts.own,
        "runtimes": list(facts.runtimes),
        "available": not facts.problem,
        "problem": said(facts.problem) or None,
        "licence": facts.licence or None,
        "sha256": facts.sha256 or None,
        "bytes": facts.bytes_on_disk,
        "weights": facts.weights,
        "classes": facts.classes,
        "input": said(facts.input_px) or None,
        "own_file": facts.own_file,
        "source": dict(facts.source),
        "unknown": [said(each) for each in facts.unknown],
        "training": dict(facts.training),
        "curve": [
            {"core_hours": p.core_hours, "lines": p.lines, "phase": p.phase, "accuracy": dict(p.accuracy)}
            for p in facts.curve
        ],
    }


def read_points(path: Path) -> tuple[TrainingPoint, ...]:
    """Returns the validations of a curve file; () when it is missing or broken."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_CURVE_BYTES:
            return ()
        return tuple(_point(record) for record in read_curve(path) if record.get("validation"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("The curve %s cannot be read: %s", path, error)
        return ()


def _point(record: Mapping[str, Any]) -> TrainingPoint:
    accuracy = {str(kind): float(value) for kind, value in record["validation"].items() if math.isfinite(value)}
    return TrainingPoint(float(record["cpu_s"]) / 3600, int(record["lines"]), str(record["phase"]), accuracy)


def _watched(files: ModelFiles) -> tuple[Path, ...]:
    curve = files.graph.with_name(CURVE_NAME)
    return (*files.paths, curve) if curve.is_file() else files.paths


def _missing(model: RegisteredModel) -> str:
    if is_own(model):
        return say("problem.weights", name=model.name)
    return say("problem.not_installed")


def _base(model: RegisteredModel, problem: str = "") -> ModelFacts:
    return ModelFacts(
        name=model.name,
        display_name=model.display_name,
        colour=model.colour,
        about=ABOUT.get(model.name, model.about),
        own=is_own(model),
        own_file=is_own_file(model),
        runtimes=model.runtimes,
        problem=problem,
        licence=PEER_LICENCES.get(model.name, model.licence),
    )


def _read(model: RegisteredModel, files: ModelFiles) -> ModelFacts:
    try:
        base = replace(
            _base(model), sha256=files.sha256(), bytes_on_disk=sum(path.stat().st_size for path in files.paths)
        )
        if base.own_file:
            return _with_facts_of_file(base, files.graph)
        return _with_own_facts(base, files.weights) if is_own(model) and files.weights is not None else base
    except (OcrError, OSError) as error:
        _LOG.warning("The files of %s cannot be read: %s", model.name, error)
        return _base(model, say("problem.damaged"))


def _with_facts_of_file(base: ModelFacts, path: Path) -> ModelFacts:
    graph = read_graph(path.read_bytes())
    base = replace(base, weights=graph.parameters)
    try:
        described = from_metadata(graph.metadata)
    except ModelError as error:
        return replace(base, problem=str(error))
    wanted = described.input_format
    source, unknown = described.training.get("source"), described.training.get("unknown")
    told = [str(each) for each in unknown] if isinstance(unknown, list) else []
    has_licence = bool(described.licence) and described.licence != "unknown"
    missing = [] if has_licence else ["licence"]
    missing += [] if source else ["source"]
    return replace(
        base,
        about=say("about.file", name=path.name),
        licence=described.licence,
        classes=len(described.charset),
        input_px=_input_words(wanted),
        source=source if isinstance(source, Mapping) else {},
        unknown=(*told, *([in_every_language(lambda: _lacks(missing))] if missing else [])),
    )


def _input_words(wanted: InputFormat) -> str:
    sides = f"{wanted.channels} x {wanted.height_px}"
    if wanted.has_fixed_width:
        return say("input.fixed", sides=sides, width=f"{wanted.max_width_px:,}")
    told = {"sides": sides, "width": f"{wanted.max_width_px:,}"}
    return say("input.compressed", **told) if wanted.long_lines == "compressed" else say("input.windows", **told)


def _lacks(missing: Sequence[str]) -> str:
    return say("lacks", what=say("lacks.and").join(say(f"lacks.{name}") for name in missing))


def _with_own_facts(base: ModelFacts, weights: Path) -> ModelFacts:
    described = from_metadata(read_weights_metadata(weights))
    return replace(
        base,
        licence=described.licence,
        weights=numbers_in(weights),
        classes=len(described.charset),
        input_px=_input_words(read_by_own_models(described.input_format)),
        training=described.training,
        curve=read_points(weights.with_name(CURVE_NAME)),
    )
