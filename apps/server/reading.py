"""One picture to its lines and readings, for many callers at once: opened beside the networks, read in shared runs.

Knows the options of a request and nothing of how it came.
"""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import astuple, dataclass, replace
from typing import Final, TypeVar

from PIL import Image

from apps.demo.engines import Engines
from apps.server import errors
from apps.server.batching import Batcher, Engine, Outcome
from apps.server.schemas import ReadingOptions
from ocr_core.cli import DEFAULT_MODEL
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError, OcrError
from ocr_core.every_line import as_one
from ocr_core.finders import load_finder
from ocr_core.layouts import load_layout
from ocr_core.lines.orientation import is_doubtful
from ocr_core.opening import ImageInput, OpenedPicture, level_lines, opened, picture_of
from ocr_core.pages import FoundPage, decode_page, find_page
from ocr_core.registry import decoded_by
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.review import Review
from ocr_core.settings import DecoderName, Lines, Settings

LARGE_PIXELS: Final = 4_000_000
LARGE_AT_ONCE: Final = 4
"""Pictures of more than `LARGE_PIXELS`, and documents, that are in memory at the same time."""

MOST_DECODINGS: Final = 32
"""Ways to decode that are kept ready: a lexicon is made into a trie once."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Read:
    """A picture that was read: its lines in order, a reading of each, and what is said of all of them together."""

    lines: tuple[LineImage, ...]
    readings: tuple[Recognition, ...]
    whole: Recognition


class Reader:
    """Reads for the service, with the networks of the demo."""

    def __init__(
        self, engines: Engines, batcher: Batcher, longest_s: float, lines: Lines = "all", review: Review | None = None
    ) -> None:
        self.engines, self.batcher, self.longest_s, self._lines_read = engines, batcher, longest_s, lines
        self.review = review or Review(engines.settings.models_folder)
        # Two more than there are cores for, since who looks for a page's lines also waits for networks.
        self._opening = ThreadPoolExecutor(engines.settings.workers + 2, thread_name_prefix="zijian-open")
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._decoded: OrderedDict[Hashable, Engine] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        """How pictures are read unless a request says otherwise."""
        return self.engines.settings

    def close(self) -> None:
        """Waits for what is being opened."""
        self._opening.shutdown()

    async def beside(self, work: Callable[[], _T]) -> _T:
        """Runs something that takes time away from the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._opening, work)

    def room(self) -> asyncio.Semaphore:
        """Returns what is to be held as long as a large picture or a document is in memory."""
        return self._large

    async def within_time(self, work: Awaitable[_T]) -> _T:
        """Waits for something as long as a request may take.

        Raises:
            ApiError: it takes longer; what runs in a thread ends by itself, and its result is dropped.
        """
        try:
            return await asyncio.wait_for(work, self.longest_s)
        except asyncio.TimeoutError as error:
            raise errors.late(self.longest_s) from error

    async def read(self, data: bytes, options: ReadingOptions) -> Read:
        """Reads a picture, or a page of a document.

        Raises:
            ApiError: something of the request cannot be used, or it takes too long.
            OcrError: the picture cannot be used.
        """
        return await self.within_time(self._with_room(data, options))

    async def _with_room(self, data: bytes, options: ReadingOptions) -> Read:
        if await self.beside(lambda: _is_large(data)):
            async with self._large:
                return await self._read(data, options)
        return await self._read(data, options)

    async def _read(self, data: bytes, options: ReadingOptions) -> Read:
        engine = await self.beside(lambda: self.engine(options))
        if options.page is not None:
            page = options.page
            found = await self.beside(lambda: self.find_page(data, engine, page, options.finder))
            return _together(found.lines, await self._await(engine, found.lines), found.notes)
        if (options.lines or self._lines_read) == "biggest":
            picture = await self.beside(lambda: opened(data, self.settings))
            return _together((picture.line,), await self._await(engine, [picture]))
        picture, lines = await self.beside(lambda: _opened_lines(data, self.settings))
        if len(lines) == 1:
            return _together(lines, await self._await(engine, [picture]))
        read = _together(lines, await self._await(engine, lines), spent_ms=picture.timings_ms)
        return await self._upright(engine, picture_of(picture, self.settings), read)

    def engine(self, options: ReadingOptions) -> Engine:
        """Returns the engine that a request asks for, loading it if it is the first to.

        Raises:
            ApiError: there is no such engine, or it cannot be decoded so.
            ModelError: its files are missing or broken.
        """
        try:
            (choice,) = self.engines.chosen([options.model or DEFAULT_MODEL], options.runtime or None)
        except OcrError as error:
            raise errors.invalid(str(error)) from error
        if options.runtime and options.runtime != choice.runtime:
            raise errors.invalid(f"{choice.model.display_name} was asked for on {options.runtime!r}; that cannot be.")
        try:
            decoding = _decoding(options, choice.decoder)
        except OcrError as error:
            raise errors.invalid(str(error)) from error
        network = self.engines.get(choice.model, choice.runtime)
        key = (choice.key, id(network), *astuple(decoding))
        with self._lock:
            if found := self._decoded.get(key):
                self._decoded.move_to_end(key)
                return found
        try:
            is_plain = decoding.is_usual and decoding.decoder is None
            made = Engine(key, network if is_plain else decoded_by(network, decoding))
        except OcrError as error:
            raise errors.invalid(str(error)) from error
        with self._lock:
            self._decoded[key] = made
            while len(self._decoded) > MOST_DECODINGS:
                self._decoded.popitem(last=False)
        return made

    def find_page(self, data: bytes, engine: Engine, number: int, finder: str | None = None) -> FoundPage:
        """Opens a page of a document and finds its lines; the engine tells which way up it lies.

        Raises:
            OcrError: the file cannot be used, has no such page, or the finder is not installed.
        """
        settings = self.settings
        return find_page(
            decode_page(data, settings, number),
            load_finder(finder or settings.finder, settings),
            load_layout(settings.layout, settings),
            InTurn(engine, self) if settings.orient else None,
        )

    def read_lines(self, engine: Engine, lines: Sequence[ImageInput]) -> list[Outcome]:
        """Reads lines from a thread that may wait, and returns each one's reading or error."""
        deadline = time.monotonic() + self.longest_s
        results = self.batcher.submit(engine, lines, deadline)
        try:
            return [result.result(max(0.0, deadline - time.monotonic())) for result in results]
        except TooLate as error:
            raise errors.late(self.longest_s) from error
        finally:
            for result in results:
                result.cancel()

    async def _await(self, engine: Engine, images: Sequence[ImageInput]) -> list[Outcome]:
        futures = self.batcher.submit(engine, images, time.monotonic() + self.longest_s)
        try:
            return await asyncio.gather(*map(asyncio.wrap_future, futures))
        finally:
            for future in futures:
                future.cancel()

    async def _upright(self, engine: Engine, picture: LineImage, read: Read) -> Read:
        """Returns a better reading of the same picture turned, where one is worth looking for."""
        network = engine.recognizer
        if not self.settings.orient or not isinstance(network, CtcRecognizer) or not is_doubtful(picture, read.whole):
            return read
        every_line = replace(network, settings=replace(network.settings, lines="all"))
        (whole,) = await self._await(Engine((engine.key, "all"), every_line), [picture.pixels])
        if isinstance(whole, OcrError) or whole.text == read.whole.text:
            return read
        return Read((), (whole,), whole)


class InTurn:
    """An engine for who runs outside of the queue: its lines are put into the queue and waited for."""

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self._engine, self._reader = engine, reader

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Outcome]:
        """Reads lines, and returns each one's reading or error."""
        return self._reader.read_lines(self._engine, list(images))


def _is_large(data: bytes) -> bool:
    """Whether a file may take much memory once it is decoded: told by its header, which may lie about nothing else."""
    try:
        width, height = Image.open(io.BytesIO(data)).size
    except Exception:  # a hostile header, a document, no picture at all: it is looked at properly later
        return True
    return width * height > LARGE_PIXELS


def _opened_lines(data: bytes, settings: Settings) -> tuple[OpenedPicture, tuple[LineImage, ...]]:
    """Decodes a picture and finds all of its lines; the first is the opened one."""
    started = time.perf_counter()
    picture = picture_of(data, settings)
    decoded = time.perf_counter()
    lines = level_lines(picture, settings)
    found = time.perf_counter()
    spent_ms = Timings(decode_image=(decoded - started) * 1e3, find_lines=(found - decoded) * 1e3)
    return OpenedPicture(lines[0], spent_ms, picture), lines


def _together(
    lines: Sequence[LineImage], outcomes: Sequence[Outcome], notes: Sequence[str] = (), spent_ms: Timings | None = None
) -> Read:
    """Joins the readings of a picture's lines.

    Raises:
        OcrError: one of them could not be read.
    """
    if not lines:
        raise ImageError("No line of text was found.")
    whole = as_one(lines, outcomes)
    said = tuple(dict.fromkeys((*notes, *whole.warnings)))
    whole = replace(whole, warnings=said, timings_ms=whole.timings_ms + (spent_ms or Timings()))
    return Read(tuple(lines), tuple(each for each in outcomes if isinstance(each, Recognition)), whole)


def _decoding(options: ReadingOptions, decoder: DecoderName | None) -> Decoding:
    """Returns how lines are to be decoded; a decoder that is named in the engine's key counts where no other is."""
    return Decoding(
        decoder=options.decoder or decoder,
        allow=options.allow,
        forbid=options.forbid,
        lexicon=tuple(options.lexicon),
        lexicon_weight=options.lexicon_weight,
        hotwords=tuple(options.hotwords),
        pattern=options.pattern,
        n_best=options.n_best,
    )
