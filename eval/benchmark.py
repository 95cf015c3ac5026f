"""The sets of lines that published figures are of: what each is called, what it is, and where the committed one lies.

A figure without the name of its set says little: the same network reads half of one set's misreadings right in another.
Knows no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

ZIJIAN_500: Final = "zijian-500"
"""The committed benchmark: five sets of a hundred lines, built by `eval.scenarios`."""
SYNTHETIC_TEST: Final = "zijian-test-1000"
"""Lines of the test split as the training's renderer draws them, two hundred of every scenario."""
REAL: Final = "real lines"
"""Lines that others photographed, scanned and captured; they are not the project's to publish."""

OLD_NAMES: Final[Mapping[str, str]] = MappingProxyType({"five": ZIJIAN_500, "synthetic test lines": SYNTHETIC_TEST})
"""What sets were once called: still understood in commands, addresses and files."""

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ZIJIAN_500: "benchmark: built by other means than training lines, a hundred lines of every scenario",
        SYNTHETIC_TEST: "synthetic: drawn as training lines are, of faces, texts and photographs kept for testing",
        REAL: "photographed, scanned and captured by others",
    }
)
"""What every set is, in a few words."""

BENCHMARK_FOLDER: Final = Path(__file__).with_name("scenarios") / "sets"
COMMITTED_RUNS: Final = Path(__file__).with_name("scenarios") / "runs"
COMMITTED_RUN: Final = COMMITTED_RUNS / ZIJIAN_500


def current_name(name: str) -> str:
    """Returns what a set or run of an old name is called now; any other name as it is."""
    return OLD_NAMES.get(name, name)


def described(name: str) -> str:
    """Returns a set's name with what it is, as in "real lines (photographed, ...)"; a name alone for other sets."""
    name = current_name(name)
    return f"{name} ({MEANINGS[name]})" if name in MEANINGS else name
