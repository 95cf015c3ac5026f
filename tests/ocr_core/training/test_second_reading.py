"""Labels that a second reading supports: what is taken, with which weight, and what training makes of the file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ocr_core.labelled.parquet import Row, read_rows
from ocr_core.training.second_reading import Supported, second_labels, supported


def encoded(level: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((32, 64), level, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def row(text: str, alternative: str = "", how: str = "disagree", confidence: float = 0.6, image: bytes = b"") -> Row:
    columns = {"how": how, "alternative": alternative, "confidence": confidence, "source": "covers", "origin": "a.jpg"}
    return Row(0, text, image, "a.png", columns)


class Levels:
    """Reads a picture's level of grey."""

    name = "levels"

    def read(self, images: Iterable[Any]) -> list[str]:
        return [f"level {int(image.mean())}" for image in images]


@pytest.mark.parametrize(
    ("text", "alternative", "reading", "expected"),
    [
        ("物理化学(上册)", "", "物理化学（上册）", Supported("物理化学(上册)", "repeated by crnn", 0.95)),
        ("CHINAnDUB.COM", "CHINA PUB.COM", "CHINAPUB.COM", Supported("CHINA PUB.COM", "repeated by crnn", 0.95)),
        ("计算机图像", "计具机图你", "计算机图象", Supported("计算机图像", "nearly repeated by crnn", 0.6 * 0.8)),
        ("计算机图像", "计具机图你", "计算机图", Supported("计算机图像", "nearly repeated by crnn", 0.6 * 0.8)),
        ("生活大路", "", "生活大咖", None),
        ("a", "", "", None),
        ("", "", "", None),
    ],
)
def test_what_was_repeated_becomes_a_label(
    text: str, alternative: str, reading: str, expected: Supported | None
) -> None:
    found = supported(row(text, alternative), reading, "crnn")
    if expected is None or found is None:
        assert found is expected
    else:
        assert (found.text, found.how) == (expected.text, expected.how)
        assert found.confidence == pytest.approx(expected.confidence)


def test_rows_with_labels_and_broken_pictures_are_passed_over(tmp_path: Path) -> None:
    rows = [
        row("level 7", image=encoded(7)),
        row("level 7", how="repo", image=encoded(7)),
        row("level 7", image=b"no picture"),
        row("another", how="doubtful", image=encoded(9)),
    ]
    found = list(second_labels(rows, Levels()))
    assert [(each["text"], each["how"], each["source"]) for each in found] == [
        ("level 7", "repeated by levels", "covers")
    ]
    file = tmp_path / "more.parquet"
    pq.write_table(pa.Table.from_pylist(found), file)
    (read,) = read_rows(file)
    assert (read.text, read.image, read.columns["confidence"]) == ("level 7", encoded(7), 0.95)
