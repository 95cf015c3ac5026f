"""The committed results: measured from the committed weights and stored with their hashes.

Knows which models are published, what is measured of them and where the file lies; how each figure comes about is in
`score`, `widths`, `paired`, `alignment`, `parity` and `latency`. Holds figures only, never a picture or a text.

Settings may be chosen by the synthetic lines. Real lines are there to be looked at, and nothing is chosen by them.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import logging
import os
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from eval.committed import parity
from eval.committed.alignment import BORDER_RULE, FAR, centre_rows
from eval.committed.paired import between_lines, changes, inverted, loosely_cropped, turned
from eval.datasets import read_dataset
from eval.machine import cpu_name
from eval.runs.info import DEFAULT_SEED
from eval.score import (
    Engine,
    Item,
    Prediction,
    dataset_items,
    engine_of,
    predict,
    summarise,
    synthetic_item,
    synthetic_lines,
)
from eval.speed import latency
from eval.titles import OVERALL
from eval.widths import width_rows
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.errors import DatasetError, OcrError
from ocr_core.scenario import Split
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Runtime, Settings
from ocr_core.synth.line import SyntheticLine

log = logging.getLogger(__name__)

MODELS: Final = ("convnext_tiny", "crnn")
REFERENCES: Final = ("ppocr_v4", "ppocr_v6")
"""Other people's recognisers that read the same lines where they are installed, to say how hard the lines are."""
RESULTS_FILE: Final = Path(__file__).resolve().parents[1] / "results" / "spine.json"

FORMAT: Final = 2
SYNTHETIC_TEST: Final = "synthetic test lines"
REAL: Final = "real lines"
COMPARED_LINES: Final = 200
"""Lines that are read inverted, turned, with and without enhancement, and in both runtimes; evenly from every
scenario."""
ALIGNED_LINES: Final = 100
"""Lines of every scenario whose boxes are measured."""
TURNED_DEGREES: Final = 3.0
LOOSE_SHARE: Final = 0.4
STRIP_SHARE: Final = 0.35
"""What compared lines suffer, to see what rectification is worth: a slope, and room or strips of other lines above and
below, in heights."""

_PACKAGES: Final = ("numpy", "onnxruntime", "torch", "opencv-python-headless", "rapidfuzz", "rapidocr")
_SAY_EVERY_LINES: Final = 100

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Variants:
    """One model twice: reading pictures as they are, and mended by `ocr_core.enhance`."""

    model: str
    plain: Engine
    enhanced: Engine

    def chosen(self, settings: Settings) -> Engine:
        """Returns the one that the settings ask for."""
        return self.enhanced if settings.enhance else self.plain

    def other(self, settings: Settings) -> Engine:
        """Returns the one they do not ask for."""
        return self.plain if settings.enhance else self.enhanced


def measure(lines: int, real: Path | None, previous: Path, settings: Settings) -> dict[str, Any]:
    """Measures both models on the synthetic test split and on real lines, and how long a line takes.

    Args:
        lines: synthetic lines of every scenario.
        real: folder of real labelled lines; without it the rows of `previous` are kept if the weights are the same.
        previous: the results file that is going to be replaced; it need not exist.
        settings: limits, and where the models lie.
    """
    hashes = weights_hashes(settings.models_folder)
    both = [_variants(name, settings) for name in MODELS]
    references = list(_references(settings))
    log.info("drawing %d lines of every scenario", lines)
    drawn = dict(synthetic_lines(Split.TEST, lines, both[0].plain.charset or Charset.own()))
    items = [synthetic_item(name, line) for name, line in drawn.items()]
    read_lines = _read(both, references, items, SYNTHETIC_TEST, settings)
    sets = {SYNTHETIC_TEST: _set_figures(both, references, read_lines, settings)}
    if real:
        real_items = list(dataset_items(read_dataset(real), settings))
        read_real = _read(both, references, real_items, REAL, settings)
        sets[REAL] = _set_figures(both, references, read_real, settings)
    elif previous.is_file() and (old := _kept(previous)).get("sets", {}).get(REAL) and hashes_in(old) == hashes:
        sets[REAL] = old["sets"][REAL]
    compared = _spread(items, COMPARED_LINES)
    return {
        "format": FORMAT,
        "made": _today(),
        "machine": machine(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "runtime": settings.runtime,
        "enhance": settings.enhance,
        "models": {name: {"sha256": hashes[name], **_model_facts(settings, name)} for name in MODELS},
        "sets": sets,
        "alignment": _alignment(drawn.values(), settings),
        "inversion": _inversion(both, compared, read_lines),
        "rectification": _rectification(compared, settings),
        "parity": _parity(compared, settings),
        "latency": _latency(settings),
    }


def with_latency(results: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Returns results whose latency is measured anew, here and now; accuracy is the same on every machine.

    Raises:
        DatasetError: the results are of other weights than those in the models' folder.
    """
    if hashes_in(results) != weights_hashes(settings.models_folder):
        raise DatasetError("The results are of other weights. Measure everything anew with: python -m eval results")
    return {**results, "latency": _latency(settings)}


def weights_hashes(models_folder: Path) -> dict[str, str]:
    """Returns the hash of every published model's files.

    Raises:
        ModelError: a model's files are missing.
    """
    return {name: ModelFiles.in_folder(models_folder / name).sha256() for name in MODELS}


def machine() -> dict[str, Any]:
    """Describes the machine without naming it."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def write(results: Mapping[str, Any], path: Path) -> None:
    """Writes a results file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def read(path: Path) -> dict[str, Any]:
    """Reads a results file.

    Raises:
        DatasetError: it is missing, no JSON, or of another format.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"The results file {path} cannot be read. Make it with: python -m eval results") from error
    if not isinstance(results, dict) or results.get("format") != FORMAT:
        raise DatasetError(f"The results file {path} has another format. Make it anew with: python -m eval results")
    return results


def is_current(path: Path, models_folder: Path) -> bool:
    """Tells whether a results file was measured from the weights that lie in `models_folder`."""
    return hashes_in(read(path)) == weights_hashes(models_folder)


def hashes_in(results: Mapping[str, Any]) -> dict[str, str]:
    """Returns the hash of every model that results were measured from."""
    return {name: model["sha256"] for name, model in results["models"].items()}


def _variants(name: str, settings: Settings) -> Variants:
    plain = engine_of(name, settings.runtime, replace(settings, enhance=False))
    enhanced = engine_of(name, settings.runtime, replace(settings, enhance=True))
    return Variants(name, replace(plain, name=f"{name}, plain"), replace(enhanced, name=f"{name}, enhanced"))


def _references(settings: Settings) -> Iterator[Engine]:
    for name in REFERENCES:
        try:
            yield engine_of(name, "onnx", settings)
        except OcrError as error:
            log.info("%s reads nothing: %s", name, error)


def _read(
    both: Sequence[Variants], references: Sequence[Engine], items: Sequence[Item], what: str, settings: Settings
) -> list[Prediction]:
    """Reads all lines as the settings have it, and some of them the other way, to see what enhancement changes."""
    chosen, others = zip(*((variants.chosen(settings), variants.other(settings)) for variants in both), strict=True)
    compared = _spread(items, COMPARED_LINES)
    return [
        *predict([*chosen, *references], _announced(items, what)),
        *predict(others, _announced(compared, f"{what}, with enhancement {'off' if settings.enhance else 'on'}")),
    ]


def _announced(items: Sequence[Item], what: str) -> Iterator[Item]:
    started = time.perf_counter()
    for position, item in enumerate(items):
        if position % _SAY_EVERY_LINES == 0:
            log.info("%s: %d of %d after %.0f s", what, position, len(items), time.perf_counter() - started)
        yield item


def _set_figures(
    both: Sequence[Variants], references: Sequence[Engine], predictions: Sequence[Prediction], settings: Settings
) -> dict[str, Any]:
    """Figures as the settings have it, by kind of line and by width, and what enhancement changes."""
    figures: dict[str, Any] = {"made": _today(), "rows": [], "by_width": [], "enhancement": []}
    for variants in both:
        chosen = variants.chosen(settings)
        for key, make_rows in (("rows", summarise), ("by_width", width_rows)):
            rows = make_rows(predictions, chosen, DEFAULT_PROFILE, _generator())
            figures[key] += [replace(row, engine=variants.model).to_dict() for row in rows]
        figures["enhancement"] += _changes(
            variants.model, _of(variants.plain, predictions), _of(variants.enhanced, predictions)
        )
    for engine in references:
        figures["rows"] += [row.to_dict() for row in summarise(predictions, engine, DEFAULT_PROFILE, _generator())]
    return figures


def _inversion(both: Sequence[Variants], items: Sequence[Item], upright: Sequence[Prediction]) -> dict[str, Any]:
    """Reads some lines a second time with light and dark exchanged, without and with enhancement."""
    engines = {variants.model: (variants.plain, variants.enhanced) for variants in both}
    turned = [inverted(engine) for pair in engines.values() for engine in pair]
    predictions = list(predict(turned, _announced(items, "inverted lines")))
    rows = [
        {"enhance": enhance, **row}
        for model, pair in engines.items()
        for enhance, engine in zip((False, True), pair, strict=True)
        for row in _changes(model, _of(engine, upright), _of(inverted(engine), predictions))
        if row["title"] == OVERALL
    ]
    return {"lines": len(items), "rows": rows}


def _rectification(items: Sequence[Item], settings: Settings) -> list[dict[str, Any]]:
    """Reads some lines as they are and badly cropped in several ways, each without and with rectification."""
    suffered: dict[str, Callable[[Engine], Engine]] = {
        "as they are": lambda engine: engine,
        f"turned by {TURNED_DEGREES:g}°": partial(turned, degrees=TURNED_DEGREES),
        "loosely cropped": partial(loosely_cropped, share=LOOSE_SHARE),
        "between strips of other lines": partial(between_lines, share=STRIP_SHARE),
    }
    rows = []
    for model in MODELS:
        engines = {
            rectify: replace(
                engine_of(model, settings.runtime, replace(settings, rectify=rectify)), name=f"{model}, {rectify}"
            )
            for rectify in (False, True)
        }
        for lines, suffering in suffered.items():
            off, on = (suffering(engines[rectify]) for rectify in (False, True))
            predictions = list(predict([off, on], _announced(items, f"{model} on lines {lines}")))
            overall = _changes(model, _of(off, predictions), _of(on, predictions))[-1:]
            rows += [{"suffered": lines, **row} for row in overall]
    return rows


def _alignment(lines: Iterable[SyntheticLine], settings: Settings) -> dict[str, Any]:
    """Measures where characters are found, on the first lines of every scenario."""
    chosen = list(_first_of_every(lines, lambda line: line.scenario, ALIGNED_LINES))
    rows = []
    for name in MODELS:
        log.info("character centres of %s on %d lines", name, len(chosen))
        rows += [
            {"engine": name, **asdict(row)}
            for row in centre_rows(registry.load(name, settings.runtime, settings), chosen)
        ]
    return {"border_rule": BORDER_RULE, "far": FAR, "rows": rows}


def _parity(items: Sequence[Item], settings: Settings) -> dict[str, Any] | None:
    """Compares both runtimes; None where one of them is missing."""
    if not parity.can_be_measured():
        log.info("runtimes are not compared: PyTorch or onnx is missing")
        return None
    figures: dict[str, Any] = {}
    for name in MODELS:
        log.info("runtimes of %s compared on noise and on %d lines", name, len(items))
        runtimes: tuple[Runtime, Runtime] = ("onnx", "torch")
        ours, theirs = (replace(engine_of(name, runtime, settings), name=runtime) for runtime in runtimes)
        noise = parity.noise_parity(ModelFiles.in_folder(settings.models_folder / name))
        figures[name] = {
            "noise": [asdict(found) for found in noise],
            "texts": asdict(parity.text_parity(ours, theirs, items)),
        }
    return figures


def _latency(settings: Settings) -> dict[str, Any]:
    log.info("latency on one thread")
    return {"made": _today(), "machine": machine(), **latency.latency(MODELS, settings)}


def _changes(model: str, before: Sequence[Prediction], after: Sequence[Prediction]) -> list[dict[str, Any]]:
    return [{"engine": model, **asdict(change)} for change in changes(before, after, DEFAULT_PROFILE, _generator())]


def _of(engine: Engine, predictions: Iterable[Prediction]) -> list[Prediction]:
    return [prediction for prediction in predictions if prediction.engine == engine.name]


def _spread(items: Sequence[Item], wanted: int) -> list[Item]:
    """Returns items of every scenario in even steps, as many of each, `wanted` together at most."""
    by_scenario: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        by_scenario[item.scenario].append(item)
    of_each = max(1, wanted // max(1, len(by_scenario)))
    return [
        members[position * len(members) // min(of_each, len(members))]
        for members in by_scenario.values()
        for position in range(min(of_each, len(members)))
    ]


def _first_of_every(things: Iterable[_T], kind_of: Callable[[_T], Hashable], count: int) -> Iterator[_T]:
    taken: Counter[Hashable] = Counter()
    for thing in things:
        taken[kind_of(thing)] += 1
        if taken[kind_of(thing)] <= count:
            yield thing


def _kept(previous: Path) -> dict[str, Any]:
    """Reads the file that is to be replaced; one of another format has nothing worth keeping."""
    try:
        return read(previous)
    except DatasetError:
        return {}


def _model_facts(settings: Settings, name: str) -> dict[str, Any]:
    files = ModelFiles.in_folder(settings.models_folder / name)
    if files.weights is None:
        return {}
    described = from_metadata(read_weights_metadata(files.weights))
    return {
        "bytes": sum(path.stat().st_size for path in files.paths),
        "classes": len(described.charset),
        "charset_sha256": described.charset.sha256,
        "licence": described.licence,
        "training": dict(described.training),
    }


def _generator() -> np.random.Generator:
    """Every figure's resampling starts from the same seed, so that adding one figure changes no other."""
    return np.random.default_rng(DEFAULT_SEED)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()
