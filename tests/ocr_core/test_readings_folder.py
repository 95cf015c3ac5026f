"""Lines from folders, Parquet, tar and addresses into a folder of Parquet, each of them once."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ocr_core import readings_folder
from ocr_core.cli import main
from ocr_core.errors import OcrError
from ocr_core.picture_sources import pictures_of
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_own_file

TEXTS = ("ABC", "BA", "CC", "CAB", "B")


def png(text: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(stripes(text)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same five lines in every form."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, text in enumerate(TEXTS):
        (pictures / f"{number}.png").write_bytes(png(text))
    pq.write_table(pa.table({"image": [{"bytes": png(text), "path": None} for text in TEXTS]}), tmp_path / "a.parquet")
    with tarfile.open(tmp_path / "a.tar", "w") as shard:
        for name, content in [("0.txt", b"ABC"), *((f"{n}.png", png(text)) for n, text in enumerate(TEXTS))]:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            shard.addfile(member, io.BytesIO(content))
    return tmp_path


def rows(path: Path) -> list[dict[str, Any]]:
    return [row for file in sorted(path.glob("part-*.parquet")) for row in pq.read_table(file).to_pylist()]


def read(folder: Path, *arguments: object) -> int:
    model = folder / "mine.onnx"
    if not model.exists():
        write_own_file(model)
    return main(["read", "--model", str(model), *map(str, arguments)])


@pytest.mark.parametrize("source", ["pictures", "a.parquet", "a.tar"])
def test_every_source_gives_the_same_lines(folder: Path, source: str) -> None:
    assert read(folder, folder / source, "--output", folder / "out") == 0
    assert [row["text"] for row in rows(folder / "out")] == list(TEXTS)


def test_addresses_are_read_as_files_are(folder: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for name in ("a.tar", "a.parquet"):
        system.pipe(f"/shards/{name}", (folder / name).read_bytes())
    system.pipe("/shards/single.png", png("CAB"))
    found = list(pictures_of("memory://shards", Settings()))
    assert len(found) == 11 and [name for name, _ in found][-1] == "memory:///shards/single.png"
    (refused,) = pictures_of("memory://nowhere/x.png", Settings())
    assert isinstance(refused[1], OcrError)


def test_what_was_read_is_not_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readings_folder, "LINES_A_FILE", 2)
    out = folder / "out"
    assert read(folder, folder / "pictures", "--output", out) == 0
    first = rows(out)
    (out / "part-000002.parquet").unlink()  # as if it had been killed before the last file was whole
    (out / ".part-000002.parquet.1").write_bytes(b"PAR1")
    assert read(folder, folder / "pictures", "--output", out) == 0
    assert "1 lines read now" in capsys.readouterr().err
    timeless = [{**row, "recognition": None} for row in rows(out)]
    assert timeless == [{**row, "recognition": None} for row in first]
    assert read(folder, folder / "a.tar", "--output", out) == 2
    assert "is not what comes next" in capsys.readouterr().err


def test_what_cannot_be_read_has_its_row(folder: Path) -> None:
    (folder / "pictures" / "2.png").write_text("no picture")
    assert read(folder, folder / "pictures", "--output", folder / "out") == 1
    found = rows(folder / "out")
    assert [row["text"] for row in found] == ["ABC", "BA", None, "CAB", "B"] and found[2]["error"]


@pytest.mark.parametrize(("name", "content"), [("x.parquet", b"PAR1"), ("x.tar", b"no tar"), ("gone.tar", None)])
def test_damaged_shards_are_errors_of_their_own(folder: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    assert read(folder, folder / name, folder / "pictures", "--output", folder / "out") == 1
    assert len(rows(folder / "out")) == 6


@pytest.mark.cluster
def test_a_cluster_reads_the_same(folder: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make test-cluster")
    assert read(folder, folder / "pictures", folder / "a.tar", "--output", folder / "here") == 0
    assert read(folder, folder / "pictures", folder / "a.tar", "--output", folder / "there", "--cluster", "local") == 0
    here, there = ([(row["file"], row["text"]) for row in rows(folder / name)] for name in ("here", "there"))
    assert here == there and len(here) == 10
