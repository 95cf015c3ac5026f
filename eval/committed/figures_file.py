"""Reading a committed file of figures, and saying how to make it where it cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ocr_core.errors import DatasetError


def read_figures(path: Path, of_format: int, command: str) -> dict[str, Any]:
    """Returns what a file holds.

    Args:
        path: of a JSON object with `format`.
        of_format: which it must have.
        command: of `python -m eval` that makes the file.

    Raises:
        DatasetError: it is missing, no JSON, or of another format.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} cannot be read. Make it with: python -m eval {command}") from error
    if not isinstance(data, dict) or data.get("format") != of_format:
        raise DatasetError(f"{path} has another format. Make it anew with: python -m eval {command}")
    return data
