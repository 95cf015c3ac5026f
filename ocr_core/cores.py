"""How many processor cores this process may use: its affinity, and the share that a container is given.

Reads what Linux says in `/proc` and `/sys`; elsewhere, and where nothing is said, it is the machine's number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

_CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN_GROUPS: Final = Path("/proc/self/cgroup")


def usable_cores() -> int:
    """Returns how many threads can really run at once, at least 1; half a core is none."""
    allowed = float(_affinity())
    quota = quota_cores(_OWN_GROUPS, _CONTROL_GROUPS)
    return max(1, int(allowed if quota is None else min(allowed, quota)))


def quota_cores(own_groups: Path, mounted: Path) -> float | None:
    """Returns the processor time that control groups of version 2 or 1 allow, in cores; None where there is no limit.

    Args:
        own_groups: the file that says which groups this process is in, as `/proc/self/cgroup`.
        mounted: where the groups are, as `/sys/fs/cgroup`.
    """
    quotas = [quota for folder in _folders(own_groups, mounted) for quota in _quotas(folder)]
    return min(quotas, default=None)


def _affinity() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # macOS, Windows
        return os.cpu_count() or 1


def _folders(own_groups: Path, mounted: Path) -> Iterator[Path]:
    """Yields the folders of all groups that limit this process: its own and those around it.

    Inside a container the path is often that of the host, which is not there; the mounted root is the container's own.
    """
    try:
        rows = own_groups.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        rows = ["0::/"]
    for row in rows:
        _, _, rest = row.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        homes = [mounted] if not controllers else [mounted / "cpu", mounted / "cpu,cpuacct", mounted / "cpuacct,cpu"]
        inside = PurePosixPath(path.lstrip("/"))
        for home in homes:
            if ".." not in inside.parts:
                yield from (home / part for part in (inside, *inside.parents))
            else:
                yield home


def _quotas(folder: Path) -> Iterator[float]:
    """Yields what one group allows: `cpu.max` holds quota and period, version 1 has a file for each."""
    limit = _words(folder / "cpu.max")
    if len(limit) < 2:
        limit = [*_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us")]
    try:
        quota, period = int(limit[0]), int(limit[1])
    except (ValueError, IndexError):  # "max", or no such files
        return
    if quota > 0 and period > 0:
        yield quota / period


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []
