"""EasyOCR's checkpoints become own models; with its package installed, ones that read as its own code does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from ocr_core.cli import main  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.importers.easyocr import INPUT, import_file, packaged_characters  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.importers.networks.easyocr_vgg import EasyOcrConfig, EasyOcrVgg  # noqa: E402
from ocr_core.preprocess import prepare, stack  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.result import LineImage  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers.package_alone import folder_of, modules_alone  # noqa: E402
from tests.ocr_core.importers.random_weights import lively_tensors  # noqa: E402

pytestmark = pytest.mark.torch

SETTINGS = Settings(deskew=False, orient=False)
CHARACTERS = "abcdefg 中文字"
SMALL = EasyOcrConfig(classes=len(CHARACTERS) + 1, features=16, hidden=6)


def small_tensors() -> dict[str, Any]:
    return lively_tensors(EasyOcrVgg(SMALL))


def write_checkpoint(path: Path, tensors: dict[str, Any] | None = None) -> Path:
    """As EasyOCR publishes them: trained in parallel, every name with a prefix."""
    torch.save({f"module.{name}": value for name, value in (tensors or small_tensors()).items()}, path)
    return path


def write_alphabet(path: Path, text: str = CHARACTERS) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def grey_picture(height: int, width: int) -> NDArray[np.uint8]:
    grey = np.random.default_rng(width).integers(0, 256, (height, width), dtype=np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def test_checkpoint_becomes_a_model_that_reads(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "small_g2.pth")
    model = import_file(path, write_alphabet(tmp_path / "alphabet.txt"))
    written = write(model, tmp_path / "ours.onnx")
    assert written.largest_difference is not None
    recognizer = load(written.path, "onnx", SETTINGS)
    described = recognizer.description  # type: ignore[attr-defined]
    assert described.charset.symbols == ("", *CHARACTERS)
    assert described.input_format == INPUT
    assert described.training["source"]["files"].keys() == {"small_g2.pth", "alphabet.txt"}
    recognition, evidence = recognizer.examine(grey_picture(64, 300))
    assert recognition.text and evidence is not None
    assert evidence.frames == 320 // 4 - 1 and evidence.origin_px == 2.0
    pictures = [grey_picture(64, width) for width in (100, 320, 300)]
    assert recognizer.read(pictures) == [recognizer.recognize(p).text for p in pictures]


def test_alphabet_may_stand_in_one_line_or_in_many(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "small_g2.pth")
    one = import_file(path, write_alphabet(tmp_path / "one.txt"))
    many = import_file(path, write_alphabet(tmp_path / "many.txt", "\n".join(CHARACTERS) + "\n"))
    assert one.description.charset == many.description.charset


@pytest.fixture
def fake_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that lists alphabets as EasyOCR's does, and must not be run."""
    package = tmp_path / "site" / "easyocr"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    listed = {"gen2": {"small_g2": {"characters": CHARACTERS}}}
    (package / "config.py").write_text(f"other = 1\nrecognition_models = {listed!r}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    yield package


def test_alphabet_is_read_from_the_package_by_name(fake_package: Path, tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "small_g2.pth")
    assert import_file(path).description.charset.symbols == ("", *CHARACTERS)
    renamed = path.rename(tmp_path / "mine.pth")
    with pytest.raises(ModelError, match="no model 'mine'"):
        import_file(renamed)
    assert import_file(renamed, name="small_g2").source.network == "small_g2"


def test_package_that_is_not_understood_is_not_run(fake_package: Path) -> None:
    for source in ("recognition_models = make()\n", "recognition_models = {\n", "x = 1\n"):
        (fake_package / "config.py").write_text(source)
        with pytest.raises(ModelError):
            packaged_characters("small_g2")


def test_what_is_no_such_checkpoint_is_refused(tmp_path: Path) -> None:
    alphabet = write_alphabet(tmp_path / "alphabet.txt")
    tensors = small_tensors()
    with pytest.raises(ModelError, match="second generation"):
        import_file(write_checkpoint(tmp_path / "a.pth", {"x": torch.ones(1)}), alphabet)
    lacking = {name: value for name, value in tensors.items() if name != "SequenceModeling.1.linear.bias"}
    with pytest.raises(ModelError, match=r"lack SequenceModeling\.1\.linear\.bias"):
        import_file(write_checkpoint(tmp_path / "b.pth", lacking), alphabet)
    with pytest.raises(ModelError, match="do not belong together"):
        import_file(write_checkpoint(tmp_path / "c.pth"), write_alphabet(tmp_path / "long.txt", CHARACTERS + "x"))


def test_command_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, alphabet = write_checkpoint(tmp_path / "small_g2.pth"), write_alphabet(tmp_path / "alphabet.txt")
    output = tmp_path / "mine.onnx"
    assert main(["import", "easyocr", str(path), "--alphabet", str(alphabet), "-o", str(output)]) == 0
    assert "small_g2" in capsys.readouterr().out and output.exists()


PACKAGE = folder_of("easyocr")


@pytest.mark.importers
@pytest.mark.skipif(PACKAGE is None, reason="The package easyocr is not installed.")
def test_inputs_logits_and_texts_are_those_of_easyocr(tmp_path: Path) -> None:
    """Its own network, preparation of lines and decoding, unquantised and in one pass; on grey lines."""
    assert PACKAGE is not None
    names = ["easyocr.model.vgg_model", "easyocr.recognition", "easyocr.utils"]
    with modules_alone({"easyocr": PACKAGE}, names, absent=["skimage"]) as (vgg_model, recognition, utils):
        theirs = vgg_model.Model(1, SMALL.features, SMALL.hidden, SMALL.classes).eval()
        tensors = lively_tensors(theirs)
        theirs.load_state_dict(tensors)
        path = write_checkpoint(tmp_path / "small_g2.pth", tensors)
        model = import_file(path, write_alphabet(tmp_path / "alphabet.txt"))
        recognizer: Any = load(write(model, tmp_path / "ours.onnx").path, "onnx", SETTINGS)
        converter = utils.CTCLabelConverter(CHARACTERS)
        worst, texts = 0.0, set()
        for picture in (grey_picture(*size) for size in ((64, 300), (50, 333), (31, 512), (120, 500), (64, 64))):
            grey = np.ascontiguousarray(picture[:, :, 0])
            height, width = grey.shape
            found, widest = utils.get_image_list([[0, width, 0, height]], [], grey, model_height=64)
            collate = recognition.AlignCollate(imgH=64, imgW=int(widest), keep_ratio_with_pad=True)
            inputs = collate([recognition.Image.fromarray(found[0][1], "L")])
            ours = stack([prepare(LineImage.whole(picture), recognizer.input_format, enhanced=False)], INPUT)
            np.testing.assert_allclose(ours, inputs.numpy(), atol=1e-6, rtol=0)
            with torch.inference_mode():
                their_logits = theirs(inputs, None).numpy()
            our_logits = recognizer.session._session.run(None, {"images": ours})[0]
            worst = max(worst, float(np.abs(our_logits - their_logits).max()))
            read = recognition.get_text(
                CHARACTERS, 64, int(widest), theirs, converter, found, decoder="greedy", contrast_ths=0.0, workers=0
            )
            assert recognizer.recognize(picture).text == " ".join(read[0][1].split())
            texts.add(read[0][1])
    print(f"EasyOCR: logits differ by at most {worst:.1e}")
    assert worst <= 5e-5 and len(texts) > 2
