"""The pictures a visitor can click: labelled lines in `sample_images/<scenario>/`, read like any other data set.

Promises that a missing or broken folder means fewer samples and nothing worse. Knows nothing of pages.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.datasets import read_dataset
from ocr_core.errors import OcrError
from ocr_core.scenario import Scenario
from ocr_core.views.wording import subset_name

SAMPLES_FOLDER: Final = Path(__file__).resolve().parents[2] / "sample_images"

MOST_SAMPLES: Final = 20

CAPTIONS: Final = {scenario: subset_name(scenario.value).capitalize() for scenario in Scenario}

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture with its true text and the kind of line it is."""

    path: Path
    text: str
    caption: str


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
