"""What this machine's processor can do with numbers of 8 bits. Knows no networks."""

from __future__ import annotations

import functools
import platform
import re
from pathlib import Path
from typing import Final

_CPU_INFO: Final = Path("/proc/cpuinfo")
_EXACT: Final = frozenset({"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"})
"""Instructions that add products of 8-bit numbers into 32 bits without a stop at 16."""


@functools.cache
def adds_bytes_exactly() -> bool:
    """Tells whether products of 8-bit numbers are summed without saturation here.

    Older x86 processors sum pairs in 16 bits, where two large products overflow silently; weights of 7 bits are safe
    on them. Where a processor does not say what it can do, it is taken for an older one.
    """
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    try:
        return exact_by_flags(_CPU_INFO.read_text(encoding="ascii", errors="ignore"))
    except OSError:
        return False


def exact_by_flags(cpu_info: str) -> bool:
    """Tells the same from what Linux writes of its processors: every one of them has to have such an instruction."""
    flags = [set(line.split()) for line in re.findall(r"^(?:flags|Features)\s*:(.*)$", cpu_info, re.MULTILINE)]
    return bool(flags) and all(_EXACT & of_one for of_one in flags)
