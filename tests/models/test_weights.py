"""The committed weights: both runtimes agree on them, polarity is no matter, files are as small as promised.

Skipped, loudly, only while there are no weights. `ZIJIAN_MODELS_FOLDER` points the tests at others.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.committed.results import MODELS
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.preprocess import InputFormat, prepare
from ocr_core.result import LineImage
from ocr_core.scoring.metrics import score_lines
from ocr_core.scoring.normalisation import nfkc
from ocr_core.sessions.model_files import (
    WEIGHTS_NAME,
    ModelFiles,
    from_metadata,
    read_weights_metadata,
)
from ocr_core.settings import Runtime, Settings
from tests.models.drawn_lines import DrawnLine, drawn_lines, sample_files

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Settings.from_environment()
HAS_WEIGHTS = any(SETTINGS.models_folder.glob(f"*/{WEIGHTS_NAME}"))
LINES = 200

pytestmark = pytest.mark.skipif(not HAS_WEIGHTS, reason="There are no weights in models/ yet.")


@pytest.fixture(scope="module")
def lines() -> list[DrawnLine]:
    return drawn_lines(LINES)


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def files(model: str) -> ModelFiles:
    return ModelFiles.in_folder(SETTINGS.models_folder / model)


@pytest.fixture(scope="module")
def readings(model: str, lines: list[DrawnLine]) -> list[str]:
    return read(model, "onnx", lines)


def read(model: str, runtime: Runtime, lines: list[DrawnLine]) -> list[str]:
    return registry.load(model, runtime, SETTINGS).read(line.pixels for line in lines)


def network_input(line: DrawnLine, wanted: InputFormat) -> NDArray[np.float32]:
    return prepare(LineImage.whole(line.pixels), wanted, enhanced=SETTINGS.enhance).pixels


def accuracy(lines: list[DrawnLine], readings: list[str]) -> float:
    texts = [line.text for line in lines]
    return score_lines(zip(texts, readings, strict=True), nfkc).character_accuracy


def test_two_hundred_different_lines_are_drawn(lines: list[DrawnLine]) -> None:
    assert len(lines) == LINES
    assert len({line.pixels.tobytes() for line in lines}) == LINES
    assert any("一" <= character <= "鿿" for line in lines for character in line.text)


@pytest.mark.torch
def test_log_probabilities_of_both_runtimes_agree(files: ModelFiles) -> None:
    from ocr_core.export import PARITY_TOLERANCE, parity

    found = parity(files)
    assert PARITY_TOLERANCE <= 1e-3
    assert {(p.lines, p.width_px) for p in found} == {(n, w) for n in (1, 3) for w in (64, 320, 1024)}
    for one in found:
        assert one.largest_difference <= PARITY_TOLERANCE, one


@pytest.mark.torch
def test_both_runtimes_read_the_same_text(model: str, lines: list[DrawnLine], readings: list[str]) -> None:
    assert read(model, "torch", lines) == readings


def test_inverting_pictures_changes_accuracy_by_less_than_a_point(
    model: str, lines: list[DrawnLine], readings: list[str]
) -> None:
    """Most inverted pictures make the very same input, and so the same reading: those are not read again."""
    inverted = [DrawnLine(255 - line.pixels, line.text) for line in lines]
    wanted = registry.load(model, "onnx", SETTINGS).input_format  # type: ignore[attr-defined]
    anew = [
        n
        for n in range(LINES)
        if not np.array_equal(network_input(lines[n], wanted), network_input(inverted[n], wanted))
    ]
    after = list(readings)
    for n, text in zip(anew, read(model, "onnx", [inverted[n] for n in anew]), strict=True):
        after[n] = text
    difference = accuracy(lines, after) - accuracy(lines, readings)
    assert 0 < len(anew) < LINES
    assert abs(difference) < 0.01, f"character accuracy changes by {100 * difference:+.2f} points"


def test_the_graph_holds_no_weights(files: ModelFiles) -> None:
    onnx = pytest.importorskip("onnx")
    assert files.graph.stat().st_size < 200_000
    assert files.weights is not None
    size = files.weights.stat().st_size
    initializers = onnx.load(files.graph, load_external_data=False).graph.initializer
    assert len(initializers) > 10
    for tensor in initializers:
        where = {entry.key: entry.value for entry in tensor.external_data}
        assert tensor.data_location == onnx.TensorProto.EXTERNAL and where["location"] == WEIGHTS_NAME, tensor.name
        assert int(where["offset"]) + int(where["length"]) <= size


def test_files_are_as_small_as_promised(files: ModelFiles) -> None:
    assert files.weights is not None
    assert files.weights.stat().st_size < 95_000_000
    assert sum(path.stat().st_size for path in SETTINGS.models_folder.rglob("*") if path.is_file()) < 160_000_000


def test_the_model_writes_the_charset_of_this_tree(model: str, files: ModelFiles) -> None:
    assert files.weights is not None
    described = from_metadata(read_weights_metadata(files.weights))
    assert described.charset == Charset.own()
    assert described.name == model
    assert described.licence == "Apache-2.0"


def test_the_model_reads_without_pytorch(model: str) -> None:
    """A sample image through the command line, in a process where PyTorch cannot be imported."""
    sample, _ = sample_files()[0]
    program = (
        "import sys\n"
        "from importlib.abc import MetaPathFinder\n"
        "class Refuse(MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('torch', 'torchvision', 'timm', 'safetensors'):\n"
        "            raise ImportError(f'{name} is not to be had here')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from ocr_core.cli import main\n"
        f"sys.exit(main(['read', {str(sample)!r}, '--model', {model!r}, '--json']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model"] == model and found["runtime"] == "onnx"
    assert found["characters"], "the sample is not empty"


def test_readings_depend_on_the_picture(readings: list[str]) -> None:
    assert len(set(readings)) > LINES // 4
    assert np.mean([len(reading) for reading in readings]) > 1
