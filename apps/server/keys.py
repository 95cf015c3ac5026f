"""Who may ask: keys in a file, kept as hashes and compared in constant time, and how often each may.

A key is 256 random bits, so its plain SHA-256 tells nobody what it is. Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ocr_core.errors import OcrError

PREFIX: Final = "zj_"
MOST_REMEMBERED: Final = 10_000

_NAME: Final = re.compile(r"[\w.@-]{1,64}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class KeysError(OcrError):
    """The file of keys cannot be used."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is known: who has it, its hash, and how often it may ask; None is the service's own rate."""

    name: str
    sha256: str
    rate_per_minute: int | None = None


def new_key() -> str:
    """Makes a key."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """Returns what is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def line_of(name: str, key: str, rate_per_minute: int | None = None) -> str:
    """Returns the line of a key in the file.

    Raises:
        KeysError: the name would break it.
    """
    if not _NAME.fullmatch(name):
        raise KeysError("A key's name has up to 64 letters, digits, dots, dashes, underscores or @.")
    return f"{name} {hash_of(key)}" + ("" if rate_per_minute is None else f" {rate_per_minute}")


def parse(text: str) -> tuple[ApiKey, ...]:
    """Reads the lines of a file of keys: name, hash and perhaps a rate a minute; `#` begins a remark.

    Raises:
        KeysError: a line is something else.
    """
    keys: list[ApiKey] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        parts = raw.partition("#")[0].split()
        if not parts:
            continue
        is_sound = len(parts) in (2, 3) and _NAME.fullmatch(parts[0]) and _HASH.fullmatch(parts[1])
        if not is_sound or (len(parts) == 3 and not (parts[2].isascii() and parts[2].isdecimal())):
            raise KeysError(
                f"Line {number} of the file of keys should be a name, a SHA-256 and perhaps a rate a minute."
            )
        keys.append(ApiKey(parts[0], parts[1], int(parts[2][:9]) if len(parts) == 3 else None))
    return tuple(keys)


class Keys:
    """The keys of a file; read again when the file has changed, so that a key can be withdrawn without a restart."""

    def __init__(self, path: Path) -> None:
        """Reads the file.

        Raises:
            KeysError: it cannot be read.
        """
        self._path = path.expanduser()
        self._lock = threading.Lock()
        self._seen, self._keys = self._load()

    def find(self, key: str) -> ApiKey | None:
        """Returns who has a key; takes as long for a wrong one as for a right one."""
        asked, found = hash_of(key), None
        for known in self._current():
            if hmac.compare_digest(known.sha256, asked):
                found = known
        return found

    def _current(self) -> tuple[ApiKey, ...]:
        with self._lock:
            try:
                state = self._path.stat()
                if (state.st_mtime_ns, state.st_size) != self._seen:
                    self._seen, self._keys = self._load()
            except (OSError, KeysError):  # being written, or broken: nobody new gets in, nobody is thrown out
                pass
            return self._keys

    def _load(self) -> tuple[tuple[int, int], tuple[ApiKey, ...]]:
        try:
            state = self._path.stat()
            return (state.st_mtime_ns, state.st_size), parse(self._path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise KeysError(f"The file of keys {self._path} cannot be read.") from error


class Rates:
    """How often each may ask: a bucket that fills evenly and holds a quarter of a minute's requests, at least one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, who: str, rate_per_minute: int) -> float:
        """Takes one request from a bucket; returns 0, or how many seconds are to be waited until there is one."""
        if rate_per_minute <= 0:
            return 0.0
        holds = max(1.0, rate_per_minute / 4)
        with self._lock:
            now = self._clock()
            left, before = self._buckets.pop(who, (holds, now))
            left = min(holds, left + (now - before) * rate_per_minute / 60)
            allowed = left >= 1
            self._buckets[who] = (left - 1 if allowed else left, now)
            while len(self._buckets) > MOST_REMEMBERED:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / rate_per_minute
