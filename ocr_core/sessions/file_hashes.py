"""The hashes of model files, remembered between starts: a file whose size and times are as they were keeps its hash.

Promises that nothing fails where nothing can be remembered, and that a file changed in the usual ways is hashed again.
Whoever can set the times of files can deceive it: `verified_sha256` reads every byte.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from ocr_core.sessions.model_files import ModelFiles

_SETTLED_NS: Final = 2_000_000_000
"""A file changed a moment ago may change again without its times showing it: so new a file is not remembered."""
_MOST_REMEMBERED: Final = 200
_LARGEST_BYTES: Final = 4 << 20


class Verified(NamedTuple):
    """A hash made of every byte just now, and what was remembered of files that look the same; None where nothing."""

    sha256: str
    remembered: str | None

    @property
    def agrees(self) -> bool:
        """False if files have changed although their sizes and times say that they have not."""
        return self.remembered in (None, self.sha256)


def remembered_sha256(files: ModelFiles, cache: Path) -> str:
    """Returns `ModelFiles.sha256`, without reading the files where the file `cache` knows it.

    Raises:
        OSError: a file of the model cannot be read.
    """
    stamp = _stamp(files)
    return _read(cache).get(stamp) or _hashed(files, cache, stamp)


def verified_sha256(files: ModelFiles, cache: Path) -> Verified:
    """Hashes every byte, compares with what was remembered, and remembers what is true.

    Raises:
        OSError: a file of the model cannot be read.
    """
    stamp = _stamp(files)
    before = _read(cache).get(stamp)
    return Verified(_hashed(files, cache, stamp), before)


def _hashed(files: ModelFiles, cache: Path, stamp: str) -> str:
    sha256 = files.sha256()
    newest_ns = max(max(state.st_mtime_ns, state.st_ctime_ns) for state in (path.stat() for path in files.paths))
    if stamp == _stamp(files) and time.time_ns() - newest_ns > _SETTLED_NS:
        _remember(cache, stamp, sha256)
    return sha256


def _stamp(files: ModelFiles) -> str:
    """Tells the files apart by where they are, how large, and when they were changed; not by what they hold."""
    states = [(str(path.resolve()), path.stat()) for path in files.paths]
    return json.dumps([[path, state.st_size, state.st_mtime_ns, state.st_ctime_ns] for path, state in states])


def _read(cache: Path) -> dict[str, str]:
    """Returns what is remembered; nothing where the file is missing or is not what it should be."""
    try:
        with cache.expanduser().open("rb") as file:
            known: Any = json.loads(file.read(_LARGEST_BYTES))
    except (OSError, ValueError, RuntimeError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    pairs = cast("dict[str, Any]", known).items()
    return {stamp: sha256 for stamp, sha256 in pairs if isinstance(sha256, str) and _is_sha256(sha256)}


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _remember(cache: Path, stamp: str, sha256: str) -> None:
    """Adds a hash; the file is whole or not there, as two programs may start at once. The oldest are forgotten."""
    known = _read(cache)
    known.pop(stamp, None)
    newest = dict([*known.items(), (stamp, sha256)][-_MOST_REMEMBERED:])
    with suppress(OSError, RuntimeError):  # a home folder that may not be written, or none at all
        path = cache.expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(newest, file, indent=1)
        Path(name).replace(path)
