"""Lines, drawn or real, to training batches, made in a process of its own. Knows nothing of networks.

Lines come from a deterministic source, one for every index, so a run resumes by its index alone. They wait in pools
by width until a pool holds a batch's worth of pixels.
"""

from __future__ import annotations

import logging
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ocr_core.charset import Charset
from ocr_core.preprocess import InputFormat, frames_of
from ocr_core.synth.line import SyntheticLine
from ocr_core.training.as_read import as_read
from ocr_core.training.frame_targets import frame_targets
from ocr_core.training.real_lines import RealLine

LineSource = Callable[[int], SyntheticLine | RealLine]

logger = logging.getLogger(__name__)

_MOST_FAILURES = 20
"""Of lines a process may fail to draw before it gives up: one in a hundred thousand is no reason to lose hours of
training, many are a fault of the whole."""


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A line at network height with everything either loss needs.

    Attributes:
        pixels: `H, W` uint8.
        classes: `L` int64.
        target_frames, target_classes: frames with a certain answer and their classes, `K` int64.
        frames: T.
    """

    pixels: NDArray[np.uint8]
    classes: NDArray[np.int64]
    target_frames: NDArray[np.int64]
    target_classes: NDArray[np.int64]
    frames: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of similar width.

    Attributes:
        images: `N, 1, H, W` float32, normalised, 0 beyond a line's own width.
        targets: classes padded with 0, `N, L` int64; lengths: `N`; frames: `N`.
        target_positions: indices into `N * T` of the frames with a certain answer, `K`; target_classes: `K`.
        next_index: where a resumed run goes on.
        counts: lines, long lines (400 px and more), real lines, lines dropped for want of frames, lines
            that failed to be drawn, since the last batch that came from the same worker.
    """

    images: Tensor
    targets: Tensor
    lengths: Tensor
    frames: Tensor
    target_positions: Tensor
    target_classes: Tensor
    next_index: int
    counts: dict[str, int] = field(default_factory=dict)

    def to(self, device: torch.device) -> Batch:
        """Returns the batch on a device."""
        on_device = {
            each.name: value.to(device, non_blocking=True)
            for each in fields(self)
            if isinstance(value := getattr(self, each.name), Tensor)
        }
        return replace(self, **on_device)


def needed_frames(classes: NDArray[np.int64]) -> int:
    """Returns how many frames CTC needs for a text: one a character, one more between equal neighbours."""
    return len(classes) + int(np.count_nonzero(classes[1:] == classes[:-1]))


def training_line(
    line: SyntheticLine | RealLine,
    charset: Charset,
    wanted: InputFormat,
    rng: np.random.Generator,
    *,
    enhanced_share: float = 0.0,
    rectified_share: float = 0.0,
) -> TrainingLine | None:
    """Brings a line to network height; None when its frames cannot hold its text.

    A real line has no frames with a certain answer: nobody knows where its characters are.
    """
    fitted = as_read(
        line.pixels, wanted, is_enhanced=rng.random() < enhanced_share, is_rectified=rng.random() < rectified_share
    )
    classes = np.asarray(charset.encode(line.text), dtype=np.int64)
    frames = frames_of(fitted.shape[1], wanted)
    if not len(classes) or needed_frames(classes) > frames:
        return None
    if isinstance(line, RealLine):
        nowhere = np.empty(0, dtype=np.int64)
        return TrainingLine(fitted, classes, nowhere, nowhere, frames)
    x_ranges = line.boxes[:, [0, 2]] * (fitted.shape[1] / line.pixels.shape[1])
    positions, labels = frame_targets(x_ranges, classes, frames, wanted.stride_px, rng)
    return TrainingLine(fitted, classes, positions, labels, frames)


class LineBatches(IterableDataset[Batch]):
    """Endless batches from a line source, from a given index on."""

    def __init__(
        self,
        make_source: Callable[[], LineSource],
        charset: Charset,
        wanted: InputFormat,
        *,
        first_index: int,
        budget_px: int,
        enhanced_share: float,
        rectified_share: float,
    ) -> None:
        """Takes a builder of the source, since the source itself is built inside the worker process."""
        self.make_source = make_source
        self.charset = charset
        self.wanted = wanted
        self.first_index = first_index
        self.budget_px = budget_px
        self.enhanced_share = enhanced_share
        self.rectified_share = rectified_share

    def __iter__(self) -> Iterator[Batch]:
        """Yields batches whose padded pixels fill the budget, lines in order of index within a width.

        Of several workers each takes its share of the numbers, so that together they draw the lines that one would.
        """
        worker = get_worker_info()
        step = 1 if worker is None else worker.num_workers
        source = self.make_source()
        pools: dict[int, list[TrainingLine]] = defaultdict(list)
        counts: Counter[str] = Counter()
        failures = 0
        index = self.first_index + (0 if worker is None else worker.id)
        while True:
            number, index = index, index + step
            rng = np.random.default_rng([77, number])
            try:
                drawn = source(number)
                line = training_line(
                    drawn,
                    self.charset,
                    self.wanted,
                    rng,
                    enhanced_share=self.enhanced_share,
                    rectified_share=self.rectified_share,
                )
            except Exception:
                failures += 1
                if failures > _MOST_FAILURES:
                    raise
                logger.exception("Line %d could not be drawn, and is left out.", number)
                counts["failed"] += 1
                continue
            if line is None:
                counts["dropped"] += 1
                continue
            width = line.pixels.shape[1]
            counts["lines"] += 1
            counts["real"] += isinstance(drawn, RealLine)
            counts["long"] += width >= 400
            bucket = -(-width // self.wanted.bucket_px) * self.wanted.bucket_px
            pool = pools[bucket]
            pool.append(line)
            if len(pool) * bucket >= self.budget_px:
                yield collate(pool, bucket, self.wanted, index, dict(counts))
                pools[bucket] = []
                counts.clear()


def collate(lines: list[TrainingLine], width_px: int, wanted: InputFormat, index: int, counts: dict[str, int]) -> Batch:
    """Pads lines to one width and joins their targets."""
    frames_in_batch = width_px // wanted.stride_px
    images = np.zeros((len(lines), 1, wanted.height_px, width_px), dtype=np.float32)
    targets = np.zeros((len(lines), max(len(line.classes) for line in lines)), dtype=np.int64)
    for n, line in enumerate(lines):
        scaled = line.pixels.astype(np.float32) / 255.0
        images[n, 0, :, : line.pixels.shape[1]] = (scaled - wanted.mean) / wanted.std
        targets[n, : len(line.classes)] = line.classes
    positions = [n * frames_in_batch + line.target_frames for n, line in enumerate(lines)]
    return Batch(
        images=torch.from_numpy(images),
        targets=torch.from_numpy(targets),
        lengths=torch.tensor([len(line.classes) for line in lines]),
        frames=torch.tensor([line.frames for line in lines]),
        target_positions=torch.from_numpy(np.concatenate(positions)),
        target_classes=torch.from_numpy(np.concatenate([line.target_classes for line in lines])),
        next_index=index,
        counts=counts,
    )


def stream(batches: LineBatches, workers: int = 1) -> Iterator[Batch]:
    """Runs the batches in worker processes, a few ahead of the training.

    OpenCV keeps to one thread from here on, in this process too: its other threads do not survive the fork, and a
    worker that ended them itself would wait for them for ever.
    """
    cv2.setNumThreads(1)
    loader = DataLoader(
        batches, batch_size=None, num_workers=workers, prefetch_factor=6, worker_init_fn=_stand_behind_the_training
    )
    return iter(loader)


def _stand_behind_the_training(_worker: int) -> None:
    os.nice(19)
