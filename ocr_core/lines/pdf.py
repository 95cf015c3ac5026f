"""Untrusted PDF bytes to the pixels of one page, drawn by PDFium in a process that may fail without harm.

Promises `H, W, 3` uint8 of at most `MOST_PIXELS` within `LONGEST_S` seconds, or one clear error. Knows no lines.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import DocumentError
from ocr_core.lines import pdf_worker

MOST_PAGES: Final = 20
"""Pages of one document that can be read; those behind are left out."""

DOTS_AN_INCH: Final = 200
"""Ten-point print comes out about 28 pixels high: as much as the networks take."""

MOST_PIXELS: Final = 8_000_000
LONGEST_S: Final = 20
MEMORY_BYTES: Final = 1_500_000_000

_LOOKED_AT_BYTES: Final = 1024
_WORKER: Final = Path(pdf_worker.__file__)
_PROBLEMS: Final = {
    pdf_worker.LOCKED: "This PDF is locked by a password. Save it without one and try again.",
    pdf_worker.DAMAGED: "This PDF is damaged and cannot be drawn.",
}


class DrawnPage(NamedTuple):
    """One page as pixels `H, W, 3`, and how many pages its document has."""

    pixels: NDArray[np.uint8]
    pages: int


def is_pdf(data: bytes) -> bool:
    """Tells a PDF by its first bytes; as other programs do, some rubbish before the header is let pass."""
    return b"%PDF-" in data[:_LOOKED_AT_BYTES]


def draw_page(data: bytes, number: int = 1, longest_s: float = LONGEST_S) -> DrawnPage:
    """Draws page `number`, counted from 1.

    Raises:
        DocumentError: the document is damaged or locked, has no such page, or takes too long.
    """
    if not 1 <= number <= MOST_PAGES:
        raise DocumentError(f"Pages 1 to {MOST_PAGES} of a document can be read.")
    limits = (number, DOTS_AN_INCH, MOST_PIXELS, MEMORY_BYTES, max(1, round(longest_s)))
    try:
        done = subprocess.run(
            [sys.executable, str(_WORKER), *map(str, limits)], input=data, capture_output=True, timeout=longest_s
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"This page takes more than {longest_s:g} seconds to draw.") from error
    if done.returncode != 0:
        if b"No module named" in done.stderr:
            raise DocumentError("PDFs cannot be read here: pip install pypdfium2.")
        raise DocumentError("This page cannot be drawn: it is damaged or asks for too much.")
    header, _, body = done.stdout.partition(b"\n")
    return _page(json.loads(header), body, number)


def _page(header: dict[str, Any], body: bytes, number: int) -> DrawnPage:
    problem = header.get("problem")
    if problem == pdf_worker.NO_SUCH_PAGE:
        raise DocumentError(f"There is no page {number}: the document has {header['pages']}.")
    if problem is not None:
        raise DocumentError(_PROBLEMS[problem])
    width, height, channels = header["width"], header["height"], header["channels"]
    rows = np.frombuffer(body, np.uint8).reshape(height, header["row_bytes"])[:, : width * channels]
    pixels = rows.reshape(height, width, channels)
    rgb = np.repeat(pixels, 3, axis=2) if channels == 1 else pixels[:, :, :3]
    return DrawnPage(np.ascontiguousarray(rgb), header["pages"])
