"""Synthetic lines beside real ones, to look at: `python -m ocr_core.synth.contact_sheet --real FOLDER -o sheet.png`.

The folder holds `<scenario>/<source>/labels.tsv` (file, text, ...) beside the pictures. Reads files, learns nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.sampler import LineSampler, Widths

Grey = NDArray[np.uint8]

_COLUMN_PX = 1000
_LINE_PX = 40
_GAP_PX = 6
_BANNER_PX = 30
_MID_GREY = 128
_KEYWORDS = {
    Scenario.PRINT: ("print",),
    Scenario.BACKGROUND: ("scene", "background"),
    Scenario.HANDWRITING: ("hand",),
    Scenario.LOW_RESOLUTION: ("lowres", "low_res", "screen"),
    Scenario.MATHS: ("math",),
}


def real_lines(folder: Path, scenario: Scenario) -> list[Grey]:
    """Reads the labelled pictures of the sub-folders whose names speak of a scenario."""
    found = []
    for labels in sorted(folder.glob("*/*/labels.tsv")):
        if not any(word in labels.parent.parent.name for word in _KEYWORDS[scenario]):
            continue
        for row in labels.read_text(encoding="utf-8").splitlines():
            picture = cv2.imread(str(labels.parent / row.split("\t")[0]), cv2.IMREAD_GRAYSCALE)
            if picture is not None and picture.shape[1] > 1.3 * picture.shape[0]:
                found.append(np.asarray(picture, dtype=np.uint8))
    return found


def pack(lines: Iterable[Grey], rows: int) -> Grey:
    """Sets lines side by side, all of one height, in a column of at most `rows` rows."""
    column = np.full((rows * (_LINE_PX + _GAP_PX), _COLUMN_PX), _MID_GREY, dtype=np.uint8)
    x, row = 0, 0
    for line in lines:
        width = max(1, round(line.shape[1] * _LINE_PX / line.shape[0]))
        method = cv2.INTER_AREA if line.shape[0] > _LINE_PX else cv2.INTER_CUBIC
        fitted = cv2.resize(line, (width, _LINE_PX), interpolation=method)[:, :_COLUMN_PX]
        if x and x + fitted.shape[1] > _COLUMN_PX:
            x, row = 0, row + 1
        if row >= rows:
            break
        top = row * (_LINE_PX + _GAP_PX)
        column[top : top + _LINE_PX, x : x + fitted.shape[1]] = fitted
        x += fitted.shape[1] + _GAP_PX
    return column


def sheet(sampler: LineSampler, real: Path | None, scenarios: Iterable[Scenario], rows: int, seed: int) -> Grey:
    """Returns synthetic lines on the left and, where there are any, real ones on the right."""
    widths = Widths(long_share=0.3)
    bands = []
    for scenario in scenarios:
        rng = np.random.default_rng([seed, list(Scenario).index(scenario)])
        drawn = [sampler.sample_scenario(scenario, widths.sample(rng), rng).pixels for _ in range(rows * 6)]
        columns = [pack(drawn, rows)]
        if real is not None:
            pictures = real_lines(real, scenario)
            order = rng.permutation(len(pictures))
            columns.append(pack([pictures[int(position)] for position in order], rows))
        band = np.hstack([np.pad(column, ((0, 0), (0, 12)), constant_values=255) for column in columns])
        bands.append(titled(band, f"{scenario.value}: synthetic" + (" | real" if real is not None else "")))
    return np.asarray(np.vstack(bands), dtype=np.uint8)


def titled(band: Grey, title: str) -> Grey:
    """Returns a part of a sheet with a banner above that says in ASCII what it shows."""
    banner = np.zeros((_BANNER_PX, band.shape[1]), dtype=np.uint8)
    cv2.putText(banner, title, (8, 21), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    return np.asarray(np.vstack([banner, band]), dtype=np.uint8)


def main() -> None:
    """Reads the command line and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="folder of labelled real lines to put beside the synthetic ones")
    parser.add_argument("-o", "--output", type=Path, default=Path("sheet.png"))
    parser.add_argument("--split", type=Split, default=Split.TRAIN)
    parser.add_argument("--scenario", type=Scenario, action="append", help="only this one; may be repeated")
    parser.add_argument("--rows", type=int, default=8, help="rows per scenario")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sampler = LineSampler(arguments.split, Charset.own(), widths=Widths(long_share=0.3))
    picture = sheet(sampler, arguments.real, arguments.scenario or list(Scenario), arguments.rows, arguments.seed)
    cv2.imwrite(str(arguments.output), picture)
    print(f"Wrote {arguments.output} ({picture.shape[1]} x {picture.shape[0]}).")


if __name__ == "__main__":
    main()
