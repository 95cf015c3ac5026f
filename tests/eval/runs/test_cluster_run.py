"""A run that is read on a cluster is the run that one machine makes, also when its workers are killed meanwhile."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from eval import cli
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core.cluster import ClusterWorkers
from tests.eval.made_up import put_lines
from tests.ocr_core.tiny_model import stripes, write_own_file

pytestmark = pytest.mark.cluster

LINES = 240
KILLS = 2
SOME_UNREAD = 4
"""How `eval run` ends where a picture could not be read; one of these cannot."""


@pytest.fixture(autouse=True)
def _ray() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make test-cluster")


def test_a_run_whose_workers_are_killed_is_that_of_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [("ABC", "BA", "CC", "CAB")[number % 4] for number in range(LINES)]
    data = put_lines(tmp_path / "print", texts)
    for number, text in enumerate(texts):
        (data / f"{number}.png").unlink()  # all of them are one file so far
        Image.fromarray(stripes(text)).save(data / f"{number}.png")
    (data / "7.png").write_text("no picture")
    common = ["run", "--runs", str(tmp_path / "runs"), "--models", str(write_own_file(tmp_path / "mine.onnx"))]
    common += ["--data", str(data), "--workers", "2"]
    killed: list[int] = []
    monkeypatch.setattr(ClusterWorkers, "in_order", _killing(ClusterWorkers.in_order, killed))
    assert cli.main([*common, "--name", "there", "--cluster", "local"]) == SOME_UNREAD
    assert cli.main([*common, "--name", "here"]) == SOME_UNREAD
    here, there = (RunFolder.open(tmp_path / "runs" / name) for name in ("here", "there"))
    assert len(killed) == KILLS
    assert [record.index for record in there.records()] == list(range(LINES))
    assert _timeless(there) == _timeless(here)
    own, other = there.summary(), here.summary()
    assert own and other
    for name in ("rows", "by_width", "by_script", "comparisons", "confusions", "calibration", "sets", "engines"):
        assert own[name] == other[name]
    assert there.info().state == "finished" and there.evidence(3, here.info().engines[0].key) is not None


def _killing(in_order, killed: list[int]):
    """Lets a worker be ended from outside, twice, while lines are read."""

    def killing(self: ClusterWorkers, items: Iterator) -> Iterator:
        def kill() -> None:
            for _ in range(KILLS):
                victim = next(one for one in self.process_ids() if one not in killed)
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                time.sleep(0.5)

        results = in_order(self, items)
        yield next(results)
        killer = threading.Thread(target=kill)
        killer.start()
        yield next(results)
        yield from results
        killer.join()

    return killing


def _timeless(run: RunFolder) -> list[LineRecord]:
    """All that records say but what two runs never have in common: how long it took."""
    times = {name: 0.0 for name in LineRecord.__slots__ if name.endswith("_ms")}
    return [
        replace(record, **times, recognition={**record.recognition, "timings_ms": None} if record.recognition else None)
        for record in run.records()
    ]
