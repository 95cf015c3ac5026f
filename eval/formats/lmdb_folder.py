"""Labelled lines in an LMDB folder, as most recognition toolkits keep them: num-samples, image-%09d, label-%09d.

Opens read-only, without a lock file, and only as long as it reads. The package lmdb is imported when it is needed.
"""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from eval.formats.label import Label, Unusable
from ocr_core.errors import DatasetError, ImageError

DATA_FILE: Final = "data.mdb"
MOST_SAMPLES: Final = 10_000_000
MOST_LABEL_BYTES: Final = 1 << 16

_IMAGE_KEY: Final = re.compile(r"image-[0-9]{9,10}")
_ONE_AT_A_TIME: Final = threading.Lock()
"""The library allows a folder to be open once in a process."""


def read_lmdb(labels: Path) -> Iterator[Label | Unusable]:
    """Reads all labels of the LMDB folder that the file `data.mdb` lies in; an image is named by its key.

    Raises:
        DatasetError: the package lmdb is missing, or this is no such folder.
    """
    with _reading(labels.parent) as transaction:
        for number in range(1, _samples(transaction, labels.parent) + 1):
            label = transaction.get(b"label-%09d" % number)
            if label is None:
                yield Unusable(number, f"there is no label-{number:09d}")
            elif len(label) > MOST_LABEL_BYTES:
                yield Unusable(number, f"the label has {len(label):,} bytes")
            else:
                yield _label_of(bytes(label), number)


def is_image(path: Path) -> bool:
    """Tells whether a path names an image inside an LMDB folder rather than a file."""
    return bool(_IMAGE_KEY.fullmatch(path.name)) and (path.parent / DATA_FILE).is_file()


def read_image(path: Path, most_bytes: int) -> bytes:
    """Returns the bytes of an image that `is_image` is true of.

    Raises:
        ImageError: it is not there, or larger than allowed.
        DatasetError: the folder cannot be read.
    """
    with _reading(path.parent) as transaction:
        data = transaction.get(path.name.encode("ascii"))
        if data is None:
            raise ImageError(f"There is no {path.name} in the LMDB folder.")
        return bytes(data[: most_bytes + 1])  # one more, so that decoding sees that the limit is passed


def _label_of(label: bytes, number: int) -> Label | Unusable:
    try:
        return Label(number, f"image-{number:09d}", label.decode("utf-8"), inside=True)
    except UnicodeDecodeError:
        return Unusable(number, "the label is not UTF-8")


def _samples(transaction: Any, folder: Path) -> int:
    raw = transaction.get(b"num-samples")
    if raw is None:
        raise DatasetError(
            f"'{folder}' is an LMDB folder of another kind: it has no key num-samples (with image-000000001, "
            "label-000000001 and so on)."
        )
    text = bytes(raw[:32]).decode("ascii", "replace")
    if not (text.isdecimal() and int(text) <= MOST_SAMPLES):
        raise DatasetError(f"'{folder}': num-samples is {text!r}; a number of at most {MOST_SAMPLES:,} is wanted.")
    return int(text)


@contextmanager
def _reading(folder: Path) -> Iterator[Any]:
    """Gives a transaction whose values are memory views, alive as long as the context."""
    try:
        lmdb = importlib.import_module("lmdb")
    except ImportError as error:
        raise DatasetError(f"'{folder}' is an LMDB folder; to read it: pip install lmdb") from error
    with _ONE_AT_A_TIME:
        try:
            with lmdb.open(str(folder), readonly=True, lock=False, readahead=False, max_readers=1) as opened:
                _refuse_cut_file(opened, folder / DATA_FILE)
                with opened.begin(buffers=True) as transaction:
                    yield transaction
        except (lmdb.Error, OSError) as error:
            raise DatasetError(f"'{folder}' cannot be read as an LMDB folder: {error}.") from error


def _refuse_cut_file(opened: Any, data_file: Path) -> None:
    """Pages beyond the end of the file would not be an error but the end of the process: the file is memory-mapped."""
    promised_bytes = (opened.info()["last_pgno"] + 1) * opened.stat()["psize"]
    if data_file.stat().st_size < promised_bytes:
        raise DatasetError(f"'{data_file}' is cut short: {promised_bytes:,} bytes are promised.")
