"""The pictures a visitor can click: labelled lines in `sample_images/<scenario>/`, and lines that tell engines apart.

The latter are of the committed benchmark and chosen by `python -m eval samples`. Promises that a missing or broken
folder means fewer samples and nothing worse. Knows nothing of pages.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from apps.demo.engines import DEFAULT_MODELS
from apps.demo.wording.pictures import say
from eval.benchmark import BENCHMARK_FOLDER
from eval.datasets import read_dataset
from eval.samples.choice import CHOICE_FILE, TellingLine, read_choice
from ocr_core.engine_key import EngineKey
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language, said
from ocr_core.scenario import Scenario
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Runtime, Settings
from ocr_core.views.wording import subset_name

SAMPLES_FOLDER: Final = Path(__file__).resolve().parents[2] / "sample_images"

MOST_SAMPLES: Final = 20


PAGES: Final = "page"


def _capitalised(scenario: str) -> str:
    return in_every_language(lambda: subset_name(scenario).capitalize())


ALONE: Final = say("sample.alone")
LANGUAGE: Final = say("sample.language")

CAPTIONS: Final = {scenario: _capitalised(scenario.value) for scenario in Scenario}

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture with its true text and the kind of line it is.

    `caption` is the group that it stands in, `shows` says what it is and not what it says; `engines` are the keys of
    those that it is best looked at with, none for those that are chosen already.
    """

    path: Path
    text: str
    caption: str
    shows: str = ""
    engines: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in links: its folder and its file without the suffix."""
        return f"{self.path.parent.name}/{self.path.stem}"


def telling_samples(settings: Settings, file: Path = CHOICE_FILE, lines: Path = BENCHMARK_FOLDER) -> tuple[Sample, ...]:
    """Returns the lines that tell engines apart; none where they were chosen for other weights than these."""
    try:
        chosen, hashes = read_choice(file)
        if any(_hash(settings, name) != sha256 for name, sha256 in hashes.items()):
            _LOG.warning("The samples that tell engines apart were chosen for other weights: python -m eval samples")
            return ()
    except (OcrError, OSError) as error:
        _LOG.warning("No samples that tell engines apart: %s", error)
        return ()
    samples = (_telling(line, lines, settings.runtime) for line in chosen)
    by_caption = sorted((sample for sample in samples if sample.path.is_file()), key=lambda one: one.caption != ALONE)
    return tuple(by_caption)


def _hash(settings: Settings, name: str) -> str:
    return remembered_sha256(ModelFiles.in_folder(settings.models_folder / name), settings.hashes)


def _telling(line: TellingLine, folder: Path, runtime: Runtime) -> Sample:
    """The networks stand in their usual order, whichever is right."""
    decoded = line.kind not in DEFAULT_MODELS
    told = LANGUAGE if decoded else ALONE
    keys = [EngineKey.parse(key) for key in (*DEFAULT_MODELS, *((line.winner,) if decoded else ()))]
    return Sample(
        folder / line.folder / line.picture,
        line.text,
        told,
        in_every_language(lambda: say("sample.shows", kind=subset_name(line.scenario), telling=said(told)).lower()),
        tuple(str(replace(key, runtime=runtime)) for key in keys),
    )


def find_samples(folder: Path = SAMPLES_FOLDER) -> tuple[Sample, ...]:
    """Returns the samples kind by kind, clean print first, within a kind in the order of its label file."""
    if not folder.is_dir():
        return ()
    try:
        lines = read_dataset(folder).lines
    except OcrError as error:
        _LOG.warning("No samples: %s", error)
        return ()
    by_caption: dict[str, list[Sample]] = {}
    for line in lines:
        if line.path.is_file():
            caption = CAPTIONS[line.scenario] if line.scenario else line.section
            by_caption.setdefault(caption, []).append(Sample(line.path, line.text, caption))
    order = [*(caption for caption in CAPTIONS.values() if caption in by_caption), *by_caption]
    return tuple(sample for caption in dict.fromkeys(order) for sample in by_caption[caption])[:MOST_SAMPLES]


def page_samples(folder: Path = SAMPLES_FOLDER) -> tuple[Sample, ...]:
    """Returns the sample pages with their text, a line a line; see `ocr_core.synth.sample_page`."""
    pictures = sorted((folder / PAGES).glob("*.jpg"))
    return tuple(Sample(path, _text_beside(path), say("sample.page")) for path in pictures)


def _text_beside(picture: Path) -> str:
    text = picture.with_suffix(".txt")
    return text.read_text(encoding="utf-8").strip() if text.is_file() else ""
