"""Draws one page of a PDF in a process of its own: the PDF on standard input, a line of JSON and raw RGB on output.

Started by `ocr_core.lines.pdf` as a plain file; imports nothing of the project. Whatever a hostile file does to PDFium
(a crash, endless work, all the memory) ends this process and no other.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any, Final

LOCKED: Final = "locked"
DAMAGED: Final = "damaged"
NO_SUCH_PAGE: Final = "no such page"

_WRONG_PASSWORD: Final = 4


def main(arguments: list[str]) -> int:
    """Arguments: page number (from 1), dots an inch, most pixels, most bytes of memory, most seconds of work."""
    number, dots_an_inch, most_pixels, memory_bytes, seconds = (int(argument) for argument in arguments)
    _limit(memory_bytes, seconds)
    header, pixels = _draw(sys.stdin.buffer.read(), number, dots_an_inch, most_pixels)
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + pixels)
    return 0


def _draw(data: bytes, number: int, dots_an_inch: int, most_pixels: int) -> tuple[dict[str, Any], bytes]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        return {"problem": LOCKED if error.err_code == _WRONG_PASSWORD else DAMAGED}, b""
    if not 1 <= number <= pages:
        return {"problem": NO_SUCH_PAGE, "pages": pages}, b""
    try:
        page = document[number - 1]
        width, height = page.get_size()  # points, 72 an inch
        if not (math.isfinite(width * height) and width > 0 and height > 0):
            return {"problem": DAMAGED}, b""
        # The bitmap's sides are rounded up: one pixel each is kept in hand.
        scale = min(dots_an_inch / 72, math.sqrt(most_pixels / (width * height)))
        if (width * scale + 1) * (height * scale + 1) > most_pixels * 1.01 + 10_000:
            return {"problem": DAMAGED}, b""
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)  # pyright: ignore[reportArgumentType]
    except pypdfium2.PdfiumError:
        return {"problem": DAMAGED}, b""
    channels = {"RGB": 3, "BGR": 3, "RGBX": 4, "BGRX": 4, "RGBA": 4, "BGRA": 4, "L": 1}[bitmap.mode]
    header = {
        "pages": pages,
        "width": bitmap.width,
        "height": bitmap.height,
        "row_bytes": bitmap.stride,
        "channels": channels,
    }
    return header, bytes(bitmap.buffer)


def _limit(memory_bytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows: there the parent's clock is the only limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
