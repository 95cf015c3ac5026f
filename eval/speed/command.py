"""The command `python -m eval latency`: speeds measured directly, the three claims, one JSON file."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from eval.committed import results
from eval.datasets import read_dataset
from eval.machine import describe_machine, today
from eval.runs.table import aligned
from eval.runtimes.committed import whose
from eval.speed import claims, latency_grid
from eval.speed.memory import peaks
from eval.speed.throughput import ROUNDS as THROUGHPUT_ROUNDS
from eval.speed.throughput import Answers, Image, Throughput, answers, throughput
from ocr_core import imaging, registry
from ocr_core.errors import DatasetError, OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.settings import RUNTIMES, Runtime, Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

LATENCY_FILE: Final = results.RESULTS_FILE.with_name("latency.json")
FORMAT: Final = 1
LINES: Final = 192
"""Of whole readings in a round: the last parts, for which one worker waits for the other, have to weigh little."""
PRICE: Final = 0.05
"""Of a core for an hour, in whatever currency: about what a shared cloud processor costs in dollars."""
QUICK_S: Final = 50.0
"""Of a quick measurement, for the networks alone; memory and whole readings get half of that each, come what may."""
QUICK_WIDTHS_PX: Final = (320, 64, 1024)
QUICK_LINES: Final = 48
BUSY: Final = 0.5
WIDEST_PX: Final = (32, 1024)

_SAMPLES: Final = Path(__file__).resolve().parents[2] / "sample_images"


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("latency", help="measure speeds and the three claims", description=run.__doc__)
    parser.add_argument(
        "--models",
        type=_names,
        metavar="A,B",
        help="names or own files; default: our own networks, and PP-OCR if installed",
    )
    parser.add_argument("--runtimes", type=_names, default=list(RUNTIMES), metavar="A,B", help="default: all installed")
    parser.add_argument("--widths", type=_numbers, default=latency_grid.WIDTHS_PX, metavar="PX,PX,...")
    parser.add_argument("--batches", type=_numbers, default=latency_grid.BATCHES, metavar="N,N,...")
    parser.add_argument("--threads", type=_numbers, default=latency_grid.THREADS, metavar="N,N,...")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each shape of input (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="three widths, batch 1, one thread: within two minutes")
    parser.add_argument(
        "--price", type=float, default=PRICE, metavar="P", help="of one core for an hour, any currency (%(default)s)"
    )
    parser.add_argument("--data", type=Path, default=_SAMPLES, metavar="FOLDER", help="pictures of lines to read")
    parser.add_argument("-o", "--output", type=Path, default=LATENCY_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Times networks by width, batch, threads and runtime, then whole readings; engines take turns, warm-up apart."""
    settings = Settings.from_environment()
    measured = measure(
        parsed.models or default_models(settings),
        parsed.runtimes,
        settings,
        files=picture_files(parsed.data),
        amount=_amount(parsed),
        keep=lambda so_far: results.write({**so_far, "price": parsed.price}, parsed.output),
    )
    print(table(measured, parsed.price))
    for claim in measured["claims"]:
        print(claim["sentence"])
    for missing in measured["left_out"]:
        print(f"left out: {missing['engine']}: {missing['message']}", file=sys.stderr)
    machine = measured["machine"]
    load_before = "unknown" if measured["load_average"] is None else f"{measured['load_average']:.1f}"
    print(f"{machine['cpu']}, {machine['cores']} cores; load before: {load_before}.")
    if (load := measured["load_average"]) is not None and load > BUSY:
        print(f"The machine was busy (load {load:.1f} before): only ratios of the same round are worth much.")
    print(f"written: {parsed.output}")
    return 0


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: the shapes of the grid, seconds for each, seconds for all, and what is read whole."""

    widths_px: Sequence[int]
    batches: Sequence[int]
    threads: Sequence[int]
    seconds: float
    within_s: float | None = None
    lines: int = LINES
    pictures: int | None = None
    rounds: int = THROUGHPUT_ROUNDS


def default_models(settings: Settings) -> list[str]:
    """Returns the project's own networks, and other people's recognisers where their files are here."""
    here = {model.name for model in registry.available(settings)}
    return [*results.MODELS, *(name for name in results.REFERENCES if name in here)]


def measure(
    models: Sequence[str],
    runtimes: Sequence[Runtime],
    settings: Settings,
    *,
    files: Sequence[bytes],
    amount: Amount,
    keep: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Measures all of it and returns plain data; `keep` is given what there is after every step.

    The keys: `format`, `made`, `machine`, `load_average` (before, None where unknown), `models` (hashes of our own
    networks' files, as in `eval.runtimes.committed.whose`), `finished`, `cells` and `ratios` and `left_out` of
    `latency_grid.measure_grid`, `memory` (rows of `eval.speed.memory.peaks`), `throughput` and `answers` (fields of
    `eval.speed.throughput`), `claims` (fields of `eval.speed.claims.MeasuredClaim`).

    Raises:
        DatasetError: no engine could be loaded.
        ModelError: files of one of our own networks are missing.
    """
    begun = time.perf_counter()
    found: dict[str, Any] = {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "models": whose(settings.models_folder, [model for model in models if model in results.MODELS]),
        "finished": False,
        "memory": [],
        "throughput": [],
        "answers": [],
        "claims": [],
    }
    found |= latency_grid.measure_grid(
        models,
        runtimes,
        settings,
        widths_px=amount.widths_px,
        batches=amount.batches,
        threads=amount.threads,
        seconds=amount.seconds,
        within_s=amount.within_s,
        say=_say,
        keep=lambda grid: keep({**found, **grid}),
    )
    if not found["cells"]:
        reasons = "; ".join(f"{entry['engine']}: {entry['message']}" for entry in found["left_out"])
        raise DatasetError(f"There is nothing to measure. {reasons}")
    for model, runtime in dict.fromkeys((cell["model"], cell["runtime"]) for cell in found["cells"]):
        if time_is_over(begun, amount, 1.5):
            break
        _say(f"memory of {model}@{runtime}")
        found["memory"] += peaks(model, runtime, amount.widths_px, amount.batches)
    keep(found)
    rates, answered = _whole_readings(models, runtimes, replace(settings, threads=1), files, amount)
    measured = [
        *claims.onnx_speed(found["ratios"]),
        *claims.threads_throughput(rates),
        *claims.under_a_second(answered),
    ]
    found |= {
        "throughput": [asdict(rate) for rate in rates],
        "answers": [asdict(answer) for answer in answered],
        "claims": [asdict(claim) for claim in measured],
        "finished": True,
    }
    keep(found)
    return found


def time_is_over(begun: float, amount: Amount, share: float) -> bool:
    """Tells whether what began then has had its share of the seconds that everything may take."""
    return amount.within_s is not None and time.perf_counter() - begun > share * amount.within_s


def _amount(parsed: argparse.Namespace) -> Amount:
    if not parsed.quick:
        return Amount(parsed.widths, parsed.batches, parsed.threads, parsed.seconds)
    return Amount(QUICK_WIDTHS_PX, (1,), (1,), 0.0, QUICK_S, QUICK_LINES, pictures=3, rounds=2)


def picture_files(data: Path) -> list[bytes]:
    """Returns the bytes of every readable picture of a data set, and one line as wide as the networks take.

    Raises:
        DatasetError: there are no pictures.
    """
    files = [line.path.read_bytes() for line in read_dataset(data).lines if line.path.is_file()]
    if not files:
        raise DatasetError(f"There are no pictures in '{data}'.")
    return [*files, _widest(files[0])]


def table(measured: Mapping[str, Any], price: float) -> str:
    """Returns the grid as plain aligned text: times, the ratio to the peer, the cost of 1,000 lines, peak memory."""
    shapes = ["threads", "width", "batch", "rounds"]
    speeds = ["median ms", "p95 ms", "lines/s", "x PP-OCR", "cost of 1,000", "peak MB"]
    lines = [["model", "runtime", *shapes, *speeds]]
    memory = memory_by_shape(measured)
    for cell in measured["cells"]:
        numbers = (cell["threads"], cell["width_px"], cell["batch"], cell["rounds"])
        times = (cell["p50_ms"], cell["p95_ms"], cell["lines_per_s"])
        rest = [
            _shown(cell["ratio_to_peer"], "{:.2f}"),
            _shown(cost_of_1000(cell, price), "{:.5f}"),
            _shown(memory.get((cell["model"], cell["runtime"], cell["width_px"], cell["batch"])), "{:.0f}"),
        ]
        shown = [*map(str, numbers), *(f"{time:.1f}" for time in times), *rest]
        lines.append([cell["model"], cell["runtime"], *shown])
    return aligned(lines, words=2)


def cost_of_1000(cell: Mapping[str, Any], price: float) -> float | None:
    """Returns what 1,000 lines cost by the core time they take, at a price of one core for an hour."""
    seconds = cell.get("core_s_per_1000")
    return None if seconds is None else seconds / 3600 * price


def memory_by_shape(measured: Mapping[str, Any]) -> dict[tuple[str, str, int, int], float]:
    """Returns peak memory in MB by model, runtime, width and batch."""
    return {
        (row["model"], row["runtime"], row["width_px"], row["batch"]): row["peak_mb"]
        for row in measured.get("memory", ())
    }


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _whole_readings(
    models: Sequence[str], runtimes: Sequence[Runtime], settings: Settings, files: Sequence[bytes], amount: Amount
) -> tuple[list[Throughput], list[Answers]]:
    images = [imaging.decode(content, settings) for content in files]
    images = [images[place % len(images)] for place in range(amount.lines)]
    alone = files if amount.pictures is None else files[: amount.pictures]
    rates, answered = [], []
    begun = time.perf_counter()
    for key, recognizer, again in _engines(models, runtimes, settings):
        if answered and time_is_over(begun, amount, 0.5):
            break
        _say(f"whole readings of {key}")
        rates += throughput(key, recognizer, _in_turn(images), settings.threads, rounds=amount.rounds, again=again)
        answered.append(answers(key, recognizer, alone, settings.threads))
    return rates, answered


def _in_turn(images: Sequence[Image]) -> list[Image]:
    """Sorts by shape, so that batches are as full as a program that means to be fast would make them."""
    return sorted(images, key=lambda image: image.shape[1] / image.shape[0])


def _engines(
    models: Sequence[str], runtimes: Sequence[Runtime], settings: Settings
) -> Iterable[tuple[str, Recognizer, Callable[[], Recognizer]]]:
    for model in models:
        for runtime in runtimes:
            if model in registry.MODELS and runtime not in registry.MODELS[model].runtimes:
                continue
            try:
                again = partial(registry.load, model, runtime, settings)
                yield f"{model}@{runtime}", again(), again
            except OcrError:
                continue  # the grid has said why


def _widest(file: bytes) -> bytes:
    """Returns a PNG of the first line of text, repeated until it is as wide as a line may be without compression."""
    pixels = imaging.decode(file, Settings())
    height, width = WIDEST_PX
    line = cv2.resize(pixels, (max(1, round(pixels.shape[1] * height / pixels.shape[0])), height))
    tiled = np.tile(line, (1, -(-width // line.shape[1]), 1))[:, :width]
    encoded = cv2.imencode(".png", np.ascontiguousarray(tiled[:, :, ::-1]))[1]
    return encoded.tobytes()


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        raise argparse.ArgumentTypeError("should be whole numbers with commas between") from error
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("should be at least 1 each")
    return numbers


def _say(text: str) -> None:
    print(text, file=sys.stderr)
