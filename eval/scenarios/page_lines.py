"""From a typeset PDF to lines of a set: scans each page, picks lines of many lengths from it and cuts them out.

Shared by the printed and the mathematical pages. Knows no layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.scenarios.labelled_set import SetLine, as_jpeg, as_png
from eval.scenarios.pdf_lines import Block, PdfLine, lines_of, pages_of, rasterised
from eval.scenarios.scanner import Margins, Scan, cut_out, scanned

_STORED_QUALITY = 88
_SHORT_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class TypesetPages:
    """A PDF and what it was set from.

    Attributes:
        pdf: the file.
        blocks: all texts on it, in the order they were given to the engine.
        how: engine and layout, in words.
        families: faces' families used on it.
        origin: name of the document, for the groups.
    """

    pdf: Path
    blocks: tuple[Block, ...]
    how: str
    families: tuple[str, ...]
    origin: str


def lines_from(
    pages: TypesetPages,
    wanted: int,
    draw_scan: Callable[[np.random.Generator], Scan],
    draw_margins: Callable[[np.random.Generator], Margins],
    rng: np.random.Generator,
    is_wanted: Callable[[PdfLine], bool],
) -> list[SetLine]:
    """Returns up to `wanted` lines of the first pages, each page scanned once."""
    found: list[SetLine] = []
    last = min(pages_of(pages.pdf), 2)
    for page in range(last):
        lines = [line for line in lines_of(pages.pdf, page, pages.blocks) if is_wanted(line)]
        share = (wanted - len(found)) // (last - page)
        chosen = _chosen(lines, share, rng)
        if not chosen:
            continue
        scan = draw_scan(rng)
        picture, turn = scanned(rasterised(pages.pdf, page, scan.dpi), scan, rng)
        for line in chosen:
            pixels = cut_out(picture, line.boxes * (scan.dpi / 72), turn, draw_margins(rng))
            is_bitonal = scan.tone == "bitonal"
            found.append(
                SetLine(
                    content=as_png(pixels) if is_bitonal else as_jpeg(pixels, _STORED_QUALITY),
                    ending="png" if is_bitonal else "jpg",
                    text=line.text,
                    how=f"{pages.how}; {scan}",
                    families=pages.families,
                    document=line.document,
                    origin=f"{pages.origin}, page {page + 1}",
                )
            )
    return found


def lines_of_documents(
    documents: Iterable[TypesetPages],
    lines: int,
    most_per_document: int,
    draw_scan: Callable[[np.random.Generator], Scan],
    draw_margins: Callable[[np.random.Generator], Margins],
    rng: np.random.Generator,
    is_wanted: Callable[[PdfLine], bool],
) -> list[SetLine]:
    """Returns `lines` lines, of each document `most_per_document` at most; fewer when the documents run out."""
    found: list[SetLine] = []
    for pages in documents:
        wanted = min(most_per_document, lines - len(found))
        found += lines_from(pages, wanted, draw_scan, draw_margins, rng, is_wanted)
        if len(found) >= lines:
            break
    return found


def width_at_32(line: PdfLine) -> float:
    """Returns how wide a line is, in pixels, when it is as high as networks take it, margins left out."""
    x0, y0 = line.boxes[:, :2].min(axis=0)
    x1, y1 = line.boxes[:, 2:].max(axis=0)
    return float(32 * (x1 - x0) / max(y1 - y0, 1.0))


def _chosen(lines: Sequence[PdfLine], count: int, rng: np.random.Generator) -> list[PdfLine]:
    """Picks lines in the page's order, most of them long ones: that is what pages consist of."""
    is_long = [width_at_32(line) >= 300 for line in lines]
    longs = [line for line, long in zip(lines, is_long, strict=True) if long]
    shorts = [line for line, long in zip(lines, is_long, strict=True) if not long]
    some_shorts = min(len(shorts), max(count - len(longs), int(rng.binomial(count, _SHORT_SHARE))))
    picked = {id(line) for group, size in ((longs, count - some_shorts), (shorts, some_shorts))
              for line in (group[i] for i in rng.permutation(len(group))[:size])}  # fmt: skip
    return [line for line in lines if id(line) in picked]
