"""docTR's exported CTC recognisers become own models; with its package, ones that read as its own predictor does."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from safetensors.torch import save_file  # noqa: E402

from ocr_core.cli import main  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.importers.doctr import import_file, packaged_vocabulary  # noqa: E402
from ocr_core.importers.doctr_normalisation import MEAN, STD  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.preprocess import prepare, stack  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.result import LineImage  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers.package_alone import folder_of, modules_alone  # noqa: E402
from tests.ocr_core.importers.random_weights import lively_tensors  # noqa: E402

pytestmark = pytest.mark.torch

SETTINGS = Settings(threads=1, deskew=False, orient=False)
CHARACTERS = "abcdefgh"


class Small(torch.nn.Module):
    """Something of docTR's contract: logits for every fourth column of normalised colours, the blank last."""

    def __init__(self, classes: int = len(CHARACTERS) + 1) -> None:
        super().__init__()
        self.convolution = torch.nn.Conv2d(3, classes, (32, 4), stride=4)
        self.load_state_dict(lively_tensors(self))

    def forward(self, images: Any) -> Any:
        return self.convolution(images).squeeze(2).transpose(1, 2) * 5


def export(network: Any, path: Path) -> Path:
    torch.onnx.export(
        network, (torch.zeros(1, 3, 32, 128),), path, dynamo=False, opset_version=17, input_names=["input"],
        output_names=["logits"], dynamic_axes={"input": {0: "batch_size"}, "logits": {0: "batch_size"}},
    )  # fmt: skip
    return path


def keep(network: Any, path: Path) -> Path:
    """Writes a network as its project does: as ONNX, or its weights alone."""
    if path.suffix == ".onnx":
        return export(network, path)
    if path.suffix == ".pt":
        torch.save(network.state_dict(), path)
    else:
        save_file({name: value.contiguous() for name, value in network.state_dict().items()}, path)
    return path


def write_alphabet(path: Path, text: str = CHARACTERS) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def picture(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_normalisation_goes_into_the_graph_and_the_blank_is_last(tmp_path: Path) -> None:
    network = Small()
    model = import_file(export(network, tmp_path / "crnn.onnx"), write_alphabet(tmp_path / "a.txt"))
    assert model.description.charset.symbols == (*CHARACTERS, "") and model.description.charset.blank == 8
    recognizer: Any = load(write(model, tmp_path / "mine.onnx").path, "onnx", SETTINGS)
    line = np.zeros((1, 3, 32, 128), dtype=np.float32)  # black: it is padded before it is normalised
    line[0, :, :, :100] = picture(32, 100).transpose(2, 0, 1) / np.float32(255)
    normalised = (line - np.float32(MEAN).reshape(1, 3, 1, 1)) / np.float32(STD).reshape(1, 3, 1, 1)
    with torch.inference_mode():
        expected = network(torch.from_numpy(normalised)).log_softmax(dim=-1).numpy()
    wanted = recognizer.input_format
    ours = stack([prepare(LineImage.whole(picture(32, 100)), wanted, enhanced=False)], wanted)
    np.testing.assert_allclose(recognizer.session.run(ours), expected, atol=2e-4)
    assert wanted.has_fixed_width and wanted.frames == "all"
    assert len(recognizer.recognize(picture(32, 300)).raw_path) >= 75, "wider crops are read in windows"


def test_alphabet_has_to_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export(Small(), tmp_path / "crnn.onnx")
    with pytest.raises(ModelError, match="do not belong together"):
        import_file(path, write_alphabet(tmp_path / "a.txt", CHARACTERS + "i"))
    package = tmp_path / "site" / "doctr" / "datasets"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (package / "vocabs.py").write_text(f"VOCABS = {{'mine': {CHARACTERS!r}}}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    assert import_file(path, vocabulary="mine").description.charset.symbols == (*CHARACTERS, "")
    with pytest.raises(ModelError, match="no vocabulary 'french'"):
        packaged_vocabulary("french")


def test_command_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, alphabet = export(Small(), tmp_path / "crnn.onnx"), write_alphabet(tmp_path / "a.txt")
    assert main(["import", "doctr", str(path), "--alphabet", str(alphabet), "-o", str(tmp_path / "m.onnx")]) == 0
    assert "the blank last" in capsys.readouterr().out


def test_weights_of_other_networks_are_refused(tmp_path: Path) -> None:
    alphabet, path = write_alphabet(tmp_path / "a.txt"), tmp_path / "crnn.pt"
    torch.save({"linear.weight": torch.zeros(9, 256)}, path)
    with pytest.raises(ModelError, match="not those of a CTC recogniser of docTR"):
        import_file(path, alphabet)
    torch.save({"linear.weight": torch.zeros(10, 256), "feat_extractor.0.weight": torch.zeros(64, 3, 3, 3)}, path)
    with pytest.raises(ModelError, match="do not belong together"):
        import_file(path, alphabet)
    torch.save({"linear.weight": torch.zeros(9, 256), "feat_extractor.0.weight": torch.zeros(64, 3, 3, 3)}, path)
    with pytest.raises(ModelError, match="they lack"):
        import_file(path, alphabet)


PACKAGE = folder_of("doctr")


@pytest.mark.importers
@pytest.mark.skipif(PACKAGE is None, reason="The package python-doctr is not installed.")
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("crnn_vgg16_bn", "crnn.onnx"),
        ("crnn_vgg16_bn", "crnn.safetensors"),
        ("crnn_mobilenet_v3_small", "crnn.pt"),
        ("crnn_mobilenet_v3_large", "crnn.safetensors"),
    ],
)
def test_inputs_logits_and_texts_are_those_of_doctr(name: str, file: str, tmp_path: Path) -> None:
    assert PACKAGE is not None
    folders = ("models", "models.recognition", "models.recognition.crnn")
    packages = {"doctr": PACKAGE, **{f"doctr.{name}": PACKAGE.joinpath(*name.split(".")) for name in folders}}
    vocabularies = {
        "VOCABS": defaultdict(str),
        "encode_sequences": None,
        "decode_sequence": lambda classes, vocab: "".join(map(vocab.__getitem__, classes)),
    }
    names = ["doctr.models.recognition.crnn.pytorch", "doctr.models.preprocessor.pytorch"]
    absent = [
        name for name in ("validators", "anyascii", "langdetect", "shapely", "pyclipper") if folder_of(name) is None
    ]
    with modules_alone(packages, names, absent, {"doctr.datasets": vocabularies}) as (networks, preparing):
        theirs = getattr(networks, name)(pretrained=False, pretrained_backbone=False, vocab=CHARACTERS, exportable=True)
        theirs.load_state_dict(lively_tensors(theirs))
        theirs.eval()
        model = import_file(keep(theirs, tmp_path / file), write_alphabet(tmp_path / "a.txt"))
        recognizer: Any = load(write(model, tmp_path / "mine.onnx").path, "onnx", SETTINGS)
        wanted = recognizer.input_format
        preprocessor = preparing.PreProcessor((32, 128), 1, MEAN, STD, preserve_aspect_ratio=True)
        decode = networks.CTCPostProcessor(vocab=CHARACTERS)
        worst_pixel, worst = 0.0, 0.0
        for crop in (picture(32, 128), picture(40, 100), picture(64, 222), picture(20, 70)):
            inputs = preprocessor([crop])[0]
            ours = stack([prepare(LineImage.whole(crop), wanted, enhanced=False)], wanted)
            normalised = (ours - np.float32(MEAN).reshape(1, 3, 1, 1)) / np.float32(STD).reshape(1, 3, 1, 1)
            worst_pixel = max(worst_pixel, float(np.abs(normalised - inputs.numpy()).max()))
            with torch.inference_mode():
                same_input = theirs(torch.from_numpy(normalised))["logits"]
            session = recognizer.session._session
            given = session.run(None, {session.get_inputs()[0].name: ours})[0]
            worst = max(worst, float(np.abs(given - same_input.numpy()).max()))
            assert recognizer.recognize(crop).text == decode(same_input)[0][0]
    grey_levels = worst_pixel * max(STD) * 255
    print(
        f"{name} from {file}: pixels differ by at most {grey_levels:.2f} of 255 levels, "
        f"logits for the same pixels by {worst:.1e}"
    )
    assert grey_levels < 1.1, "Pillow and torchvision round differently, and no more"
    assert worst <= 2e-4
