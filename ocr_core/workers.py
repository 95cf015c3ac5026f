"""Many lines by several workers: threads where they are few, processes where they are many and can be set up again.

Promises the order of what came in, the readings that one worker would give, and memory that does not grow with the
number of lines. Everything of a line happens in a worker, from opening its file on. Knows nothing of what is read.

Threads share the network and are there at once, but wait for each other: half of what a line takes is Python's.
Processes (`ocr_core.worker_processes`) do not, and each loads the network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Final, TypeVar

import cv2
import numpy as np

from ocr_core.errors import ModelError, OcrError, WorkerDiedError
from ocr_core.opening import ImageInput
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition

if TYPE_CHECKING:
    from ocr_core.cluster import ClusterWorkers
    from ocr_core.worker_processes import WorkerProcesses

LINES_AT_ONCE: Final = 8
"""Lines that a worker takes at a time: enough for a batch, few enough that nobody waits long for the last one."""

_PARTS_SORTED: Final = 2
"""So many parts for each worker are sorted by width together. More: fuller batches, and a longer wait for the first."""
_PARTS_AHEAD: Final = 2

FEWEST_FOR_PROCESSES: Final = 96
"""Lines below which threads are done before processes have loaded their networks."""

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


Part = Sequence[tuple[int, ImageInput | OcrError]]
"""Lines with their numbers."""
ReadPart = list[tuple[int, Recognition | OcrError]]


def read_each(
    recognizer: Recognizer,
    images: Iterable[ImageInput | OcrError],
    workers: int,
    again: Callable[[], Recognizer] | None = None,
) -> Iterator[Recognition | OcrError]:
    """Reads any number of lines and yields each in its turn; what cannot be read gives its error in its place.

    An image that could not even be opened may be given as its error, and comes back as that.

    Args:
        recognizer: what reads.
        images: the lines.
        workers: how many read side by side.
        again: loads the same recogniser in another process, as `functools.partial(registry.load, "crnn")` does; many
            lines are read by processes then. Without it threads share the recogniser.
    """
    images = iter(images)
    if workers > 1 and again is not None:
        first = list(islice(images, FEWEST_FOR_PROCESSES))
        images = chain(first, images)
        if len(first) == FEWEST_FOR_PROCESSES:
            with ReadingProcesses(again, workers) as processes:
                yield from processes.read_each(images)
            return
    read = partial(_read_part, recognizer)
    yield from _unsorted(in_order(read, _sorted_parts(images, workers), workers))


class ReadingProcesses:
    """Processes that read lines, for whoever keeps them for longer than one `read_each`; `close` it, or use a `with`.

    Args:
        again: loads the recogniser in each process: see `read_each`.
        workers: how many processes.
        cluster: address of the cluster that they are on; None for this machine.
    """

    def __init__(self, again: Callable[[], Recognizer], workers: int, cluster: str | None = None) -> None:
        from ocr_core.cluster import ClusterWorkers
        from ocr_core.worker_processes import WorkerProcesses  # what it stands on takes 30 ms to load

        self._workers = workers
        make = partial(_part_reader, again)
        self._processes: WorkerProcesses[Part, ReadPart] | ClusterWorkers[Part, ReadPart] = (
            WorkerProcesses(make, workers) if cluster is None else ClusterWorkers(make, cluster, workers)
        )

    def __enter__(self) -> ReadingProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes."""
        self._processes.close()

    def read_each(self, images: Iterable[ImageInput | OcrError]) -> Iterator[Recognition | OcrError]:
        """Reads any number of lines as the function of this name does. Lines of a killed process are read again."""
        given: deque[Part] = deque()

        def parts() -> Iterator[Part]:
            for part in _sorted_parts(images, self._workers):
                given.append(part)
                yield part

        def read() -> Iterator[ReadPart]:
            for outcome in self._processes.in_order(parts()):
                part = given.popleft()
                yield self._one_by_one(part) if isinstance(outcome, WorkerDiedError) else outcome

        yield from _unsorted(read())

    def _one_by_one(self, part: Part) -> ReadPart:
        """Reads a part again whose processes all died, so that no line but the one that kills them is lost."""
        read: ReadPart = []
        for (number, _), outcome in zip(part, self._processes.in_order([each] for each in part), strict=True):
            read += [(number, outcome)] if isinstance(outcome, WorkerDiedError) else outcome
        return read


def _part_reader(again: Callable[[], Recognizer]) -> Callable[[Part], ReadPart]:
    one_thread_a_worker()
    return partial(_read_part, again())


def one_thread_a_worker() -> None:
    """Keeps this process's picture operations to one thread: the other cores have workers of their own."""
    cv2.setNumThreads(1)


def _sorted_parts(images: Iterable[ImageInput | OcrError], workers: int) -> Iterator[Part]:
    numbered = enumerate(images)
    while some := list(islice(numbered, LINES_AT_ONCE * _PARTS_SORTED * max(1, workers))):
        some.sort(key=lambda each: _aspect(each[1]))
        yield from _in_parts(some, workers)


def _unsorted(parts: Iterable[ReadPart]) -> Iterator[Recognition | OcrError]:
    read: dict[int, Recognition | OcrError] = {}
    following = 0
    for part in parts:
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


def _read_part(recognizer: Recognizer, part: Part) -> ReadPart:
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
