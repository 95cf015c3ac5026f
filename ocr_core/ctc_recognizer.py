"""From an image to a `Recognition`: the one path that joins decoding, line finding, preprocessing, network and CTC.

Promises immutability (safe to share between threads) and that a broken image never ends a batch. Knows neither which
models exist nor which runtime it drives.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.borders import ink_profile
from ocr_core.ctc.decoder import GREEDY, Decoder
from ocr_core.ctc.decoders import decoder_of
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.read import Reading, read_posteriors
from ocr_core.ctc.read_sections import joined, read_sections
from ocr_core.doubt import doubts
from ocr_core.engines.packaged_orientation import turns_of_page, upside_down
from ocr_core.errors import ModelError, OcrError
from ocr_core.every_line import as_one
from ocr_core.grey import line_grey
from ocr_core.lines.orientation import SURE, as_told, clearly_better_way, is_doubtful, is_tall, other_ways, to_beat
from ocr_core.lines.page_orientation import upright_page
from ocr_core.opening import ImageInput, level_line, level_lines, opened, picture_of
from ocr_core.preprocess import InputFormat, PreparedLine, frames_of, frames_read, padded_width, prepare, stack
from ocr_core.recognizer import read_every_line
from ocr_core.result import Evidence, LineImage, Posteriors, Recognition, Timings
from ocr_core.sessions.model_files import ModelDescription
from ocr_core.sessions.session import Session
from ocr_core.settings import Settings
from ocr_core.windows import in_groups, longest_px, sections, windows_of

_WINDOW: Final = 64
_FRAMES_ASTRAY: Final = 2
_MOST_PIXELS_AT_ONCE: Final = 8192
"""Width of all lines of a batch together: posteriors of 7,700 classes are 63 MB then."""

_T = TypeVar("_T")


class _Job(NamedTuple):
    """A line on its way, and the milliseconds it has cost so far.

    `grey` is the line in grey, made once for all who look at it. `picture` is the whole picture where that was
    given, which may turn out to lie on its side; None for a line that somebody opened already.
    """

    line: LineImage
    prepared: PreparedLine
    timings_ms: Timings
    grey: NDArray[np.uint8]
    picture: LineImage | None = None


@dataclass(frozen=True, slots=True)
class CtcRecognizer:
    """A network with a CTC head, and how its posteriors are read.

    Attributes:
        description: what the model file says of itself.
        sha256: hash of the model's files.
        session: the loaded network.
        settings: limits and defaults.
        decoder: the best path, unless another is given.
    """

    description: ModelDescription
    sha256: str
    session: Session
    settings: Settings
    decoder: Decoder = GREEDY

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.description.name

    @property
    def gives_evidence(self) -> bool:
        """Always true: every CTC network has posteriors."""
        return True

    @property
    def input_format(self) -> InputFormat:
        """What the network is fed: the model's own format, with the maximum width of the settings if they have one."""
        return self.description.input_format.with_max_width(self.settings.max_width_px)

    def with_decoding(self, decoding: Decoding) -> CtcRecognizer:
        """Returns the same network, not loaded again, whose posteriors are read as is asked for.

        Raises:
            DecodingError: what is asked for cannot be done.
            ModelError: the language model cannot be read.
        """
        asked = replace(decoding, decoder=decoding.decoder or self.settings.decoder)
        reading = decoder_of(asked, self.description.charset, self.settings.models_folder, self.name)
        return replace(self, decoder=reading)

    def recognize(self, image: ImageInput) -> Recognition:
        """Reads one line; with `Settings.lines` "all" every line of the picture.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the network failed.
        """
        if self._reads_every_line_of(image):
            return self._read_every_line(image)
        job = self._prepare(image)
        return self._upright(job, self._read_alone(job))[0]

    def examine(self, image: ImageInput, truth: str | None = None) -> tuple[Recognition, Evidence]:
        """Reads one line and keeps the evidence, with the truth's columns where the truth is known.

        Of several lines it is the biggest, whatever the settings say: evidence is of one line.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the network failed.
        """
        job = self._prepare(image)
        kept: list[Posteriors] = []
        recognition, kept = self._upright(job, self._read_alone(job, kept), kept)
        return recognition, evidence_of(joined(kept), recognition.text, truth)

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        """Reads many lines, as many at once as `Settings.max_batch` allows.

        Lines are batched with others of the same padded width, so each result is what `recognize` gives; `infer` in
        its timings is the line's share of its batch. An image that cannot be used gives its error in its place.

        Raises:
            ModelError: the network failed.
        """
        results: list[Recognition | OcrError] = []
        for window in _in_groups(images, _WINDOW):
            results.extend(self._read_window(window))
        return results

    def read(self, images: Iterable[ImageInput]) -> list[str]:
        """Returns the texts alone.

        Raises:
            OcrError: an image cannot be used, or the network failed.
        """
        texts: list[str] = []
        for result in self.recognize_batch(images):
            if isinstance(result, OcrError):
                raise result
            texts.append(result.text)
        return texts

    def prepared(self, line: LineImage) -> PreparedLine:
        """Returns a line as the network will see it."""
        return self._prepared_line(line, Timings()).prepared

    def infer(self, lines: Sequence[PreparedLine]) -> list[NDArray[np.float32]]:
        """Runs the network once over lines that it takes whole: log-probabilities `T, C` a line.

        Raises:
            ModelError: the network failed.
        """
        return self._infer(lines)[0]

    def _reads_every_line_of(self, image: ImageInput) -> bool:
        return self.settings.lines == "all" and not isinstance(image, LineImage)

    def _read_every_line(self, image: ImageInput) -> Recognition:
        """Reads all lines of a picture; of one that lies on its side, or has columns, what it says when upright."""
        picture = picture_of(image, self.settings) if not isinstance(image, LineImage) else image
        whole = read_every_line(self, picture.pixels, self.settings)
        if self.settings.orient and is_doubtful(picture, whole):
            whole = self._turned_every_line(picture, whole)
            if is_tall(picture) and (whole.confidence or 0.0) < SURE:
                job = self._prepare(picture.pixels)
                whole = max(whole, self._upright(job, self._read_alone(job))[0], key=lambda each: each.confidence or 0)
        return replace(whole, warnings=(*picture.notes, *whole.warnings))

    def _turned_every_line(self, picture: LineImage, first: Recognition) -> Recognition:
        """Returns the reading of a picture's lines with the picture turned, if a few of them are read better so."""
        started = time.perf_counter()
        upright = upright_page(
            picture.pixels,
            lambda pixels: list(level_lines(LineImage.whole(pixels), self.settings)),
            self.recognize_batch,
            lambda pixels: turns_of_page(pixels, self.settings.threads),
        )
        looking = Timings(find_lines=(time.perf_counter() - started) * 1e3)
        if not upright.picture.notes:
            return replace(first, timings_ms=first.timings_ms + looking)
        lines = upright.placed(LineImage.whole(picture.pixels))
        whole = as_one(lines, self.recognize_batch(lines))
        return replace(whole, timings_ms=first.timings_ms + looking + whole.timings_ms)

    def _upright(
        self, job: _Job, first: Recognition, kept: list[Posteriors] | None = None
    ) -> tuple[Recognition, list[Posteriors]]:
        """Returns a reading, or a better one of the same picture turned upright; times are those of all that was tried.

        Args:
            job: the picture as it is.
            first: its reading.
            kept: posteriors of that, where they are wanted.
        """
        if job.picture is None or not self.settings.orient:
            return first, kept or []
        if not is_doubtful(job.picture, first):
            return first, kept or []
        tried: list[tuple[LineImage, Recognition, list[Posteriors]]] = []

        def read(way: LineImage) -> tuple[str, float | None]:
            its_own: list[Posteriors] = []
            reading = self._read_alone(self._prepared_line(way, Timings()), None if kept is None else its_own)
            tried.append((way, reading, its_own))
            return reading.text, reading.confidence

        started = time.perf_counter()
        ways = other_ways(job.picture, job.line, lambda turned: level_line(turned, self.settings))
        ways, by = as_told(ways, job.picture, upside_down(job.line.pixels, self.settings.threads))
        looking = Timings(find_lines=(time.perf_counter() - started) * 1e3)
        way = clearly_better_way(ways, to_beat(job.picture, first.text, first.confidence), read, by)
        spent_ms = sum((reading.timings_ms for _, reading, _ in tried), first.timings_ms + looking)
        best, its_posteriors = next(
            ((reading, its_own) for line, reading, its_own in tried if line is way), (first, kept or [])
        )
        return replace(best, timings_ms=spent_ms), its_posteriors

    def _read_alone(self, job: _Job, kept: list[Posteriors] | None = None) -> Recognition:
        """Reads one line, however long, a section at a time; all its posteriors are added to `kept` if it is given."""
        infer_ms: list[float] = []

        def noted() -> Iterator[Posteriors]:
            for section in self._sections(job.prepared, infer_ms):
                if kept is not None:
                    kept.append(section)
                yield section

        started = time.perf_counter()
        ink = ink_profile(job.line, job.grey)
        reading = read_sections(noted(), job.line, self.decoder, ink)
        decode_ms = (time.perf_counter() - started) * 1e3 - sum(infer_ms)
        return self._recognition(job, reading, ink, sum(infer_ms), decode_ms)

    def _sections(self, prepared: PreparedLine, infer_ms: list[float]) -> Iterator[Posteriors]:
        """Runs the network over a line, a few windows at a time, and adds what that cost to `infer_ms`."""
        wanted, charset = self.input_format, self.description.charset
        windows = windows_of(prepared.width_px, wanted)

        def seen() -> Iterator[NDArray[np.float32]]:
            for group in in_groups(windows, wanted):
                log_probs, cost_ms = self._infer([prepared.part(*window) for window in group])
                infer_ms.append(cost_ms)
                yield from log_probs

        first_frame = 0
        for section in sections(seen(), windows, wanted, charset.blank):
            origin_px = prepared.origin_px + first_frame * prepared.stride_px
            yield Posteriors(section, charset, prepared.stride_px, origin_px)
            first_frame += len(section)

    def _read_window(self, images: Sequence[ImageInput]) -> list[Recognition | OcrError]:
        results: dict[int, Recognition | OcrError] = {}
        jobs_by_width: dict[int, list[tuple[int, _Job]]] = defaultdict(list)
        for index, image in enumerate(images):
            try:
                if self._reads_every_line_of(image):
                    results[index] = self._read_every_line(image)
                    continue
                job = self._prepare(image)
            except ModelError:
                raise
            except OcrError as error:
                results[index] = error
                continue
            if job.prepared.width_px > self.input_format.max_width_px:
                results[index] = self._upright(job, self._read_alone(job))[0]
            else:
                jobs_by_width[padded_width(job.prepared.width_px, self.input_format)].append((index, job))
        for width in sorted(jobs_by_width):
            at_once = max(1, min(self.settings.max_batch, _MOST_PIXELS_AT_ONCE // width))
            for group in _in_groups(jobs_by_width[width], at_once):
                log_probs, infer_ms = self._infer([job.prepared for _, job in group])
                for (index, job), its_own in zip(group, log_probs, strict=True):
                    results[index] = self._upright(job, self._decode(job, its_own, infer_ms / len(group)))[0]
        return [results[index] for index in range(len(images))]

    def _prepare(self, image: ImageInput) -> _Job:
        given = opened(image, self.settings)
        return self._prepared_line(given.line, given.timings_ms)._replace(picture=given.picture)

    def _prepared_line(self, line: LineImage, timings_ms: Timings) -> _Job:
        started = time.perf_counter()
        wanted = self.input_format
        grey = line_grey(line.pixels)
        widest_px = longest_px(wanted)
        prepared = prepare(line, wanted, enhanced=self.settings.enhance, widest_px=widest_px, grey=grey)
        return _Job(line, prepared, replace(timings_ms, preprocess=(time.perf_counter() - started) * 1e3), grey)

    def _infer(self, lines: Sequence[PreparedLine]) -> tuple[list[NDArray[np.float32]], float]:
        """Runs the network once: log-probabilities `T, C` a line; frames over padding alone are cut off, unless the
        network wants them read.
        """
        wanted = self.input_format
        started = time.perf_counter()
        batch = stack(lines, wanted)
        log_probs = self.session.run(batch)
        infer_ms = (time.perf_counter() - started) * 1e3
        expected = frames_of(batch.shape[3], wanted)
        beside = frames_of(math.ceil(2 * max(0.0, -wanted.origin_px)), wanted)  # over what a network pads by itself
        if not -_FRAMES_ASTRAY <= log_probs.shape[1] - expected <= beside + _FRAMES_ASTRAY:
            raise ModelError(
                f"The model {self.name} gave {log_probs.shape[1]} frames for {batch.shape[3]} pixels; "
                f"its stride of {wanted.stride_px} pixels promises {expected}."
            )
        own = [log_probs[row, : frames_read(line, log_probs.shape[1], wanted)] for row, line in enumerate(lines)]
        return own, infer_ms

    def _decode(self, job: _Job, log_probs: NDArray[np.float32], infer_ms: float) -> Recognition:
        started = time.perf_counter()
        prepared = job.prepared
        posteriors = Posteriors(log_probs, self.description.charset, prepared.stride_px, prepared.origin_px)
        ink = ink_profile(job.line, job.grey)
        reading = read_posteriors(posteriors, job.line, self.decoder, ink)
        return self._recognition(job, reading, ink, infer_ms, (time.perf_counter() - started) * 1e3)

    def _recognition(
        self, job: _Job, reading: Reading, ink: NDArray[np.float32], infer_ms: float, decode_ms: float
    ) -> Recognition:
        frames = len(reading.raw_path)
        doubted = doubts(reading.text, reading.confidence, reading.characters, job.line, frames, ink)
        return Recognition(
            text=reading.text,
            characters=reading.characters,
            raw_path=reading.raw_path,
            confidence=reading.confidence,
            timings_ms=replace(job.timings_ms, infer=infer_ms, ctc_decode=decode_ms),
            model=self.name,
            model_sha256=self.sha256,
            runtime=self.session.runtime,
            decoder=self.decoder.name,
            warnings=(*job.prepared.warnings, *reading.warnings, *doubted),
            n_best=reading.n_best,
        )


def _in_groups(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
