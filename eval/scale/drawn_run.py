"""A finished run of any number of lines, made up: texts, readings, errors, times and confidences, but no pictures.

Promises memory that does not grow with the number of lines, and the same run for the same seed. For measuring what
huge runs take, and for nothing else: no engine read anything here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from eval.runs import parquet_rows
from eval.runs.info import DataInfo, EngineInfo, RunInfo
from eval.runs.line_scores import scored
from eval.runs.records import LineRecord
from eval.runs.store import LINES, RunFolder
from ocr_core import registry

TITLES: Final = ("print", "background", "handwriting", "low_resolution", "maths")
MODELS: Final = ("convnext_tiny", "crnn")
LINES_A_GROUP: Final = 20

_HANZI: Final = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产"
_CHARACTERS: Final = _HANZI + "0123456789abcdefgh"
_MISREAD: Final = {"己": "已", "0": "o", "1": "l", "大": "太", "人": "入", "可": "司"}
_DRAWN: Final = 5_000
"""Lines with texts of their own; a longer run has the same texts again, under other names, on other pages, with other
times and confidences."""
_GAMMA_MS: Final = {"decode_image_ms": 0.1, "find_lines_ms": 0.05, "preprocess_ms": 0.1, "ctc_decode_ms": 0.1}


def draw_run(runs_folder: Path, name: str, lines: int, seed: int = 1) -> RunFolder:
    """Makes the run, without its summary.

    Raises:
        RunError: there is such a run already.
    """
    engines = tuple(_engine(model) for model in MODELS)
    run = RunFolder.create(
        runs_folder,
        RunInfo(
            id=name,
            created=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            state="finished",
            data=DataInfo("made-up lines", "nowhere", "nowhere", "0" * 64, lines),
            engines=engines,
            seed=seed,
        ),
    )
    keys = [engine.key for engine in engines]
    with TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.parquet"
        parquet_rows.write(_records(min(lines, _DRAWN), keys, seed), texts)
        drawn = pq.read_table(texts)
    with parquet_rows.RowsWriter(run.path / LINES) as writer:
        for start in range(0, lines, _DRAWN):
            block = _as_others(drawn.slice(0, len(keys) * min(_DRAWN, lines - start)), start, len(keys), seed)
            writer.add(block)
    return run


def _as_others(drawn: pa.Table, start: int, engines: int, seed: int) -> pa.Table:
    """Returns the drawn lines as those from place `start` on."""
    luck = np.random.default_rng([seed, start])
    indices = start + np.arange(len(drawn)) // engines
    titles = drawn["title"].to_pylist()
    columns: dict[str, Any] = {
        "index": indices,
        "name": [f"{title}/{index}.png" for title, index in zip(titles, indices.tolist(), strict=True)],
        "group": [f"page {index // LINES_A_GROUP}" for index in indices.tolist()],
        "confidence": luck.beta(8, 1, len(drawn)),
        "infer_ms": luck.gamma(8, 1.5, len(drawn)),
        **{name: luck.gamma(4, scale, len(drawn)) for name, scale in _GAMMA_MS.items()},
    }
    for name, values in columns.items():
        field = parquet_rows.SCHEMA.field(name)
        drawn = drawn.set_column(drawn.schema.get_field_index(name), field, pa.array(values, field.type))
    return drawn


def _engine(model: str) -> EngineInfo:
    name, colour = registry.display_name_of(model), registry.colour_of(model)
    return EngineInfo(f"{model}@onnx", model, name, "onnx", "0" * 64, colour, gives_evidence=False)


def _records(lines: int, engines: Sequence[str], seed: int) -> Iterator[LineRecord]:
    luck = np.random.default_rng(seed)
    for index in range(lines):
        truth = "".join(_CHARACTERS[place] for place in luck.integers(0, len(_CHARACTERS), luck.integers(3, 33)))
        for place, engine in enumerate(engines):
            yield _record(index, engine, truth, hard=0.02 + 0.03 * place, luck=luck)


def _record(index: int, engine: str, truth: str, hard: float, luck: np.random.Generator) -> LineRecord:
    title = TITLES[index // LINES_A_GROUP % len(TITLES)]
    wrong = luck.random(len(truth)) < hard
    reading = "".join(_misread(one) if bad else one for one, bad in zip(truth, wrong, strict=True))
    sure = luck.beta(8, 1, len(reading)) * np.where(wrong, 0.7, 1.0)
    characters = [{"text": text, "confidence": float(one)} for text, one in zip(reading, sure, strict=True)]
    whole = LineRecord(
        index=index,
        name="",
        engine=engine,
        scenario=title,
        title=title,
        group="",
        truth=truth,
        reading=reading,
        source_width_px=24 * len(truth),
        source_height_px=32,
        width_at_32_px=24 * len(truth),
        recognition={"characters": characters},
    )
    return replace(scored(whole), recognition=None)


def _misread(character: str) -> str:
    return _MISREAD.get(character) or _CHARACTERS[(_CHARACTERS.index(character) * 7 + 3) % len(_CHARACTERS)]
