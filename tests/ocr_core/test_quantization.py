"""Networks in INT8: measured, built to the same bytes, kept, refused where their ranges are of other weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ocr_core import registry
from ocr_core.errors import ImageError, ModelError
from ocr_core.quantization.build import folded, measured, quantised
from ocr_core.quantization.built import built
from ocr_core.quantization.command import quantise_own_file
from ocr_core.quantization.processor import exact_by_flags
from ocr_core.quantization.ranges import Ranges
from ocr_core.registry import MODELS
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings

_OWN = ("crnn", "convnext_tiny", "cnn_transformer")
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def plain_network(tmp_path: Path) -> Path:
    """A network of one convolution, one depthwise convolution and a matrix product: a recogniser of four characters."""
    rng = np.random.default_rng(3)

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array((rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype("f4"), name)

    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["images", "w1"], ["a"], "dense", strides=[32, 4], kernel_shape=[32, 4]),
            helper.make_node("Conv", ["a", "w2"], ["b"], "depthwise", group=16, kernel_shape=[1, 3], pads=[0, 1, 0, 1]),
            helper.make_node("Squeeze", ["b", "axis"], ["c"], "squeeze"),
            helper.make_node("Transpose", ["c"], ["d"], "turn", perm=[0, 2, 1]),
            helper.make_node("MatMul", ["d", "w3"], ["e"], "head"),
            helper.make_node("LogSoftmax", ["e"], ["log_probs"], "softmax", axis=-1),
        ],
        "plain",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 32, "W"])],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["N", "T", 5])],
        [
            weights("w1", 16, 1, 32, 4),
            weights("w2", 16, 1, 1, 3),
            weights("w3", 16, 5),
            numpy_helper.from_array(np.array([2]), "axis"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"zijian.alphabet": json.dumps(["", "a", "b", "c", "d"]), "zijian.name": "plain"})
    path = tmp_path / "plain.onnx"
    onnx.save(model, path)
    return path


def _batches(lines: int) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    return [rng.standard_normal((1, 1, 32, 64)).astype("f4") for _ in range(lines)]


def test_the_same_weights_and_ranges_give_the_same_bytes(plain_network: Path) -> None:
    files = ModelFiles.own_file(plain_network)
    ranges = measured(folded(files), _batches(4))
    first, second = (quantised(folded(files), ranges, {"zijian.name": "plain"}) for _ in range(2))
    assert first == second
    assert {one.key: one.value for one in onnx.load_from_string(first).metadata_props} == {"zijian.name": "plain"}


def test_depthwise_convolutions_and_sums_stay_in_floating_point(plain_network: Path) -> None:
    files = ModelFiles.own_file(plain_network)
    model = folded(files)
    network = onnx.load_from_string(quantised(folded(files), measured(model, _batches(4)), {}))
    whole = {one.name for one in network.graph.initializer if one.data_type == TensorProto.INT8}
    assert any(name.startswith("w1") for name in whole)
    assert any(name.startswith("w3") for name in whole)
    assert not any(name.startswith("w2") for name in whole)


def test_weights_have_seven_bits_where_sums_of_bytes_saturate(plain_network: Path) -> None:
    files = ModelFiles.own_file(plain_network)
    ranges = measured(folded(files), _batches(4))
    network = onnx.load_from_string(quantised(folded(files), ranges, {}, exact_sums=False))
    largest = [
        np.abs(numpy_helper.to_array(one)).max()
        for one in network.graph.initializer
        if one.data_type == TensorProto.INT8 and numpy_helper.to_array(one).ndim > 1
    ]
    assert largest and max(largest) <= 64


@pytest.mark.parametrize(
    ("flags", "exact"),
    [
        ("flags\t\t: fpu sse4_2 avx2 avx512f avx512_vnni\nflags\t\t: fpu avx512_vnni\n", True),
        ("flags\t\t: fpu avx2 avx_vnni\n", True),
        ("flags\t\t: fpu sse4_2 avx2\n", False),
        ("flags\t\t: fpu avx512_vnni\nflags\t\t: fpu avx2\n", False),
        ("Features\t: fp asimd asimddp\n", True),
        ("processor : 0\n", False),
        ("", False),
    ],
)
def test_processors_that_say_nothing_are_taken_for_older_ones(flags: str, exact: bool) -> None:
    assert exact_by_flags(flags) is exact


def test_ranges_come_back_from_their_file(tmp_path: Path) -> None:
    ranges = Ranges("0" * 64, 3, "drawn", ("head",), {"a": (-1.5, 0.25), "行/b": (0.0, 12.820318222045898)})
    ranges.write(tmp_path / "int8.json")
    assert Ranges.read(tmp_path / "int8.json") == ranges
    assert json.loads((tmp_path / "int8.json").read_text(encoding="utf-8"))["lines"] == 3


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"tensors": {"a": [1, 0]}}', '{"tensors": {"a": [NaN, 0]}}', "[" * 5000]
)
def test_broken_ranges_are_refused_in_words(content: str, tmp_path: Path) -> None:
    (tmp_path / "int8.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        Ranges.read(tmp_path / "int8.json")


def test_a_model_without_ranges_says_how_to_measure_them(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot run in INT8.*python -m ocr_core\.quantization"):
        Ranges.read(tmp_path / "int8.json")


@pytest.mark.parametrize("name", _OWN)
def test_committed_ranges_are_of_the_committed_weights(name: str) -> None:
    files = ModelFiles.in_folder(_ROOT / "models" / name)
    assert Ranges.read(files.graph.with_name("int8.json")).source_sha256 == files.sha256()


def test_ranges_of_other_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "crnn"
    folder.mkdir(parents=True)
    for name in ("model.onnx", "model.safetensors"):
        (folder / name).symlink_to(_ROOT / "models" / "crnn" / name)
    Ranges("0" * 64, 1, "none", (), {}).write(folder / "int8.json")
    with pytest.raises(ModelError, match="other weights"):
        built(ModelFiles.in_folder(folder), tmp_path / "cache")


@pytest.mark.parametrize("name", _OWN)
def test_an_int8_network_is_built_once_and_reads_like_the_other(name: str, tmp_path: Path) -> None:
    settings = Settings(threads=1, int8_folder=tmp_path)
    samples = sorted((_ROOT / "sample_images").glob("*.jpg"))[:4] or sorted((_ROOT / "sample_images").glob("*.png"))[:4]
    whole = registry.load(name, "onnx-int8", settings)
    files = list(tmp_path.glob("*.onnx"))
    made_at = files[0].stat().st_mtime_ns
    assert len(files) == 1
    registry.load(name, "onnx-int8", settings)
    assert next(tmp_path.glob("*.onnx")).stat().st_mtime_ns == made_at
    full = registry.load(name, "onnx", settings)
    for path in samples:
        recognition, evidence = whole.examine(path)
        assert recognition.runtime == "onnx-int8"
        assert recognition.model_sha256 == full.recognize(path).model_sha256
        assert recognition.confidence is not None
        assert recognition.confidence == pytest.approx(full.recognize(path).confidence, abs=0.2)
        assert evidence is not None


def test_all_own_models_offer_int8_and_peers_do_not() -> None:
    offered = {name for name, model in MODELS.items() if "onnx-int8" in model.runtimes}
    assert offered >= set(_OWN)
    assert not offered & {"ppocr_v4", "ppocr_v6", "tesseract"}


def test_an_own_file_is_quantised_on_the_pictures_of_a_folder(plain_network: Path, tmp_path: Path) -> None:
    from PIL import Image

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    rng = np.random.default_rng(0)
    for index in range(3):
        Image.fromarray(rng.integers(0, 255, (32, 96), dtype=np.uint8)).save(pictures / f"{index}.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    output = tmp_path / "plain.int8.onnx"
    described = quantise_own_file(plain_network, pictures, output, Settings())
    recognizer = registry.load(output)
    assert described.charset == recognizer.description.charset  # pyright: ignore[reportAttributeAccessIssue]
    assert recognizer.recognize(pictures / "0.png").runtime == "onnx"


def test_a_folder_without_pictures_is_refused(plain_network: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ImageError, match="no picture"):
        quantise_own_file(plain_network, tmp_path / "none", tmp_path / "x.onnx", Settings())
