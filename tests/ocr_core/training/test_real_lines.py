"""Real lines in training: what is read of a Parquet file, how it is drawn from, and what a batch makes of it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from ocr_core.charset import Charset  # noqa: E402
from ocr_core.errors import DatasetError  # noqa: E402
from ocr_core.preprocess import InputFormat  # noqa: E402
from ocr_core.training.batches import LineBatches, training_line  # noqa: E402
from ocr_core.training.real_lines import MixedSource, RealLine, RealLines, varied  # noqa: E402
from ocr_core.training.train import _ctc_loss  # noqa: E402
from tests.ocr_core.training.fake_lines import CHARSET, StripeNetwork, line_number, striped_line  # noqa: E402

CHARSET_WITH_SPACE = Charset.of("ABCD ")


def encoded(text: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(striped_line(text).pixels).save(buffer, "PNG")
    return buffer.getvalue()


def row(text: str, **more: Any) -> dict[str, Any]:
    columns = {"how": "repo", "confidence": 1.0, "source": "signs", "origin": "a.jpg"}
    return {"image": {"bytes": encoded(text), "path": f"{text}.png"}, "text": text, **columns, **more}


def parquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def test_only_labels_somebody_stands_for_are_read(tmp_path: Path) -> None:
    rows = [
        row("AB"),
        row("BC", how="disagree"),
        row("CD", how="doubtful"),
        {**row("AB"), "text": "A龘"},
        {**row("AB"), "text": " "},
        row("DA", how="v6"),
    ]
    lines = RealLines.open([parquet(tmp_path / "x.parquet", rows)], CHARSET)
    assert lines.counts == {"signs": 2}
    assert sorted(line.text for line in lines.sample(9, seed=0)) == ["AB", "DA"]


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", [row("AB")])
    parquet(tmp_path / "b.parquet", [row("BC", source="notes")])
    assert RealLines.open([tmp_path], CHARSET).counts == {"notes": 1, "signs": 1}


@pytest.mark.parametrize("name", ["missing.parquet", "empty"])
def test_a_path_without_lines_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="no Parquet file"):
        RealLines.open([tmp_path / name], CHARSET)


def test_a_file_that_is_no_parquet_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(DatasetError, match="Parquet"):
        RealLines.open([tmp_path / "x.parquet"], CHARSET)


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="label"):
        RealLines.open([parquet(tmp_path / "x.parquet", [row("A", how="disagree")])], CHARSET)


def test_a_large_collection_does_not_drown_a_small_one(tmp_path: Path) -> None:
    rows = [row("AB", source="many")] * 400 + [row("CD", source="few")] * 4
    lines = RealLines.open([parquet(tmp_path / "x.parquet", rows)], CHARSET)
    drawn = Counter(lines.draw(np.random.default_rng(n)).source for n in range(1_100))
    assert drawn["few"] / 1_100 == pytest.approx(2 / 22, abs=0.03)
    weighed = RealLines.open([tmp_path / "x.parquet"], CHARSET, {"few": 10.0, "many": 0.0})
    assert weighed.counts == {"few": 4}


def test_doubted_labels_are_drawn_less(tmp_path: Path) -> None:
    rows = [row("ABABABAB", confidence=0.9), row("CDCDCDCD", confidence=0.3)]  # too long to be joined
    lines = RealLines.open([parquet(tmp_path / "x.parquet", rows)], CHARSET)
    drawn = Counter(lines.draw(np.random.default_rng(n)).text for n in range(600))
    assert drawn["CDCDCDCD"] / 600 == pytest.approx(0.25, abs=0.06)


def test_short_lines_are_also_set_side_by_side(tmp_path: Path) -> None:
    lines = RealLines.open([parquet(tmp_path / "x.parquet", [row("AB"), row("CD")])], CHARSET_WITH_SPACE)
    drawn = [lines.draw(np.random.default_rng(n)) for n in range(200)]
    joined = [line for line in drawn if len(line.text) > 2]
    assert len(joined) > 30
    assert any(" " in line.text for line in joined) and any(" " not in line.text for line in joined)
    assert all(set(line.text.replace(" ", "")) <= set("ABCD") for line in joined)
    narrow = max(line.pixels.shape[1] / line.pixels.shape[0] for line in drawn if len(line.text) == 2)
    assert all(line.pixels.shape[1] / line.pixels.shape[0] > 0.7 * narrow for line in joined)


def test_a_line_varies_and_stays_a_picture() -> None:
    grey = striped_line("ABCD").pixels
    pictures = [varied(grey, np.random.default_rng(n)) for n in range(40)]
    assert all(picture.dtype == np.uint8 and picture.ndim == 2 and min(picture.shape) >= 4 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) > 30
    assert np.array_equal(varied(grey, np.random.default_rng(7)), varied(grey, np.random.default_rng(7)))


def test_the_mix_is_the_same_for_the_same_number(tmp_path: Path) -> None:
    real = RealLines.open([parquet(tmp_path / "x.parquet", [row("AB"), row("CDCDCD")])], CHARSET)
    source = MixedSource(line_number, real, real_share=0.25, seed=3)
    shares = [isinstance(source(index), RealLine) for index in range(400)]
    assert np.mean(shares) == pytest.approx(0.25, abs=0.06)
    for index in range(20):
        assert np.array_equal(source(index).pixels, source(index).pixels)
        assert source(index).text == source(index).text


def test_a_batch_counts_real_lines_and_gives_them_no_frames(tmp_path: Path) -> None:
    line = RealLine(striped_line("ABCD").pixels, "ABCD", "signs")
    made = training_line(line, CHARSET, InputFormat(), np.random.default_rng(0))
    assert made is not None and made.target_frames.size == 0 and made.classes.tolist() == CHARSET.encode("ABCD")

    lines = LineBatches(
        lambda: lambda index: line if index % 2 else striped_line("ABCD"), CHARSET, InputFormat(),
        first_index=0, budget_px=4 * 64, enhanced_share=0.0, rectified_share=0.0,
    )  # fmt: skip
    batch = next(iter(lines))
    assert batch.counts["real"] == batch.counts["lines"] // 2 == 2


def test_a_batch_of_real_lines_alone_has_a_loss() -> None:
    """The frame loss of no frames is not a number, and would have ended the run."""
    lines = LineBatches(
        lambda: lambda _: RealLine(striped_line("ABCD").pixels, "ABCD", "signs"), CHARSET, InputFormat(),
        first_index=0, budget_px=2 * 64, enhanced_share=0.0, rectified_share=0.0,
    )  # fmt: skip
    loss = _ctc_loss(StripeNetwork(len(CHARSET)), next(iter(lines)))
    assert torch.isfinite(loss) and loss > 0


def test_a_run_can_say_whose_word_its_labels_are(tmp_path: Path) -> None:
    rows = [row("AB"), row("BC", how="v6"), row("CD", how="v6", source="notes")]
    lines = RealLines.open([parquet(tmp_path / "signs-train.parquet", rows)], CHARSET)
    assert lines.labels == {"signs-train": {"repo": 1, "v6": 2}}
