"""PP-OCR's files speak other terms than ours: found without an import, adapted, and read like any other network."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ocr_core.ctc.evidence import evidence_of
from ocr_core.engines import ppocr
from ocr_core.engines.ppocr import PPOCR_V4, PPOCR_V6, PackagedModel, PpOcrSession
from ocr_core.errors import ModelError
from ocr_core.labels import canonical
from ocr_core.result import Posteriors
from ocr_core.sessions.model_files import ModelDescription, ModelFiles
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.settings import Settings

SAMPLES = Path(__file__).resolve().parents[3] / "sample_images"
SETTINGS = Settings(threads=1)

WHITE, RED, GREEN, BLUE = (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)
PAINTS = {"红": RED, " ": GREEN, "蓝": BLUE}


def write_network(path: Path, *, characters: str | None = "红\n蓝", classes: int = 4) -> Path:
    """Writes a network with PP-OCR's contract that takes its first channel for blue.

    White is blank, red and blue are the two characters of the list, green is the last class.
    """
    # Rows: blue, green, red channel; columns: blank, red, blue, and what follows the list.
    seen = np.array([[1, -1, 1, -1], [1, -1, -1, 1], [1, 1, -1, -1]], dtype=np.float32)[:, :classes] * 10
    nodes = [
        helper.make_node("AveragePool", ["x"], ["mean"], kernel_shape=[48, 8], strides=[48, 8], ceil_mode=1),
        helper.make_node("Squeeze", ["mean", "two"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "seen"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["y"], axis=-1),
    ]
    body = helper.make_graph(
        nodes,
        "peer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None, classes])],
        [numpy_helper.from_array(seen, "seen"), numpy_helper.from_array(np.array([2], dtype=np.int64), "two")],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {} if characters is None else {"character": characters})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackagedModel:
    """A package on the path that must not be imported, with a network inside."""
    package = tmp_path / "site" / "a_peer_s_package"
    write_network(package / "models" / "rec.onnx")
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return PackagedModel("peer", "The Peer", "a_peer_s_package", "models/rec.onnx", "pip install peer")


def painted(text: str, *, height: int = 48) -> NDArray[np.uint8]:
    """A picture `H, W, 3` of `text`: 24 pixels of paint for a character, 16 of white around each."""
    columns = [WHITE] * 16
    for character in text:
        columns += [PAINTS[character]] * 24 + [WHITE] * 16
    row = np.array(columns, dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row, (height, *row.shape)))


@dataclass
class Recording:
    """A session that keeps what it is fed."""

    description: ModelDescription
    fed: list[NDArray[np.float32]] = field(default_factory=list)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.fed.append(batch)
        frames = -(-batch.shape[3] // 8)
        return np.full((len(batch), frames, 4), np.log(0.25), dtype=np.float32)


def recorded(batch: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the network is fed for a batch, and what comes back."""
    inner = Recording(ppocr.describe("peer", {"character": "红\n蓝"}))
    result = PpOcrSession(inner).run(batch)  # type: ignore[arg-type]
    return inner.fed[0], result


def test_package_is_not_imported(packaged: PackagedModel) -> None:
    assert ppocr.find(packaged).graph.name == "rec.onnx"
    assert packaged.package not in sys.modules


def test_missing_package_says_how_to_install_it() -> None:
    absent = PackagedModel("peer", "The Peer", "no_such_package_at_all", "rec.onnx", "pip install peer==1")
    with pytest.raises(ModelError, match=r"The Peer comes with .*no_such_package_at_all.*: pip install peer==1$"):
        ppocr.find(absent)


def test_another_release_of_the_package_is_told_from_none(packaged: PackagedModel) -> None:
    other = PackagedModel("peer", "The Peer", packaged.package, "models/newer.onnx", "pip install peer==1")
    with pytest.raises(ModelError, match=r"lacks models/newer\.onnx.*pip install peer==1$"):
        ppocr.find(other)


def test_module_without_a_spec_is_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = ModuleType("a_peer_without_spec")
    stranger.__spec__ = None
    monkeypatch.setitem(sys.modules, "a_peer_without_spec", stranger)
    with pytest.raises(ModelError, match="not installed"):
        ppocr.find(PackagedModel("peer", "The Peer", "a_peer_without_spec", "rec.onnx", "pip install peer"))


def test_blank_is_first_and_the_space_last() -> None:
    described = ppocr.describe("peer", {"character": "疗\n\u3000\nA\n"})
    assert described.charset.symbols == ("", "疗", "\u3000", "A", " ")
    assert described.charset.blank == 0
    assert described.name == "peer"
    assert (described.input_format.height_px, described.input_format.channels) == (48, 3)
    assert described.input_format.stride_px == 8


@pytest.mark.parametrize("metadata", [{}, {"character": ""}, {"other": "a\nb"}])
def test_file_without_characters_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="does not name its characters"):
        ppocr.describe("peer", metadata)


@pytest.mark.parametrize("characters", ["a\n\x1bb", "a\n\u202e\u2028", "a\n" + "b" * 17])
def test_what_is_no_character_is_refused(characters: str) -> None:
    with pytest.raises(ModelError, match="not a short text on one line"):
        ppocr.describe("peer", {"character": characters})


def test_list_that_does_not_fit_the_network_is_refused(tmp_path: Path) -> None:
    path = write_network(tmp_path / "site2" / "another_peer" / "rec.onnx", characters="红\n蓝\n绿")
    model = PackagedModel("peer", "The Peer", "another_peer", "rec.onnx", "pip install peer")
    sys.path.insert(0, str(path.parent.parent))
    try:
        with pytest.raises(ModelError, match="alphabet of 5 classes"):
            ppocr.load(model, SETTINGS).read([painted("红")])
    finally:
        sys.path.remove(str(path.parent.parent))


def test_colours_reach_the_network_blue_first(packaged: PackagedModel) -> None:
    recognizer = ppocr.load(packaged, SETTINGS)
    assert recognizer.name == "peer"
    assert recognizer.gives_evidence
    assert recognizer.read([painted("红蓝"), painted("蓝 红"), painted("红红")]) == ["红蓝", "蓝 红", "红红"]


def test_narrow_lines_are_padded_with_grey_and_cut_again() -> None:
    fed, result = recorded(np.ones((2, 3, 48, 100), dtype=np.float32))
    assert fed.shape == (2, 3, 48, 320)
    assert (fed[..., :100] == 1).all()
    assert (fed[..., 100:] == 0).all()
    assert result.shape == (2, 13, 4)


def test_wide_lines_are_not_padded() -> None:
    fed, result = recorded(np.ones((1, 3, 48, 333), dtype=np.float32))
    assert fed.shape == (1, 3, 48, 333)
    assert result.shape == (1, 42, 4)


def test_frames_lie_over_the_pixels_they_saw(packaged: PackagedModel) -> None:
    recognition, evidence = ppocr.load(packaged, SETTINGS).examine(painted("红蓝", height=96), "蓝红")
    assert evidence.frames == len(recognition.raw_path) == (16 + 2 * 40) // 2 // 8
    assert evidence.stride_px == pytest.approx(16)
    assert {evidence.symbols[c] for c in evidence.column_classes} == {"红", "蓝"}
    red, blue = recognition.characters
    assert red.box[0] < 28 < red.box[2] <= blue.box[0] < 68 < blue.box[2]


def test_one_line_and_a_batch_read_alike(packaged: PackagedModel) -> None:
    recognizer = ppocr.load(packaged, SETTINGS)
    pictures = [painted("红"), painted("蓝红" * 5), painted("红")]
    together = [r.to_dict()["confidence"] for r in recognizer.recognize_batch(pictures)]  # type: ignore[union-attr]
    assert together == pytest.approx([recognizer.recognize(picture).confidence for picture in pictures])


@pytest.mark.peers
@pytest.mark.parametrize(
    ("model", "classes"),
    [(PPOCR_V4, 6625), (PPOCR_V6, 18710)],
    ids=lambda value: value.name if isinstance(value, PackagedModel) else None,
)
def test_installed_model_reads_a_printed_line(model: PackagedModel, classes: int) -> None:
    recognizer = ppocr.load(model, SETTINGS)
    assert len(recognizer.description.charset) == classes
    recognition, evidence = recognizer.examine(SAMPLES / "print" / "heading.jpg", "3.2 识别结果的对齐")
    assert canonical(recognition.text).replace(" ", "") in ("3.2识别结果的对齐（CTC）", "3.2识别结果的对齐(CTC)")
    assert recognition.confidence is not None and recognition.confidence > 0.5
    lefts = [character.box[0] for character in recognition.characters]
    assert lefts == sorted(lefts)
    assert evidence.columns.shape == (evidence.frames, len(evidence.column_classes))
    assert np.isfinite(evidence.columns).all()


def test_impossible_classes_get_a_floor_and_no_infinity(tmp_path: Path) -> None:
    write_network(tmp_path / "rec.onnx")
    session = OnnxSession.load(
        ModelFiles.own_file(tmp_path / "rec.onnx"), describe=lambda found: ppocr.describe("peer", found)
    )
    batch = np.full((1, 3, 48, 320), 100.0, dtype=np.float32)  # so sure that the other classes' probability is 0
    log_probs = PpOcrSession(session).run(batch)
    assert np.isfinite(log_probs).all()
    assert log_probs.min() <= -80
    assert evidence_of(Posteriors(log_probs[0], session.description.charset, 8.0), "", "红").frames == 40
