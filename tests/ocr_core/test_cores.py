"""How many cores may be used: what control groups of both versions allow, and nothing where they say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_core import cores
from ocr_core.cores import quota_cores, usable_cores


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


@pytest.mark.parametrize(
    ("own", "files", "cores_allowed"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/a/b\n", {"cpu.max": "max 100000", "a/cpu.max": "50000 100000", "a/b/cpu.max": "400000 100000"}, 0.5),
        ("0::/host/only\n", {"cpu.max": "200000 100000"}, 2.0),
        (
            "4:memory:/x\n3:cpu,cpuacct:/x\n",
            {"cpu/x/cpu.cfs_quota_us": "300000", "cpu/x/cpu.cfs_period_us": "100000"},
            3,
        ),
        (
            "3:cpu,cpuacct:/x\n",
            {"cpu,cpuacct/cpu.cfs_quota_us": "70000", "cpu,cpuacct/cpu.cfs_period_us": "50000"},
            1.4,
        ),
        ("3:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ("0::/../..\n", {"cpu.max": "100000 100000"}, 1.0),
        ("0::/\n", {"cpu.max": "many 100000"}, None),
        ("nonsense\n", {}, None),
    ],
)
def test_quota_is_read(tmp_path: Path, own: str, files: dict[str, str], cores_allowed: float | None) -> None:
    own_groups = tmp_path / "cgroup"
    own_groups.write_text(own)
    mounted = written(tmp_path / "mounted", files)
    mounted.mkdir(exist_ok=True)
    assert quota_cores(own_groups, mounted) == cores_allowed


@pytest.mark.parametrize(("quota", "expected"), [(None, 4), (1.5, 1), (0.2, 1), (2.0, 2), (9.0, 4)])
def test_usable_cores_are_whole_and_at_least_one(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, expected: int
) -> None:
    monkeypatch.setattr(cores, "_affinity", lambda: 4)
    monkeypatch.setattr(cores, "quota_cores", lambda *_: quota)
    assert usable_cores() == expected
