"""Labelled lines in WebDataset's shards: tar files in which `x.png` stands beside `x.txt` or `x.json`.

Nothing is unpacked: a shard is gone through once, and a picture is read from where it lies in the file. Links and
anything else that is no plain file are passed over; names inside lead nowhere, as they are never opened as paths.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from eval.formats.label import Label, Unusable, described
from ocr_core.errors import DatasetError, ImageError
from ocr_core.imaging import SUFFIXES
from ocr_core.labelled.keys import TEXT_KEYS

SUFFIX: Final = ".tar"
MOST_MEMBERS: Final = 1_000_000
"""Members of one shard; usual shards hold some ten thousand."""
MOST_TEXT_BYTES: Final = 1 << 16

_TEXTS: Final = ("gt.txt", "txt", "json")
_OPEN_SHARDS: Final = 4
_Place = tuple[int, int]
"""Where a member's bytes begin in the file, and how many they are."""


@dataclass(slots=True)
class _Sample:
    picture: str = ""
    texts: dict[str, _Place] = field(default_factory=dict)


def read_tar(labels: Path) -> Iterator[Label | Unusable]:
    """Reads the labels of a shard; a picture is named by the shard and its name in it.

    Raises:
        DatasetError: this is no uncompressed tar file, or no picture in it has a text.
    """
    places = _places(labels)
    samples: dict[str, _Sample] = {}
    for name, place in places.items():
        key, ending = _key_and_ending(name)
        if f".{ending.rpartition('.')[2]}" in SUFFIXES:
            samples.setdefault(key, _Sample()).picture = name
        elif ending in _TEXTS:
            samples.setdefault(key, _Sample()).texts[ending] = place
    if not any(sample.picture and sample.texts for sample in samples.values()):
        raise DatasetError(
            f"'{labels.name}' is no shard of labelled lines: no picture in it (x.png) has its text (x.txt, x.json) "
            "beside it."
        )
    with labels.open("rb") as file:
        for number, sample in enumerate(samples.values(), start=1):
            if sample.picture:
                yield _label(file, labels.name, sample, number)


def read_image(shard: Path, name: str, most_bytes: int) -> bytes:
    """Returns the bytes of one picture in a shard, one more than allowed if there are more.

    Raises:
        ImageError: it is not there.
        DatasetError: the shard cannot be read.
    """
    try:
        status = shard.stat()
        place = _kept_places(shard, status.st_mtime_ns, status.st_size).get(name)
        if place is None:
            raise ImageError(f"There is no '{name[:80]}' in '{shard.name}'.")
        with shard.open("rb") as file:
            return _bytes_at(file, place, most_bytes + 1)
    except OSError as error:
        raise DatasetError(f"'{shard.name}' cannot be read: {error.strerror}.") from error


def _label(file: Any, shard: str, sample: _Sample, number: int) -> Label | Unusable:
    ending = next((ending for ending in _TEXTS if ending in sample.texts), "")
    if not ending:
        return Unusable(number, f"there is no text beside '{sample.picture[:80]}'")
    place = sample.texts[ending]
    if place[1] > MOST_TEXT_BYTES:
        return Unusable(number, f"the text of '{sample.picture[:80]}' has {place[1]:,} bytes")
    try:
        text = _bytes_at(file, place, MOST_TEXT_BYTES).decode("utf-8-sig")
        values = json.loads(text) if ending == "json" else {}
    except UnicodeDecodeError:
        return Unusable(number, f"the text of '{sample.picture[:80]}' is not UTF-8")
    except (ValueError, RecursionError):
        return Unusable(number, f"the JSON of '{sample.picture[:80]}' cannot be read")
    picture = f"{shard}/{sample.picture}"
    if ending != "json":
        return Label(number, picture, text.strip("\r\n"), inside=True)
    key = next((key for key in TEXT_KEYS if isinstance(values, dict) and isinstance(values.get(key), str)), "")
    if not key:
        return Unusable(number, f"the JSON of '{sample.picture[:80]}' has no text ({', '.join(TEXT_KEYS)})")
    return Label(number, picture, values[key], inside=True, **described(values, key))


def _key_and_ending(name: str) -> tuple[str, str]:
    """WebDataset's rule: a sample's key ends at the first dot of the file's name."""
    folder, _, file = name.rpartition("/")
    stem, _, ending = file.partition(".")
    return f"{folder}/{stem}", ending.lower()


def _bytes_at(file: Any, place: _Place, most: int) -> bytes:
    file.seek(place[0])
    return file.read(min(place[1], most))


@lru_cache(maxsize=_OPEN_SHARDS)
def _kept_places(shard: Path, changed_ns: int, size_bytes: int) -> Mapping[str, _Place]:
    """A shard that was replaced is another one."""
    del changed_ns, size_bytes
    return _places(shard)


def _places(shard: Path) -> Mapping[str, _Place]:
    places: dict[str, _Place] = {}
    try:
        with tarfile.open(shard, "r:") as opened:  # the colon: no compression, hence no bombs
            count = 0
            while (member := opened.next()) is not None:
                opened.members = []  # pyright: ignore[reportAttributeAccessIssue] # tarfile would keep them all
                count += 1
                if count > MOST_MEMBERS:
                    raise DatasetError(f"'{shard.name}' holds more than {MOST_MEMBERS:,} files, too many for a shard.")
                name = member.name.removeprefix("./")
                if member.isreg() and not member.issparse() and _is_plain(name):
                    places[name] = (member.offset_data, member.size)
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        raise DatasetError(
            f"'{shard.name}' cannot be read as a tar file ({str(error) or type(error).__name__}); shards are read "
            "uncompressed."
        ) from error
    return places


def _is_plain(name: str) -> bool:
    parts = name.split("/")
    return all(part not in ("", ".", "..") for part in parts) and name.isprintable() and "\\" not in name
