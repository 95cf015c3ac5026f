"""Tesseract as a `Recognizer`: the installed program is started for every line, and says text, boxes and confidences.

Promises a bounded run (argument list, no shell, no file written, a time limit) on exactly the language data that were
hashed. There are no posteriors, so there is no evidence; characters have boxes but no frames of their own. Starting the
program and loading its data is part of every line's time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, OcrError
from ocr_core.label_characters import as_labelled
from ocr_core.opening import ImageInput, opened
from ocr_core.preprocess import InputFormat, PreparedLine, prepare
from ocr_core.recognizer import read_every_line
from ocr_core.result import Character, LineImage, Recognition, Timings
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings

NAME: Final = "tesseract"
DISPLAY_NAME: Final = "Tesseract 5"
LANGUAGES: Final = ("chi_sim", "eng")
HOW_TO_INSTALL: Final = "apt-get install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-eng"

TIME_LIMIT_S: Final = 30.0

# What Tesseract's documentation asks for ("Improving the quality of the output"): letters at least 20 pixels high,
# and a border around a tight crop.
_INPUT: Final = InputFormat(height_px=48, channels=1, mean=0.0, std=1.0, max_width_px=4096, bucket_px=1, stride_px=1)
_BORDER_PX: Final = 10

_DATA_FOLDERS: Final = ("share/tesseract-ocr/*/tessdata", "share/tessdata", "share/tesseract/tessdata", "tessdata")
_SINGLE_LINE: Final = "7"
_NEURAL: Final = "1"
_WORD: Final = "ocrx_word"
_CHARACTER: Final = "ocrx_cinfo"
_BOX: Final = re.compile(r"x_bboxes (-?\d+) (-?\d+) (-?\d+) (-?\d+)")
_CONFIDENCE: Final = re.compile(r"x_conf ([\d.]+)")

# Hanzi, their punctuation and full-width forms: between these, and between them and Latin, a gap is no typed space.
_WIDE: Final = re.compile("[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Installation:
    """The program and the folder of its language data."""

    program: Path
    data_folder: Path

    @property
    def files(self) -> ModelFiles:
        """The language data: each file holds a network and its weights."""
        first, *others = (self.data_folder / f"{language}.traineddata" for language in LANGUAGES)
        return ModelFiles(first, None, tuple(others))


def find() -> Installation:
    """Finds the program and its language data without starting it.

    The data are looked for in TESSDATA_PREFIX and where packages put them, seen from the program.

    Raises:
        ModelError: one of them is missing; the message says how to install it.
    """
    found = shutil.which("tesseract")
    if found is None:
        raise ModelError(f"The program tesseract is not installed. On Debian and Ubuntu: {HOW_TO_INSTALL}")
    program = Path(found)
    for folder in _data_folders(program):
        if all((folder / f"{language}.traineddata").is_file() for language in LANGUAGES):
            return Installation(program, folder)
    raise ModelError(
        f"Tesseract lacks language data ({' and '.join(LANGUAGES)}). On Debian and Ubuntu: {HOW_TO_INSTALL}. "
        "Elsewhere, TESSDATA_PREFIX names the folder they are in."
    )


def load(settings: Settings) -> TesseractRecognizer:
    """Finds the program and asks for its version.

    Raises:
        ModelError: it is not installed, or does not start.
    """
    installation = find()
    first_line = _run([str(installation.program), "--version"], b"", settings).partition("\n")[0]
    sha256 = remembered_sha256(installation.files, settings.hashes)
    return TesseractRecognizer(installation, sha256, first_line.strip()[:60], settings)


@dataclass(frozen=True, slots=True)
class TesseractRecognizer:
    """Tesseract's neural recogniser on single lines, Chinese and English.

    Attributes:
        installation: what is run.
        sha256: hash of the language data.
        version: what the program says of itself, for example "tesseract 5.3.0".
        settings: limits and defaults.
    """

    installation: Installation
    sha256: str
    version: str
    settings: Settings

    @property
    def name(self) -> str:
        """Name of the engine."""
        return NAME

    @property
    def gives_evidence(self) -> bool:
        """Always false: the program shows no posteriors."""
        return False

    def recognize(self, image: ImageInput) -> Recognition:
        """Reads one line; with `Settings.lines` "all" every line of the picture.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the program failed, or took too long.
        """
        if self.settings.lines == "all" and not isinstance(image, LineImage):
            return read_every_line(self, image, self.settings)
        given = opened(image, self.settings)
        line = given.line
        started = time.perf_counter()
        prepared = prepare(line, self._input_format, enhanced=self.settings.enhance)
        picture = _png_of(prepared)
        ready = time.perf_counter()
        page = _run(self._command(), picture, self.settings)
        answered = time.perf_counter()
        characters = as_labelled(characters_of(page, line, prepared.stride_px))
        ended = time.perf_counter()
        own_ms = Timings(0.0, 0.0, *(1e3 * each for each in (ready - started, answered - ready, ended - answered)))
        return Recognition(
            text="".join(character.text for character in characters),
            characters=characters,
            raw_path=(),
            confidence=None,
            timings_ms=given.timings_ms + own_ms,
            model=self.name,
            model_sha256=self.sha256,
            runtime="program",
            decoder=self.version,
            warnings=prepared.warnings,
        )

    def examine(self, image: ImageInput, truth: str | None = None) -> tuple[Recognition, None]:
        """Reads one line; there is no evidence, whether the truth is known or not.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the program failed, or took too long.
        """
        del truth
        return self.recognize(image), None

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        """Reads many lines, one after the other; a line that cannot be read gives its error in its place."""
        return [self._recognition_or_error(image) for image in images]

    def read(self, images: Iterable[ImageInput]) -> list[str]:
        """Returns the texts alone.

        Raises:
            OcrError: an image cannot be used, or the program failed.
        """
        return [self.recognize(image).text for image in images]

    @property
    def _input_format(self) -> InputFormat:
        return replace(_INPUT, max_width_px=self.settings.max_width_px or _INPUT.max_width_px)

    def _recognition_or_error(self, image: ImageInput) -> Recognition | OcrError:
        try:
            return self.recognize(image)
        except OcrError as error:
            return error

    def _command(self) -> list[str]:
        return [
            str(self.installation.program),
            "stdin",
            "stdout",
            *("--tessdata-dir", str(self.installation.data_folder)),
            *("-l", "+".join(LANGUAGES)),
            *("--psm", _SINGLE_LINE),
            *("--oem", _NEURAL),
            # Not the configuration named "hocr": it is a file that a folder of language data may lack.
            *("-c", "tessedit_create_hocr=1"),
            *("-c", "hocr_char_boxes=1"),
        ]


def characters_of(page: str, line: LineImage, line_px_each: float) -> tuple[Character, ...]:
    """Reads the characters out of Tesseract's hOCR answer; `line_px_each` is how many line pixels one of its spans.

    Words are apart by a space, but for the gaps that are none by the label conventions: those beside a hanzi.

    Raises:
        ModelError: the answer is not hOCR.
    """
    try:
        root = ElementTree.fromstring(page)
    except ElementTree.ParseError as error:
        raise ModelError(f"Tesseract's answer cannot be understood: {error}") from error
    characters: list[Character] = []
    for word in _of_class(root, _WORD):
        of_word = [
            character
            for element in _of_class(word, _CHARACTER)
            if (character := _character(element, line, line_px_each))
        ]
        if characters and of_word and _is_typed_space(characters[-1].text, of_word[0].text):
            characters.append(_space_between(characters[-1], of_word[0]))
        characters += of_word
    return tuple(characters)


def _character(element: ElementTree.Element, line: LineImage, line_px_each: float) -> Character | None:
    text = "".join(c for c in "".join(element.itertext()) if c.isprintable()).strip()
    title = element.get("title", "")
    box, confidence = _BOX.search(title), _CONFIDENCE.search(title)
    if not text or not box or not confidence:
        return None
    x0, y0, x1, y1 = (max(0, int(edge) - _BORDER_PX) for edge in box.groups())
    down = line.height_px / _INPUT.height_px
    right_edge, lower_edge = float(line.width_px), float(line.height_px)
    placed = line.source_box(
        min(x0 * line_px_each, right_edge),
        min(y0 * down, lower_edge),
        min(x1 * line_px_each, right_edge),
        min(y1 * down, lower_edge),
    )
    return Character(text, 0, 0, placed, min(1.0, float(confidence[1]) / 100))


def _is_typed_space(before: str, after: str) -> bool:
    return not (_WIDE.match(before[-1]) or _WIDE.match(after[0]))


def _space_between(before: Character, after: Character) -> Character:
    left, right = sorted((before.box[2], after.box[0]))
    top, bottom = min(before.box[1], after.box[1]), max(before.box[3], after.box[3])
    return Character(" ", 0, 0, (left, top, right, bottom), min(before.confidence, after.confidence))


def _of_class(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (element for element in root.iter() if element.get("class") == name)


def _png_of(prepared: PreparedLine) -> bytes:
    grey: NDArray[np.uint8] = np.round(prepared.pixels[0] * 255).astype(np.uint8)
    edges = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    bordered = np.pad(grey, _BORDER_PX, constant_values=round(float(np.median(edges))))
    return cv2.imencode(".png", bordered)[1].tobytes()


def _run(command: list[str], given: bytes, settings: Settings) -> str:
    environment = dict(os.environ)
    if settings.threads > 0:
        environment["OMP_THREAD_LIMIT"] = str(settings.threads)
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, env=environment, timeout=TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"Tesseract took longer than {TIME_LIMIT_S:g} seconds for one line.") from error
    except OSError as error:
        raise ModelError(f"Tesseract cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ModelError(f"Tesseract failed: {said[-1][:200] if said else f'exit code {done.returncode}'}")
    return done.stdout.decode("utf-8", "replace")


def _data_folders(program: Path) -> Iterator[Path]:
    if named := os.environ.get("TESSDATA_PREFIX"):
        yield from (Path(named), Path(named, "tessdata"))
    for root in dict.fromkeys((program.parent.parent, program.resolve().parent.parent, program.parent)):
        for pattern in _DATA_FOLDERS:
            yield from sorted(root.glob(pattern), reverse=True)
