"""Many lines by several workers: threads that share one network whose own operations take one thread each.

Promises the order of what came in, the readings that one worker would give, and memory that does not grow with the
number of lines. Everything of a line happens in a worker, from opening its file on. Knows nothing of what is read.

Threads and not processes: while a network runs, Python's lock is free, and the weights are in memory once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, pairwise
from typing import Final, TypeVar

import numpy as np

from ocr_core.errors import ModelError, OcrError
from ocr_core.opening import ImageInput
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition

LINES_AT_ONCE: Final = 8
"""Lines that a worker takes at a time: enough for a batch, few enough that nobody waits long for the last one."""

_PARTS_SORTED: Final = 2
"""So many parts for each worker are sorted by width together. More: fuller batches, and a longer wait for the first."""
_PARTS_AHEAD: Final = 2

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int) -> Iterator[_Result]:
    """Yields what a function makes of each item, in the order of the items; no more than a few are under way.

    Items are taken, and results given, in the thread that asks. What the function raises is raised in its place.
    """
    if workers <= 1:
        yield from map(function, items)
        return
    waiting: deque[Future[_Result]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="zijian-worker")
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > _PARTS_AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_each(
    recognizer: Recognizer, images: Iterable[ImageInput | OcrError], workers: int
) -> Iterator[Recognition | OcrError]:
    """Reads any number of lines and yields each in its turn; what cannot be read gives its error in its place.

    An image that could not even be opened may be given as its error, and comes back as that.
    """
    numbered = enumerate(images)
    read: dict[int, Recognition | OcrError] = {}
    following = 0

    def parts() -> Iterator[list[tuple[int, ImageInput | OcrError]]]:
        while some := list(islice(numbered, LINES_AT_ONCE * _PARTS_SORTED * max(1, workers))):
            some.sort(key=lambda each: _aspect(each[1]))
            yield from _in_parts(some, workers)

    for part in in_order(lambda part: _read_part(recognizer, part), parts(), workers):
        read.update(part)
        while following in read:
            yield read.pop(following)
            following += 1


def _in_parts(items: Sequence[_Item], workers: int) -> Iterator[list[_Item]]:
    """Shares items out evenly, so many in a part at most that nobody waits for one worker at the end."""
    rounds = -(-len(items) // (LINES_AT_ONCE * max(1, workers)))
    count = min(len(items), rounds * max(1, workers))
    ends = [len(items) * part // count for part in range(count + 1)]
    return (list(items[start:end]) for start, end in pairwise(ends))


def _read_part(
    recognizer: Recognizer, part: Sequence[tuple[int, ImageInput | OcrError]]
) -> list[tuple[int, Recognition | OcrError]]:
    opened = [(number, image) for number, image in part if not isinstance(image, OcrError)]
    failed = [(number, image) for number, image in part if isinstance(image, OcrError)]
    numbers = [number for number, _ in opened]
    try:
        readings = recognizer.recognize_batch([image for _, image in opened])
    except ModelError:  # one line that the network cannot take must not cost the others
        readings = [_read_alone(recognizer, image) for _, image in opened]
    return [*zip(numbers, readings, strict=True), *failed]


def _read_alone(recognizer: Recognizer, image: ImageInput) -> Recognition | OcrError:
    try:
        return recognizer.recognize(image)
    except OcrError as error:
        return error


def _aspect(image: ImageInput | OcrError) -> float:
    """Returns how wide a line is for its height where that is known without opening a file."""
    pixels = image.pixels if isinstance(image, LineImage) else image
    if not isinstance(pixels, np.ndarray) or pixels.ndim < 2 or not pixels.shape[0]:
        return 0.0
    return pixels.shape[1] / pixels.shape[0]
