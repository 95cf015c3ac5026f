"""The evaluation: labelled lines in, runs, comparisons and reports out. `open_run` gives runs to other programs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.opened_run import OpenedRun


def open_run(run: str | os.PathLike[str]) -> OpenedRun:
    """Opens a run by its folder, or by its name: a committed one's, or one's in `ZIJIAN_RUNS_FOLDER`.

    Raises:
        RunError: there is none.
    """
    from eval.opened_run import OpenedRun  # long to import, and most who import `eval` want something else

    return OpenedRun.named(os.fspath(run))
