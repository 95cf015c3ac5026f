"""The INT8 network of a model as a file on this machine: built at first use, kept in a cache, found there afterwards.

What is built depends on the weights, the ranges, the versions of the libraries and the processor; so does its name.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.quantization.processor import adds_bytes_exactly
from ocr_core.quantization.ranges import RANGES_NAME, Ranges
from ocr_core.sessions.model_files import ModelFiles, read_weights_metadata

RECIPE: Final = "1"
"""Raised when `build` makes other networks of the same ranges."""

ONNX_MISSING: Final = (
    "The package onnx, which builds INT8 networks, is not installed: pip install onnx "
    "(in a clone: pip install -r requirements-demo.txt)."
)


def built(files: ModelFiles, cache: Path, sha256: str | None = None) -> Path:
    """Returns the INT8 network of a model folder as an ONNX file, built now where the cache has none.

    `sha256` is the model's hash where that is known; else its files are read for it.

    Raises:
        ModelError: the model has no ranges, or they are of other weights, or the cache cannot be written.
        RuntimeMissingError: the package `onnx`, which builds it, is not installed.
    """
    ranges_file = files.graph.with_name(RANGES_NAME)
    ranges = Ranges.read(ranges_file)
    sha256 = sha256 or files.sha256()
    if ranges.source_sha256 != sha256:
        raise ModelError(
            f"The ranges in {ranges_file} were measured on other weights. "
            f"Measure anew: python -m ocr_core.quantization {files.graph.parent.name}"
        )
    path = cache / f"{files.graph.parent.name}-{_key(sha256, ranges_file)}.onnx"
    if not path.is_file():
        _build(files, ranges, path)
    return path


def _key(sha256: str, ranges_file: Path) -> str:
    of_what = (
        sha256,
        ranges_file.read_text(encoding="utf-8"),
        RECIPE,
        str(adds_bytes_exactly()),
        version("onnxruntime"),
    )
    return hashlib.sha256("\n".join(of_what).encode()).hexdigest()[:16]


def _build(files: ModelFiles, ranges: Ranges, path: Path) -> None:
    try:
        from ocr_core.quantization.build import folded, quantised
    except ImportError as error:
        raise RuntimeMissingError(ONNX_MISSING) from error
    if files.weights is None:
        raise ModelError(f"{files.graph} holds its weights itself: quantise it with zijian quantize.")
    _say(f"Building the INT8 network of {files.graph.parent.name}, once, into {path.parent} ...")
    network = quantised(
        folded(files),
        ranges.tensors,
        read_weights_metadata(files.weights),
        kept_in_float=ranges.kept_in_float,
        exact_sums=adds_bytes_exactly(),
    )
    _write(path, network)
    _say(f"Built: {len(network) / 1e6:.0f} MB.")


def _write(path: Path, content: bytes) -> None:
    """Writes a file that is whole or not there: two processes may build at once, and either may be stopped."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError as error:
        raise ModelError(f"The INT8 network cannot be kept in {path.parent}: {error.strerror}") from error


def _say(sentence: str) -> None:
    """Tells whoever waits at a terminal; a service's log stays free of it."""
    if sys.stderr.isatty():
        print(sentence, file=sys.stderr, flush=True)
