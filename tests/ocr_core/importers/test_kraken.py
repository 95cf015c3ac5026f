"""kraken's recognisers become own models by their definition; with its package, ones that read as it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from safetensors.torch import save_file  # noqa: E402

from ocr_core.cli import main  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.importers.kraken import import_file  # noqa: E402
from ocr_core.importers.networks.kraken_vgsl import KrakenVgsl  # noqa: E402
from ocr_core.preprocess import prepare, stack  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.result import LineImage  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers.package_alone import folder_of, modules_alone  # noqa: E402
from tests.ocr_core.importers.random_weights import lively_tensors  # noqa: E402

pytestmark = pytest.mark.torch

SETTINGS = Settings(threads=1, deskew=False, orient=False)
SMALL = "[1,16,0,1 Cr{C_0}3,3,4 Mp{Mp_1}2,2 S{S_2}1(1x0)1,3 Lbx{L_3}5 O{O_4}1c4]"
CODEC = {"a": [1], "b": [3]}


def write_model(path: Path, network: Any, definition: str, codec: Any = None, **facts: Any) -> Path:
    """Writes what kraken writes: tensors under a random prefix, and what they are, in the header."""
    prefix = "6c1e0b46-8f0f-4d3a-9a53-0123456789ab"
    stored = {
        "_tasks": ["recognition"], "_model": "TorchVGSLModel", "vgsl": definition,
        "codec": CODEC if codec is None else codec, **facts,
    }  # fmt: skip
    tensors = {f"{prefix}.{name}": value.contiguous() for name, value in network.state_dict().items()}
    tensors["other.weight"] = torch.zeros(1)
    save_file(tensors, path, {"kraken_meta": json.dumps({prefix: stored, "other": {"_tasks": ["segmentation"]}})})
    return path


def small(path: Path, **facts: Any) -> Path:
    network = KrakenVgsl(SMALL)
    network.load_state_dict(lively_tensors(network))
    return write_model(path, network, SMALL, **facts)


def test_definition_alphabet_and_padding_come_from_the_file(tmp_path: Path) -> None:
    model = import_file(small(tmp_path / "model.safetensors", one_channel_mode="1", seg_type="bbox"))
    assert model.description.charset.symbols == ("", "a", "\N{REPLACEMENT CHARACTER}", "b")
    wanted = model.description.input_format
    assert (wanted.height_px, wanted.channels, wanted.stride_px, wanted.origin_px) == (16, 1, 2, -16.0)
    assert any("black and white" in told for told in model.unknown) and any("boxes" in told for told in model.unknown)
    recognizer: Any = load(write(model, tmp_path / "mine.onnx").path, "onnx", SETTINGS)
    line = np.random.default_rng(0).integers(0, 256, (16, 40, 3), dtype=np.uint8)
    _, evidence = recognizer.examine(line)
    assert evidence.frames == (40 + 2 * 16) // 2 and evidence.origin_px == -16.0


def test_frames_lie_where_the_definition_puts_them() -> None:
    """A window that is even and one that is strided move what a frame covers; a dark bar shows where it is."""
    for definition in ("[1,8,0,1 Cl4,2,1,4,2 Mp2,4,2,4 S1(1x0)1,3 O1c2]", "[1,8,0,1 Cl3,9,1,1,1,1,2 S1(1x0)1,3 O1c2]"):
        network = KrakenVgsl(definition).eval()
        for value in network.parameters():
            value.data.fill_(1.0)
        bar_px = 101
        line = torch.ones(1, 1, 8, 256)
        line[..., bar_px] = 0
        with torch.inference_mode():
            lit = (network(line) - network(torch.ones(1, 1, 8, 256)))[0, :, 1].nonzero().flatten().double()
        covered = network.origin_px + (lit.mean().item() + 0.5) * network.stride_px
        assert abs(covered - (bar_px + 0.5)) <= network.stride_px / 2


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ("[1,0,0,3 Cr3,3,4 O1c4]", "any width and a fixed height"),
        ("[1,16,0,1 Cr3,3,4 O1c4]", "16 rows high"),
        ("[1,16,0,1 Cr3,3,4 S1(1x0)1,3]", "does not end in an output"),
        ("[1,16,0,1 Lfys8 Lbxo8 O1c4]", "'Lbxo8'"),
        ("[1,16,0,1 (I Cr3,3,4) O1c4]", "block that is not read here"),
        ("[1,16,0,1 Mp32,32 O1c4]", "no row"),
        ("[1,16,0,1 Cr3,3,99999999 O1c4]", "block that is not read here"),
        ("[1,16,0,1 Cr3,3,4 Gn3 O1c4]", "4 channels in 3 groups"),
        ("[1,16,0,1 Lfxs8 O1c4]", "no frames"),
        ("nonsense", "no network of kraken"),
    ],
)
def test_definitions_that_are_not_read_are_refused_by_name(definition: str, complaint: str) -> None:
    with pytest.raises(ModelError) as refused:
        KrakenVgsl(definition)
    assert complaint in str(refused.value)


def test_files_that_are_no_such_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for codec, complaint in (({"ab": [1, 2]}, "several classes"), ({"a": [4]}, "has 4"), ({}, "which characters")):
        with pytest.raises(ModelError, match=complaint):
            import_file(small(path, codec=codec))
    with pytest.raises(ModelError, match="'PPOCRRecognitionModel'"):
        import_file(small(path, _model="PPOCRRecognitionModel"))
    with pytest.raises(ModelError, match="other shapes"):
        import_file(small(path, vgsl=SMALL.replace("1c4", "1c5")))
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match="0 recognisers"):
        import_file(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="no file of kraken 7"):
        import_file(path)
    with pytest.raises(ModelError, match="ketos convert"):
        import_file(tmp_path / "old.mlmodel")


def test_command_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small(tmp_path / "model.safetensors")
    assert main(["import", "kraken", str(path), "-o", str(tmp_path / "m.onnx")]) == 0
    assert "grey, 16 pixels high" in capsys.readouterr().out


PACKAGE = folder_of("kraken")
DEFINITIONS = {
    "kraken 7's default": "[256,64,0,1 Cr4,2,32,4,2 Gn32 Cr4,2,64,1,1 Gn32 Mp4,2,4,2 Cr3,3,128,1,1 Gn32 Mp1,2,1,2 "
    "S1(1x0)1,3 Lbx256 Do0.5 Lbx256 Do0.5 Lbx256 Do0.5 O1c31]",
    "kraken 2 to 6's default": "[1,120,0,1 Cr3,13,32 Do0.1,2 Mp2,2 Cr3,13,32 Do0.1,2 Mp2,2 Cr3,9,64 Do0.1,2 Mp2,2 "
    "Cr3,9,64 Do0.1,2 S1(1x0)1,3 Lbx200 Do0.1,2 Lbx200 Do0.1,2 Lbx200 Do O1c31]",
    "with a summing LSTM": "[1,48,0,3 Ct3,3,16 Mp3,3 Lfys32 Lbx32 Clr1,3,24,1,1,1,2 Lfx32 O1c31]",
}


@pytest.mark.importers
@pytest.mark.skipif(PACKAGE is None, reason="The package kraken is not installed.")
@pytest.mark.parametrize("name", DEFINITIONS)
def test_inputs_logits_and_texts_are_those_of_kraken(name: str, tmp_path: Path) -> None:
    assert PACKAGE is not None
    folders = ("lib", "lib.vgsl", "lib.dataset")
    packages = {"kraken": PACKAGE, **{f"kraken.{name}": PACKAGE.joinpath(*name.split(".")) for name in folders}}
    names = ["lib.vgsl.model", "lib.codec", "lib.ctc_decoder", "lib.dataset.utils"]
    outside = ("coremltools", "coremltools.proto", "coremltools.models", "coremltools.models.neural_network",
               "lightning", "lightning.fabric", "regex", "kraken.lib.bidi")  # fmt: skip
    given: dict[str, dict[str, Any]] = {
        "kraken.models": {"BaseModel": type("BaseModel", (), {})},
        "kraken.models.ctc": {"CTCRecognitionInferenceMixin": type("CTCRecognitionInferenceMixin", (), {})},
        "kraken.lib.vgsl.spred": {"VGSLSegmentationInference": type("VGSLSegmentationInference", (), {})},
        "kraken.configs": dict.fromkeys(("Config", "RecognitionInferenceConfig", "SegmentationInferenceConfig")),
    }
    absent = [module for module in outside if module.startswith("kraken") or folder_of(module.split(".")[0]) is None]
    with modules_alone(packages, [f"kraken.{name}" for name in names], absent, given) as modules:
        networks, codecs, decoding, preparing = modules
        codec = {chr(0x61 + number): [30 - number] for number in range(26)}
        theirs = networks.TorchVGSLModel(vgsl=DEFINITIONS[name], codec=codec, model_type=["recognition"])
        theirs.load_state_dict(lively_tensors(theirs))
        theirs.eval()
        make_frames_differ(theirs)
        path = write_model(tmp_path / "model.safetensors", theirs, theirs.user_metadata["vgsl"], codec)
        recognizer: Any = load(write(import_file(path), tmp_path / "mine.onnx").path, "onnx", SETTINGS)
        wanted = recognizer.input_format
        transforms = preparing.ImageInputTransforms(
            *theirs.input[:1], *theirs.input[2:], theirs.input[1], (16, 0), False
        )
        worst, read = 0.0, set()
        for crop in (picture(64, 300), picture(31, 171), picture(200, 901), picture(120, 77)):
            inputs = transforms(Image.fromarray(crop))
            ours = stack([prepare(LineImage.whole(crop), wanted, enhanced=False)], wanted)
            np.testing.assert_allclose(1 - ours[0], inputs[:, :, 16:-16].numpy(), atol=1e-7, rtol=0)
            assert not inputs[:, :, :16].any() and not inputs[:, :, -16:].any()
            with torch.inference_mode():
                logits, lengths = theirs.nn(inputs[None], torch.tensor([inputs.shape[2]]))
            given_logits = recognizer.session._session.run(None, {"images": ours})[0]
            worst = max(worst, float(np.abs(given_logits - logits.squeeze(2).transpose(1, 2).numpy()).max()))
            decoded = decoding.greedy_decoder(logits.softmax(1).squeeze(2), lengths)[0]
            text = "".join(part[0] for part in codecs.PytorchCodec(codec).decode(decoded))
            assert recognizer.recognize(crop).text.replace("\N{REPLACEMENT CHARACTER}", "") == text
            read.add(text)
    print(f"{name}: the same pixels, logits differ by at most {worst:.1e}; stride {wanted.stride_px}")
    assert worst <= 2e-4
    assert len(read) > 1 and all(read), "texts that are all alike prove nothing"


def make_frames_differ(network: Any) -> None:
    """Centres and widens the logits over a line; random LSTMs would read one class everywhere."""
    _, channels, height, _ = network.input
    line = torch.from_numpy(np.random.RandomState(1).rand(1, channels, height, 400).astype(np.float32)).round()
    output = network.nn[-1].lin
    with torch.no_grad():
        logits = network.nn(line, torch.tensor([400]))[0].squeeze(2)[0]
        scale = 4 / logits.std(dim=1)
        output.bias.copy_((output.bias - logits.mean(dim=1)) * scale)
        output.weight.mul_(scale[:, None])


def picture(height: int, width: int) -> NDArray[np.uint8]:
    """A grey line of dark strokes on noise."""
    rng = np.random.default_rng(width)
    grey = rng.integers(160, 256, (height, width), dtype=np.uint8)
    for left in range(5, width - 12, 17):
        grey[rng.integers(0, height // 2) :, left : left + rng.integers(2, 9)] //= 3
    return np.repeat(grey[:, :, None], 3, axis=2)
