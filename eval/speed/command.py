"""The command `python -m eval latency`: speeds measured directly, the three claims, one JSON file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from eval.committed import results
from eval.datasets import read_dataset
from eval.machine import describe_machine, today
from eval.runs.table import aligned
from eval.speed import claims, latency_grid
from eval.speed.throughput import Answers, Image, Throughput, answers, throughput
from ocr_core import imaging, registry
from ocr_core.errors import DatasetError, OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.settings import RUNTIMES, Runtime, Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

LATENCY_FILE: Final = results.RESULTS_FILE.with_name("latency.json")
FORMAT: Final = 1
LINES: Final = 32
BUSY: Final = 0.5
WIDEST_PX: Final = (32, 1024)

_SAMPLES: Final = Path(__file__).resolve().parents[2] / "sample_images"


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("latency", help="measure speeds and the three claims", description=run.__doc__)
    parser.add_argument("--models", type=_names, default=list(results.MODELS), metavar="A,B", help="names or own files")
    parser.add_argument("--runtimes", type=_names, default=list(RUNTIMES), metavar="A,B", help="default: all installed")
    parser.add_argument("--widths", type=_numbers, default=latency_grid.WIDTHS_PX, metavar="PX,PX,...")
    parser.add_argument("--batches", type=_numbers, default=latency_grid.BATCHES, metavar="N,N,...")
    parser.add_argument("--threads", type=_numbers, default=latency_grid.THREADS, metavar="N,N,...")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each shape of input (%(default)s)")
    parser.add_argument("--data", type=Path, default=_SAMPLES, metavar="FOLDER", help="pictures of lines to read")
    parser.add_argument("-o", "--output", type=Path, default=LATENCY_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Times networks by width, batch, threads and runtime, then whole readings; engines take turns, warm-up apart."""
    settings = Settings.from_environment()
    measured = measure(
        parsed.models,
        parsed.runtimes,
        settings,
        files=picture_files(parsed.data),
        widths_px=parsed.widths,
        batches=parsed.batches,
        threads=parsed.threads,
        seconds=parsed.seconds,
    )
    results.write(measured, parsed.output)
    print(table(measured["cells"]))
    for claim in measured["claims"]:
        print(claim["sentence"])
    for missing in measured["left_out"]:
        print(f"left out: {missing['engine']}: {missing['message']}", file=sys.stderr)
    if (load := measured["load_average"]) is not None and load > BUSY:
        print(f"The machine was busy (load {load:.1f} before): only ratios of the same round are worth much.")
    print(f"written: {parsed.output}")
    return 0


def measure(
    models: Sequence[str],
    runtimes: Sequence[Runtime],
    settings: Settings,
    *,
    files: Sequence[bytes],
    widths_px: Sequence[int],
    batches: Sequence[int],
    threads: Sequence[int],
    seconds: float,
) -> dict[str, Any]:
    """Measures all of it and returns plain data.

    The keys: `format`, `made`, `machine`, `load_average` (before, None where unknown), `cells` and `ratios` and
    `left_out` of `latency_grid.measure_grid`, `throughput` and `answers` (fields of `eval.speed.throughput`), `claims`
    (fields of `eval.speed.claims.MeasuredClaim`).

    Raises:
        DatasetError: no engine could be loaded.
    """
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    grid = latency_grid.measure_grid(
        models, runtimes, settings, widths_px=widths_px, batches=batches, threads=threads, seconds=seconds, say=_say
    )
    if not grid["cells"]:
        reasons = "; ".join(f"{entry['engine']}: {entry['message']}" for entry in grid["left_out"])
        raise DatasetError(f"There is nothing to measure. {reasons}")
    rates, answered = _whole_readings(models, runtimes, replace(settings, threads=1), files)
    found = [*claims.onnx_speed(grid["ratios"]), *claims.threads_throughput(rates), *claims.under_a_second(answered)]
    return {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "load_average": load_average,
        **grid,
        "throughput": [asdict(rate) for rate in rates],
        "answers": [asdict(answer) for answer in answered],
        "claims": [asdict(claim) for claim in found],
    }


def picture_files(data: Path) -> list[bytes]:
    """Returns the bytes of every readable picture of a data set, and one line as wide as the networks take.

    Raises:
        DatasetError: there are no pictures.
    """
    files = [line.path.read_bytes() for line in read_dataset(data).lines if line.path.is_file()]
    if not files:
        raise DatasetError(f"There are no pictures in '{data}'.")
    return [*files, _widest(files[0])]


def table(cells: Iterable[dict[str, Any]]) -> str:
    """Returns the grid as plain aligned text."""
    lines = [["model", "runtime", "threads", "width", "batch", "rounds", "median ms", "p95 ms", "lines/s"]]
    for cell in cells:
        numbers = (cell["threads"], cell["width_px"], cell["batch"], cell["rounds"])
        speeds = (cell["p50_ms"], cell["p95_ms"], cell["lines_per_s"])
        lines.append([cell["model"], cell["runtime"], *map(str, numbers), *(f"{speed:.1f}" for speed in speeds)])
    return aligned(lines, words=0)


def _whole_readings(
    models: Sequence[str], runtimes: Sequence[Runtime], settings: Settings, files: Sequence[bytes]
) -> tuple[list[Throughput], list[Answers]]:
    images = [imaging.decode(content, settings) for content in files]
    images = [images[place % len(images)] for place in range(LINES)]
    rates, answered = [], []
    for key, recognizer in _engines(models, runtimes, settings):
        _say(f"whole readings of {key}")
        rates += throughput(key, recognizer, _in_turn(images), settings.threads)
        answered.append(answers(key, recognizer, files, settings.threads))
    return rates, answered


def _in_turn(images: Sequence[Image]) -> list[Image]:
    """Sorts by shape, so that batches are as full as a program that means to be fast would make them."""
    return sorted(images, key=lambda image: image.shape[1] / image.shape[0])


def _engines(
    models: Sequence[str], runtimes: Sequence[Runtime], settings: Settings
) -> Iterable[tuple[str, Recognizer]]:
    for model in models:
        for runtime in runtimes:
            try:
                yield f"{model}@{runtime}", registry.load(model, runtime, settings)
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
