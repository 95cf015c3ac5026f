"""How far weights read each special kind of drawn line: `python -m ocr_core.training.kinds MODEL WEIGHTS...`.

Each kind of `ocr_core.synth.shares` is drawn alone, from the validation split's texts, faces and photographs, beside
lines of its scenario without any kind. WEIGHTS are folders of exported models or weights that a run kept
(`best.safetensors`). To see what a kind gives, train twice with the same seed and `--shares`, with it and without. How
the kinds look: `--sheet FILE`, which needs no weights.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from ocr_core.charset import Charset
from ocr_core.nets.line_network import LineNetwork
from ocr_core.preprocess import InputFormat
from ocr_core.scenario import Scenario, Split
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.torch_session import load_weights
from ocr_core.synth.contact_sheet import Grey, pack, titled
from ocr_core.synth.sampler import LineSampler
from ocr_core.synth.shares import Shares
from ocr_core.training.recipes import RECIPES
from ocr_core.training.validation import ValidationLine, prepare_validation, validate

SCENARIO_OF_KIND: Final[Mapping[str, Scenario]] = {
    "formats": Scenario.PRINT,
    "rows": Scenario.PRINT,
    "spaced": Scenario.PRINT,
    "spacing": Scenario.PRINT,
    "tickets": Scenario.PRINT,
    "seals": Scenario.PRINT,
    "tight": Scenario.BACKGROUND,
    "displays": Scenario.BACKGROUND,
    "colours": Scenario.BACKGROUND,
    "posters": Scenario.BACKGROUND,
    "english": Scenario.BACKGROUND,
    "steep": Scenario.BACKGROUND,
    "frames": Scenario.BACKGROUND,
    "tight_short": Scenario.HANDWRITING,
    "cut_out": Scenario.HANDWRITING,
    "skeletons": Scenario.HANDWRITING,
    "running": Scenario.HANDWRITING,
    "traditional": Scenario.HANDWRITING,
    "unordered": Scenario.HANDWRITING,
    "notes": Scenario.HANDWRITING,
    "reinked": Scenario.HANDWRITING,
    "strips": Scenario.HANDWRITING,
    "whitened": Scenario.HANDWRITING,
}
"""Where a kind is looked at; some are drawn in other scenarios as well."""
SEED: Final = 40_000
SHORT_PX: Final = 40.0
USUAL_PX: Final = 240.0
SHEET_QUALITY: Final = 60


def lines_of_kinds(
    charset: Charset, count: int, strokes_file: Path | None = None, split: Split = Split.VALIDATION
) -> Iterator[ValidationLine]:
    """Yields `count` lines of each kind and of each scenario without any; their rows say which.

    Raises:
        MaterialsError: the materials have not been fetched, or lack something that a kind needs.
    """
    plain = {scenario.value: (scenario, Shares.none()) for scenario in dict.fromkeys(SCENARIO_OF_KIND.values())}
    kinds = {kind: (scenario, replace(Shares.none(), **{kind: 1.0})) for kind, scenario in SCENARIO_OF_KIND.items()}
    for name, (scenario, shares) in {**plain, **kinds}.items():
        strokes = strokes_file if shares.skeletons else None
        sampler = LineSampler(split, charset, shares=shares, strokes_file=strokes)
        wanted_px = SHORT_PX if shares.tight_short or shares.cut_out else USUAL_PX
        for index in range(count):
            line = sampler.sample_scenario(scenario, wanted_px, np.random.default_rng([SEED, index]))
            yield ValidationLine(line.pixels, line.text, name)


def accuracies(network: LineNetwork, lines: Sequence[ValidationLine], charset: Charset) -> dict[str, float]:
    """Returns how far a network reads each row, decoded greedily: character accuracy, pooled, after NFKC."""
    wanted = InputFormat()
    return validate(network, prepare_validation(lines, wanted), charset, wanted)


def sheet(lines: Iterable[ValidationLine]) -> Grey:
    """Returns lines under the names of their kinds, `H, W`, two rows of lines a kind, or one of short ones."""
    by_row: dict[str, list[Grey]] = defaultdict(list)
    for line in lines:
        by_row[line.row].append(line.pixels)
    bands = [titled(pack(found, 2 if any(map(_is_long, found)) else 1), name) for name, found in by_row.items()]
    return np.asarray(np.vstack(bands), np.uint8)


def _is_long(line: Grey) -> bool:
    return line.shape[1] > 3 * line.shape[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and prints one row for each kind, one column for each of the weights, in per cent."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training.kinds", description=__doc__)
    parser.add_argument("model", choices=sorted(RECIPES))
    parser.add_argument("weights", type=Path, nargs="*", help="folders of models, or files of weights a run kept")
    parser.add_argument("--lines", type=int, default=150, help="of each kind")
    parser.add_argument("--strokes", type=Path, metavar="FILE", help="further pen paths, as training takes them")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="write a picture of the lines; needs no WEIGHTS")
    chosen = parser.parse_args(arguments)
    if not chosen.weights and not chosen.sheet:
        parser.error("give weights to read the lines with, or --sheet FILE to look at them")

    charset = Charset.own()
    lines = list(lines_of_kinds(charset, chosen.lines, chosen.strokes))
    if chosen.sheet:
        Image.fromarray(sheet(lines)).save(chosen.sheet, quality=SHEET_QUALITY)
        print(f"written: {chosen.sheet}")
    if not chosen.weights:
        return
    network = RECIPES[chosen.model].build(len(charset))
    columns: list[dict[str, float]] = []
    for path in chosen.weights:
        load_weights(network, ModelFiles.in_folder(path) if path.is_dir() else ModelFiles(path, path))
        columns.append(accuracies(network, lines, charset))
    print(f"Character accuracy in per cent, {chosen.lines} lines a row: " + ", ".join(map(str, chosen.weights)))
    for row in dict.fromkeys(line.row for line in lines):
        print(f"{row:15s}" + "".join(f"{100 * column[row]:7.1f}" for column in columns))


if __name__ == "__main__":
    main()
