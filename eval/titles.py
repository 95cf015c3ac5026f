"""Under which title the lines of a data set are counted, and the titles that mean something everywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from eval.datasets import Dataset, LabelledLine

SINGLE_CHARACTERS: Final = "single characters"
RANDOM_CHARACTERS: Final = "random characters"
OVERALL: Final = "overall"


def section_titles(dataset: Dataset) -> dict[str, str]:
    """Names the row of every section: its scenario, else its own name; single characters are never mixed with lines.

    A section holds single characters when every truth in it is one character long. Two sections that would share a
    title are told apart by their own names: `handwriting_pen` becomes "handwriting (pen)". A section that is called by
    its scenario and something in brackets keeps its name.
    """
    longest: dict[str, int] = defaultdict(int)
    plain: dict[str, str] = {}
    for line in dataset.lines:
        longest[line.section] = max(longest[line.section], len(line.text))
        plain[line.section] = _plain_title(line)
    titles = {s: f"{title} ({SINGLE_CHARACTERS})" if longest[s] == 1 else title for s, title in plain.items()}
    shared = Counter(titles.values())
    return {s: title if shared[title] == 1 else _told_apart(title, s) for s, title in titles.items()}


def _plain_title(line: LabelledLine) -> str:
    if line.scenario is None or line.section.startswith(f"{line.scenario.value} ("):
        return line.section
    return line.scenario.value


def _told_apart(title: str, section: str) -> str:
    if section == title:
        return section
    rest = section.removeprefix(f"{title}_")
    return f"{title} [{section}]" if rest == section else f"{title} ({rest})"
