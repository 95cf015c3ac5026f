"""Commands of the evaluation under the library's name: `zijian push-run` starts `python -m eval push-run`.

The evaluation is a program of the repository: where the library was installed without it, that is said. Nothing of it
is imported here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ocr_core.errors import OcrError

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "push-run": "push a run to a data set repository (in a clone)",
        "pull-run": "pull a run that was pushed (in a clone)",
        "push-cases": "push cases to such a repository (in a clone)",
        "pull-cases": "pull cases that were pushed (in a clone)",
    }
)

_ROOT: Final = Path(__file__).resolve().parents[1]


def start(arguments: Sequence[str], root: Path = _ROOT) -> int:
    """Lets the evaluation carry out a command and returns its exit code.

    Raises:
        OcrError: this library is not part of a clone.
    """
    if not (root / "eval" / "__main__.py").is_file():
        raise OcrError(f"'{arguments[0]}' belongs to the evaluation, which comes with a clone of the repository alone.")
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH", ""))))
    return subprocess.call([sys.executable, "-m", "eval", *arguments], env={**os.environ, "PYTHONPATH": path})
