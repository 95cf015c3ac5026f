"""The committed results: measured from the committed weights, stored with their hashes, and README's tables from them.

Knows which models are published and where the file lies; every figure comes from `score`. Holds figures only, never
a picture or a text of a data set.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.datasets import read_dataset
from eval.normalisation import DEFAULT_PROFILE
from eval.score import DEFAULT_SEED, Engine, Item, dataset_items, engine_of, predict, summarise, synthetic_items
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.errors import DatasetError
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import RUNTIMES, Runtime, Settings
from ocr_core.synth.line import Split

MODELS: Final = ("convnext_tiny", "crnn")
RESULTS_FILE: Final = Path(__file__).with_name("results") / "spine.json"
README_FILE: Final = Path(__file__).resolve().parents[1] / "README.md"
BEGIN: Final = "<!-- results: begin (python -m eval results --markdown) -->"
END: Final = "<!-- results: end -->"

FORMAT: Final = 1
SYNTHETIC_TEST: Final = "synthetic test lines"
REAL: Final = "real lines"
WARM_UP_ROUNDS: Final = 5
ROUNDS: Final = 40

_PACKAGES: Final = ("numpy", "onnxruntime", "torch", "opencv-python-headless", "rapidfuzz", "rapidocr")
_LINE_PX: Final = (32, 320)


def measure(lines: int, real: Path | None, previous: Path, settings: Settings) -> dict[str, Any]:
    """Measures both models on the synthetic test split and on real lines, and how long a line takes.

    Args:
        lines: synthetic lines of every scenario.
        real: folder of real labelled lines; without it the rows of `previous` are kept if the weights are the same.
        previous: the results file that is going to be replaced; it need not exist.
        settings: limits, and where the models lie.
    """
    hashes = weights_hashes(settings.models_folder)
    engines = [engine_of(name, settings.runtime, settings) for name in MODELS]
    charset = engines[0].charset or Charset.own()
    sets = {SYNTHETIC_TEST: _measured(engines, synthetic_items(Split.TEST, lines, charset))}
    if real:
        sets[REAL] = _measured(engines, dataset_items(read_dataset(real), settings))
    elif previous.is_file() and (old := read(previous)).get("sets", {}).get(REAL) and _hashes_in(old) == hashes:
        sets[REAL] = old["sets"][REAL]
    return {
        "format": FORMAT,
        "made": _today(),
        "machine": machine(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "runtime": settings.runtime,
        "enhance": settings.enhance,
        "models": {name: {"sha256": hashes[name], "training": _training(settings, name)} for name in MODELS},
        "sets": sets,
        "latency": latency(settings),
    }


def weights_hashes(models_folder: Path) -> dict[str, str]:
    """Returns the hash of every published model's files.

    Raises:
        ModelError: a model's files are missing.
    """
    return {name: ModelFiles.in_folder(models_folder / name).sha256() for name in MODELS}


def latency(settings: Settings) -> dict[str, Any]:
    """Times the network alone on one line of 32 x 320 pixels, one thread, batch 1; engines take turns.

    Both models in every runtime that is installed, and PP-OCR's recogniser on the same line at its own height. The
    machine's load beforehand is kept with the figures: on a busy machine they are worth little.
    """
    one_thread = replace(settings, threads=1)
    timed = [
        *(entry for runtime in RUNTIMES if _runs(runtime) for entry in _own_networks(runtime, one_thread)),
        *_pp_ocr(),
    ]
    return {
        "line_px": list(_LINE_PX),
        "threads": 1,
        "rounds": ROUNDS,
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "engines": [
            {**label, "p50_ms": float(np.percentile(ms, 50)), "p95_ms": float(np.percentile(ms, 95))}
            for (label, _), ms in zip(timed, take_turns([run for _, run in timed]), strict=True)
        ],
    }


Timed = tuple[dict[str, str], Callable[[], float]]
"""How an engine is called, and a function that runs it once and returns the milliseconds its network took."""


def take_turns(runs: Sequence[Callable[[], float]], rounds: int = ROUNDS) -> list[list[float]]:
    """Lets every engine run once a round, so that a slower spell of the machine hits all; warm-up rounds are apart."""
    for run in runs:
        for _ in range(WARM_UP_ROUNDS):
            run()
    timings = [[run() for run in runs] for _ in range(rounds)]
    return [list(column) for column in zip(*timings, strict=True)]


def _own_networks(runtime: Runtime, settings: Settings) -> Iterable[Timed]:
    height, width = _LINE_PX
    line = np.random.default_rng(0).integers(0, 256, size=(height, width, 3), dtype=np.uint8)
    for name in MODELS:
        recognizer = registry.load(name, runtime, settings)
        label = {"engine": name, "runtime": runtime, "input": f"1 x {height} x {width}"}
        yield label, lambda recognizer=recognizer: recognizer.recognize(line).timings_ms.infer


def _pp_ocr() -> Iterable[Timed]:
    """Finds the recogniser that comes with the package rapidocr; there is none when it is not installed."""
    package = importlib.util.find_spec("rapidocr")
    for folder in package.submodule_search_locations or () if package else ():
        for file in sorted(Path(folder, "models").glob("*_rec_*.onnx")):
            yield _pp_ocr_network(file)


def _pp_ocr_network(file: Path) -> Timed:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    channels, height = (
        size if isinstance(size, int) else usual for size, usual in zip(wanted.shape[1:3], (3, 48), strict=True)
    )
    width = _LINE_PX[1] * height // _LINE_PX[0]
    pixels = np.random.default_rng(0).uniform(-1, 1, size=(1, channels, height, width)).astype(np.float32)

    def run() -> float:
        start = time.perf_counter()
        session.run(None, {wanted.name: pixels})
        return (time.perf_counter() - start) * 1000.0

    return {"engine": file.stem, "runtime": "onnx", "input": f"{channels} x {height} x {width}"}, run


def machine() -> dict[str, Any]:
    """Describes the machine without naming it."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        models = [row.partition(":")[2].strip() for row in information.read_text().splitlines() if "model name" in row]
        cpu = models[0] if models else cpu
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}


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
    return _hashes_in(read(path)) == weights_hashes(models_folder)


def markdown_table(path: Path) -> str:
    """Returns README's tables, made from a results file: accuracy by scenario for each set, then latency."""
    results = read(path)
    blocks = [_accuracy_table(name, rows["rows"], results) for name, rows in results["sets"].items()]
    return "\n\n".join([*blocks, _latency_table(results)])


def rewrite_readme(readme: Path, path: Path) -> None:
    """Replaces what stands between the two markers by the tables of a results file.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    text = readme.read_text(encoding="utf-8")
    before, found_begin, rest = text.partition(BEGIN)
    old, found_end, after = rest.partition(END)
    if not (found_begin and found_end) or BEGIN in old + after or END in before + after:
        raise DatasetError(f"{readme.name} needs the lines '{BEGIN}' and '{END}', once each, around its tables.")
    readme.write_text(f"{before}{BEGIN}\n{markdown_table(path)}\n{END}{after}", encoding="utf-8")


def _accuracy_table(name: str, rows: Sequence[Mapping[str, Any]], results: Mapping[str, Any]) -> str:
    """One line a kind of text, one column a model; extra profiles are lines of their own."""
    by_line: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        by_line.setdefault((row["title"], row["profile"]), {})[row["engine"]] = row
    table = [
        f"**{name[:1].upper()}{name[1:]}**: character accuracy (1 - CER, pooled) in per cent, with its 95 % interval.",
        "",
        "| lines of | n (groups) | " + " | ".join(map(registry.display_name_of, MODELS)) + " |",
        "|---|---|" + "---|" * len(MODELS),
    ]
    for (title, profile), of_engine in by_line.items():
        note = "" if profile == results["profile"] else f", {profile.replace('_', ' ')}"
        counts = next(iter(of_engine.values()))
        figures = [_figure(of_engine[model]) if model in of_engine else "-" for model in MODELS]
        label = title.replace("_", " ").replace("|", "\\|") + note
        table.append(f"| {label} | {counts['lines']} ({counts['groups']}) | " + " | ".join(figures) + " |")
    return "\n".join(table)


def _figure(row: Mapping[str, Any]) -> str:
    figure = row["character_accuracy"]
    if figure is None:
        return "-"
    text = f"**{100 * figure['value']:.1f}**"
    return text if figure["low"] is None else f"{text} ({100 * figure['low']:.1f} to {100 * figure['high']:.1f})"


def _latency_table(results: Mapping[str, Any]) -> str:
    measured = results["latency"]
    height, width = measured["line_px"]
    table = [
        f"**Latency**: the network alone, one line of {height} x {width} pixels, {measured['threads']} thread, "
        f"median of {measured['rounds']} rounds in turns, on {results['machine']['cpu']}.",
        "",
        "| network | runtime | input | median ms | 95th percentile ms |",
        "|---|---|---|---|---|",
    ]
    table += [
        f"| {registry.display_name_of(network['engine'])} | {network['runtime']} | {network['input']} "
        f"| {network['p50_ms']:.1f} | {network['p95_ms']:.1f} |"
        for network in measured["engines"]
    ]
    return "\n".join(table)


def _measured(engines: Sequence[Engine], items: Iterable[Item]) -> dict[str, Any]:
    predictions = list(predict(engines, items))
    return {
        "made": _today(),
        "rows": [
            row.to_dict()
            for engine in engines
            for row in summarise(predictions, engine, DEFAULT_PROFILE, np.random.default_rng(DEFAULT_SEED))
        ],
    }


def _training(settings: Settings, name: str) -> dict[str, Any]:
    files = ModelFiles.in_folder(settings.models_folder / name)
    return dict(from_metadata(read_weights_metadata(files.weights)).training) if files.weights else {}


def _hashes_in(results: Mapping[str, Any]) -> dict[str, str]:
    return {name: model["sha256"] for name, model in results["models"].items()}


def _runs(runtime: Runtime) -> bool:
    return importlib.util.find_spec({"onnx": "onnxruntime", "torch": "torch"}[runtime]) is not None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()
