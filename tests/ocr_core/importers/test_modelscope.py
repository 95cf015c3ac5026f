"""A folder of ModelScope's hub becomes one ONNX file that reads like any own model, or is refused with a reason."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from ocr_core.cli import main  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.importers import modelscope  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.importers.modelscope import import_folder  # noqa: E402
from ocr_core.importers.networks import modelscope as recognised  # noqa: E402
from ocr_core.preprocess import LongLines  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers.modelscope_folders import (  # noqa: E402
    NAMES,
    SMALL_CRNN,
    SMALL_VIT,
    WIDTHS,
    small_network,
    small_tensors,
    write_configuration,
    write_folder,
)

pytestmark = pytest.mark.torch

SETTINGS = Settings(deskew=False)
FIRST_CLASS = {"CRNN": 1, "ConvNextViT": 2}


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published is large; here the same networks are demanded in small."""
    monkeypatch.setattr(recognised, "CRNN_SIZES", SMALL_CRNN)
    monkeypatch.setattr(recognised, "CONVNEXT_VIT_SIZES", SMALL_VIT)


def imported(folder: Path, long_lines: LongLines = "windows") -> Any:
    model = import_folder(folder)
    wanted = replace(model.description.input_format, long_lines=long_lines)
    model = replace(model, description=replace(model.description, input_format=wanted))
    return load(write(model, folder / "ours.onnx").path, "onnx", SETTINGS)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def read_by_hand(name: str, pixels: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The whole of ModelScope's reading, written down once more: classes of the best path, and logits `T, C`."""
    import cv2

    width = min(int(32 * (pixels.shape[1] / pixels.shape[0])), WIDTHS[name])
    line = np.zeros((1, 3, 32, WIDTHS[name]), dtype=np.float32)
    line[0, :, :, :width] = cv2.resize(pixels, (width, 32)).transpose(2, 0, 1) / np.float32(255)
    with torch.inference_mode():
        logits = small_network(name)(torch.from_numpy(line)).numpy()[0]
    best = [0, *logits.argmax(axis=1).tolist()]
    return [c for before, c in pairwise(best) if c not in (0, before)], logits


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_those_of_the_whole_path_written_down_once_more(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, name)
    recognizer = imported(folder, "compressed")
    entries = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    texts = set()
    for pixels in (picture(32, 320), picture(33, 100), picture(20, 900)):
        classes, logits = read_by_hand(name, pixels)
        symbols = ["\ufffd" if c < FIRST_CLASS[name] else entries[c - FIRST_CLASS[name]] for c in classes]
        recognition, evidence = recognizer.examine(pixels, "甲乙")
        assert recognition.text == " ".join("".join(symbols).split())
        assert evidence is not None and evidence.frames == len(recognition.raw_path) == len(logits)
        expected_blank = logits[:, 0] - np.log(np.exp(logits).sum(axis=1))
        np.testing.assert_allclose(evidence.blank, expected_blank, atol=2e-3, err_msg="beyond half precision")
        assert all(0 <= c.box[0] <= c.box[2] <= pixels.shape[1] for c in recognition.characters)
        texts.add(recognition.text)
    assert all(texts), "nothing read would prove nothing"


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_any_size_reads_as_single_lines_do(name: str, tmp_path: Path) -> None:
    recognizer = imported(write_folder(tmp_path, name))
    pictures = [picture(32, 40 * k) for k in range(1, 6)]
    assert recognizer.read(pictures) == [recognizer.recognize(p).text for p in pictures]


@pytest.mark.parametrize("name", NAMES)
def test_file_says_where_it_comes_from(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, name)
    described = imported(folder).description
    source = described.training["source"]
    assert (source["project"], source["network"]) == ("ModelScope", name)
    assert source["files"] == {
        file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file in ("pytorch_model.pt", "vocab.txt", "configuration.json")
    }
    assert described.licence == "Apache-2.0"
    assert described.training["unknown"]
    assert described.input_format.has_fixed_width and described.input_format.frames == "all"
    assert described.input_format.max_width_px == WIDTHS[name]


@pytest.mark.parametrize("name", NAMES)
def test_alphabet_is_counted_from_each_networks_own_class(name: str, tmp_path: Path) -> None:
    symbols = imported(write_folder(tmp_path, name)).description.charset.symbols
    expected = {"CRNN": "甲乙丙丁戊己庚 辛壬癸", "ConvNextViT": "\ufffd甲乙丙丁戊己庚 辛壬"}[name]
    assert symbols == ("", *expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("prefix", ["recognizer.", "module.", "recognizer.module."])
def test_prefixes_of_other_trainings_are_taken_off(name: str, prefix: str, tmp_path: Path) -> None:
    plain = imported(write_folder(tmp_path / "plain", name))
    prefixed = {prefix + key: value for key, value in small_tensors(name).items()}
    other = imported(write_folder(tmp_path / "prefixed", name, tensors=prefixed))
    assert other.read([picture(32, 200)]) == plain.read([picture(32, 200)])


def test_checkpoint_of_a_training_gives_up_its_wrapping(tmp_path: Path) -> None:
    wrapped = {"meta": {"epoch": 3}, "state_dict": small_tensors("CRNN"), "optimizer": {"lr": 0.1}}
    assert imported(write_folder(tmp_path, "CRNN", tensors=wrapped)).read([picture(32, 200)])


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_is_demanded(name: str, tmp_path: Path) -> None:
    tensors = small_tensors(name)
    demanded = [key for key in tensors if not key.endswith(("num_batches_tracked", "cls_token"))]
    for key in (demanded[0], demanded[len(demanded) // 2], demanded[-1]):
        lacking = {other: value for other, value in tensors.items() if other != key}
        if key in ("cls.weight", "vitstr.head.weight"):
            continue
        with pytest.raises(ModelError, match=f"they lack {key}"):
            import_folder(write_folder(tmp_path, name, tensors=lacking))
        with pytest.raises(ModelError, match=f"other shapes: {key}"):
            import_folder(write_folder(tmp_path, name, tensors={**tensors, key: tensors[key][None]}))
    with pytest.raises(ModelError, match="unknown tensors: conv9"):
        import_folder(write_folder(tmp_path, name, tensors={**tensors, "conv9.0.weight": torch.ones(1)}))
    broken = {**tensors, demanded[0]: torch.full_like(tensors[demanded[0]], torch.nan)}
    with pytest.raises(ModelError, match="no numbers"):
        import_folder(write_folder(tmp_path, name, tensors=broken))


def test_two_tensors_of_one_name_are_refused(tmp_path: Path) -> None:
    tensors = small_tensors("CRNN")
    with pytest.raises(ModelError, match=r"two tensors for cls\.weight"):
        import_folder(write_folder(tmp_path, "CRNN", tensors={**tensors, "module.cls.weight": tensors["cls.weight"]}))


class Ran(Exception):
    """Somebody's code was run."""


class Malicious:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("raise __import__('tests.ocr_core.importers.test_modelscope', fromlist=['Ran']).Ran",)


@pytest.mark.parametrize("pickled", [False, True])
def test_code_in_a_checkpoint_is_not_run(pickled: bool, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    if pickled:
        (folder / "pytorch_model.pt").write_bytes(pickle.dumps(Malicious()))
    else:
        torch.save({"cls.weight": Malicious()}, folder / "pytorch_model.pt")
    with pytest.raises(ModelError, match="Nothing in it was run"):
        import_folder(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x02}q\x00.", b"no checkpoint at all"])
def test_broken_checkpoint_is_an_error(content: bytes, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    (folder / "pytorch_model.pt").write_bytes(content)
    with pytest.raises(ModelError):
        import_folder(folder)


def test_weights_of_something_else_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="of no network known"):
        import_folder(write_folder(tmp_path, "CRNN", tensors={"encoder.weight": torch.ones(3)}))
    with pytest.raises(ModelError, match=r"LightweightEdge.*model\.onnx"):
        import_folder(write_folder(tmp_path, "CRNN", tensors={"our_nas_model.stem.weight": torch.ones(3)}))


def test_vocabulary_with_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    plain = imported(write_folder(tmp_path / "plain", "CRNN")).description.charset
    windows = "\ufeff" + "\r\n".join("甲乙丙丁戊己庚 辛壬癸") + "\r\n"
    model = import_folder(write_folder(tmp_path / "windows", "CRNN", vocabulary=windows.encode()))
    assert model.description.charset == plain
    assert any("byte order mark" in sentence for sentence in model.found)


def test_vocabulary_is_split_at_line_feeds_alone(tmp_path: Path) -> None:
    odd = "甲\n\u2028\n \n\x85\n\n乙\x1d"
    model = import_folder(write_folder(tmp_path, "CRNN", vocabulary=odd.encode()))
    assert model.description.charset.symbols[:8] == ("", "甲", "\ufffd", " ", "\ufffd", "\ufffd", "\ufffd", "\ufffd")
    assert sum("is no text on one line" in sentence for sentence in model.found) == 4


def test_short_vocabulary_leaves_classes_without_text(tmp_path: Path) -> None:
    model = import_folder(write_folder(tmp_path, "CRNN", vocabulary="甲\n乙\n".encode()))
    assert model.description.charset.symbols == ("", "甲", "乙", *["\ufffd"] * 9)
    assert any("9 (3, 4, 5, 6, 7 ...)" in sentence for sentence in model.found)


@pytest.mark.parametrize(("name", "most"), [("CRNN", 11), ("ConvNextViT", 10)])
def test_vocabulary_longer_than_the_network_is_refused(name: str, most: int, tmp_path: Path) -> None:
    import_folder(write_folder(tmp_path, name, vocabulary=b"a\n" * most))
    with pytest.raises(ModelError, match="do not belong together"):
        import_folder(write_folder(tmp_path, name, vocabulary=b"a\n" * (most + 1)))


def test_vocabulary_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not UTF-8"):
        import_folder(write_folder(tmp_path, "CRNN", vocabulary=b"\xff\xfe\n"))
    (tmp_path / "vocab.txt").unlink()
    with pytest.raises(ModelError, match=r"vocab\.txt nor label_dict\.txt"):
        import_folder(tmp_path)


def test_older_revisions_have_another_list_and_no_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    expected = imported(folder).description.charset
    (folder / "vocab.txt").rename(folder / "label_dict.txt")
    write_configuration(folder, None)
    assert imported(folder).description.charset == expected
    (folder / "configuration.json").unlink()
    assert imported(folder).description.charset == expected


def test_configuration_of_another_network_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    write_configuration(folder, "ConvNextViT")
    with pytest.raises(ModelError, match="speaks of ConvNextViT, but the weights are those of CRNN"):
        import_folder(folder)
    write_configuration(folder, "CRNN", do_chunking=True)
    with pytest.raises(ModelError, match="cut into parts"):
        import_folder(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"model": 3}', '{"model": {"inference_kwargs": {"img_width": -4}}}', "[" * 100_000,
             '{"model": {"inference_kwargs": {"img_width": "640"}}}',
             '{"model": {"inference_kwargs": {"img_height": 48}}}']
)  # fmt: skip
def test_configuration_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    (folder / "configuration.json").write_text(text)
    with pytest.raises(ModelError, match=r"configuration\.json"):
        import_folder(folder)


def test_parts_are_cut_from_804_pixels_whatever_the_configuration_says(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "ConvNextViT", img_width=300)
    assert imported(folder).description.input_format.max_width_px == 804


def test_width_of_a_crnn_is_that_of_its_configuration(tmp_path: Path) -> None:
    recognizer = imported(write_folder(tmp_path, "CRNN", img_width=400))
    assert recognizer.description.input_format.max_width_px == 400
    assert len(recognizer.recognize(picture(32, 100)).raw_path) == 100


def ready_file(folder: Path, name: str) -> None:
    """A `model.onnx` as ModelScope's exporter makes it: opset 11, every size fixed, a ConvNextViT in parts."""
    network = small_network(name)
    example = torch.zeros(1, 3, 32, 640)
    if name == "ConvNextViT":
        network, example = _OfParts(network), torch.zeros(3, 3, 32, 300)
    torch.onnx.export(
        network, (example,), folder / "model.onnx", dynamo=False, opset_version=11, input_names=["input"],
        output_names=["pred"],
    )  # fmt: skip
    (folder / "pytorch_model.pt").unlink()


class _OfParts(torch.nn.Module):
    """A ConvNextViT that is given the three parts of one line."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, parts: Any) -> Any:
        line = torch.cat([parts[0:1, :, :, :252], parts[1:2, :, :, :252], parts[2:3]], dim=3)
        return self.whole(line)


@pytest.mark.parametrize("name", NAMES)
def test_ready_file_reads_like_the_weights_and_needs_no_torch(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt = imported(write_folder(tmp_path / "weights", name))
    folder = write_folder(tmp_path / "ready", name)
    ready_file(folder, name)
    monkeypatch.setattr(modelscope, "import_weights", None)
    ready = imported(folder)
    assert ready.description.training["source"]["network"] == name
    assert ready.description.charset == rebuilt.description.charset
    assert ready.description.input_format == rebuilt.description.input_format
    batch = np.random.default_rng(0).uniform(0, 1, (3, 3, 32, WIDTHS[name])).astype(np.float32)
    np.testing.assert_allclose(ready.session.run(batch), rebuilt.session.run(batch), atol=2e-4)
    pictures = [picture(32, 100), picture(32, 200), picture(32, 300)]
    assert ready.read(pictures) == rebuilt.read(pictures), "one line at a time, and in order"


def test_ready_file_of_something_else_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "CRNN")
    ready_file(folder, "CRNN")
    with pytest.raises(ModelError, match="do not belong together"):
        write_configuration(folder, "LightweightEdge")
        import_folder(folder)
    (folder / "model.onnx").write_bytes(b"no such thing")
    with pytest.raises(ModelError, match="not an ONNX file"):
        import_folder(folder)


def test_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"neither pytorch_model\.pt nor model\.onnx"):
        import_folder(tmp_path)
    with pytest.raises(ModelError, match="no folder"):
        import_folder(tmp_path / "none")


def test_long_lines_are_read_in_windows_unless_the_import_says_otherwise(tmp_path: Path) -> None:
    folder, long = write_folder(tmp_path / "hub", "CRNN"), picture(16, 640)
    frames = {}
    for choice in ("windows", "compressed"):
        output = str(tmp_path / f"{choice}.onnx")
        assert main(["import", "modelscope", str(folder), "-o", output, "--long-lines", choice]) == 0
        recognition, evidence = load(output, "onnx", SETTINGS).examine(long)
        assert evidence is not None and len(recognition.raw_path) == evidence.frames
        frames[choice] = evidence.frames, evidence.stride_px
    assert frames == {"windows": (320, 2.0), "compressed": (160, 4.0)}


def test_command_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path / "hub", "CRNN")
    assert main(["import", "modelscope", str(folder), "-o", str(tmp_path / "mine.onnx")]) == 0
    said = capsys.readouterr().out
    for words in ("CRNN, from pytorch_model.pt", "11 lines", "differ by at most", "licence: Apache-2.0"):
        assert words in said
    for file in (folder / "pytorch_model.pt", folder / "vocab.txt", tmp_path / "mine.onnx"):
        assert hashlib.sha256(file.read_bytes()).hexdigest() in said
    described = load(tmp_path / "mine.onnx", "onnx", SETTINGS).description  # type: ignore[attr-defined]
    assert described.training["source"]["files"]


def test_failed_import_leaves_no_file_and_an_old_one_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ocr_core.importers import imported_model

    folder, output = write_folder(tmp_path / "hub", "CRNN"), tmp_path / "mine.onnx"
    output.write_text("precious")
    monkeypatch.setattr(imported_model, "TOLERANCE", -1.0)
    assert main(["import", "modelscope", str(folder), "-o", str(output)]) == 2
    assert "thrown away" in capsys.readouterr().err
    assert output.read_text() == "precious" and {path.name for path in tmp_path.iterdir()} == {"hub", "mine.onnx"}
