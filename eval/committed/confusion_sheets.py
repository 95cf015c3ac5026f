"""What a published model takes for what: the commonest confusions of every kind of line, in words and in pictures.

For its card, from the committed run over the committed sets. The pictures are cut from those sets, which the networks
never saw in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from eval import benchmark
from eval.confusion_examples import Confusion, examples
from eval.runs.info import EngineInfo
from eval.runs.store import RunFolder
from eval.runs.summary_types import ConfusionEntry
from ocr_core.settings import Settings
from ocr_core.views.html import glyph

COMMITTED_RUN: Final = RunFolder(benchmark.COMMITTED_RUN)
FOLDER_NAME: Final = "confusions"
MOST: Final = 10

_COLUMNS: Final = 5
_CELL_PX: Final = (176, 40)
_MARGIN_PX: Final = 6
_NUMBER_PX: Final = 18
_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class Sheet:
    """The commonest confusions of one kind of line.

    Attributes:
        title: the kind, as the run's summary has it.
        edits: how many edits the model's readings of these lines need in all.
        top: rows of the summary: truth, read, count, lines, examples.
    """

    title: str
    edits: int
    top: tuple[ConfusionEntry, ...]

    @property
    def file_name(self) -> str:
        """The picture's, inside `FOLDER_NAME`."""
        return f"{self.title}.webp"


def sheets_of(run: RunFolder, sha256: str) -> list[Sheet]:
    """Returns a model's sheets from a run, none if the run read with other weights than those of this hash."""
    engine = _engine(run, sha256) if run.path.is_dir() else None
    summary = run.summary()
    if engine is None or summary is None:
        return []
    kinds = [one["title"] for one in summary["sets"] if one["kind"] == "scenario"]
    rows = {row["title"]: row for row in summary["confusions"] if row["engine"] == engine.key}
    return [Sheet(kind, rows[kind]["edits"], tuple(rows[kind]["top"][:MOST])) for kind in kinds if kind in rows]


def section(sheets: Sequence[Sheet]) -> str:
    """Returns Markdown: under every kind of line its confusions, numbered as in the picture that follows."""
    return "\n\n".join(_paragraph(sheet) for sheet in sheets)


def write_pictures(run: RunFolder, sha256: str, folder: Path, settings: Settings) -> list[Path]:
    """Writes the picture of every sheet.

    Args:
        run: where the readings are.
        sha256: of the model's files.
        folder: a model's; the pictures get a folder of their own in it.
        settings: limits for opening pictures.
    """
    written = []
    for sheet in sheets_of(run, sha256):
        if not sheet.top:
            continue
        path = folder / FOLDER_NAME / sheet.file_name
        path.parent.mkdir(exist_ok=True)
        cells = [_place(run, sha256, row, settings) for row in sheet.top]
        _, encoded = cv2.imencode(".webp", _grid(cells)[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
        path.write_bytes(encoded.tobytes())
        written.append(path)
    return written


def _engine(run: RunFolder, sha256: str) -> EngineInfo | None:
    return next((engine for engine in run.info().engines if engine.sha256 == sha256), None)


def _paragraph(sheet: Sheet) -> str:
    name = sheet.title.replace("_", " ")
    if not sheet.top:
        return f"**{name[:1].upper()}{name[1:]}**: no edits."
    listed = ", ".join(f"{number}. {_in_words(row)}" for number, row in enumerate(sheet.top, start=1))
    return (
        f"**{name[:1].upper()}{name[1:]}** ({sheet.edits:,} edits): {listed}.\n\n"
        f"![Where, in lines of {name}]({FOLDER_NAME}/{sheet.file_name})"
    )


def _in_words(row: ConfusionEntry) -> str:
    if not row["read"]:
        what = f"{_code(row['truth'])} missed"
    elif not row["truth"]:
        what = f"{_code(row['read'])} made up"
    else:
        what = f"{_code(row['truth'])} read as {_code(row['read'])}"
    return f"{what} ({row['count']})"


def _code(text: str) -> str:
    shown = glyph(text)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def _place(run: RunFolder, sha256: str, row: ConfusionEntry, settings: Settings) -> NDArray[np.uint8] | None:
    """Returns the place in the first line that has the confusion, `H, W, 3`; None where the picture is gone."""
    engine, data = _engine(run, sha256), run.info().data
    assert engine is not None
    confusion = Confusion(row["truth"], row["read"])
    found = examples(run, [data.folder], engine.key, row["examples"][:1], confusion, engine.colour, settings)
    return found[0].pixels if found else None


def _grid(places: Sequence[NDArray[np.uint8] | None]) -> NDArray[np.uint8]:
    """Lays numbered pictures out in rows; where one is gone its number stands alone."""
    width, height = _CELL_PX
    step_x, step_y = width + _NUMBER_PX + _MARGIN_PX, height + _MARGIN_PX
    rows = -(-len(places) // _COLUMNS)
    sheet = np.full((rows * step_y + _MARGIN_PX, _COLUMNS * step_x + _MARGIN_PX, 3), 255, np.uint8)
    for position, pixels in enumerate(places):
        x = _MARGIN_PX + position % _COLUMNS * step_x
        y = _MARGIN_PX + position // _COLUMNS * step_y
        number = (str(position + 1), (x, y + height // 2 + 4))
        cv2.putText(sheet, *number, cv2.FONT_HERSHEY_SIMPLEX, 0.38, (90, 90, 90), 1, cv2.LINE_AA)
        if pixels is not None:
            fitted = _fitted(pixels)
            top, left = y + (height - fitted.shape[0]) // 2, x + _NUMBER_PX
            sheet[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return sheet


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scales a picture to just fill a cell."""
    scale = min(_CELL_PX[0] / pixels.shape[1], _CELL_PX[1] / pixels.shape[0])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return np.asarray(resized, dtype=np.uint8)
