"""Between which values a network's tensors lie, measured on calibration lines: what an INT8 network is built from.

A small JSON file beside the weights, `models/<name>/int8.json`, so that whoever builds the network needs no lines.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import ModelError

RANGES_NAME: Final = "int8.json"
_LARGEST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ranges:
    """What calibration found.

    Attributes:
        source_sha256: hash of the model that was measured; ranges of other weights are worth nothing.
        lines: how many lines were run.
        calibration: what kind of lines they were, in words.
        kept_in_float: names of nodes that stay in floating point because INT8 cost them too much.
        tensors: lowest and highest value by the tensor's name.
    """

    source_sha256: str
    lines: int
    calibration: str
    kept_in_float: tuple[str, ...]
    tensors: Mapping[str, tuple[float, float]]

    def write(self, path: Path) -> None:
        """Writes the file, one tensor a line, values as short as float32 allows: the same bytes for the same ranges."""
        facts = {name: value for name, value in asdict(self).items() if name != "tensors"}
        head = json.dumps(facts, ensure_ascii=False, indent=1)[:-2]
        lines = ",\n".join(
            f"  {json.dumps(name)}: [{low!r}, {high!r}]" for name, (low, high) in sorted(self.tensors.items())
        )
        path.write_text(f'{head},\n "tensors": {{\n{lines}\n }}\n}}\n', encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Ranges:
        """Reads the file back.

        Raises:
            ModelError: it is missing or malformed.
        """
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise ModelError(f"{path} is too large for ranges of a network.")
            return _from_document(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise ModelError(
                f"{path.parent.name} cannot run in INT8: {path} is missing. "
                f"Write it with: python -m ocr_core.quantization {path.parent.name}"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ModelError(f"The ranges in {path} cannot be read: {error}") from error


def _from_document(document: Mapping[str, Any]) -> Ranges:
    tensors = {str(name): (float(low), float(high)) for name, (low, high) in document["tensors"].items()}
    if not all(math.isfinite(low) and low <= high < math.inf for low, high in tensors.values()):
        raise ValueError("a tensor's lowest value is above its highest, or no number")
    return Ranges(
        str(document["source_sha256"]),
        int(document["lines"]),
        str(document["calibration"]),
        tuple(map(str, document["kept_in_float"])),
        tensors,
    )
