"""The lines of a run that an engine read wrong, as a data set on disk that FiftyOne opens: `FiftyOneDataset`.

`samples.json` has a sample a line: its picture in `data/`, the truth, and of every engine the reading with its edits
and each character's place. Written in the format's documented form, so that FiftyOne need not be installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2

from eval.pictures import load_image
from eval.runs.line_scores import errors_and_exact
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from eval.sharing.repository import SharingError
from ocr_core.errors import OcrError
from ocr_core.result import Recognition
from ocr_core.settings import Settings

SAMPLES: Final = "samples.json"
METADATA: Final = "metadata.json"
DATA: Final = "data"


@dataclass(frozen=True, slots=True)
class Exported:
    """How many lines were written, and how many were read wrong but have no picture any longer."""

    samples: int
    without_picture: int


def export(run: RunFolder, folder: Path, settings: Settings) -> Exported:
    """Writes the data set into a new folder.

    Raises:
        SharingError: the folder is there already or cannot be made.
        RunError: the run's files are damaged.
    """
    info = run.info()
    fields = field_names([engine.key for engine in info.engines])
    try:
        folder.mkdir(parents=True)
        (folder / DATA).mkdir()
    except FileExistsError as error:
        raise SharingError(f"'{folder}' is there already: name a folder that is not.") from error
    except OSError as error:
        raise SharingError(f"'{folder}' cannot be made: {error.strerror or error}.") from error
    without = count = 0
    with (folder / SAMPLES).open("w", encoding="utf-8", errors="replace") as samples:
        samples.write('{"samples": [')
        for records in _lines_read_wrong(run):
            line = records[0]
            size = _write_picture(info.data.folder, line, folder / DATA / f"{line.index}.png", settings)
            if size is None:
                without += 1
                continue
            samples.write((",\n" if count else "\n") + json.dumps(_sample(records, size, fields), ensure_ascii=False))
            count += 1
        samples.write("\n]}\n")
    about = {
        "name": f"{info.id}-failures",
        "media_type": "image",
        "info": {"run": info.id, "created": info.created, "data": info.data.name, "engines": fields},
    }
    (folder / METADATA).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8", errors="replace")
    return Exported(count, without)


def field_names(keys: list[str]) -> dict[str, str]:
    """Returns the name of each engine's field, by its key: FiftyOne takes letters, digits and underscores alone."""
    names: dict[str, str] = {}
    for key in keys:
        plain = re.sub(r"\W+", "_", key, flags=re.ASCII).strip("_").lower() or "engine"
        plain = plain if plain[0].isalpha() else f"engine_{plain}"
        taken = set(names.values())
        names[key] = next(name for name in (plain, *(f"{plain}_{n}" for n in range(2, 999))) if name not in taken)
    return names


def _lines_read_wrong(run: RunFolder) -> Iterator[list[LineRecord]]:
    """Yields the records of a line for every line that any engine read wrong, or could not read.

    A run's records come line by line, as engines take turns; where they lie apart they are put together all the same.
    """
    wrong = {
        record.index
        for record in run.light_records()
        if record.reading is None or not errors_and_exact(record.truth, record.reading)[1]
    }
    engines = len(run.info().engines)
    waiting: dict[int, list[LineRecord]] = {}
    for record in run.records():
        if record.index not in wrong:
            continue
        records = waiting.setdefault(record.index, [])
        records.append(record)
        if len(records) == engines:
            yield waiting.pop(record.index)
    yield from waiting.values()


def _write_picture(place: Path, line: LineRecord, target: Path, settings: Settings) -> tuple[int, int] | None:
    """Writes a line's picture as PNG and returns its width and height; None where it has gone or is none."""
    try:
        picture = load_image(place, line.name, settings)
    except OcrError:
        return None
    target.write_bytes(cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes())
    return picture.shape[1], picture.shape[0]


def _sample(records: list[LineRecord], size: tuple[int, int], fields: Mapping[str, str]) -> dict[str, Any]:
    line = records[0]
    sample: dict[str, Any] = {
        "filepath": f"{DATA}/{line.index}.png",
        "tags": [line.title],
        "metadata": {"_cls": "ImageMetadata", "mime_type": "image/png", "width": size[0], "height": size[1]},
        "name": line.name,
        "group_of_line": line.group,
        "truth": {"_cls": "Classification", "label": line.truth, "tags": []},
    }
    for record in records:
        field = fields[record.engine]
        if record.reading is None:
            sample[f"{field}_error"] = record.error
            continue
        edits, exact = errors_and_exact(record.truth, record.reading)
        reading: dict[str, Any] = {"_cls": "Classification", "label": record.reading, "tags": []}
        if record.confidence is not None:
            reading["confidence"] = record.confidence
        sample[field] = reading
        sample[f"{field}_edits"] = edits
        sample[f"{field}_right"] = exact
        recognition = record.recognised()
        if recognition is not None and recognition.characters:
            sample[f"{field}_characters"] = _characters(recognition, size)
    return sample


def _characters(recognition: Recognition, size: tuple[int, int]) -> dict[str, Any]:
    """Returns characters as detections, whose boxes are left, top, width and height in shares of the picture."""
    width, height = size
    detections = []
    for character in recognition.characters:
        left, right = (min(max(x / width, 0.0), 1.0) for x in (character.box[0], character.box[2]))
        top, bottom = (min(max(y / height, 0.0), 1.0) for y in (character.box[1], character.box[3]))
        detections.append(
            {
                "_cls": "Detection",
                "attributes": {},
                "tags": [],
                "label": character.text,
                "bounding_box": [left, top, right - left, bottom - top],
                "confidence": character.confidence,
            }
        )
    return {"_cls": "Detections", "detections": detections}
