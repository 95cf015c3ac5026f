"""Every table that can be taken away as CSV: UTF-8 with its mark, so that Excel shows hanzi, and no cell is a formula.

Recognised text is a stranger's: a line of a picture may say `=HYPERLINK(...)`, and a spreadsheet would run it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a cell, after OWASP's page on CSV injection (full-width: in East Asian locales)."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Returns a table as the bytes of a CSV file.

    Texts that a spreadsheet would compute are preceded by an apostrophe; numbers are left alone, and so is a sign on
    its own, which is text to every spreadsheet. None is an empty cell, and half a surrogate pair a question mark.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([harmless(name) for name in header])
    table.writerows([harmless(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig", "replace")


def harmless(value: object) -> object:
    """Returns what to write into a cell: anything but a text that begins like a formula is returned as it is."""
    return f"'{value}" if isinstance(value, str) and len(value) > 1 and value.startswith(FORMULA_STARTS) else value
