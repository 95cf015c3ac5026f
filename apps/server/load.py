"""How fast the service answers many callers: `python -m apps.server.load`, rates and percentiles as a table.

Without an address it starts services of its own, without the demo: one whose callers share runs of the network, and one
where every line is read alone, in turns and on the same pictures. Callers ask again as soon as they are answered.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from apps.demo.samples import find_samples
from ocr_core.settings import variable_of

PATIENCE_S: Final = 120.0
_PICTURES: Final = ("*.jpg", "*.png")


@dataclass(slots=True)
class Load:
    """What so many callers met."""

    callers: int
    seconds: float = 0.0
    times_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    cpu_ms: float | None = None

    def row(self, name: str) -> str:
        """Returns a line of a Markdown table."""
        n = len(self.times_ms)
        p50, p95, p99 = (_percentile(self.times_ms, share) for share in (50, 95, 99))
        errors = ", ".join(f"{code} x {count}" for code, count in sorted(self.errors.items())) or "0"
        rate = n / self.seconds if self.seconds else 0.0
        return (
            f"| {name} | {self.callers} | {self.seconds:.0f} | {n:,} | {rate:.1f} | {p50:.0f} | {p95:.0f} | {p99:.0f} "
            f"| {'' if self.cpu_ms is None else f'{self.cpu_ms / max(1, n):.0f}'} | {errors} |"
        )


HEAD: Final = (
    "| service | callers | seconds | n | pictures a second | p50 ms | p95 ms | p99 ms | CPU ms a picture | errors |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


async def ask(address: str, bodies: Sequence[bytes], callers: int, seconds: float, pid: int | None = None) -> Load:
    """Lets callers ask for a while; each begins with another picture. Of a process the processor time is noted, too."""
    load = Load(callers)
    limits = httpx.Limits(max_connections=callers, max_keepalive_connections=callers)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S, limits=limits) as http:
        started, spent = time.perf_counter(), _cpu_ms(pid)
        until = started + seconds
        await asyncio.gather(*(_caller(http, bodies, number, until, load) for number in range(callers)))
        load.seconds = time.perf_counter() - started
        now = _cpu_ms(pid)
        load.cpu_ms = None if spent is None or now is None else now - spent
    return load


async def _caller(http: httpx.AsyncClient, bodies: Sequence[bytes], number: int, until: float, load: Load) -> None:
    turn = number
    while time.perf_counter() < until:
        body = bodies[turn % len(bodies)]
        turn += 1
        started = time.perf_counter()
        try:
            answer = await http.post("/api/v1/ocr", content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            load.errors[type(error).__name__] += 1
            continue
        if answer.status_code == 200:
            load.times_ms.append((time.perf_counter() - started) * 1e3)
        else:
            load.errors[str(answer.status_code)] += 1


def pictures_of(folder: Path | None) -> list[Path]:
    """Returns all pictures in a folder and below it; where none is named the demo's samples, which are lines."""
    if folder is None:
        return [sample.path for sample in find_samples()]
    return sorted(path for pattern in _PICTURES for path in folder.rglob(pattern))


def bodies_of(paths: Sequence[Path], model: str) -> list[bytes]:
    """Returns a request for every picture."""
    told = ({"image_base64": base64.b64encode(path.read_bytes()).decode(), "model": model} for path in paths)
    return [json.dumps(each).encode() for each in told]


@contextmanager
def started_service(**variables: str) -> Iterator[tuple[str, int]]:
    """Starts a service, waits until it can read, and ends it; gives its address and process number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        places = {variable_of("jobs_folder"): folder, variable_of("demo"): "0", "PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "apps.server"],
            env={**os.environ, **places, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _await_ready(address, process)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _await_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit("The service did not start.")


def _cpu_ms(pid: int | None) -> float | None:
    """Returns the processor time that a process has spent; None where this system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return 1e3 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _percentile(values: Sequence[float], share: int) -> float:
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m apps.server.load", description="Callers against the service.")
    parser.add_argument("address", nargs="?", help="a running service (default: two of its own)")
    parser.add_argument("--callers", default="1,8,50", help="numbers of callers, with commas between")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is measured")
    parser.add_argument("--pictures", type=Path, help="a folder of pictures of lines (default: the demo's samples)")
    parser.add_argument("--model", default="", help="an engine's key (default: the service's own)")
    parser.add_argument("--rounds", type=int, default=1, help="how often the two services take turns")
    asked = parser.parse_args(arguments)
    callers = [int(number) for number in asked.callers.split(",")]
    bodies = bodies_of(pictures_of(asked.pictures), asked.model)
    where = "the samples" if asked.pictures is None else asked.pictures.name
    if not bodies:
        print(f"There are no pictures in {where}.", file=sys.stderr)
        return 2
    print(f"{len(bodies)} pictures from {where}\n\n{HEAD}", flush=True)
    if asked.address:
        _measure(asked.address, asked.address, bodies, callers, asked.seconds)
        return 0
    for _ in range(asked.rounds):
        for name, lines in (("shared runs", "8"), ("every line alone", "1")):
            with started_service(**{variable_of("batch_lines"): lines}) as (address, pid):
                _measure(address, name, bodies, callers, asked.seconds, pid)
    return 0


def _measure(
    address: str, name: str, bodies: Sequence[bytes], callers: Sequence[int], seconds: float, pid: int | None = None
) -> None:
    asyncio.run(ask(address, bodies, 2, min(2.0, seconds)))  # what is loaded at first use is loaded now
    for number in callers:
        print(asyncio.run(ask(address, bodies, number, seconds, pid)).row(name), flush=True)


if __name__ == "__main__":
    sys.exit(main())
