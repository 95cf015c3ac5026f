"""Pictures of a confusion: the places in a run's lines where it happened, cut out once for all visitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from apps.dashboard import run_data
from apps.dashboard.line_card import picture_uri
from eval.confusion_examples import Confusion, examples
from eval.runs.store import RunFolder
from ocr_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Crop:
    """One line with the confusion, and what of its picture is shown; None where the picture is gone."""

    index: int
    name: str
    truth: str
    reading: str
    uri: str | None


def crops(
    run: run_data.ChosenRun, engine: str, indices: Sequence[int], confusion: Confusion, colour: str
) -> list[Crop]:
    """Returns those of some lines that an engine read with a confusion, framed in a colour."""
    path, data = str(run.folder.path), str(run.info.data.folder)
    return _crops(path, run.stamp, data, engine, tuple(indices), confusion, colour)


@st.cache_data(show_spinner=False, max_entries=400)
def _crops(
    path: str,
    stamp: run_data.Stamp,
    data: str,
    engine: str,
    indices: tuple[int, ...],
    confusion: Confusion,
    colour: str,
) -> list[Crop]:
    folders = run_data.picture_folders(Path(data))
    found = examples(RunFolder(Path(path)), folders, engine, indices, confusion, colour, Settings.from_environment())
    return [
        Crop(one.index, one.name, one.truth, one.reading, None if one.pixels is None else picture_uri(one.pixels))
        for one in found
    ]
