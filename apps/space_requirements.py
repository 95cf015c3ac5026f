"""Writes requirements.txt: the full set as one file that refers to no other. `python -m apps.space_requirements`.

The builder of a hosted Space sees requirements.txt alone, so what `-r` and `-c` would bring has to be in it: every
package of requirements-demo.txt, PyTorch, and what these bring along, at the releases of constraints.txt. PyTorch
itself comes at the newest release that ZeroGPU lists. What Gradio brings along is left open: the builder installs
Gradio once more, with extras that want other releases (its MCP wants an older pydantic). To be run where the full set
is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]

ZERO_GPU_TORCH: Final = ("2.8.0", "2.9.1", "2.10.0", "2.11.0", "2.12.1", "2.13.0")
"""What ZeroGPU runs, by the list in the Hub's documentation (docs/hub/spaces-zerogpu.md of huggingface/hub-docs)."""

TORCH_SET: Final[Mapping[str, str]] = {"torch": "2.13.0", "torchvision": "0.28.0"}
"""Installed together: torchvision asks for exactly its own torch, and unpinned it would pull in a newer one."""

PYTORCH_PACKAGES: Final = (*TORCH_SET, "timm", "safetensors")

SPACE_PYTHON: Final = "3.12"

_HEADER: Final = """\
# The full set, with PyTorch for the second runtime, as one file that refers to no other: what a hosted Space installs,
# whose builder sees this file alone. Written by `python -m apps.space_requirements` from requirements-demo.txt and
# constraints.txt. PyTorch is the newest that ZeroGPU lists; any from 2.8 on works with the torchvision beside it. What
# Gradio brings along is left open, for the builder installs Gradio with extras that want other releases.
"""


def names_in(requirements: str) -> list[str]:
    """Returns the packages that a requirements file names, in its order; options and comments are passed over."""
    lines = (line.split("#")[0].strip() for line in requirements.splitlines())
    return [canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("-")]


def pins_in(constraints: str) -> dict[str, list[str]]:
    """Returns the lines of a constraints file by package: more than one where Python's version decides."""
    pins: dict[str, list[str]] = {}
    for line in constraints.splitlines():
        if line.strip() and not line.startswith("#"):
            pins.setdefault(canonicalize_name(Requirement(line).name), []).append(line.strip())
    return pins


def brought_along(names: Iterable[str]) -> set[str]:
    """Returns these packages and all that they need on the Space's Python, from what is installed here."""
    environment = {"python_version": SPACE_PYTHON, "python_full_version": f"{SPACE_PYTHON}.0", "extra": ""}
    known: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        known.add(name)
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate(environment):
                waiting.append(canonicalize_name(need.name))
    return known


def space_requirements(demo: str, constraints: str) -> str:
    """Returns the text of requirements.txt."""
    asked = [*names_in(demo), *PYTORCH_PACKAGES]
    pins = pins_in(constraints)
    left_open = brought_along(["gradio"]) - set(asked)
    lines = [
        line
        for name in sorted({*asked, *brought_along(asked)} - left_open)
        for line in ([f"{name}=={TORCH_SET[name]}"] if name in TORCH_SET else pins.get(name, []))
    ]
    return _HEADER + "\n".join(lines) + "\n"


def main() -> int:
    """Writes the file."""
    text = space_requirements(
        (ROOT / "requirements-demo.txt").read_text(encoding="utf-8"),
        (ROOT / "constraints.txt").read_text(encoding="utf-8"),
    )
    (ROOT / "requirements.txt").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
