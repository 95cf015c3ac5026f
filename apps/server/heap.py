"""Lets the process give memory back: pictures of any size, opened by many threads, must not leave holes behind.

The C library (glibc) keeps a heap for every few threads and, once a large block has been freed, puts blocks of up to
32 MB into them: what callers send then tears holes that never close. Two heaps, and blocks of a megabyte and more from
the system and back to it, keep the process as large as what it holds. Knows nothing of requests.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from typing import Final

HEAPS: Final = 2
LARGE_BYTES: Final = 1 << 20
"""Blocks from this size on are the system's own again as soon as they are free."""

# Of glibc's malloc.h: number of the choice, value, and the variable with which somebody may have chosen already.
_CHOICES: Final = ((-8, HEAPS, "MALLOC_ARENA_MAX"), (-3, LARGE_BYTES, "MALLOC_MMAP_THRESHOLD_"))


def give_memory_back(environment: Mapping[str, str] | None = None) -> bool:
    """Sets the C library's heap so, unless the environment says otherwise; to be called before threads are started.

    Returns:
        Whether everything was set: no other C library than glibc can be told.
    """
    source = os.environ if environment is None else environment
    try:
        libc = ctypes.CDLL(None)
        if not hasattr(libc, "gnu_get_libc_version"):
            return False
        return all(bool(libc.mallopt(choice, value)) for choice, value, name in _CHOICES if not source.get(name))
    except (AttributeError, OSError, TypeError):  # Windows has no library of this name
        return False
