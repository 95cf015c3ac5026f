"""What measurements were made on: processor, memory, versions of what does the work. Names no machine and no user."""

from __future__ import annotations

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


def describe_machine() -> dict[str, Any]:
    """Returns cpu, cores, memory_mb (None where the system does not tell) and system."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "system": platform.system(),
    }


def cpu_name() -> str:
    """Returns the processor's name as the system has it."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for row in information.read_text().splitlines():
            if row.startswith("model name"):
                return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Returns the versions of Python and of every package of `PACKAGES` that is installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def peak_memory_mb() -> float | None:
    """Returns the most memory this process has held so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError, OSError):
        return None
