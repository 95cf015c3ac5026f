"""The command `python -m eval calibrate`: fits what confidence is worth, and puts it beside the network's weights."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from eval.calibration.committed import with_table
from eval.calibration.fit import JudgedLine, calibrated, judged
from eval.committed import results
from eval.committed.marked_part import EVALUATION_GUIDE
from eval.datasets import read_dataset
from eval.drawn_lines import draw, origin_of
from eval.runs.table import aligned
from ocr_core import registry
from ocr_core.calibration import CALIBRATION_NAME, Calibration
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import DatasetError, OcrError
from ocr_core.opening import ImageInput
from ocr_core.scenario import Split
from ocr_core.settings import Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

USUAL_LINES: Final = 120
"""Drawn lines of every scenario."""
_BENCHMARK: Final = Path(__file__).resolve().parents[1] / "scenarios" / "sets"

Line = tuple[ImageInput, str, str]
"""A picture, what it says, and what it hangs together with."""


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("calibrate", help="fit what confidence is worth", description=run.__doc__)
    parser.add_argument("--models", type=_names, default=list(results.MODELS), metavar="A,B", help="our own networks")
    parser.add_argument("--lines", type=int, default=USUAL_LINES, metavar="N", help="drawn lines of every scenario")
    parser.add_argument("--data", type=Path, metavar="PATH", help="labelled validation lines instead of drawn ones")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument("--markdown", action="store_true", help="measure nothing; rewrite docs/evaluation.md's table")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Reads validation lines (drawn of the validation part of the materials, or your own) and writes calibration.json
    beside the weights: what a confidence is worth, for lines and for characters. Lines of the committed benchmark are
    refused: figures of it would be no test any longer.
    """
    if parsed.markdown:
        EVALUATION_GUIDE.write_text(with_table(EVALUATION_GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"rewritten: {EVALUATION_GUIDE}")
        return 0
    settings = Settings.from_environment()
    made = [_calibrate(model, parsed.data, max(1, parsed.lines), settings) for model in parsed.models]
    print(table([calibration for _, calibration in made], parsed.models))
    for path, calibration in made:
        if not parsed.dry_run:
            calibration.write(path)
            print(f"written: {path}")
    return 0


def table(made: Sequence[Calibration], models: Sequence[str]) -> str:
    """Returns what fitting came to: ECE before and after, in points, on lines that were not fitted on."""
    rows = [["network", "of", "n", "temperature", "offset", "ECE before", "T alone", "after", "AURC before", "after"]]
    for model, calibration in zip(models, made, strict=True):
        for of, scaling in (("lines", calibration.line), ("characters", calibration.character)):
            figures = calibration.figures[of.removesuffix("s")]
            rows.append(
                [model, of, f"{figures['readings']:,}", f"{scaling.temperature:.3f}", f"{scaling.offset:+.3f}"]
                + [f"{100 * figures[name]:.2f}" for name in ("ece_before", "ece_temperature_alone", "ece_after")]
                + [f"{100 * figures[name]:.2f}" for name in ("aurc_before", "aurc_after")]
            )
    return aligned(rows, 2)


def judged_lines(recognizer: CtcRecognizer, lines: Iterator[Line]) -> list[JudgedLine]:
    """Reads lines and judges them; pictures that cannot be used are left out."""
    found: list[JudgedLine] = []
    for picture, truth, group in lines:
        try:
            reading = recognizer.recognize(picture)
        except OcrError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        if line := judged(reading, truth, group):
            found.append(line)
    return found


def _calibrate(model: str, data: Path | None, count: int, settings: Settings) -> tuple[Path, Calibration]:
    folder = settings.models_folder / model
    if model not in results.MODELS:
        raise OcrError(f"{model!r:.100} is none of the project's own networks: {', '.join(results.MODELS)}.")
    alone = replace(settings, threads=settings.threads or 1, decoder="greedy")
    recognizer = cast(CtcRecognizer, registry.load(model, "onnx", alone))
    if data is None:
        lines, source = _drawn(recognizer, count), f"{count} drawn validation lines of every scenario"
    else:
        lines, source = _own(data, settings), f"labelled lines of the folder or file called {data.name}"
    found = judged_lines(recognizer, lines)
    print(f"{model}: {len(found)} lines", file=sys.stderr, flush=True)
    return folder / CALIBRATION_NAME, calibrated(recognizer.sha256, found, source)


def _drawn(recognizer: CtcRecognizer, count: int) -> Iterator[Line]:
    for _, line in draw(Split.VALIDATION, count, recognizer.description.charset):
        yield line.pixels, line.text, origin_of(line)


def _own(data: Path, settings: Settings) -> Iterator[Line]:
    if data.resolve().is_relative_to(_BENCHMARK):
        raise DatasetError("The committed benchmark is for testing: fit on other lines.")
    for line in read_dataset(data).lines:
        try:
            yield line.load(settings), line.text, line.origin
        except OcrError as error:
            print(f"left out: {error}", file=sys.stderr)


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]
