"""The process's heap: what is large goes back to the system at once, whatever was freed before."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys, threading
from apps.server.heap import LARGE_BYTES, give_memory_back

names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

libc = ctypes.CDLL(None)
if not hasattr(libc, "mallinfo2"):
    print("unknown")
    sys.exit()
libc.mallinfo2.restype = Info
if sys.argv[1] == "set":
    assert give_memory_back()
block = bytearray(24 * LARGE_BYTES)  # when it is freed, glibc takes blocks of this size for usual ones
del block
before = libc.mallinfo2().hblks
blocks = [bytearray(3 * LARGE_BYTES) for _ in range(4)]
print(libc.mallinfo2().hblks - before)
"""


def blocks_of_their_own(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    if done.stdout.strip() == "unknown":
        pytest.skip("this C library does not say what its heap holds")
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc's heap is set")
def test_large_blocks_are_given_back_even_after_larger_ones() -> None:
    assert blocks_of_their_own("as it is") == 0  # or there would be nothing to be mended
    assert blocks_of_their_own("set") == 4
