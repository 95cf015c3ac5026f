"""The part of a page of documentation that a command writes, between two comments that name the command."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ocr_core.errors import DatasetError

EVALUATION_GUIDE: Final = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
"""The page that several commands write a part of."""


def with_part(page: str, begin: str, end: str, part: str) -> str:
    """Returns a page with what stands between its markers replaced.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    before, _, after = split_at_markers(page, begin, end)
    return f"{before}{begin}\n{part}\n{end}{after}"


def split_at_markers(page: str, begin: str, end: str) -> tuple[str, str, str]:
    """Returns what stands before, between and after the markers.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    before, found_begin, rest = page.partition(begin)
    between, found_end, after = rest.partition(end)
    if not (found_begin and found_end) or begin in between + after or end in before + after:
        raise DatasetError(f"The page needs the lines '{begin}' and '{end}', once each, around its tables.")
    return before, between, after
