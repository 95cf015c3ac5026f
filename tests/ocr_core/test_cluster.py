"""Workers on a cluster of this machine: order, exactly one result for an item, whatever is done to the workers."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ocr_core import cluster
from ocr_core.cluster import LOCAL, ClusterError, ClusterWorkers
from ocr_core.errors import ImageError, WorkerDiedError

pytestmark = pytest.mark.cluster


def squares() -> Callable[[int], int]:
    return lambda number: number * number


def slow_squares() -> Callable[[int], int]:
    def square(number: int) -> int:
        time.sleep(0.02)
        return number * number

    return square


def deadly_thirteen() -> Callable[[int], int]:
    def square(number: int) -> int:
        if number == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number

    return square


def refusing() -> Callable[[int], int]:
    def refuse(number: int) -> int:
        raise ImageError(f"{number} is no picture.")

    return refuse


@pytest.fixture(autouse=True)
def _ray() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make test-cluster")


def test_results_come_in_the_order_of_the_items_and_few_are_taken_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(200):
            taken.append(number)
            yield number

    with ClusterWorkers(squares, LOCAL, 2) as workers:
        results = workers.in_order(items())
        assert next(results) == 0
        assert len(taken) <= 4 * cluster.ITEMS_A_PART
        assert [0, *results] == [number * number for number in range(200)]


def test_killed_workers_cost_no_item_and_repeat_none() -> None:
    with ClusterWorkers(slow_squares, LOCAL, 2) as workers:
        found: list[int] = []
        killed: list[int] = []

        def kill() -> None:
            for _ in range(2):
                (victim, *_) = [one for one in workers.process_ids() if one not in killed]
                killed.append(victim)
                os.kill(victim, signal.SIGKILL)
                time.sleep(1.0)

        results = workers.in_order(range(300))
        found.append(next(results))  # type: ignore[arg-type]
        killer = threading.Thread(target=kill)
        killer.start()
        found += results  # type: ignore[arg-type]
        killer.join()
    assert len(killed) == 2
    assert found == [number * number for number in range(300)]


def test_an_item_that_ends_every_worker_costs_itself_alone() -> None:
    with ClusterWorkers(deadly_thirteen, LOCAL, 1) as workers:
        found = list(workers.in_order(range(20)))
    assert isinstance(found[13], WorkerDiedError)
    assert [one for one in found if not isinstance(one, WorkerDiedError)] == [n * n for n in range(20) if n != 13]


def test_what_the_function_raises_is_raised_here() -> None:
    with ClusterWorkers(refusing, LOCAL, 1) as workers, pytest.raises(ImageError, match="0 is no picture"):
        next(workers.in_order(range(3)))


def test_there_is_no_cluster_where_there_is_none() -> None:
    with pytest.raises(ClusterError, match="no cluster at '127"):
        ClusterWorkers(squares, "127.0.0.1:9", 1)


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"pip install -r requirements-cluster\.txt"):
        ClusterWorkers(squares, LOCAL, 1)
