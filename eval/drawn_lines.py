"""Lines drawn by the training's own renderer from materials of another split, as a data set like any other.

Written into a folder with their labels, so that a run reads them as it reads everybody's lines. Knows no engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from eval.titles import RANDOM_CHARACTERS
from ocr_core.charset import Charset
from ocr_core.scenario import RANDOM_TEXT, Scenario, Split
from ocr_core.synth.line import SyntheticLine

LABELS: Final = "labels.jsonl"
LONG_SHARE: Final = 0.4
"""Share of lines that are 400 pixels and wider, as among the longer phases of training."""


def draw(
    split: Split, lines: int, charset: Charset, scenarios: Sequence[Scenario] = tuple(Scenario)
) -> Iterator[tuple[str, SyntheticLine]]:
    """Draws `lines` lines of every scenario, each with its name; the same ones every time."""
    from ocr_core.synth.sampler import LineSampler, Widths

    for scenario in scenarios:
        sampler = LineSampler(split, charset, mix={scenario: 1.0}, widths=Widths(long_share=LONG_SHARE))
        for index in range(lines):
            yield f"{split.value}/{scenario.value}/{index}.png", sampler.sample(index)


def write_dataset(folder: Path, lines: Mapping[str, SyntheticLine]) -> Path:
    """Writes drawn lines by name, and their labels; returns the folder."""
    labels = []
    for name, line in lines.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(line.pixels).save(path, "PNG")
        labels.append({"file": name, "text": line.text, "scenario": title_of(line), "origin": origin_of(line)})
    rows = "".join(json.dumps(label, ensure_ascii=False) + "\n" for label in labels)
    (folder / LABELS).write_text(rows, encoding="utf-8")
    return folder


def title_of(line: SyntheticLine) -> str:
    """Names what a drawn line is counted under: its scenario; faces and pens, language and random characters apart.

    Real lines hold language. Random characters are harder than those, for a reader that has learnt any language most.
    """
    random = RANDOM_CHARACTERS if line.source.get("text") == RANDOM_TEXT else None
    notes = [note for note in (line.source.get("hand"), random) if note]
    return f"{line.scenario.value} ({', '.join(notes)})" if notes else line.scenario.value


def origin_of(line: SyntheticLine) -> str:
    """Returns what a drawn line is resampled with: a combination of face families, or a pen writer.

    So an interval speaks of lines in these few faces, not of faces in general.
    """
    return "/".join(line.source.get(key, "") for key in ("faces", "writer"))
