"""Builds the five evaluation sets: `python -m eval.scenarios.build [--seed N] [--only print] -o FOLDER`.

Each set draws from a generator of its own, so that building one alone gives the same lines as building all. The same
seed gives the same texts, layouts and labels; pixels may differ with another version of the engine that set them.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from ocr_core.errors import OcrError
from ocr_core.scenario import Scenario

Build = Callable[[Path, np.random.Generator, int], None]
"""Fills a folder with so many labelled lines."""

SEED: Final = 20261122
LINES: Final = 100

BUILDERS: Final[dict[Scenario, str]] = {
    Scenario.PRINT: "eval.scenarios.print_pages",
    Scenario.BACKGROUND: "eval.scenarios.photographs",
    Scenario.HANDWRITING: "eval.scenarios.handwriting",
    Scenario.LOW_RESOLUTION: "eval.scenarios.screenshots",
    Scenario.MATHS: "eval.scenarios.maths_pages",
}
"""The module whose `build` makes each set; imported when it is its turn, for each needs engines of its own."""


def main(arguments: list[str]) -> int:
    """Builds the sets that were asked for; returns the exit code."""
    names = [scenario.value for scenario in BUILDERS]
    parser = argparse.ArgumentParser(prog="python -m eval.scenarios.build", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder that gets a folder per scenario")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s, that of the committed sets")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="sets to build; default: all five")
    parser.add_argument("--lines", type=int, default=LINES, help="lines in each set; default: %(default)s")
    options = parser.parse_args(arguments)
    failed = False
    for scenario in BUILDERS:
        if scenario.value not in options.only:
            continue
        start = time.monotonic()
        folder = options.output / scenario.value
        try:
            builder_of(scenario)(folder, generator_of(scenario, options.seed), options.lines)
        except OcrError as error:
            print(f"{scenario.value}: {error}", file=sys.stderr)
            failed = True
            continue
        print(f"{folder}: {options.lines} lines in {time.monotonic() - start:.0f} s", flush=True)
    return int(failed)


def builder_of(scenario: Scenario) -> Build:
    """Returns the function that builds a scenario's set."""
    return importlib.import_module(BUILDERS[scenario]).build


def generator_of(scenario: Scenario, seed: int) -> np.random.Generator:
    """Returns the generator a scenario's set is drawn with."""
    return np.random.default_rng([seed, list(BUILDERS).index(scenario)])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
