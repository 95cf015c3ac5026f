"""Lines to batches: what is padded, what is dropped and counted, and where a resumed run goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from ocr_core.preprocess import InputFormat  # noqa: E402
from ocr_core.synth.line import SyntheticLine  # noqa: E402
from ocr_core.training.batches import Batch, LineBatches, collate, needed_frames, stream, training_line  # noqa: E402
from tests.ocr_core.training.fake_lines import CHARSET, line_number, make_source, striped_line  # noqa: E402

WANTED = InputFormat()


@pytest.fixture(autouse=True)
def same_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker lowers its own priority; here it is the test's process, which cannot be raised again."""
    monkeypatch.setattr(os, "nice", lambda _: 0)


def batches(
    source: Callable[[int], SyntheticLine], count: int, first_index: int = 0, budget_px: int = 4 * 128
) -> list[Batch]:
    lines = LineBatches(
        lambda: source,
        CHARSET,
        WANTED,
        first_index=first_index,
        budget_px=budget_px,
        enhanced_share=0.0,
        rectified_share=0.0,
    )
    return list(islice(lines, count))


def counted(drawn: list[Batch], what: str) -> int:
    return sum(batch.counts.get(what, 0) for batch in drawn)


@pytest.mark.parametrize(
    ("classes", "frames"), [([1, 2, 3], 3), ([1, 1, 2], 4), ([1, 1, 1], 5), ([1, 2, 1], 3), ([4], 1)]
)
def test_equal_neighbours_need_a_blank_between_them(classes: list[int], frames: int) -> None:
    assert needed_frames(np.array(classes)) == frames


def test_a_line_that_its_frames_cannot_hold_is_none() -> None:
    rng = np.random.default_rng(0)
    assert training_line(striped_line("ABAB", letter_px=4), CHARSET, WANTED, rng) is not None
    assert training_line(striped_line("AABB", letter_px=4), CHARSET, WANTED, rng) is None
    assert training_line(striped_line(""), CHARSET, WANTED, rng) is None


def test_dropped_lines_are_counted_and_not_in_a_batch() -> None:
    def every_third_is_crowded(index: int) -> SyntheticLine:
        return striped_line("AABB", letter_px=4) if index % 3 == 0 else striped_line("ABCD")

    drawn = batches(every_third_is_crowded, 5)
    last = drawn[-1]
    assert last.next_index == counted(drawn, "lines") + counted(drawn, "dropped")
    assert counted(drawn, "dropped") == -(-last.next_index // 3)
    assert set(last.lengths.tolist()) == {4}


def test_a_line_that_cannot_be_drawn_is_reported_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    def line_two_is_a_fault(index: int) -> SyntheticLine:
        if index == 2:
            raise ValueError("no ink")
        return striped_line("ABCD")

    drawn = batches(line_two_is_a_fault, 3)
    last = drawn[-1]
    assert (counted(drawn, "failed"), counted(drawn, "dropped")) == (1, 0)
    assert last.next_index == counted(drawn, "lines") + 1
    assert [(record.levelname, record.getMessage()[:6]) for record in caplog.records] == [("ERROR", "Line 2")]


def test_many_lines_that_cannot_be_drawn_end_the_run() -> None:
    def all_from_line_four_fail(index: int) -> SyntheticLine:
        if index >= 4:
            raise ValueError("no ink")
        return striped_line("ABCD")

    with pytest.raises(ValueError, match="no ink"):
        batches(all_from_line_four_fail, 2)


def test_lines_of_400_pixels_and_more_are_counted_as_long() -> None:
    def every_second_is_long(index: int) -> SyntheticLine:
        return striped_line("ABCD" * (7 if index % 2 else 1))

    drawn = batches(every_second_is_long, 8)
    assert counted(drawn, "long") == drawn[-1].next_index // 2


def test_padding_is_zero_and_pixels_are_normalised() -> None:
    narrow, wide = striped_line("AB"), striped_line("ABC")
    prepared = [training_line(line, CHARSET, WANTED, np.random.default_rng(0)) for line in (narrow, wide)]
    batch = collate([line for line in prepared if line], 64, WANTED, 2, {})
    assert batch.images.shape == (2, 1, 32, 64)
    for row, line in zip(batch.images, (narrow, wide), strict=True):
        width = line.pixels.shape[1]
        assert torch.count_nonzero(row[:, :, width:]) == 0
        expected = line.pixels.astype(np.float32) / 127.5 - 1.0
        np.testing.assert_allclose(row[0, :, :width].numpy(), expected, atol=1e-6)
    assert batch.targets.tolist() == [[1, 2, 0], [1, 2, 3]]
    assert batch.lengths.tolist() == [2, 3]
    assert batch.frames.tolist() == [8, 12]


def test_certain_frames_point_at_their_own_line() -> None:
    lines = [training_line(line_number(n), CHARSET, WANTED, np.random.default_rng(0)) for n in range(4)]
    prepared = [line for line in lines if line]
    batch = collate(prepared, 192, WANTED, 4, {})
    owners = batch.target_positions // (192 // WANTED.stride_px)
    for number, line in enumerate(prepared):
        of_line = batch.target_positions[owners == number] % (192 // WANTED.stride_px)
        assert of_line.tolist() == line.target_frames.tolist()
        assert int(of_line.max()) < line.frames
        assert set(batch.target_classes[owners == number].tolist()) <= {0, *line.classes.tolist()}


def test_a_batch_holds_lines_of_one_bucket_up_to_the_budget() -> None:
    for batch in batches(line_number, 12, budget_px=512):
        width = batch.images.shape[3]
        assert width % WANTED.bucket_px == 0
        assert len(batch.images) == -(-512 // width)
        assert all(width - WANTED.bucket_px < 4 * frames <= width for frames in batch.frames.tolist())


def test_lines_depend_on_their_index_alone() -> None:
    whole = batches(line_number, 6)
    again = batches(line_number, 6)
    for one, other in zip(whole, again, strict=True):
        assert torch.equal(one.images, other.images) and torch.equal(one.target_positions, other.target_positions)
    resumed = batches(line_number, 1, first_index=whole[2].next_index)[0]
    assert resumed.next_index > whole[2].next_index
    assert not any(torch.equal(resumed.images, batch.images) for batch in whole[:3])


def test_several_workers_draw_the_lines_that_one_would() -> None:
    """On an accelerator many processes draw; the lines, told by their texts, must not depend on how many."""

    def texts(workers: int, lines: int) -> list[tuple[int, ...]]:
        made = LineBatches(
            make_source, CHARSET, WANTED, first_index=0, budget_px=1, enhanced_share=0.0, rectified_share=0.0
        )  # a batch a line
        drawn = [next_batch.targets[0].tolist() for next_batch in islice(stream(made, workers), lines)]
        return sorted(map(tuple, drawn))

    assert texts(2, 12) == texts(1, 12)


_AFTER_THREADS = """
import cv2, numpy as np
from ocr_core.training.batches import LineBatches, stream
from tests.ocr_core.training.fake_lines import CHARSET, make_source
from ocr_core.preprocess import InputFormat

cv2.setNumThreads(4)
cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (31, 31), 0)  # wakes them
lines = LineBatches(
    make_source, CHARSET, InputFormat(), first_index=0, budget_px=512, enhanced_share=1.0, rectified_share=1.0
)
print(len(next(stream(lines)).images))
"""


def test_the_worker_does_not_wait_for_threads_that_its_parent_left_behind() -> None:
    """OpenCV's threads end at the fork; a worker that shut them down itself hung."""
    done = subprocess.run([sys.executable, "-c", _AFTER_THREADS], capture_output=True, text=True, timeout=100)
    assert int(done.stdout) > 0, done.stderr
