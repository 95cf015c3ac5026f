"""An imported model does what ModelScope's own package does: the same input to the bit, the same logits and texts.

Needs the package's files (`make test-importers`): its networks, its preprocessing and its decoding are run beside ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from ocr_core.ctc_recognizer import CtcRecognizer  # noqa: E402
from ocr_core.importers.imported_model import write  # noqa: E402
from ocr_core.importers.modelscope import import_folder, input_format  # noqa: E402
from ocr_core.preprocess import prepare, stack  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.result import LineImage, Posteriors  # noqa: E402
from ocr_core.settings import Settings  # noqa: E402
from tests.ocr_core.importers import modelscope_package  # noqa: E402
from tests.ocr_core.importers.random_weights import lively_tensors  # noqa: E402

pytestmark = [
    pytest.mark.importers,
    pytest.mark.skipif(modelscope_package.folder() is None, reason="The package modelscope is not installed."),
]

TOLERANCE = 5e-5
"""Of a logit: several times what rounding does, and less than the smallest of the mistakes below."""
WIDTHS = {"CRNN": 640, "ConvNextViT": 804}
FIRST_CLASS = {"CRNN": 1, "ConvNextViT": 2}
SILENT = {"CRNN": 7643, "ConvNextViT": 1}
"""A class without text: theirs raises where it wins, so its weights are kept from winning."""
SETTINGS = Settings(threads=2, deskew=False)
SAMPLES = Path(__file__).resolve().parents[3] / "sample_images"
SIZES = [(32, 320), (31, 333), (64, 200), (17, 500), (200, 90), (48, 2400), (5, 640)]


class Pair:
    """One network with drawn weights: ModelScope's folder, ModelScope's module, and our imported file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.theirs = modelscope_package.network(name)
        weights = lively_tensors(self.theirs)
        last = "cls.weight" if name == "CRNN" else "vitstr.head.bias"
        weights[last][SILENT[name]] = 0.0 if name == "CRNN" else -100.0
        self.theirs.load_state_dict(weights)
        write_folder(folder, name, weights)
        self.written = write(import_folder(folder), folder / "ours.onnx")
        recognizer = load(self.written.path, "onnx", SETTINGS)
        assert isinstance(recognizer, CtcRecognizer)
        self.ours = recognizer

    def their_input(self, picture: NDArray[np.uint8]) -> torch.Tensor:
        with modelscope_package.own_files() as files:
            preprocessor = object.__new__(files.Preprocessor)
            preprocessor.do_chunking = self.name == "ConvNextViT"
            preprocessor.target_height, preprocessor.target_width = 32, WIDTHS[self.name]
            return preprocessor([picture])["image"]

    def our_input(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        wanted = self.ours.input_format
        return stack([prepare(LineImage.whole(picture), wanted, enhanced=False)], wanted)

    def their_logits(self, inputs: torch.Tensor) -> NDArray[np.float32]:
        with torch.inference_mode():
            output = self.theirs(inputs)
        logits = (output["probs"] if isinstance(output, dict) else output).numpy()
        return logits if logits.shape[0] * 3 == len(inputs) or logits.shape[0] == len(inputs) else logits.swapaxes(0, 1)

    def our_logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.ours.session._session.run(None, {"images": inputs})[0]  # type: ignore[attr-defined]

    def their_texts(self, logits: NDArray[np.float32]) -> list[str]:
        lines = (self.folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
        with modelscope_package.own_files() as files:
            model = object.__new__(files.Recognition)
            model.labelMapping = {FIRST_CLASS[self.name] + place: line for place, line in enumerate(lines)}
            return files.Recognition.postprocess(model, torch.from_numpy(logits))["preds"]


def write_folder(folder: Path, name: str, weights: dict[str, Any]) -> None:
    torch.save(weights, folder / "pytorch_model.pt")
    count = 7642
    entries = [chr(0x4E00 + number) for number in range(count - 1)]
    (folder / "vocab.txt").write_text("\n".join([*entries[:100], " ", *entries[100:]]) + "\n", encoding="utf-8")
    kwargs = {"img_height": 32, "img_width": WIDTHS[name], "do_chunking": name == "ConvNextViT"}
    configuration = {"model": {"recognizer": name, "inference_kwargs": kwargs}}
    (folder / "configuration.json").write_text(json.dumps(configuration), encoding="utf-8")


@pytest.fixture(scope="module", params=["CRNN", "ConvNextViT"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(4)
    noise = [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for height, width in SIZES]
    files = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".jpg", ".png"))[:14]
    samples = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in files]
    return [*noise, *(np.asarray(sample, dtype=np.uint8) for sample in samples)]


def test_inputs_logits_and_texts_are_the_same(pair: Pair, pictures: list[NDArray[np.uint8]]) -> None:
    worst, texts = 0.0, []
    for picture in pictures:
        their_input, our_input = pair.their_input(picture), pair.our_input(picture)
        np.testing.assert_array_equal(as_parts(pair, our_input), their_input.numpy())
        theirs, ours = pair.their_logits(their_input), pair.our_logits(our_input)
        assert ours.shape == theirs.shape
        worst = max(worst, float(np.abs(ours - theirs).max()))
        recognition = pair.ours.recognize(picture)
        assert "".join(pick(pair, ours)) == pair.their_texts(theirs)[0]
        if picture.shape[1] * 32 <= picture.shape[0] * WIDTHS[pair.name]:  # a wider line is read in windows
            assert recognition.text == label_form(pair.their_texts(theirs)[0])
        texts.append(recognition.text)
    print(f"{pair.name}: {len(pictures)} pictures, logits differ by at most {worst:.1e}")
    assert worst <= TOLERANCE
    assert len(set(texts)) > len(texts) / 2, "texts that are all alike would prove nothing"


def as_parts(pair: Pair, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    if pair.name == "CRNN":
        return inputs
    return np.concatenate([inputs[..., start : start + 300] for start in (0, 252, 504)])


def pick(pair: Pair, logits: NDArray[np.float32]) -> list[str]:
    """Our own best path, spaces and all, before it is brought into label form."""
    from ocr_core.ctc.greedy import greedy

    charset = pair.ours.description.charset
    path = greedy(Posteriors(logits[0], charset, 4.0))
    return [charset.symbols[run.class_index] for run in path.runs]


def label_form(text: str) -> str:
    return " ".join(text.split(" ")).strip()


def test_two_lines_at_once_are_two_single_lines(pair: Pair, pictures: list[NDArray[np.uint8]]) -> None:
    inputs = [pair.our_input(picture) for picture in pictures[:2]]
    together = pair.our_logits(np.concatenate(inputs))
    for row, single in zip(together, inputs, strict=True):
        assert np.abs(row - pair.our_logits(single)[0]).max() <= TOLERANCE


def test_made_up_logits_are_decoded_alike(pair: Pair) -> None:
    space = FIRST_CLASS[pair.name] + 100
    classes = [0, 5, 5, 0, 5, space, space, 0, space, 7, 8, 0, 0, 9, 7642]
    logits = np.full((1, len(classes), 7644), -3.0, dtype=np.float32)
    logits[0, np.arange(len(classes)), classes] = 3.0
    assert "".join(pick(pair, logits)) == pair.their_texts(logits)[0]


@pytest.mark.parametrize("mistake", ["grey first", "blue first", "area", "width rounded up", "mid-grey behind"])
def test_mistake_in_the_input_shows(pair: Pair, mistake: str) -> None:
    """On a picture whose height and width do not come out even."""
    picture = np.random.default_rng(1).integers(0, 256, (50, 301, 3), dtype=np.uint8)
    wrong = wrong_input(pair, picture, mistake)
    theirs = pair.their_logits(pair.their_input(picture))
    assert np.abs(pair.our_logits(wrong) - theirs).max() > TOLERANCE


def wrong_input(pair: Pair, picture: NDArray[np.uint8], mistake: str) -> NDArray[np.float32]:
    wanted = input_format(WIDTHS[pair.name])
    width = picture.shape[1] * 32 // picture.shape[0]
    batch = pair.our_input(picture)
    if mistake == "blue first":
        return np.ascontiguousarray(batch[:, ::-1])
    if mistake == "mid-grey behind":
        batch[..., width:] = 0.5
        return batch
    if mistake == "grey first":
        grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (width, 32))
        resized = np.repeat(grey[:, :, None], 3, axis=2)
    elif mistake == "area":
        resized = cv2.resize(picture, (width, 32), interpolation=cv2.INTER_AREA)
    else:
        resized = cv2.resize(picture, (width + 1, 32))
    batch = np.zeros((1, 3, 32, wanted.min_width_px), dtype=np.float32)
    batch[0, :, :, : resized.shape[1]] = resized.transpose(2, 0, 1).astype(np.float32) / 255
    return batch


def test_grey_of_television_shows(pair: Pair, pictures: list[NDArray[np.uint8]]) -> None:
    """The smallest mistake of all, a ten-thousandth more of red: which picture shows it best is not known before."""
    red = np.array([0.299 / 0.2989, 1, 1], dtype=np.float32)[None, :, None, None]
    inputs = [pair.our_input(picture) for picture in pictures]
    distances = [float(np.abs(pair.our_logits(line * red) - pair.our_logits(line)).max()) for line in inputs]
    assert max(distances) > TOLERANCE


def test_half_precision_shows(pair: Pair) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (32, 640, 3), dtype=np.uint8)
    ours = pair.our_logits(pair.our_input(picture))
    kept = pair.theirs.state_dict()
    exact = {name: value.clone() for name, value in kept.items()}
    pair.theirs.load_state_dict({name: value.half().float() for name, value in kept.items()})
    halved = pair.their_logits(pair.their_input(picture))
    pair.theirs.load_state_dict(exact)
    assert np.abs(halved - ours).max() > TOLERANCE
