"""The command `python -m eval lines`: recall and precision of line finders on pages with known lines, one JSON file."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.committed.marked_part import EVALUATION_GUIDE, with_part
from eval.committed.results import RESULTS_FILE
from eval.lines.known_pages import KINDS, KnownPage, known_pages
from eval.lines.matching import COVERED, OWN, Counts, counted
from eval.machine import today
from eval.runs.table import aligned
from ocr_core import registry
from ocr_core.errors import ModelError
from ocr_core.finders import load_finder
from ocr_core.lines.crop import corners_of
from ocr_core.lines.page import FindLines
from ocr_core.pages import Page, find_page
from ocr_core.settings import FINDERS, Settings
from ocr_core.synth.web_page import chromium

LINES_FILE: Final = RESULTS_FILE.with_name("lines.json")
BEGIN: Final = "<!-- lines: begin (python -m eval lines --markdown) -->"
END: Final = "<!-- lines: end -->"
FORMAT: Final = 1
SEED: Final = 14
PAGE: Final = "page"
"""What `ocr_core page` reads: the classical finder's lines on the page turned, or by its columns, where it is read
better so. The CRNN reads a few of them for that."""
NAMES: Final = (*FINDERS, PAGE)
RULE: Final = (
    f"A found line is a true one where it covers at least {COVERED:.0%} of the box around the true line's ink and at "
    f"least {OWN:.0%} of its own area is the line's type body (an em high); one to one."
)


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("lines", help="measure line finders on pages", description=run.__doc__)
    parser.add_argument(
        "--pages",
        type=int,
        default=12,
        metavar="N",
        help="of every kind (%(default)s); of signs four times as many photographs",
    )
    parser.add_argument("--kind", action="append", choices=KINDS, help="this kind alone; may be repeated")
    parser.add_argument(
        "--finder",
        action="append",
        choices=NAMES,
        help="this finder alone; may be repeated; page is the classical one with the page turned upright first",
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the pages there with their lines drawn")
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing; put the committed figures into docs/evaluation.md"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=f"the committed one is {LINES_FILE.name}")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Makes pages whose lines are known, and counts which of them the line finders find."""
    if parsed.markdown:
        EVALUATION_GUIDE.write_text(with_table(EVALUATION_GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"rewritten: {EVALUATION_GUIDE}")
        return 0
    settings = Settings.from_environment()
    finders: dict[str, FindLines] = {}
    for name in parsed.finder or NAMES:
        try:
            finders[name] = upright_finder(settings) if name == PAGE else load_finder(name, settings)
        except ModelError as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for kind in parsed.kind or KINDS:
            rng = np.random.default_rng([parsed.seed, KINDS.index(kind)])
            pages = list(known_pages(browser, kind, parsed.pages, rng, Path(folder)))
            rows += [measured(name, finder, kind, pages, parsed.keep) for name, finder in finders.items()]
            print(table(rows[-len(finders) :] if finders else []), flush=True)
            if parsed.output:  # after every kind: it takes minutes, and a kill loses one kind at most
                result = {"format": FORMAT, "date": today(), "seed": parsed.seed, "rule": RULE, "rows": rows}
                parsed.output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if parsed.output:
        print(f"written: {parsed.output}")
    return 0


def upright_finder(settings: Settings) -> FindLines:
    """Returns a finder of the lines that the command `page` reads.

    Raises:
        ModelError: the CRNN cannot be loaded.
    """
    crnn = registry.load("crnn", settings=settings)
    return lambda pixels: list(find_page(Page(pixels), recognizer=crnn).lines)


def measured(
    name: str, finder: FindLines, kind: str, pages: Sequence[KnownPage], keep: Path | None = None
) -> dict[str, Any]:
    """Returns a row: how many lines of some pages a finder finds, and how long a page takes (median)."""
    total, times_ms = Counts(), []
    for number, page in enumerate(pages):
        started = time.perf_counter()
        found = [corners_of(line) for line in finder(page.pixels)]
        times_ms.append((time.perf_counter() - started) * 1e3)
        total += counted(page.lines, found, page.too_small, page.bodies)
        if keep is not None:
            _keep(page, found, keep / f"{kind.replace(' ', '-')}-{number:02}-{name}.jpg")
    return {
        "finder": name,
        "kind": kind,
        "pages": len(pages),
        "lines": total.true,
        "found": total.found,
        "both": total.both,
        "recall": round(total.recall, 4),
        "precision": round(total.precision, 4),
        "page_ms": round(float(np.median(times_ms)), 1) if times_ms else None,
    }


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Returns rows as aligned text."""
    heads = ["kind", "finder", "pages", "lines", "recall", "precision", "ms a page"]
    cells = [
        [
            row["kind"],
            row["finder"],
            str(row["pages"]),
            str(row["lines"]),
            f"{row['recall']:.1%}",
            f"{row['precision']:.1%}",
            f"{row['page_ms']:.0f}",
        ]
        for row in rows
    ]
    return aligned([heads, *cells], words=2)


def markdown(result: dict[str, Any]) -> str:
    """Returns the committed figures as a table of Markdown."""
    heads = ("pages of", "n lines (pages)", "finder", "recall %", "precision %")
    rows = [
        f"| {row['kind']} | {row['lines']} ({row['pages']}) | {row['finder']} | {100 * row['recall']:.1f} "
        f"| {100 * row['precision']:.1f} |"
        for row in result["rows"]
    ]
    return "\n".join([f"| {' | '.join(heads)} |", "| --- | ---: | --- | ---: | ---: |", *rows])


def with_table(guide: str) -> str:
    """Returns the guide with the committed figures between its markers.

    Raises:
        DatasetError: the markers are not there.
    """
    return with_part(guide, BEGIN, END, markdown(json.loads(LINES_FILE.read_text(encoding="utf-8"))))


def _keep(page: KnownPage, found: Sequence[np.ndarray], path: Path) -> None:
    """Writes a page with its true lines in green and the found ones in red."""
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    picture = page.pixels[:, :, ::-1].copy()
    for quads, colour in ((page.lines, (0, 160, 0)), (found, (0, 0, 220))):
        cv2.polylines(picture, [np.round(quad).astype(np.int32) for quad in quads], True, colour, 2)
    cv2.imwrite(str(path), picture)
