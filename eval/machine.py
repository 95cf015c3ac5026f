"""What measurements were made on, and when: processor, memory, versions of what does the work.

Names no machine and no user.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = (
    "numpy",
    "onnxruntime",
    "torch",
    "timm",
    "opencv-python-headless",
    "pillow",
    "rapidfuzz",
    "scipy",
    "rapidocr",
    "pyarrow",
)

_INSTRUCTIONS: Final = {
    "amx_bf16": "AMX",
    "avx512_bf16": "AVX-512 and bfloat16",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
}
"""Flags of a processor from the widest on, and what to call them."""


def describe_machine() -> dict[str, Any]:
    """Returns cpu, cores, memory_mb (None where the system does not tell) and system."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "system": platform.system(),
    }


def cpu_name() -> str:
    """Returns the processor's name as the system has it and, where told, the widest instructions it computes with.

    A hosted machine often tells no more than the maker's name, and two of the same name can differ threefold in speed.
    """
    told = _cpu_information()
    name = told.get("model name") or platform.processor() or platform.machine()
    flags = told.get("flags", "").split()
    widest = next((title for flag, title in _INSTRUCTIONS.items() if flag in flags), None)
    return f"{name} with {widest}" if widest else name


def _cpu_information() -> dict[str, str]:
    """Returns what Linux says of the first core; nothing elsewhere."""
    file = Path("/proc/cpuinfo")
    rows = file.read_text().partition("\n\n")[0].splitlines() if file.is_file() else []
    return {key.strip(): value.strip() for key, _, value in (row.partition(":") for row in rows)}


def versions() -> dict[str, str]:
    """Returns the versions of Python and of every package of `PACKAGES` that is installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def today() -> str:
    """Returns the date in UTC, as ISO 8601 has it."""
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def peak_memory_mb() -> float | None:
    """Returns the most memory this process has held so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return _in_mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def children_peak_memory_mb() -> float:
    """Returns the most memory that any one process begun by this one, and over by now, has held; 0 if there is none."""
    try:
        import resource
    except ImportError:
        return 0.0
    return _in_mb(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _in_mb(most: int) -> float:
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError, OSError):
        return None
