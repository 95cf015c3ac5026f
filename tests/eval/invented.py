"""A results file with invented figures, for whatever is made of one."""

from __future__ import annotations

from typing import Any

from eval import benchmark
from eval.committed.results import FORMAT, MODELS, Results
from ocr_core import registry


def row(model: str, title: str, value: float, **changes: Any) -> dict[str, Any]:
    """The figures of an engine on a set, as summaries have them."""
    accuracy = {"value": value, "low": value - 0.1, "high": value + 0.1}
    kind = "overall" if title == "overall" else "scenario"
    facts = {"kind": kind, "scenario": None if kind == "overall" else title, "profile": "nfkc", "lines": 9, "groups": 7}
    return {"engine": f"{model}@onnx", "title": title, **facts, "character_accuracy": accuracy, **changes}


def engine(model: str, sha256: str, made: str = "2026-01-02") -> dict[str, str]:
    """Who read a set."""
    name = registry.display_name_of(model)
    return {"key": f"{model}@onnx", "model": model, "display_name": name, "sha256": sha256, "made": made}


def set_figures(hashes: dict[str, str], overall: float) -> dict[str, Any]:
    """The figures of one set."""
    return {
        "engines": [engine(name, sha256) for name, sha256 in hashes.items()],
        "sets": [{"title": "overall", "kind": "overall", "scenario": None, "lines": 18, "groups": 14}],
        "rows": [
            *(row(name, title, 0.5) for name in hashes for title in ("low_resolution", "maths")),
            *(row(name, "maths", 0.25, profile="canonical") for name in hashes),
            *(row(name, "overall", overall, lines=18, groups=14) for name in hashes),
        ],
        "by_width": [row(name, "overall", 0.75, band="up to 160 px") for name in hashes],
    }


def change(model: str, difference: float, question: str, **changes: Any) -> dict[str, Any]:
    """What a change did to a model's accuracy."""
    facts = {"question": question, "set": benchmark.SYNTHETIC_TEST, "lines_are": "as they are", "enhanced": None}
    figures = {"before": 0.5, "after": 0.5 + difference, "difference": difference, "low": difference - 0.01}
    return {**facts, "model": model, "lines": 200, "groups": 9, **figures, "high": difference, **changes}


def timing(model: str, runtime: str, p50_ms: float) -> dict[str, Any]:
    """How long a network takes."""
    return {"engine": model, "runtime": runtime, "input": "1 x 32 x 320", "p50_ms": p50_ms, "p95_ms": 2 * p50_ms} | {
        "ratio_to_reference": p50_ms / 20
    }


def invented_results(hashes: dict[str, str]) -> Results:
    """Results in the current format; `hashes` are those of the models."""
    noise = [{"lines": 1, "width_px": 64, "largest_difference": 2e-6}]
    peers = {"ppocr_v4": "4" * 64}
    centres = {"title": "overall", "lines": 9, "characters": 1234, "median": 0.05, "share_far": 0.02}
    return {  # type: ignore[return-value]
        "format": FORMAT,
        "made": "2026-01-02",
        "machine": {"cpu": "Imaginary 3000"},
        "versions": {},
        "profile": "nfkc",
        "seed": 1,
        "enhance": False,
        "deskew": True,
        "models": {
            name: {"sha256": sha256, "bytes": 25_000_000, "classes": 7767, "charset_sha256": "c" * 64}
            for name, sha256 in hashes.items()
        },
        "sets": {
            benchmark.SYNTHETIC_TEST: set_figures(hashes, 0.625),
            benchmark.REAL: set_figures({**hashes, **peers}, 0.875),
        },
        "changes": [
            *(change(name, 0.015, "enhancement") for name in MODELS),
            *(change(name, 0.031, "enhancement", set=benchmark.REAL, lines=147) for name in MODELS),
            *(
                change(name, -0.002, "inversion", lines_are="inverted", enhanced=on)
                for on in (False, True)
                for name in MODELS
            ),
            *(change(name, 0.25, "deskewing", lines_are="turned by 3°") for name in MODELS),
        ],
        "alignment": {"border_rule": "ink_borders", "far": 0.25, "rows": [{"engine": m, **centres} for m in MODELS]},
        "parity": {name: {"noise": noise, "texts": {"lines": 200, "differing": 1}} for name in MODELS},
        "latency": {
            "made": "2026-01-02",
            "machine": {"cpu": "Imaginary 3000"},
            "line_px": [32, 320],
            "threads": 1,
            "rounds": 40,
            "load_average": 0.5,
            "reference": "ppocr_v6",
            "engines": [timing(name, "onnx", 30.0) for name in MODELS] + [timing("ppocr_v6", "onnx", 20.0)],
        },
    }
