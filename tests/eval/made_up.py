"""Engines, lines and runs made up for tests: no network, no model file, whatever reading a test asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from eval.runs.engines import RunEngine
from eval.runs.info import DataInfo, EngineInfo, RunInfo
from eval.runs.records import LineRecord
from ocr_core.charset import Charset
from ocr_core.errors import OcrError
from ocr_core.result import Alternative, Character, Evidence, Recognition, Timings

CHARSET = Charset.of("你好abc")


@dataclass(frozen=True)
class MadeUpRecognizer:
    """Reads what `reading` says of the pixels; `frames` makes its recognitions as heavy as wanted."""

    name: str
    reading: Callable[[Any], str]
    gives_evidence: bool = True
    frames: int = 4
    sha256: str = "5" * 64

    def recognize(self, image: Any) -> Recognition:
        text = self.reading(image)
        characters = tuple(
            Character(c, i, i, (0.0, 0.0, 1.0, 1.0), 0.5, (Alternative(c, 0.5),)) for i, c in enumerate(text)
        )
        timings = Timings(decode_image=99.0, find_lines=1.0, preprocess=2.0, infer=3.0, ctc_decode=4.0)
        path = tuple("" for _ in range(self.frames))
        return Recognition(
            text, characters, path, 0.5, timings, self.name, self.sha256, "onnx", warnings=("a warning",)
        )

    def examine(self, image: Any, truth: str | None = None) -> tuple[Recognition, Evidence | None]:
        return self.recognize(image), (evidence() if self.gives_evidence else None)

    def recognize_batch(self, images: Iterable[Any]) -> list[Recognition | OcrError]:
        return [self.recognize(image) for image in images]

    def read(self, images: Iterable[Any]) -> list[str]:
        return [self.reading(image) for image in images]


def evidence() -> Evidence:
    """The smallest evidence there can be: one frame, two classes."""
    return Evidence(
        blank=np.array([-1.0], dtype=np.float32),
        top_classes=np.array([[1, 0]], dtype=np.int32),
        top_log_probs=np.array([[-0.5, -1.0]], dtype=np.float32),
        column_classes=np.array([1], dtype=np.int32),
        columns=np.array([[-0.5]], dtype=np.float32),
        symbols={0: "", 1: "a"},
        blank_class=0,
        stride_px=4.0,
        origin_px=0.0,
    )


def engine_info(key: str = "crnn@onnx", **changes: Any) -> EngineInfo:
    """What a run says of an engine."""
    model, _, runtime = key.partition("@")
    facts = {
        "sha256": "5" * 64,
        "colour": "#b0478f",
        "gives_evidence": True,
        "source": model,
        "display_name": model.upper(),
    }
    return EngineInfo(key=key, model=model, runtime=runtime, **(facts | changes))


def made_up_engine(key: str, reading: Callable[[Any], str] | str, **options: Any) -> RunEngine:
    """An engine ready to run; a text as `reading` is what it always reads."""
    recognizer = MadeUpRecognizer(key, (lambda _: reading) if isinstance(reading, str) else reading, **options)
    info = engine_info(key, gives_evidence=recognizer.gives_evidence, charset_sha256=CHARSET.sha256)
    return RunEngine(info, recognizer, CHARSET, warm_up_ms=1.5)


def run_info(**changes: Any) -> RunInfo:
    """A run of two lines by one engine."""
    facts = {
        "id": "run",
        "created": "2026-01-01T00:00:00+00:00",
        "state": "running",
        "data": DataInfo("data", "/nowhere", "/nowhere", "0" * 64, lines=2),
        "engines": (engine_info(),),
    }
    return RunInfo(**(facts | changes))  # type: ignore[arg-type]


def record(index: int = 0, engine: str = "crnn@onnx", **changes: Any) -> LineRecord:
    """A reading with everything that a reading can have."""
    found = MadeUpRecognizer("crnn", lambda _: "你好").recognize(None)
    facts: dict[str, Any] = {
        "name": f"print/{index}.png",
        "scenario": "print",
        "title": "print",
        "group": "page 1",
        "truth": "你好\u2028a",
        "reading": found.text,
        "warnings": ("first", "second"),
        "confidence": 0.1 + 0.2,
        "source_width_px": 640,
        "source_height_px": 64,
        "width_at_32_px": 320,
        "infer_ms": 1 / 3,
        "recognition": json.loads(found.to_json()),
    }
    return LineRecord(index=index, engine=engine, **(facts | changes))


def put_lines(folder: Path, texts: Sequence[str], width_px: int = 64) -> Path:
    """Writes a data set of white lines; one picture under many names, as only the labels matter."""
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / "0.png"
    Image.new("RGB", (width_px, 32), "white").save(first)
    for number in range(1, len(texts)):
        os.link(first, folder / f"{number}.png")
    rows = "".join(f"{number}.png\t{text}\n" for number, text in enumerate(texts))
    (folder / "labels.tsv").write_text(rows, encoding="utf-8")
    return folder
