"""Simulated visitors for a running demo, run by hand: `python -m tests.apps.load http://127.0.0.1:7860 --pid 123`.

Every visitor opens the page, uploads pictures that differ from everybody else's, reads, writes and breaks them, with
pauses in between, and checks that the answer is about the own picture. Says what went wrong, how long things took, and
how much memory the server holds before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"
PATIENCE_S = 180
PAUSE_S = (0.5, 2.5)


@dataclass
class Log:
    """What all visitors met."""

    times_s: dict[str, list[float]] = field(default_factory=dict)
    turned_away: int = 0
    errors: list[str] = field(default_factory=list)


async def call(http: httpx.AsyncClient, endpoint: str, data: list[object]) -> dict:
    """Asks an endpoint as a program does, and waits for its answer."""
    asked = await http.post(f"gradio_api/call/{endpoint}", json={"data": data})
    if asked.status_code == 503:
        raise asyncio.QueueFull
    asked.raise_for_status()
    answered = await http.get(f"gradio_api/call/{endpoint}/{asked.json()['event_id']}")
    kind, _, body = answered.text.strip().rpartition("event: ")[2].partition("\n")
    if kind != "complete":
        raise RuntimeError(f"{endpoint}: {answered.text[-300:]}")
    return json.loads(body.removeprefix("data: "))[0]


async def upload(http: httpx.AsyncClient, png: bytes) -> dict[str, object]:
    """Uploads a picture and returns how to name it."""
    answer = await http.post("gradio_api/upload", files={"files": ("line.png", png)})
    answer.raise_for_status()
    return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}


async def visit(number: int, address: str, until: float, log: Log) -> None:
    """One visitor, until the time is over."""
    rng = np.random.default_rng(number)
    pictures = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".jpg", ".png"))
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as http:
        while time.monotonic() < until:
            pixels = cv2.imread(str(pictures[rng.integers(len(pictures))]))
            height, width = pixels.shape[:2]
            pixels = cv2.resize(pixels, (width + number + 1, height + 1))  # a size that nobody else's picture has
            png = cv2.imencode(".png", pixels)[1].tobytes()
            ink = "data:image/png;base64," + base64.b64encode(png).decode("ascii")

            async def read() -> None:
                named = await upload(http, png)  # noqa: B023
                answer = await call(http, "recognize", [named, "", "onnx", [], False, []])
                boxes = [c["box"] for model in answer["models"] for c in model.get("characters", [])]
                if any(box[2] > pixels.shape[1] or box[3] > pixels.shape[0] for box in boxes):  # noqa: B023
                    raise RuntimeError("this is the reading of another picture")

            async def look() -> None:
                (await http.get("")).raise_for_status()

            async def spoil() -> None:
                await call(http, "break_live", [await upload(http, png), {"blur": 1.0}, 0, ""])  # noqa: B023

            async def write() -> None:
                await call(http, "write", [ink])  # noqa: B023

            for name, step in (("page", look), ("recognize", read), ("break_live", spoil), ("write", write)):
                started = time.monotonic()
                try:
                    await step()
                    log.times_s.setdefault(name, []).append(time.monotonic() - started)
                except asyncio.QueueFull:
                    log.turned_away += 1
                except Exception as error:  # whatever it is, it belongs into the report
                    log.errors.append(f"visitor {number}, {name}: {error!r}")
                await asyncio.sleep(rng.uniform(*PAUSE_S))


def memory_mb(pid: int) -> float:
    """Returns the resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def crowd(address: str, visitors: int, seconds: float, log: Log) -> None:
    """Lets all visitors in at once and waits until the last has gone."""
    until = time.monotonic() + seconds
    await asyncio.gather(*(visit(number, address, until, log) for number in range(visitors)))


def main() -> int:
    """Runs it and says what came of it; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2, help="memory is compared between them: the first warms up")
    parser.add_argument("--pid", type=int, help="the server's, to watch its memory")
    told = parser.parse_args()
    failed = False
    for number in range(1, told.rounds + 1):
        log = Log()
        before = memory_mb(told.pid) if told.pid else 0.0
        asyncio.run(crowd(told.address.rstrip("/") + "/", told.visitors, told.seconds, log))
        print(f"round {number}: {told.visitors} visitors, {told.seconds:g} s, machine load {os.getloadavg()[0]:.1f}")
        for name, times in log.times_s.items():
            p95 = float(np.percentile(times, 95))
            print(f"  {name:<11} n={len(times):<4} median {statistics.median(times):6.2f} s   p95 {p95:6.2f} s")
        print(f"  errors {len(log.errors)}, turned away {log.turned_away}")
        if told.pid:
            print(f"  server memory {before:.0f} -> {memory_mb(told.pid):.0f} MB")
        print("\n".join(log.errors[:5]), end="\n" if log.errors else "")
        failed = failed or bool(log.errors)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
