"""Compares the CRNN's trunks: `python -m ocr_core.training.trunks`. Accuracy from committed curves, latency measured.

The runs are `python -m ocr_core.training trunk-residual --threads 1` and so on: the same lines in the same order under
the same schedule, for the same processor time on the same kind of machine. Prints the tables that TRUNKS.md holds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from torch import nn

from ocr_core.charset import Charset
from ocr_core.export import export
from ocr_core.nets.crnn import TRUNKS, Crnn, CrnnConfig, Trunk
from ocr_core.sessions.model_files import ModelDescription
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.training.curves import read_curve

CURVES = Path(__file__).parent / "trunk_curves"
WARM_UP_RUNS, TIMED_RUNS = 5, 40


def measure_latency(trunks: list[Trunk], charset: Charset) -> dict[Trunk, float]:
    """Returns the median milliseconds of a 32 x 320 line on one ONNX Runtime thread, the trunks taking turns."""
    image = np.random.default_rng(0).standard_normal((1, 1, 32, 320)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        sessions = {}
        for trunk in trunks:
            network = Crnn(CrnnConfig(len(charset), trunk=trunk)).eval()
            sessions[trunk] = OnnxSession.load(
                export(network, ModelDescription(trunk, charset), Path(folder) / trunk), threads=1
            )
        times: dict[Trunk, list[float]] = {trunk: [] for trunk in trunks}
        for number in range(WARM_UP_RUNS + TIMED_RUNS):
            for trunk, session in sessions.items():
                started = time.perf_counter()
                session.run(image)
                if number >= WARM_UP_RUNS:
                    times[trunk].append((time.perf_counter() - started) * 1000)
    return {trunk: median(values) for trunk, values in times.items()}


def at_core_minutes(records: list[dict[str, Any]], minutes: float) -> dict[str, Any]:
    """Returns the last validation made within so much processor time."""
    validated = [record for record in records if "validation" in record and record["cpu_s"] <= minutes * 60]
    if not validated:
        raise ValueError(f"No validation within {minutes} core-minutes.")
    return validated[-1]


def parameters(module: nn.Module) -> float:
    """Returns millions of parameters."""
    return sum(p.numel() for p in module.parameters()) / 1e6


def accuracy_table(curves: Path, core_minutes: float, charset: Charset) -> str:
    """Returns the last validation of every trunk that has a curve in the folder, as a table."""
    rows: list[str] = []
    for trunk in _trunks():
        if not (curve := curves / f"trunk-{trunk}.jsonl").is_file():
            continue
        record = at_core_minutes(read_curve(curve), core_minutes)
        accuracy = record["validation"]
        if not rows:
            rows.append("| trunk | parameters | core-min | lines | " + " | ".join(accuracy) + " | mean |")
            rows.append("|" + "---|" * (5 + len(accuracy)))
        network = TRUNKS[trunk](CrnnConfig(len(charset)).features)
        mean = sum(accuracy.values()) / len(accuracy)
        cells = [f"{value:.1f}" for value in accuracy.values()]
        rows.append(
            f"| {trunk} | {parameters(network):.1f} M | {record['cpu_s'] / 60:.0f} | {record['lines']:,} | "
            + " | ".join(cells)
            + f" | {mean:.1f} |"
        )
    return "\n".join(rows)


def latency_table(charset: Charset) -> str:
    """Returns the median milliseconds of the whole network with each trunk, measured now."""
    rows = [f"| {trunk} | {median_ms:.1f} |" for trunk, median_ms in measure_latency(_trunks(), charset).items()]
    return "\n".join(["| CRNN with trunk | ms |", "|---|---|", *rows])


def _trunks() -> list[Trunk]:
    return list(TRUNKS)  # type: ignore[arg-type]


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training.trunks", description=__doc__)
    parser.add_argument("--curves", type=Path, default=CURVES)
    parser.add_argument("--core-minutes", type=float, default=36.0)
    arguments = parser.parse_args()
    charset = Charset.own()
    print(f"{accuracy_table(arguments.curves, arguments.core_minutes, charset)}\n")
    print(latency_table(charset))


if __name__ == "__main__":
    main()
