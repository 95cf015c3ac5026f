"""Where the committed file of `python -m eval robustness` lies: for whoever shows it and draws no line."""

from __future__ import annotations

from typing import Final

from eval.committed.results import RESULTS_FILE

ROBUSTNESS_FILE: Final = RESULTS_FILE.with_name("robustness.json")
