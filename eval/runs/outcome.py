"""How much of a run there is: all of it, a part, or nothing. Three states that lists, pages and exit codes tell apart.

Told by the run's small files alone, so that a list of many runs costs little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from eval.runs.store import RunFolder
from ocr_core.views.wording import counted

State = Literal["complete", "partial", "nothing read"]
COMPLETE: Final = "complete"
PARTIAL: Final = "partial"
NOTHING: Final = "nothing read"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        tried, failed, wanted: readings, one an engine and line; failed ones were tried.
        ended: whether it came to its own end.
    """

    tried: int
    failed: int
    wanted: int
    ended: bool

    @property
    def state(self) -> State:
        """One of the three."""
        if self.tried <= self.failed:
            return NOTHING
        return COMPLETE if self.ended and not self.failed and self.tried >= self.wanted else PARTIAL

    @property
    def words(self) -> str:
        """Says why a run is not complete; "" for one that is."""
        if self.state == COMPLETE:
            return ""
        if self.state == NOTHING:
            return f"all {counted(self.failed, 'reading')} failed" if self.failed else "no engine has tried a line"
        parts = []
        if self.tried < self.wanted:
            parts.append(f"{self.tried:,} of {counted(self.wanted, 'reading')} were made")
        if self.failed:
            parts.append(
                f"{self.failed:,} of {counted(self.tried, 'reading')} failed, their pictures could not be read"
            )
        return "; ".join(parts) or "it did not come to its end"


def outcome_of(run: RunFolder) -> Outcome:
    """Returns what came of a run, finished or not.

    Raises:
        RunError: its files are damaged.
    """
    info, progress = run.info(), run.progress() or {}
    wanted = info.data.lines * len(info.engines)
    ended = info.state == "finished"
    if isinstance(progress.get("done"), int):
        return Outcome(progress["done"], int(progress.get("failures") or 0), wanted, ended)
    summary = run.summary()
    if summary is None:
        read = [record.reading is not None for record in run.light_records()]
        return Outcome(len(read), read.count(False), wanted, ended)
    failed = sum(engine["failures"] for engine in summary["engines"])
    return Outcome(failed + sum(engine["lines"] for engine in summary["engines"]), failed, wanted, ended)
