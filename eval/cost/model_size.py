"""How large a model is: numbers in its weights and bytes on disk, read from its files' headers. Loads no network."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Final, NamedTuple

from ocr_core import registry
from ocr_core.errors import OcrError
from ocr_core.inspection.graph_facts import read_graph
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings

_LARGEST_HEADER_BYTES: Final = 16 * 2**20
_LARGEST_GRAPH_BYTES: Final = 512 * 2**20


class ModelSize(NamedTuple):
    """None for what is not known, as of a model that is not installed here."""

    parameters: int | None = None
    bytes_on_disk: int | None = None


def size_of(model: str, settings: Settings) -> ModelSize:
    """Returns the size of a model by its name; nothing of it where its files are not here or not readable."""
    try:
        registered = registry.models(settings).get(model)
        files = None if registered is None else registered.files(settings)
        if files is None:
            return ModelSize()
        size = sum(path.stat().st_size for path in files.paths)
        return ModelSize(_parameters(files), size)
    except (OcrError, OSError):
        return ModelSize()


def _parameters(files: ModelFiles) -> int | None:
    if files.weights is not None:
        return numbers_in(files.weights)
    if files.others or files.graph.suffix != ".onnx" or files.graph.stat().st_size > _LARGEST_GRAPH_BYTES:
        return None
    return read_graph(files.graph.read_bytes()).parameters


def numbers_in(weights: Path) -> int | None:
    """Counts the numbers in a safetensors file by its header; None when the header is not what it should be."""
    try:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _LARGEST_HEADER_BYTES)))
        return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
