"""PaddleOCR's and OpenOCR's ready files become own models that prepare, run and count as their projects do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from ocr_core.cli import main  # noqa: E402
from ocr_core.engines import ppocr  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.importers import openocr, paddleocr  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.preprocess import prepare, stack  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.result import LineImage  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers.package_alone import folder_of, modules_alone  # noqa: E402

SETTINGS = Settings(threads=1, deskew=False, orient=False)
SAMPLES = Path(__file__).resolve().parents[3] / "sample_images"


def write_graph(
    path: Path, *, height: int | str = 48, width: int | str = "W", stride: int = 8, classes: int = 4,
    batch: int | str = "N", softmax: bool = True, characters: str | None = None,
) -> Path:  # fmt: skip
    """A network that takes its first channel for blue: blank is white, then red, blue, and green as the last class."""
    seen = np.array([[1, -1, 1, -1], [1, -1, -1, 1], [1, 1, -1, -1]], dtype=np.float32)[:, :classes] * 10
    seen = np.pad(seen, ((0, 0), (0, max(0, classes - 4))), constant_values=-10)
    nodes = [
        helper.make_node("AveragePool", ["x"], ["mean"], kernel_shape=[1, stride], strides=[1, stride]),
        helper.make_node("ReduceMean", ["mean"], ["rows"], axes=[2], keepdims=0),
        helper.make_node("Transpose", ["rows"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "seen"], ["logits"]),
        helper.make_node("Softmax" if softmax else "Identity", ["logits"], ["y"], **({"axis": -1} if softmax else {})),
    ]
    body = helper.make_graph(
        nodes,
        "rec",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, height, width])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None, classes])],
        [numpy_helper.from_array(seen, "seen")],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if characters is not None:
        helper.set_model_props(model, {"character": characters})
    path.write_bytes(model.SerializeToString())
    return path


def write_dictionary(path: Path, text: str = "红\n蓝\n") -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def painted(colours: str, height: int = 48) -> NDArray[np.uint8]:
    """Half a height of paint for each letter (r, g, b), a third of white around each."""
    paints = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255)}
    gap, stroke = height // 3, height // 2
    columns = [(255, 255, 255)] * gap
    for colour in colours:
        columns += [paints[colour]] * stroke + [(255, 255, 255)] * gap
    return np.ascontiguousarray(np.broadcast_to(np.array(columns, dtype=np.uint8), (height, len(columns), 3)))


@pytest.mark.parametrize(("height", "stride"), [(32, 4), (48, 8), (48, 4)])
def test_height_and_stride_are_read_off_the_graph(height: int, stride: int, tmp_path: Path) -> None:
    path = write_graph(tmp_path / "rec.onnx", height=height, stride=stride)
    model = paddleocr.import_file(path, write_dictionary(tmp_path / "keys.txt"))
    wanted = model.description.input_format
    assert (wanted.height_px, wanted.stride_px, wanted.channel_order) == (height, stride, "bgr")
    assert model.description.output == "probs"
    recognizer = load(write(model, tmp_path / "mine.onnx").path, "onnx", SETTINGS)
    recognition, evidence = recognizer.examine(painted("rgb", 96))
    assert recognition.text == "红 蓝", "blue first, blank 0, and a space after the list"
    assert evidence is not None and evidence.frames == 320 // stride, "padding to 320 pixels is read, too"
    left, right = recognition.characters[0].box[::2]
    assert left < 56 < right


def test_graph_of_any_height_is_fed_what_is_asked_for(tmp_path: Path) -> None:
    keys = write_dictionary(tmp_path / "keys.txt")
    path = write_graph(tmp_path / "rec.onnx", height="H")
    assert paddleocr.import_file(path, keys).description.input_format.height_px == 48
    assert paddleocr.import_file(path, keys, height_px=32).description.input_format.height_px == 32


def test_graph_of_one_width_and_one_line_at_a_time(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "rec.onnx", width=320, batch=1)
    model = openocr.import_file(path, write_dictionary(tmp_path / "keys.txt"))
    assert model.description.input_format.has_fixed_width
    recognizer = load(write(model, tmp_path / "mine.onnx").path, "onnx", SETTINGS)
    assert recognizer.read([painted("rb"), painted("br"), painted("r")]) == ["红蓝", "蓝红", "红"]


def test_logits_are_told_from_probabilities(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "rec.onnx", softmax=False)
    assert paddleocr.import_file(path, write_dictionary(tmp_path / "keys.txt")).description.output == "logits"


@pytest.mark.parametrize(("classes", "symbols"), [(4, ("", "红", "蓝", " ")), (3, ("", "红", "蓝"))])
def test_space_is_the_last_class_where_there_is_one_more(
    classes: int, symbols: tuple[str, ...], tmp_path: Path
) -> None:
    path = write_graph(tmp_path / "rec.onnx", classes=classes)
    model = paddleocr.import_file(path, write_dictionary(tmp_path / "keys.txt", "红\r\n蓝"))
    assert model.description.charset.symbols == symbols


def test_dictionary_may_be_inside_or_in_yaml(tmp_path: Path) -> None:
    inside = paddleocr.import_file(write_graph(tmp_path / "rec.onnx", characters="红\n蓝"))
    assert inside.description.charset.symbols == ("", "红", "蓝", " ")
    pytest.importorskip("yaml")
    plain = write_graph(tmp_path / "plain.onnx")
    listed = write_dictionary(tmp_path / "inference.yml", "PostProcess:\n  character_dict:\n  - 红\n  - '蓝'\n")
    assert paddleocr.import_file(plain, listed).description.charset == inside.description.charset
    for text in ("PostProcess: 3\n", "a: [\n", "PostProcess:\n  character_dict: 红\n", "!!python/object:os.system x\n"):
        with pytest.raises(ModelError, match="lists no characters"):
            paddleocr.import_file(plain, write_dictionary(tmp_path / "inference.yml", text))


def test_dictionary_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "rec.onnx")
    for text in ("红\n", "红\n蓝\n绿\n黄\n"):
        with pytest.raises(ModelError, match="do not belong together"):
            paddleocr.import_file(path, write_dictionary(tmp_path / "keys.txt", text))
    with pytest.raises(ModelError, match="--dictionary"):
        paddleocr.import_file(path)


def test_what_is_no_recogniser_is_refused(tmp_path: Path) -> None:
    keys = write_dictionary(tmp_path / "keys.txt")
    (tmp_path / "rec.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(ModelError, match="not an ONNX file"):
        paddleocr.import_file(tmp_path / "rec.onnx", keys)
    with pytest.raises(ModelError, match="cannot be read"):
        paddleocr.import_file(tmp_path / "none.onnx", keys)
    identity = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "no",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 48, "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    (tmp_path / "rec.onnx").write_bytes(
        helper.make_model(identity, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    )
    with pytest.raises(ModelError, match="no frames"):
        paddleocr.import_file(tmp_path / "rec.onnx", keys)


def test_command_imports_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, keys = write_graph(tmp_path / "rec.onnx"), write_dictionary(tmp_path / "keys.txt")
    for family in ("paddleocr", "openocr"):
        output = tmp_path / f"{family}.onnx"
        assert main(["import", family, str(path), "--dictionary", str(keys), "-o", str(output)]) == 0
        assert "2, and a space as the last class" in capsys.readouterr().out and output.exists()


@pytest.mark.peers
@pytest.mark.parametrize("packaged", [ppocr.PPOCR_V4, ppocr.PPOCR_V6], ids=lambda model: model.name)
def test_published_weights_read_printed_lines(packaged: Any, tmp_path: Path) -> None:
    model = paddleocr.import_file(ppocr.find(packaged).graph)
    assert model.description.input_format.stride_px == 8
    recognizer = load(write(model, tmp_path / "mine.onnx").path, "onnx", Settings())
    assert recognizer.read([SAMPLES / "print" / "english.jpg"])[0].startswith("Every well-read page teaches")


PACKAGE = folder_of("openocr")
ENCODERS = {
    "PP-OCRv3": {"name": "MobileNetV1Enhance", "scale": 0.5},
    "PP-OCRv4 and v5 mobile": {"name": "PPLCNetV3", "scale": 0.95},
    "PP-OCRv2 server (CRNN)": {"name": "ResNet", "layers": 34},
    "SVTRv2 mobile": {"name": "RepSVTREncoder"},
}
CHARACTERS = [chr(0x4E00 + number) for number in range(60)]


@pytest.fixture(scope="module")
def openocr_modules() -> Iterator[Any]:
    """OpenOCR's definitions, those of PaddleOCR's networks in PyTorch among them, its preparation and its decoding."""
    assert PACKAGE is not None
    names = ["openrec.modeling", "openrec.preprocess.resize", "openrec.postprocess.ctc_postprocess"]
    packages = {"openrec": PACKAGE / "openrec", "openrec.preprocess": PACKAGE / "openrec" / "preprocess",
                "openrec.postprocess": PACKAGE / "openrec" / "postprocess"}  # fmt: skip
    with modules_alone(packages, names) as modules:
        yield modules


@pytest.mark.importers
@pytest.mark.skipif(PACKAGE is None, reason="The package openocr-python is not installed.")
@pytest.mark.parametrize("encoder", ENCODERS)
def test_inputs_probabilities_and_texts_are_those_of_the_published_definitions(
    encoder: str, openocr_modules: Any, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    from tests.ocr_core.importers.random_weights import lively_tensors

    modeling, resize, decoding = openocr_modules
    keys = write_dictionary(tmp_path / "keys.txt", "\n".join(CHARACTERS) + "\n")
    height = 32 if "CRNN" in encoder else 48
    decoder = {"name": "CTCDecoder", "out_channels": len(CHARACTERS) + 2}
    if "CRNN" not in encoder:
        decoder["svtr_encoder"] = {"dims": 16, "depth": 1, "hidden_dims": 16, "kernel_size": [1, 3], "use_guide": True}
    theirs = modeling.build_model({"Encoder": dict(ENCODERS[encoder]), "Decoder": decoder}).eval()
    if "CRNN" in encoder:
        theirs = with_lstms(theirs, len(CHARACTERS) + 2)
    theirs.load_state_dict(lively_tensors(theirs))
    theirs.train()
    torch.manual_seed(0)
    with torch.no_grad():
        for _ in range(20):  # so that batch norms fit their weights; without, every line looks alike at the end
            theirs(torch.rand(2, 3, height, 320) * 2 - 1)
        theirs.decoder.fc.weight *= 20
    theirs.eval()
    torch.onnx.export(
        theirs, (torch.zeros(1, 3, height, 320),), tmp_path / "rec.onnx", dynamo=False, opset_version=17,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "N", 3: "W"}, "y": {0: "N", 1: "T"}},
    )  # fmt: skip
    family = openocr if encoder.startswith("SVTR") else paddleocr
    recognizer: Any = load(write(family.import_file(tmp_path / "rec.onnx", keys), tmp_path / "o.onnx").path, "onnx",
                           SETTINGS)  # fmt: skip
    wanted = recognizer.input_format
    dynamic, decode = resize.RecDynamicResize([height, 320]), decoding.CTCLabelDecode(str(keys), use_space_char=True)
    worst, red_first, rng = 0.0, 0.0, np.random.default_rng(3)
    for rows, columns in ((48, 320), (48, 100), (31, 171), (40, 500), (100, 1201)):
        picture = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        inputs = dynamic({"image": np.ascontiguousarray(picture[:, :, ::-1])})["image"][None]
        ours = stack([prepare(LineImage.whole(picture), wanted, enhanced=False)], wanted)
        np.testing.assert_array_equal(ours, inputs)
        with torch.inference_mode():
            their_output = theirs(torch.from_numpy(inputs))
        probabilities = their_output.numpy()
        run = recognizer.session._session.run
        worst = max(worst, float(np.abs(run(None, {"x": ours})[0] - probabilities).max()))
        wrong = run(None, {"x": np.ascontiguousarray(ours[:, ::-1])})[0]
        red_first = max(red_first, float(np.abs(wrong - probabilities).max()))
        text = decode(their_output)[0][0]
        assert recognizer.recognize(picture).text == " ".join(text.split())
    print(f"{encoder}: differ by at most {worst:.1e}, red first by {red_first:.1e}; stride {wanted.stride_px}")
    assert worst <= 2e-4
    assert red_first > 20 * worst, "a network that hardly looks at its input proves nothing"


def with_lstms(network: Any, classes: int) -> Any:
    """Puts the two LSTMs of PaddleOCR's CRNN (hidden size 256) between OpenOCR's ResNet-34-vd and the output."""
    import torch

    class Crnn(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = network.encoder
            self.lstm = torch.nn.LSTM(512, 256, 2, bidirectional=True, batch_first=True)
            self.decoder = torch.nn.Module()
            self.decoder.fc = torch.nn.Linear(512, classes)

        def forward(self, images: Any) -> Any:
            logits = self.decoder.fc(self.lstm(self.encoder(images).squeeze(2).transpose(1, 2))[0])
            return logits if self.training else logits.softmax(dim=2)

    return Crnn()
