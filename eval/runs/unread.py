"""What of a run could not be read: said in one sentence, and whether it makes the evaluation fail.

An evaluation that read nothing and ends as if all were well is worse than one that ends with an error.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Final

from eval.runs.summary_types import EngineEntry, Summary
from ocr_core.views.wording import counted

UNREAD_CODE: Final = 3
PARTIAL_CODE: Final = 4
EXIT_CODES: Final = (
    f"Exit codes: 0 complete; 1 it could not be done; {UNREAD_CODE} an engine could read none of the lines; "
    f"{PARTIAL_CODE} partial: more lines could not be read than --max-unread allows."
)


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read.

    Attributes:
        share: of the lines that it was given, of the engine that fared worst; 1 where there was no line at all.
        sentence: all of it in words.
    """

    share: float
    sentence: str

    def code(self, most: float) -> int:
        """Returns the exit code where so large a share may stay unread."""
        return UNREAD_CODE if self.share >= 1 else PARTIAL_CODE if self.share > most else 0

    def words(self, most: float) -> str:
        """Returns the sentence, with a second one where it makes the evaluation fail."""
        if self.share >= 1:
            return f"FAILED: {self.sentence}"
        return f"PARTIAL: {self.sentence} --max-unread {most:g} allows less." if self.share > most else self.sentence


def unread(summary: Summary) -> Unread:
    """Looks at what every engine could not read; lines that nobody has tried yet are no failures."""
    engines = summary["engines"]
    given = sum(_given(engine) for engine in engines)
    if not given:
        return Unread(1.0, "Nothing was read: no engine has tried a line.")
    failed = sum(engine["failures"] for engine in engines)
    if not failed:
        return Unread(0.0, f"Every engine could read all its {counted(max(map(_given, engines)), 'line')}.")
    worst = max(engine["failures"] / _given(engine) for engine in engines if _given(engine))
    if failed == given:
        return Unread(1.0, f"Nothing could be read: all {given:,} readings failed.")
    each = ", ".join(_told(engine) for engine in engines if engine["failures"])
    return Unread(worst, f"Could not be read: {each}.")


def share(text: str) -> float:
    """Takes a share between 0 and 1 from the command line."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("should be between 0 and 1")
    return number


def _given(engine: EngineEntry) -> int:
    return engine["lines"] + engine["failures"]


def _told(engine: EngineEntry) -> str:
    given = _given(engine)
    return f"{engine['failures']:,} of {given:,} lines by {engine['display_name']} ({engine['failures'] / given:.1%})"
