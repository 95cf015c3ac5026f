"""A results file with invented figures, for whatever is made of one."""

from __future__ import annotations

from typing import Any

from eval.committed.results import FORMAT, MODELS


def row(engine: str, title: str, value: float, **changes: Any) -> dict[str, Any]:
    accuracy = {"value": value, "low": value - 0.1, "high": value + 0.1, "level": 0.95}
    return {"engine": engine, "title": title, "profile": "nfkc", "lines": 9, "groups": 7} | {
        "character_accuracy": accuracy,
        **changes,
    }


def change(engine: str, difference: float, title: str = "overall") -> dict[str, Any]:
    low = difference - 0.01
    return {"engine": engine, "title": title, "lines": 200, "difference": difference, "low": low, "high": difference}


def timing(engine: str, runtime: str, p50_ms: float) -> dict[str, Any]:
    return {"engine": engine, "runtime": runtime, "input": "1 x 32 x 320", "p50_ms": p50_ms, "p95_ms": 2 * p50_ms} | {
        "ratio_to_reference": p50_ms / 20
    }


def invented_results(hashes: dict[str, str]) -> dict[str, Any]:
    """Results in the current format; `hashes` are those of the models."""
    figures = {
        "rows": [row(name, title, 0.5) for name in MODELS for title in ("low_resolution", "maths")]
        + [row(name, "maths", 0.25, profile="raw") for name in MODELS],
        "by_width": [row(name, "up to 160 px", 0.75) for name in MODELS],
        "enhancement": [change(name, 0.015) for name in MODELS] + [change("crnn", 0.9, "maths")],
    }
    noise = [{"lines": 1, "width_px": 64, "largest_difference": 2e-6}]
    return {
        "format": FORMAT,
        "machine": {"cpu": "Imaginary 3000"},
        "profile": "nfkc",
        "enhance": False,
        "models": {
            name: {"sha256": sha256, "bytes": 25_000_000, "classes": 7767, "charset_sha256": "c" * 64}
            for name, sha256 in hashes.items()
        },
        "sets": {"synthetic test lines": figures},
        "alignment": {
            "border_rule": "ink_borders",
            "far": 0.25,
            "rows": [
                {"engine": name, "title": "overall", "lines": 9, "characters": 1234, "median": 0.05, "share_far": 0.02}
                for name in MODELS
            ],
        },
        "inversion": {
            "lines": 200,
            "rows": [change(name, -0.002) | {"enhance": on} for name in MODELS for on in (False, True)],
        },
        "rectification": [change(name, 0.25) | {"suffered": "turned by 3°"} for name in MODELS],
        "parity": {name: {"noise": noise, "texts": {"lines": 200, "differing": 1}} for name in MODELS},
        "latency": {
            "machine": {"cpu": "Imaginary 3000"},
            "line_px": [32, 320],
            "threads": 1,
            "rounds": 40,
            "load_average": 0.5,
            "reference": "peer_rec",
            "engines": [timing(name, "onnx", 30.0) for name in MODELS] + [timing("peer_rec", "onnx", 20.0)],
        },
    }
