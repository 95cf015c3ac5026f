"""A small finished run made up for tests of the dashboard: drawn pictures, made-up posteriors, a real summary.

No model, no network. `crnn@onnx` and `convnext_tiny@onnx` give evidence, `tesseract@program` gives none; every way two
engines can be right or wrong occurs, one picture could not be read, and one name and one text are hostile.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from eval.runs.info import DataInfo, EngineInfo, RunInfo
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.ctc.evidence import evidence_of
from ocr_core.result import Evidence, Posteriors, Recognition
from tests.ocr_core.views.lattices import drawn_line, made_up_reading

CRNN: Final = "crnn@onnx"
CONVNEXT: Final = "convnext_tiny@onnx"
TESSERACT: Final = "tesseract@program"
ENGINES: Final = (CONVNEXT, CRNN, TESSERACT)

STRIDE_PX: Final = 2.0
HOSTILE: Final = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class MadeUpLine:
    """One line and what the engines, in the order of `ENGINES`, make of it; None is a picture that cannot be read."""

    scenario: str
    truth: str
    readings: tuple[str | None, str | None, str | None]
    group: str


LINES: Final = (
    MadeUpLine("print", "字鉴看见", ("字鉴看见", "字鉴看见", "字鉴看见"), "page 1"),
    MadeUpLine("print", "一行文字", ("一行文字", "一行文学", "一行文字"), "page 1"),
    MadeUpLine("print", "识别结果", ("只别结果", "识别结果", "识别结果"), "page 2"),
    MadeUpLine("print", "己已巳", ("已己巳", "己己巳", ""), "page 3"),
    MadeUpLine("background", "好味小吃店", ("好昧小吃店", "好味小吃店", "好味小吃"), "photograph 1"),
    MadeUpLine("background", "OPEN 24", ("0PEN 24", "OPEN 24", "OPEN 24"), "photograph 2"),
    MadeUpLine("background", HOSTILE, (HOSTILE, "<img src=x>", HOSTILE), "photograph 3"),
    MadeUpLine("handwriting", "见字如面", ("见宇如面", "见字如而", "贝宇如面"), "writer 1"),
    MadeUpLine("handwriting", "平安", ("平安", "平安", "手安"), "writer 2"),
    MadeUpLine("maths", "x² + y² = 1", ("x² + y² = 1", "x2 + y² = l", "x2 + y2 = 1"), "document 1"),
    MadeUpLine("maths", "aₙ → 0", ("aₙ → 0", "an → 0", "a, > 0"), "document 2"),
    MadeUpLine("low_resolution", "打不开的图", (None, None, None), "screen 1"),
)
UNREADABLE: Final = len(LINES) - 1


def make_run(runs_folder: Path, name: str = "made-up", data_folder: Path | None = None, **info: Any) -> RunFolder:
    """Writes the run `name` with its data set beside it (or in `data_folder`) and returns it, summary and all."""
    data = data_folder or runs_folder.parent / f"{name}-data"
    run = RunFolder.create(runs_folder, replace(_info(name, data), **info))
    run.keep_charset(charset_of_all())
    with run.writing():
        for index, line in enumerate(LINES):
            put_picture(data, index)
            for key, reading in zip(ENGINES, line.readings, strict=True):
                record, evidence = _read(index, line, key, reading)
                if evidence is not None:
                    run.keep_evidence(index, key, evidence)
                run.append(record)
    run.compact()
    run.change_info(state="finished")
    run.write_summary(summarise(run))
    return run


def name_of(index: int) -> str:
    """Returns the name of a line's picture inside the data set."""
    return f"{LINES[index].scenario}/{index}.png"


def put_picture(data: Path, index: int) -> Path:
    """Draws a line's picture where the run says it is; the last one is no picture."""
    path = data / name_of(index)
    path.parent.mkdir(parents=True, exist_ok=True)
    if index == UNREADABLE:
        path.write_text("this is no picture", encoding="utf-8")
    else:
        Image.fromarray(drawn_line(LINES[index].truth)[0]).save(path)
    return path


def engine_of(key: str) -> EngineInfo:
    """What the run says of an engine: names and colours are the registry's."""
    model, _, runtime = key.partition("@")
    return EngineInfo(
        key=key,
        model=model,
        display_name=registry.display_name_of(model),
        runtime=runtime,
        sha256="5" * 64,
        charset_size=len(charset_of_all()) - 1,
        charset_sha256=charset_of_all().sha256 if key != TESSERACT else "",
        colour=registry.colour_of(model),
        gives_evidence=key != TESSERACT,
        source=model,
    )


def _info(name: str, data: Path) -> RunInfo:
    return RunInfo(
        id=name,
        created="2026-01-01T00:00:00+00:00",
        state="running",
        data=DataInfo("made up", str(data), str(data), "0" * 64, lines=len(LINES)),
        engines=tuple(engine_of(key) for key in ENGINES),
        machine={"cpu": "Imaginary 3000", "cores": 2, "memory_mb": 8000},
        threads=1,
        versions={"python": "3.11.0"},
        warm_up_ms=dict.fromkeys(ENGINES, 12.5),
        seconds=3.25,
    )


def _read(index: int, line: MadeUpLine, key: str, reading: str | None) -> tuple[LineRecord, Evidence | None]:
    record = LineRecord(
        index=index,
        name=name_of(index),
        engine=key,
        scenario=line.scenario,
        title=line.scenario,
        group=line.group,
        truth=line.truth,
        reading=reading,
        error="" if reading is not None else "This is not a picture in a format that can be read.",
    )
    if reading is None:
        return record, None
    recognition, evidence = _recognised(line, key, reading)
    return replace(
        _timed(record, index, key),
        confidence=recognition.confidence,
        reading=recognition.text,
        recognition=json.loads(recognition.to_json()),
    ), evidence


def _recognised(line: MadeUpLine, key: str, reading: str) -> tuple[Recognition, Evidence | None]:
    image, spans = drawn_line(line.truth)
    model, _, runtime = key.partition("@")
    if key == TESSERACT:
        made = made_up_reading(_posteriors(line, "", spans, image.shape[1]), image)
        bare = replace(made.recognition, text=reading, characters=(), raw_path=(), confidence=None)
        return replace(bare, model=model, runtime=runtime), None
    posteriors = _posteriors(line, reading, spans, image.shape[1])
    made = made_up_reading(posteriors, image)
    return replace(made.recognition, model=model, runtime=runtime), evidence_of(posteriors, line.truth)


def _posteriors(line: MadeUpLine, reading: str, spans: list[tuple[float, float]], width_px: int) -> Posteriors:
    """A spike for every character read; where it is not the truth's, the right one is the second best."""
    charset = charset_of_all()
    if len(reading) != len(spans):
        spans = list(pairwise(np.linspace(6, width_px - 6, len(reading) + 1).tolist()))
    probabilities = np.full((-(-width_px // round(STRIDE_PX)), len(charset)), 1e-6)
    probabilities[:, charset.blank] = 1.0
    for place, (character, (left, right)) in enumerate(zip(reading, spans, strict=True)):
        frame = int((left + right) / 2 / STRIDE_PX)
        right_one = line.truth[place] if place < len(line.truth) else character
        probabilities[frame, charset.blank] = 0.05
        probabilities[frame, charset.encode(right_one)[0]] = 0.3
        probabilities[frame, charset.encode(character)[0]] = 0.6
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Posteriors(np.log(probabilities).astype(np.float32), charset, STRIDE_PX)


def charset_of_all() -> Charset:
    """Every character of every line and reading, in a fixed order."""
    texts = "".join(line.truth + "".join(reading or "" for reading in line.readings) for line in LINES)
    return Charset.of(sorted(dict.fromkeys(texts)))


def _timed(record: LineRecord, index: int, key: str) -> LineRecord:
    """A time that grows with the line's place and differs between engines."""
    slow = 1.0 + ENGINES.index(key)
    width = drawn_line(record.truth)[0].shape[1]
    return replace(
        record,
        source_width_px=width,
        source_height_px=32,
        width_at_32_px=width,
        decode_image_ms=0.5,
        find_lines_ms=0.1,
        preprocess_ms=0.4,
        infer_ms=10.0 * slow + index,
        ctc_decode_ms=0.7,
    )
