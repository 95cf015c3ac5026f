"""Labels in JSON: one object a line (MMOCR 0.x, OpenOCR, the Hugging Face image folder), or a file as a whole (MMOCR
1.x's, docTR's).

An object names its file by one of `FILE_KEYS` and its text by one of `TEXT_KEYS`; how, certainty, origin and scenario
are optional; other texts and numbers in it are extra columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.formats.label import Label, Unusable, check_size, described, encoding_of, not_decoded, text_rows
from ocr_core.errors import DatasetError
from ocr_core.imaging import SUFFIXES
from ocr_core.labelled.keys import FILE_KEYS, TEXT_KEYS


def read_json_lines(labels: Path) -> Iterator[Label | Unusable]:
    """Reads one JSON object a line; a line that is none, or names no file or text, is unusable.

    Raises:
        DatasetError: the file is no text.
    """
    for number, row in text_rows(labels):
        if isinstance(row, Unusable):
            yield row
            continue
        try:
            entry = json.loads(row)
        except (ValueError, RecursionError) as error:
            yield Unusable(number, f"this is not JSON ({error})")
        else:
            yield _label_of(entry, number)


def read_json(labels: Path) -> Iterator[Label | Unusable]:
    """Reads MMOCR 1.x's `{"data_list": [{"img_path": ..., "instances": [{"text": ...}]}]}`, docTR's
    `{"x.png": "text"}`, or a list of objects.

    Raises:
        DatasetError: the file is no such JSON.
    """
    check_size(labels)
    try:
        text = labels.read_bytes().decode(encoding_of(labels))
    except UnicodeDecodeError as error:
        raise not_decoded(labels, error) from error
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{labels.name}: this is not JSON ({error}).") from error
    if _is_names_to_texts(data):
        yield from (_named(number, *item) for number, item in enumerate(data.items(), start=1))
        return
    entries = data.get("data_list") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise DatasetError(
            f"'{labels.name}' is JSON of an unknown shape: a list of objects is wanted, or one object with a "
            "'data_list'. One object a line belongs into a file that ends in .jsonl."
        )
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict) and isinstance(instances := entry.get("instances"), list):
            yield _instance_of(entry, instances, number)
        else:
            yield _label_of(entry, number)


def _is_names_to_texts(data: Any) -> bool:
    """Tells docTR's files by their keys, which are the names of pictures."""
    return isinstance(data, dict) and any(Path(key).suffix.lower() in SUFFIXES for key in data)


def _named(number: int, file: str, value: Any) -> Label | Unusable:
    if isinstance(value, dict) and "polygons" in value:
        raise DatasetError(f"'{file}' has polygons of text detection for a label; one line a picture is wanted.")
    if not isinstance(value, str):
        return Unusable(number, f"the label is no text but {type(value).__name__}: put it into quotes")
    return Label(number, file, value)


def _instance_of(entry: Mapping[str, Any], instances: Sequence[Any], number: int) -> Label | Unusable:
    """An MMOCR entry of text recognition has one instance; one with several belongs to text detection."""
    if len(instances) != 1 or not isinstance(instances[0], dict):
        return Unusable(number, f"the image has {len(instances)} instances of text; one line an image is wanted")
    return _label_of({**entry, **instances[0]}, number)


def _label_of(entry: Any, number: int) -> Label | Unusable:
    if not isinstance(entry, dict):
        return Unusable(number, "a JSON object is wanted")
    file_key = next((key for key in FILE_KEYS if entry.get(key) is not None), "")
    text_key = next((key for key in TEXT_KEYS if entry.get(key) is not None), "")
    if not file_key or not text_key:
        wanted = f"a file ({', '.join(FILE_KEYS)}) and a text ({', '.join(TEXT_KEYS)}) are wanted"
        return Unusable(number, f"{wanted}; the object has {', '.join(sorted(entry)[:8]) or 'nothing'}")
    file, text = entry[file_key], entry[text_key]
    if not isinstance(file, str):
        return Unusable(number, "the name of the file is no text")
    if not isinstance(text, str):
        return Unusable(number, f"the label is no text but {type(text).__name__}: put it into quotes")
    return Label(number, file, text, **described(entry, file_key, text_key))
