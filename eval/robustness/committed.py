"""Where the committed file of `python -m eval robustness` lies, and the table of it in docs/evaluation.md.

For whoever shows it and draws no line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from eval.committed.marked_part import with_part
from eval.committed.results import RESULTS_FILE
from eval.committed.tables import markdown_table
from ocr_core.errors import DatasetError
from ocr_core.views.wording import NO_FIGURE

ROBUSTNESS_FILE: Final = RESULTS_FILE.with_name("robustness.json")
BEGIN: Final = "<!-- robustness: begin (python -m eval robustness --markdown) -->"
END: Final = "<!-- robustness: end -->"


def with_table(guide: str, path: Path = ROBUSTNESS_FILE) -> str:
    """Returns the guide with the table of a file of figures between its markers.

    Raises:
        DatasetError: the markers are not there, or there are no figures.
    """
    if not path.is_file():
        raise DatasetError("There are no figures under corruptions yet. Make them with: python -m eval robustness")
    return with_part(guide, BEGIN, END, markdown(json.loads(path.read_text(encoding="utf-8"))))


def markdown(measured: Mapping[str, Any]) -> str:
    """Returns what the figures are of, and a table: a row an engine, mCE, accuracy clean and under each corruption."""
    corruptions = measured["corruptions"]
    by_corruption = {(row["engine"], row["corruption"]): row["accuracy"] for row in measured["by_corruption"]}
    header = ["engine", "mCE", "clean", *(one["display_name"] for one in corruptions)]
    rows = [
        [
            engine["display_name"],
            _with_bounds(engine, "mce"),
            _with_bounds(engine, "clean"),
            *(f"{100 * by_corruption[engine['key'], one['name']]:.1f}" for one in corruptions),
        ]
        for engine in measured["engines"]
    ]
    of = f"{measured['lines']} lines of {measured['lines_of']}, {measured['characters']:,} characters"
    return f"{of}, each under every corruption and severity: accuracy in per cent.\n\n{markdown_table(header, rows)}"


def _with_bounds(engine: Mapping[str, Any], what: str) -> str:
    value, low, high = (engine[name] for name in (what, f"{what}_low", f"{what}_high"))
    if value is None:
        return NO_FIGURE
    bounds = "" if low is None else f" ({100 * low:.1f} to {100 * high:.1f})"
    return f"{100 * value:.1f}{bounds}"
