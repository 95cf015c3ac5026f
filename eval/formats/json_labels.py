"""Labels in JSON: one object a line (MMOCR 0.x, OpenOCR, the Hugging Face image folder), or MMOCR 1.x's whole file.

An object names its file by one of `FILE_KEYS` and its text by one of `TEXT_KEYS`; how, certainty, origin and scenario
are optional; anything else in it is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.formats.label import OTHER_KEYS, Label, Unusable, check_size, text_rows
from ocr_core.errors import DatasetError
from ocr_core.labelled.keys import FILE_KEYS, TEXT_KEYS


def read_json_lines(labels: Path) -> Iterator[Label | Unusable]:
    """Reads one JSON object a line.

    Raises:
        DatasetError: a line is not a JSON object, or names no file or text, or the file is no text.
    """
    for number, row in text_rows(labels):
        yield _label_of(_parsed(row, f"{labels.name}:{number}"), number, f"{labels.name}:{number}")


def read_json(labels: Path) -> Iterator[Label | Unusable]:
    """Reads MMOCR 1.x's `{"data_list": [{"img_path": ..., "instances": [{"text": ...}]}]}`, or a list of objects.

    Raises:
        DatasetError: the file is no such JSON.
    """
    check_size(labels)
    try:
        text = labels.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"'{labels}' is not UTF-8 (byte {error.start}).") from error
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error
    data = _parsed(text, labels.name)
    entries = data.get("data_list") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise DatasetError(
            f"'{labels.name}' is JSON of an unknown shape: a list of objects is wanted, or one object with a "
            "'data_list'. One object a line belongs into a file that ends in .jsonl."
        )
    for number, entry in enumerate(entries, start=1):
        where = f"{labels.name}, entry {number}"
        if isinstance(entry, dict) and isinstance(instances := entry.get("instances"), list):
            yield _instance_of(entry, instances, number, where)
        else:
            yield _label_of(entry, number, where)


def _instance_of(entry: Mapping[str, Any], instances: Sequence[Any], number: int, where: str) -> Label | Unusable:
    """An MMOCR entry of text recognition has one instance; one with several belongs to text detection."""
    if len(instances) != 1 or not isinstance(instances[0], dict):
        return Unusable(number, f"the image has {len(instances)} instances of text; one line an image is wanted")
    return _label_of({**entry, **instances[0]}, number, where)


def _label_of(entry: Any, number: int, where: str) -> Label | Unusable:
    if not isinstance(entry, dict):
        raise DatasetError(f"{where}: a JSON object is wanted.")
    file = next((entry[key] for key in FILE_KEYS if key in entry), None)
    text = next((entry[key] for key in TEXT_KEYS if key in entry), None)
    if file is None or text is None:
        raise DatasetError(
            f"{where}: a file ({', '.join(FILE_KEYS)}) and a text ({', '.join(TEXT_KEYS)}) are wanted; "
            f"the object has {', '.join(sorted(entry)[:8]) or 'nothing'}."
        )
    if not isinstance(file, str):
        return Unusable(number, "the name of the file is no text")
    if not isinstance(text, str):
        return Unusable(number, f"the label is no text but {type(text).__name__}: put it into quotes")
    return Label(number, file, text, **{key: v for key in OTHER_KEYS if isinstance(v := entry.get(key), str)})


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: this is not JSON ({error}).") from error
