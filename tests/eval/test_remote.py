"""Data sets at an address: copied once, again when they changed, bounded, and one clear sentence when that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import remote
from eval.datasets import read_dataset
from eval.remote import is_address, local_copy
from eval.runs.begin import data_path
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings
from tests.eval.barred_pictures import pixels, png

fsspec = pytest.importorskip("fsspec")

MemoryFiles = Any
"""fsspec's file system in memory."""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryFiles]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    system = fsspec.filesystem("memory")
    system.store.clear()
    for number in range(2):
        system.pipe_file(f"/bucket/print/{number}.png", png(number))
    system.pipe_file("/bucket/print/labels.tsv", "0.png\t第0行\n1.png\tone\n".encode())
    system.pipe_file("/bucket/print/weights.bin", b"0" * 1000)
    system.pipe_file("/bucket/print/.hidden/labels.tsv", b"0.png\tno\n")
    yield system
    system.store.clear()


@pytest.mark.parametrize("address", ["memory://bucket", "memory://bucket/print/", "memory://bucket/print/labels.tsv"])
def test_an_address_is_read_like_a_folder(there: MemoryFiles, address: str) -> None:
    for lines in (read_dataset(address).lines, read_dataset(data_path(address)).lines):
        assert [(line.text, line.section) for line in lines] == [("第0行", "print"), ("one", "print")]
        assert np.array_equal(lines[1].load(Settings()), pixels(1))
    kept = {path.name for path in data_path(address).rglob("*") if path.is_file()}
    assert "weights.bin" not in kept and ".hidden" not in kept


def test_only_what_changed_is_fetched_again(there: MemoryFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = local_copy("memory://bucket/print")
    fetched: list[str] = []
    original = type(there).get_file

    def get_file(self: MemoryFiles, path: str, target: str, **given: object) -> None:
        fetched.append(path.rsplit("/", 1)[-1])
        original(self, path, target, **given)

    monkeypatch.setattr(type(there), "get_file", get_file)
    assert local_copy("memory://bucket/print") == folder and fetched == []
    there.pipe_file("/bucket/print/labels.tsv", b"1.png\tnew\n")
    there.rm_file("/bucket/print/0.png")
    assert [line.text for line in read_dataset("memory://bucket/print").lines] == ["new"]
    assert fetched == ["labels.tsv"] and not (folder / "0.png").exists()


def test_a_shard_at_an_address_comes_alone(there: MemoryFiles, tmp_path: Path) -> None:
    from tests.eval.test_lines_inside_files import shard

    there.pipe_file("/bucket/shards/a.tar", shard(tmp_path / "a.tar", 2).read_bytes())
    there.pipe_file("/bucket/shards/b.tar", b"another")
    lines = read_dataset("memory://bucket/shards/a.tar").lines
    assert [line.text for line in lines] == ["第0行", "第1行"]
    assert not list((tmp_path / "cache").rglob("b.tar"))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://nothing/here", "memory://nothing/here"),
        ("nosuch://bucket/set", "Nothing is known to open 'nosuch://'"),
        ("file:///etc", "no address of a data set"),
        ("simplecache::memory://bucket", "There is no file or folder"),
        ("zip://a::memory://bucket/x.zip", "no address of a data set"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(there: MemoryFiles, address: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as raised:
        read_dataset(address)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs")])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, scheme: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DatasetError, match=rf"^{scheme}:// addresses need another package: pip install {package}$"):
        read_dataset(f"{scheme}://bucket/set")


def test_without_fsspec_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(DatasetError, match="pip install fsspec"):
        read_dataset("s3://bucket/set")


def test_too_much_is_refused_before_anything_is_copied(
    there: MemoryFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MOST_BYTES", 50)
    with pytest.raises(DatasetError, match=r"3 files of 0\.0 GB, too many to copy"):
        local_copy("memory://bucket/print")
    assert not (tmp_path / "cache").exists()


def test_names_there_cannot_lead_out_of_the_cache(there: MemoryFiles, tmp_path: Path) -> None:
    there.store["/bucket/print/../../../evil.png"] = there.store["/bucket/print/0.png"]
    there.store["/bucket/print/sub\\..\\evil.png"] = there.store["/bucket/print/0.png"]
    local_copy("memory://bucket/print")
    assert not list(tmp_path.rglob("*evil*"))


def test_paths_are_no_addresses() -> None:
    assert [is_address(text) for text in ("s3://b/x", "hf://datasets/a/b", "gs://b")] == [True] * 3
    assert [is_address(text) for text in ("/data/x", "C:/data", "C:\\data", "a b", "s3:/x", "zijian-500")] == [
        False
    ] * 6
