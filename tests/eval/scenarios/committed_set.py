"""What every committed set has to hold, as functions that tests of one set call."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from eval.datasets import Dataset, read_dataset
from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.split import families, family

SETS = Path(__file__).resolve().parents[3] / "eval" / "scenarios" / "sets"


def check(scenario: Scenario, lines: int, most_bytes: int, folder: str = "") -> Dataset:
    """Asserts size, labels and files of a set, and returns it; its folder is named like the scenario by default."""
    path = SETS / (folder or scenario.value)
    dataset = read_dataset(path)
    assert dataset.problems == ()
    assert len(dataset.lines) == lines
    assert {line.scenario for line in dataset.lines} == {scenario}
    assert {line.certainty for line in dataset.lines} == {"exact"}
    for line in dataset.lines:
        assert line.text == canonical(line.text)
        assert Charset.own().missing(line.text) == ()
        with Image.open(line.path) as picture:
            assert min(picture.size) >= 12
            assert picture.size[0] < 2500
    assert sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) < most_bytes
    pictures = {file.resolve() for kind in ("*.jpg", "*.png") for file in path.rglob(kind)}
    assert pictures == {line.path for line in dataset.lines}
    return dataset


def recipes(labels: Path) -> list[str]:
    """Returns the third column of a labels file."""
    return [row.split("\t")[2] for row in labels.read_text(encoding="utf-8").splitlines()]


def check_no_family_of_other_splits(text: str) -> None:
    """Asserts that no training or validation family is named, as a whole word."""
    words = set(text.replace(",", " ").replace(";", " ").replace("|", " ").split())
    assert not words & {*families(Split.TRAIN), *families(Split.VALIDATION)}
    assert words & set(families(Split.TEST))


def split_of(face: str) -> Split:
    """Returns where the face `family/weight` belongs, and asserts that there is such a weight."""
    name, _, weight = face.partition("/")
    assert weight in family(name).faces
    return family(name).split
