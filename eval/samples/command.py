"""The command `python -m eval samples`: reads the committed benchmark and chooses the lines that the demo opens on.

To be run again whenever weights change: what tells two networks apart is true of these weights alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.benchmark import BENCHMARK_FOLDER
from eval.datasets import LabelledLine, read_dataset
from eval.pictures import load_image
from eval.samples.choice import (
    CHOICE_FILE,
    DECODER,
    NETWORKS,
    ReadLine,
    TellingLine,
    choose,
    count_kinds,
    errors_in_words,
    winner_of,
    written,
)
from ocr_core import registry
from ocr_core.ctc.decoding import Decoding
from ocr_core.errors import OcrError
from ocr_core.opening import open_line
from ocr_core.recognizer import Recognizer
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings
from ocr_core.workers import in_order

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SAID_EVERY: Final = 50


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("samples", help="choose the demo's lines that tell engines apart", description=__doc__)
    parser.add_argument("--lines", type=Path, default=BENCHMARK_FOLDER, metavar="FOLDER", help="labelled lines")
    parser.add_argument("-o", "--output", type=Path, default=CHOICE_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Reads the lines with both networks and writes which of them tell the two apart."""
    settings = Settings.from_environment().for_many_lines()
    networks = {name: registry.load(name, "onnx", settings) for name in NETWORKS}
    read = read_lines(read_dataset(parsed.lines).lines, networks, settings)
    chosen = choose(read)
    hashes = {name: ModelFiles.in_folder(settings.models_folder / name).sha256() for name in NETWORKS}
    parsed.output.write_text(written(chosen, hashes, len(read), count_kinds(read)), encoding="utf-8")
    for line in chosen:
        print(_described(line))
    print(f"written: {parsed.output}")
    return 0


def read_lines(lines: Sequence[LabelledLine], networks: dict[str, Recognizer], settings: Settings) -> list[ReadLine]:
    """Reads lines as the demo does; with the language model only where both networks err without it."""

    def read(numbered: tuple[int, LabelledLine]) -> ReadLine | None:
        number, line = numbered
        if number % _SAID_EVERY == 0:
            print(f"{number} of {len(lines)} lines", file=sys.stderr, flush=True)
        try:
            return _read(line, networks, settings)
        except OcrError as error:
            print(f"{line.name}: {error}", file=sys.stderr)
            return None

    return [one for one in in_order(read, list(enumerate(lines)), settings.workers) if one is not None]


def _read(line: LabelledLine, networks: dict[str, Recognizer], settings: Settings) -> ReadLine:
    opened = open_line(load_image(line.folder, line.name, settings), settings)
    readings = {name: network.recognize(opened).text for name, network in networks.items()}
    folder, _, picture = line.name.rpartition("/")
    read = ReadLine(folder, picture, line.scenario.value if line.scenario else line.section, line.text, readings)
    if winner_of(read) or line.text in readings.values():
        return read
    for name, network in networks.items():
        decoded = registry.decoded_by(network, Decoding(decoder=DECODER))
        readings[f"{name}+{DECODER}"] = decoded.recognize(opened).text
    return read


def _described(line: TellingLine) -> str:
    others = "; ".join(f"{key}: {line.readings[key]} ({errors_in_words(line, key)})" for key in line.readings)
    return f"{line.kind}: {line.folder}/{line.picture}: {line.text} | {others}"
