"""Many items by workers on a Ray cluster: as `worker_processes` does it on one machine, over any number of them.

Promises the order of what came in, each result exactly once however often workers die, and bounded memory: a few parts
for each worker are under way, and no more are taken before the next result is wanted. Workers only compute; whoever
asked is the only one that writes. Knows nothing of what is done. Needs the package ray (requirements-cluster.txt).

Plain actors and not Ray Data: that takes and gives whole data sets, and what it writes comes from its workers, a part
again and again if one dies on it. Here what was read before is left out item by item, and whenever everything ends,
what has been written is complete up to some item.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from ocr_core.errors import ModelError, OcrError, WorkerDiedError

LOCAL: Final = "local"
"""Instead of an address: a cluster of this machine alone, begun for the work and ended after it."""

ITEMS_A_PART: Final = 8
"""Items that a worker is given together: enough that handing them over costs little beside reading them."""

OBJECT_STORE_BYTES: Final = 128 * 2**20
_ANSWERS_WITHIN_S: Final = 10
_PARTS_AHEAD: Final = 2
_TRIES: Final = 4
"""How often a part is begun beside others before its items are tried alone; each of them as often again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class ClusterError(OcrError):
    """There is no such cluster, or it cannot do the work."""


@dataclass(slots=True)
class _Part(Generic[_Item]):
    """Items that a worker has been given, and the promise of their results."""

    items: list[_Item]
    worker: int
    promised: Any


class ClusterWorkers(Generic[_Item, _Result]):
    """Workers on a cluster; use it in a `with`, or `close` it.

    Args:
        make: makes, in each worker, the function that is done to every item. Both it and what it needs are pickled.
        address: `LOCAL`, or of a Ray cluster: `auto`, `HOST:PORT`, `ray://HOST:PORT`. Every machine of it must have
            this project installed, and find what `make` and the items name under the paths of this one.
        workers: how many on a local cluster; elsewhere there is one for every processor.

    Raises:
        ClusterError: ray is not installed, or there is no cluster at the address.
    """

    def __init__(self, make: Callable[[], Callable[[_Item], _Result]], address: str, workers: int) -> None:
        self._ray = _ray()
        _connect(self._ray, address, workers)
        count = workers if address == LOCAL else int(self._ray.cluster_resources().get("CPU", 1))
        actor = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_TRIES - 1)(_Worker)
        self._workers = [actor.remote(make) for _ in range(max(1, count))]
        self._busy = [0] * len(self._workers)

    def __enter__(self) -> ClusterWorkers[_Item, _Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers, and with them a local cluster."""
        self._ray.shutdown()

    def in_order(self, items: Iterable[_Item]) -> Iterator[_Result | WorkerDiedError]:
        """Yields what the function makes of each item, in the order of the items.

        What a worker that dies had in hand is given to it again once it is there anew. An item that ends every worker
        gives a `WorkerDiedError` in its place.

        Raises:
            ClusterError: no worker can be made, or the cluster is gone.
            ModelError: the workers cannot load what the function needs.
        """
        waiting: deque[_Part[_Item]] = deque()
        coming = iter(items)
        while True:
            while len(waiting) < _PARTS_AHEAD * len(self._workers) and (some := list(islice(coming, ITEMS_A_PART))):
                waiting.append(self._given(some))
            if not waiting:
                return
            part = waiting.popleft()
            yield from self._results(part)

    def process_ids(self) -> list[int]:
        """Returns the processes of the workers, each on its own machine."""
        return self._ray.get([worker.process_id.remote() for worker in self._workers])

    def _given(self, items: list[_Item]) -> _Part[_Item]:
        worker = min(range(len(self._workers)), key=self._busy.__getitem__)
        self._busy[worker] += 1
        return _Part(items, worker, self._workers[worker].work.remote(items))

    def _results(self, part: _Part[_Item]) -> list[_Result | WorkerDiedError]:
        """Returns a part's results; of one that ended its worker time and again, item by item."""
        try:
            return self._ray.get(part.promised)
        except self._ray.exceptions.RayTaskError as error:  # the function's own
            raise error.as_instanceof_cause() from error
        except self._ray.exceptions.ActorDiedError as error:
            raise ModelError(f"No worker of the cluster can begin: {_last_line(error)}") from error
        except self._ray.exceptions.ActorUnavailableError:
            if len(part.items) == 1:
                return [WorkerDiedError("The worker that read this was ended from outside or crashed, several times.")]
            return [result for item in part.items for result in self._results(self._given([item]))]
        except self._ray.exceptions.RayError as error:
            raise ClusterError(f"The cluster cannot go on: {_last_line(error)}") from error
        finally:
            self._busy[part.worker] -= 1


class _Worker:
    """What runs in a process of the cluster."""

    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        self._function = make()

    def work(self, items: list[Any]) -> list[Any]:
        return [self._function(item) for item in items]

    def process_id(self) -> int:
        return os.getpid()


def _connect(ray: Any, address: str, workers: int) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():  # ray itself would try for minutes
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWERS_WITHIN_S).close()
        except OSError as error:
            raise ClusterError(f"There is no cluster at '{address}': {error}.") from error
    quiet = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address == LOCAL:
            ray.init(num_cpus=workers, object_store_memory=OBJECT_STORE_BYTES, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(f"There is no cluster at '{address}': {_last_line(error)}") from error


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ClusterError("Clusters need the package ray: pip install -r requirements-cluster.txt") from error
    return ray


def _last_line(error: Exception) -> str:
    return str(error).strip().rsplit("\n", 1)[-1][:300]
