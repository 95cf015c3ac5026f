"""What is kept of posteriors, and its form on disk. Knows nothing of images; opens files that nobody vouches for.

Log-probabilities are rounded to half precision when evidence is taken, not when it is written, so evidence read
back equals evidence just made, and nothing drawn from it changes on the way.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.greedy import best_classes
from ocr_core.errors import OcrError
from ocr_core.result import EVIDENCE_TOP_K, Evidence, Posteriors

VERSION: Final = 1
MAX_FRAMES: Final = 16_384
MAX_CLASSES: Final = 1_000_000
MAX_COLUMNS: Final = 4_096
MAX_SYMBOL_LENGTH: Final = 32
MAX_BYTES: Final = 64 * 2**20
"""Unpacked size beyond which a file is refused unread; the widest line, full of text, takes about 70 kB."""

ARRAY_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "blank": np.dtype("<f2"),
    "top_classes": np.dtype("<i4"),
    "top_log_probs": np.dtype("<f2"),
    "column_classes": np.dtype("<i4"),
    "columns": np.dtype("<f2"),
    "facts": np.dtype("u1"),
}
"""Names and types on disk; `facts` is UTF-8 JSON: version, blank class, pixel axis, symbols."""

_NPY_HEADER: Final = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(?P<dtype>[<|][a-z]\d)', 'fortran_order': False, "
    rb"'shape': \((?P<rows>\d{1,8}),(?: (?P<columns>\d{1,8}))?\), \} {0,64}\n",
    re.DOTALL,
)


def evidence_of(posteriors: Posteriors, text: str, truth: str | None = None) -> Evidence:
    """Keeps of posteriors what every view, and the alignment of `text` and `truth`, will need.

    Columns are kept for the characters of the best path, of `text` (which another decoder may have read) and of
    `truth`; characters that the charset lacks have none.
    """
    charset, log_probs = posteriors.charset, posteriors.log_probs
    top = best_classes(log_probs, EVIDENCE_TOP_K)
    written = [character for character in dict.fromkeys(text + (truth or "")) if character in charset]
    predicted = set(np.unique(top[:, 0]).tolist()) - {charset.blank}
    columns = np.array(sorted({*charset.encode("".join(written)), *predicted}), dtype=np.int32)
    named = {charset.blank, *np.unique(top).tolist(), *columns.tolist()}
    return Evidence(
        blank=_rounded(log_probs[:, charset.blank]),
        top_classes=top.astype(np.int32),
        top_log_probs=_rounded(np.take_along_axis(log_probs, top, axis=1)),
        column_classes=columns,
        columns=_rounded(log_probs[:, columns]),
        symbols={c: charset.symbols[c] for c in sorted(named)},
        blank_class=charset.blank,
        stride_px=float(posteriors.stride_px),
        origin_px=float(posteriors.origin_px),
    )


def evidence_to_arrays(evidence: Evidence) -> dict[str, NDArray[Any]]:
    """Returns plain arrays, named and typed as in `ARRAY_DTYPES`; `evidence_from_arrays` gives the same back."""
    facts = {
        "version": VERSION,
        "blank_class": evidence.blank_class,
        "stride_px": evidence.stride_px,
        "origin_px": evidence.origin_px,
        "symbols": {str(c): text for c, text in evidence.symbols.items()},
    }
    encoded = json.dumps(facts, ensure_ascii=True).encode("ascii")
    arrays = {
        name: np.ascontiguousarray(getattr(evidence, name), dtype=dtype)
        for name, dtype in ARRAY_DTYPES.items()
        if name != "facts"
    }
    return {**arrays, "facts": np.frombuffer(encoded, dtype=np.uint8)}


def evidence_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Evidence:
    """Rebuilds evidence from `evidence_to_arrays`'s arrays, believing none of them.

    Raises:
        OcrError: something is missing, misshapen or contradicts the rest.
    """
    for name, dtype in ARRAY_DTYPES.items():
        _require(name in arrays and arrays[name].dtype == dtype, f"the array {name!r} is missing or of a wrong type")
    evidence = _assembled(arrays, _parsed_facts(arrays["facts"].tobytes()))
    _check_shapes(evidence)
    _check_classes(evidence)
    _check_log_probs(evidence)
    return evidence


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Writes evidence as a compressed npz file."""
    save_evidences({"": evidence}, path)


def save_evidences(evidences: Mapping[str, Evidence], path: Path) -> None:
    """Writes several into one file, every array's name preceded by its evidence's own prefix, such as "0/"."""
    arrays: dict[str, Any] = {
        f"{prefix}{name}": array
        for prefix, evidence in evidences.items()
        for name, array in evidence_to_arrays(evidence).items()
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_evidence(path: Path, prefix: str = "") -> Evidence:
    """Reads `save_evidence`'s file, whoever wrote it; with a prefix one of `save_evidences`'s.

    Raises:
        OcrError: the file cannot be read, is too large, or is not evidence.
    """
    try:
        with path.open("rb") as file:
            return read_evidence(file, path.name, prefix)
    except OSError as error:
        raise OcrError(f"{path.name} cannot be read as evidence: {error}") from error


def read_evidence(file: IO[bytes], name: str, prefix: str = "") -> Evidence:
    """Does the same with an open file that says where it is; `name` is what messages call it.

    Raises:
        OcrError: as `load_evidence`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = {member.filename: member for member in archive.infolist()}
            unpacked_bytes = sum(member.file_size for member in archive.infolist())
            _require(unpacked_bytes <= MAX_BYTES, f"it unpacks to more than {MAX_BYTES // 2**20} MB")
            arrays = {}
            for array in ARRAY_DTYPES:
                member = members.get(f"{prefix}{array}.npy")
                if member is None or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise OcrError(f"This is not evidence that can be used: the array {array!r} is missing.")
                arrays[array] = _array_of_npy(archive.read(member), array)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError) as error:
        raise OcrError(f"{name} cannot be read as evidence: {error}") from error
    return evidence_from_arrays(arrays)


def _rounded(log_probs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rounds to what half precision can hold; what lies below its range becomes its lowest number."""
    lowest = np.finfo(np.float16).min
    return np.ascontiguousarray(np.clip(log_probs, lowest, 0.0).astype(np.float16), dtype=np.float32)


def _require(fine: bool, otherwise: str) -> None:
    """Raises `OcrError` unless all is fine."""
    if not fine:
        raise OcrError(f"This is not evidence that can be used: {otherwise}.")


def _array_of_npy(data: bytes, name: str) -> NDArray[Any]:
    """Reads one npy member of version 1.0, as NumPy writes it, and nothing else: no header is ever evaluated."""
    header = _NPY_HEADER.match(data)
    if header is None or header["dtype"].decode() != ARRAY_DTYPES[name].str:
        raise OcrError(f"This is not evidence that can be used: the array {name!r} is of a wrong type.")
    shape = tuple(int(length) for length in (header["rows"], header["columns"]) if length)
    body = data[header.end() :]
    _require(math.prod(shape) * ARRAY_DTYPES[name].itemsize == len(body), f"the array {name!r} has a wrong length")
    return np.frombuffer(body, dtype=ARRAY_DTYPES[name]).reshape(shape)


def _parsed_facts(encoded: bytes) -> dict[str, Any]:
    """Reads the JSON facts and checks every type in them."""
    try:
        facts = json.loads(encoded.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise OcrError("This is not evidence that can be used: its facts are not JSON.") from error
    expected = {"version", "blank_class", "stride_px", "origin_px", "symbols"}
    _require(isinstance(facts, dict) and facts.keys() == expected, "its facts are incomplete")
    _require(facts["version"] == VERSION, "it was written by another version")
    _require(type(facts["blank_class"]) is int, "its blank class is not a number")
    numbers = (facts["stride_px"], facts["origin_px"])
    _require(all(type(number) is float and math.isfinite(number) for number in numbers), "its pixel axis is broken")
    _require(facts["stride_px"] > 0, "its pixel axis is broken")
    symbols = facts["symbols"]
    _require(isinstance(symbols, dict) and len(symbols) <= MAX_CLASSES, "its symbols are broken")
    _require(all(_is_class_name(name) for name in symbols), "its symbols are broken")
    _require(all(isinstance(text, str) and len(text) <= MAX_SYMBOL_LENGTH for text in symbols.values()), "long symbols")
    return facts


def _is_class_name(name: str) -> bool:
    """Tells whether a JSON key is a class index in its only spelling."""
    return name.isascii() and name.isdigit() and len(name) <= 7 and str(int(name)) == name


def _assembled(arrays: Mapping[str, NDArray[Any]], facts: dict[str, Any]) -> Evidence:
    """Puts arrays and facts together in the types of `Evidence`; nothing is checked here."""
    return Evidence(
        blank=arrays["blank"].astype(np.float32),
        top_classes=arrays["top_classes"].astype(np.int32),
        top_log_probs=arrays["top_log_probs"].astype(np.float32),
        column_classes=arrays["column_classes"].astype(np.int32),
        columns=arrays["columns"].astype(np.float32),
        symbols={int(c): text for c, text in facts["symbols"].items()},
        blank_class=facts["blank_class"],
        stride_px=facts["stride_px"],
        origin_px=facts["origin_px"],
    )


def _check_shapes(evidence: Evidence) -> None:
    """Refuses arrays that do not fit each other."""
    _require(evidence.blank.ndim == 1 and evidence.frames <= MAX_FRAMES, "the blank is not one column of frames")
    T = evidence.frames
    _require(
        evidence.top_classes.ndim == 2 and len(evidence.top_classes) == T, "the best classes do not fit the frames"
    )
    K = evidence.top_classes.shape[1]
    _require(1 <= K <= EVIDENCE_TOP_K, "it holds a wrong number of best classes")
    _require(evidence.top_log_probs.shape == (T, K), "the best classes do not fit their log-probabilities")
    _require(evidence.column_classes.ndim == 1, "the columns' classes are not a list")
    M = len(evidence.column_classes)
    _require(M <= MAX_COLUMNS and evidence.columns.shape == (T, M), "the columns do not fit the frames")


def _check_classes(evidence: Evidence) -> None:
    """Refuses classes without a symbol, classes named twice, and a blank that has a text."""
    _require(evidence.symbols.get(evidence.blank_class) == "", "the blank has a text or no name")
    top = evidence.top_classes
    named = np.fromiter(evidence.symbols, dtype=np.int64)
    _require(_all_in(top, named) and _all_in(evidence.column_classes, named), "a class has no symbol")
    _require(bool((np.diff(np.sort(top, axis=1), axis=1) != 0).all()), "a frame names a class twice")
    columns = set(evidence.column_classes.tolist())
    _require(len(columns) == len(evidence.column_classes), "a class has two columns")
    _require(evidence.blank_class not in columns, "the blank is among the characters")


def _all_in(classes: NDArray[np.int32], named: NDArray[np.int64]) -> bool:
    """Tells whether every class is among the named."""
    return bool(np.isin(classes, named).all())


def _check_log_probs(evidence: Evidence) -> None:
    """Refuses numbers that are no log-probabilities, and best classes out of order."""
    for log_probs in (evidence.blank, evidence.top_log_probs, evidence.columns):
        _require(bool((np.isfinite(log_probs) & (log_probs <= 0)).all()), "a log-probability is not one")
    _require(bool((np.diff(evidence.top_log_probs, axis=1) <= 0).all()), "the best classes are out of order")
