"""Draws training curves: `python -m ocr_core.training.curves RUN... -o FILE`, accuracy against hours and lines."""

from __future__ import annotations

import argparse
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ocr_core.training.curve_file import CURVE_NAME, read_curve

ROW_COLOURS = {
    "print": "#0072B2",
    "background": "#E69F00",
    "handwriting (face)": "#CC79A7",
    "handwriting (pen)": "#D55E00",
    "low_resolution": "#009E73",
    "maths": "#56B4E9",
}
OTHER_COLOURS = ("#000000", "#7F3C8D", "#7A7A7A", "#8C564B")
"""Of rows that a run was given beside the drawn ones (`--real-validation`), dashed, in the order they were met."""


def draw(runs: dict[str, list[dict[str, Any]]], output: Path) -> None:
    """Draws one row of axes a run: validation accuracy against CPU-hours, and against lines seen."""
    figure, axes = plt.subplots(len(runs), 2, figsize=(12, 3.6 * len(runs)), squeeze=False, sharey=True)
    for (name, records), (by_hours, by_lines) in zip(runs.items(), axes, strict=True):
        _draw_rows(by_hours, records, "cpu_s", 3600.0, f"{name}: accuracy against CPU-hours", "CPU-hours")
        _draw_rows(by_lines, records, "lines", 1000.0, f"{name}: accuracy against lines seen", "thousand lines")
        by_hours.legend(fontsize=8, loc="lower right", ncols=2)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def _draw_rows(axes: Axes, records: list[dict[str, Any]], key: str, scale: float, title: str, unit: str) -> None:
    validated = [record for record in records if "validation" in record]
    others = dict.fromkeys(row for record in validated for row in record["validation"] if row not in ROW_COLOURS)
    for row, colour in [*ROW_COLOURS.items(), *zip(others, cycle(OTHER_COLOURS))]:
        points = [(r[key] / scale, r["validation"][row]) for r in validated if row in r["validation"]]
        if points:
            style = "--" if row in others else "-"
            axes.plot(
                *zip(*points, strict=True), marker=".", linestyle=style, color=colour, label=row.replace("_", " ")
            )
    rectified = [record[key] / scale for record in validated if record.get("rectified")]
    if rectified and len(rectified) < len(validated):
        # The measure changes: until then, lines were validated as they are.
        axes.axvline(rectified[0], color="#888888", linestyle=":", label="from here on deskewed")
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(unit)
    axes.set_ylabel("character accuracy, %")
    axes.set_ylim(0, 100)
    axes.grid(alpha=0.3)


def main() -> None:
    """Draws the curves of the runs named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training.curves", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders that hold a curve.jsonl, or such files")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    paths = [path / CURVE_NAME if path.is_dir() else path for path in arguments.runs]
    draw(
        {path.parent.name if path.name == CURVE_NAME else path.stem: read_curve(path) for path in paths},
        arguments.output,
    )


if __name__ == "__main__":
    main()
