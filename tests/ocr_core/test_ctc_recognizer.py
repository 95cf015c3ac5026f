"""The whole path on a model that can be reasoned about: known stripes come back as known text, frames and boxes."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocr_core import windows
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError, ModelError, OcrError
from ocr_core.opening import open_line
from ocr_core.registry import load
from ocr_core.result import LineImage, Recognition
from ocr_core.sessions.model_files import to_metadata
from ocr_core.settings import Settings
from tests.ocr_core.lines.drawn_lines import turned
from tests.ocr_core.tiny_model import CHARSET, MENDED, PLAIN, description, stripes, write_folder, write_own_file


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> CtcRecognizer:
    recognizer = load(write_folder(tmp_path_factory.mktemp("models") / "tiny"), "onnx", Settings())
    assert isinstance(recognizer, CtcRecognizer)
    return recognizer


def png(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


class FixedSession:
    """Returns the log-probabilities it was given, whatever the image, and remembers the batches it saw."""

    runtime = "onnx"

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self.shapes: list[tuple[int, ...]] = []

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.shapes.append(batch.shape)
        return np.full((batch.shape[0], self.frames, len(CHARSET)), np.log(0.25), dtype=np.float32)


class SureSession(FixedSession):
    """Sees one letter, and is sure of it."""

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        log_probs = super().run(batch)
        log_probs[:, :, 0], log_probs[:, 5, 0] = np.log(0.997), np.log(0.001)
        log_probs[:, :, 1:], log_probs[:, 5, 1] = np.log(0.001), np.log(0.997)
        return log_probs


def test_text_frames_and_boxes_are_those_of_the_picture(tiny: CtcRecognizer) -> None:
    found = tiny.recognize(stripes("ABBC"))
    assert found.text == "ABBC"
    assert found.raw_path == ("", "", *"AAA", "", "", *"BBB", "", "", *"BBB", "", "", *"CCC", "", "")
    assert [(c.first_frame, c.last_frame) for c in found.characters] == [(2, 4), (7, 9), (12, 14), (17, 19)]
    for character in found.characters:
        left, _, right, _ = character.box
        assert left <= character.first_frame * 4 < (character.last_frame + 1) * 4 <= right
    assert found.confidence is not None
    assert found.confidence > 0.9
    assert (found.model, found.runtime, len(found.model_sha256)) == (tiny.name, "onnx", 64)


def test_every_way_to_give_an_image_gives_the_same(tiny: CtcRecognizer, tmp_path: Path) -> None:
    pixels = stripes("CAB")
    path = tmp_path / "line.png"
    path.write_bytes(png(pixels))
    inputs = [pixels, pixels[:, :, 0], png(pixels), path, str(path), LineImage.whole(pixels)]
    assert tiny.read(inputs) == ["CAB"] * len(inputs)
    stamps = {
        replace(tiny.recognize(image), timings_ms=tiny.recognize(pixels).timings_ms).characters for image in inputs
    }
    assert len(stamps) == 1


def test_padding_is_not_read(tiny: CtcRecognizer) -> None:
    """Mid-grey padding would read as C; a width of whole frames has none in its last frame."""
    for width in range(4, 132, 4):
        assert tiny.recognize(np.full((32, width, 3), 255, dtype=np.uint8)).text == ""


def test_padding_is_read_where_the_network_was_made_for_that(tmp_path: Path) -> None:
    """Mid-grey padding is a C to the tiny network, and lies behind the picture, where no box can be."""
    everything = replace(PLAIN, frames="all", min_width_px=256)
    recognizer = load(write_folder(tmp_path / "all", input_format=everything), "onnx", Settings())
    recognition, evidence = recognizer.examine(stripes("AB"))
    assert recognition.text == "ABC"
    assert evidence is not None and evidence.frames == len(recognition.raw_path) == 64
    width = stripes("AB").shape[1]
    assert recognition.characters[-1].box[2] <= width
    assert recognizer.recognize(stripes("CC")).text == "CC" + "C"


def test_boxes_are_in_source_pixels_when_the_line_is_scaled(tiny: CtcRecognizer) -> None:
    large = np.repeat(np.repeat(stripes("AB"), 3, axis=0), 3, axis=1)
    small_boxes = [character.box for character in tiny.recognize(stripes("AB")).characters]
    large_boxes = [character.box for character in tiny.recognize(large).characters]
    # The borders may snap to the ink, so one pixel of the smaller picture is the tolerance.
    np.testing.assert_allclose(np.array(large_boxes) / 3, small_boxes, atol=1.0)


def test_boxes_of_a_shifted_line_are_shifted(tiny: CtcRecognizer) -> None:
    pixels = stripes("AB")
    shifted = LineImage(pixels, np.array([[1.0, 0.0, 50.0], [0.0, 1.0, 20.0]]))
    expected = [np.add(c.box, (50, 20, 50, 20)) for c in tiny.recognize(pixels).characters]
    np.testing.assert_allclose([c.box for c in tiny.recognize(shifted).characters], expected)


@pytest.mark.parametrize("most_px", [64, 100, 256])
def test_a_line_wider_than_the_network_reads_as_at_once(tiny: CtcRecognizer, most_px: int) -> None:
    """Text, frames, boxes, confidence and evidence are those of a network that takes the whole line."""
    pixels = stripes("CABBACCCABACBBCA" * 12)
    assert pixels.shape[1] > 3000
    whole, seen = replace(tiny, settings=replace(tiny.settings, max_width_px=8192)).examine(pixels, "ABC")
    found, evidence = replace(tiny, settings=replace(tiny.settings, max_width_px=most_px)).examine(pixels, "ABC")
    assert found.warnings == ()
    assert replace(found, timings_ms=whole.timings_ms) == whole
    np.testing.assert_array_equal(evidence.top_classes, seen.top_classes)
    np.testing.assert_array_equal(evidence.columns, seen.columns)


def test_a_long_line_is_read_in_sections_and_its_characters_keep_their_places(
    tiny: CtcRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = stripes("CABBACCCABACBBCA" * 12)
    slope = np.array([[1.0, 0.0, 50.0], [0.1, 1.0, 20.0]])
    whole = tiny.recognize(LineImage(pixels, slope))
    monkeypatch.setattr(windows, "SECTION_FRAMES", 60)
    found = tiny.recognize(LineImage(pixels, slope))
    assert (found.text, found.raw_path) == (whole.text, whole.raw_path)
    assert [c.first_frame for c in found.characters] == [c.first_frame for c in whole.characters]
    assert found.confidence == pytest.approx(whole.confidence, abs=1e-3)
    # A box at a section's end stops there: a frame of the gap, 4 pixels, may lie beyond.
    np.testing.assert_allclose([c.box for c in found.characters], [c.box for c in whole.characters], atol=4.0)


def test_long_lines_in_a_batch_read_as_alone(tiny: CtcRecognizer) -> None:
    texts = ["AB", "CAB" * 40, "BA", "BCA" * 30]
    results = tiny.recognize_batch([stripes(text) for text in texts])
    assert [result.text for result in results if isinstance(result, Recognition)] == texts


def test_a_network_too_narrow_for_windows_gets_the_line_compressed(tiny: CtcRecognizer) -> None:
    narrow = replace(tiny, settings=replace(tiny.settings, max_width_px=40))
    assert "compressed to 40" in narrow.recognize(stripes("CCCC", frames_each=20)).warnings[0]


def test_a_line_beyond_all_bounds_is_compressed_and_says_so(tiny: CtcRecognizer) -> None:
    endless = np.full((2, 8000, 3), 255, dtype=np.uint8)
    found = tiny.recognize(endless)
    assert len(found.raw_path) == windows.LONGEST_PX / 4
    assert "compressed" in found.warnings[0]


def test_batch_gives_what_single_lines_give_in_order(tiny: CtcRecognizer) -> None:
    rng = np.random.default_rng(3)
    texts = ["".join(rng.choice(list("ABC"), size=int(rng.integers(1, 9)))) for _ in range(90)]
    pictures = [stripes(text) for text in texts]
    results = tiny.recognize_batch(iter(pictures))
    assert [result.text for result in results if isinstance(result, Recognition)] == texts
    for picture, result in zip(pictures[:10], results, strict=False):
        assert isinstance(result, Recognition)
        assert result.characters == tiny.recognize(picture).characters


def test_one_broken_image_does_not_end_a_batch(tiny: CtcRecognizer) -> None:
    first, broken, empty, last = tiny.recognize_batch([stripes("A"), b"no picture", b"", stripes("CB")])
    assert isinstance(first, Recognition)
    assert isinstance(last, Recognition)
    assert (first.text, last.text) == ("A", "CB")
    assert isinstance(broken, ImageError)
    assert isinstance(empty, ImageError)


def test_read_raises_the_first_error(tiny: CtcRecognizer) -> None:
    with pytest.raises(ImageError):
        tiny.read([stripes("A"), b"no picture"])
    assert tiny.read([]) == []


def test_batches_hold_lines_of_one_width_and_no_more_than_allowed() -> None:
    session = FixedSession(16)
    recognizer = CtcRecognizer(description(), "0" * 64, session, Settings(max_batch=3, orient=False))
    recognizer.recognize_batch([np.zeros((32, 60), dtype=np.uint8)] * 7)
    assert session.shapes == [(3, 1, 32, 64), (3, 1, 32, 64), (1, 1, 32, 64)]


@pytest.mark.parametrize(("frames", "accepted"), [(12, False), (15, True), (16, True), (18, True), (32, False)])
def test_network_with_another_stride_than_it_says_is_refused(frames: int, accepted: bool) -> None:
    recognizer = CtcRecognizer(description(), "0" * 64, FixedSession(frames), Settings())
    picture = np.zeros((32, 64), dtype=np.uint8)
    if accepted:
        assert len(recognizer.recognize(picture).raw_path) <= 16
        return
    with pytest.raises(ModelError, match="stride"):
        recognizer.recognize(picture)


def test_timings_are_kept_by_stage(tiny: CtcRecognizer) -> None:
    timings_ms = tiny.recognize(png(stripes("ABC"))).timings_ms
    assert min(timings_ms.decode_image, timings_ms.preprocess, timings_ms.infer, timings_ms.ctc_decode) > 0
    assert tiny.recognize(LineImage.whole(stripes("ABC"))).timings_ms.decode_image < timings_ms.decode_image


def test_evidence_has_the_frames_of_the_line_and_the_truth(tiny: CtcRecognizer) -> None:
    picture = stripes("AB")
    found, evidence = tiny.examine(picture, truth="AC")
    assert evidence.frames == picture.shape[1] // 4 == len(found.raw_path)
    assert {evidence.symbols[int(c)] for c in evidence.column_classes} >= {"A", "B", "C"}
    assert tiny.examine(picture)[0].text == found.text


def test_enhancement_is_a_setting(tmp_path: Path) -> None:
    """Light text on dark paper is read as its inversion only when the image is mended."""
    mended, plain = (
        load(write_folder(tmp_path / "mended", input_format=MENDED), "onnx", Settings(enhance=on))
        for on in (True, False)
    )
    inverted = 255 - stripes("AAAA", frames_each=1)
    assert mended.recognize(inverted).text == "AAAA"
    assert plain.recognize(inverted).text != "AAAA"


def test_a_sloping_line_is_read_level_and_its_boxes_lie_on_the_slope(tiny: CtcRecognizer) -> None:
    picture = turned(stripes("ABABABABABAB", frames_each=2), 4.0)
    found = tiny.recognize(picture)
    assert [warning for warning in found.warnings if "level first" in warning]
    height, width = picture.shape[:2]
    assert found.characters
    leans = height * np.sin(np.radians(4.0))  # an upright box around a leaning one is as much wider
    for character in found.characters:
        x0, y0, x1, y1 = character.box
        assert -leans <= x0 < x1 <= width + leans
        assert -0.2 * height < y0 < y1 < 1.2 * height
    flat = replace(tiny, settings=replace(tiny.settings, deskew=False)).recognize(picture)
    assert not [warning for warning in flat.warnings if "level first" in warning]


def test_a_loose_crop_says_that_it_was_cut(tiny: CtcRecognizer) -> None:
    picture = stripes("ABABABABABAB", frames_each=2)
    room = picture.shape[0]
    loose = np.pad(picture, ((room, room), (0, 0), (0, 0)), mode="edge")
    loose[:room], loose[-room:] = picture.max(), picture.max()
    assert [warning for warning in tiny.recognize(loose).warnings if "Trimmed" in warning]
    assert not [warning for warning in tiny.recognize(picture).warnings if "Trimmed" in warning]


def test_a_network_trained_on_plain_lines_is_never_fed_mended_ones(tiny: CtcRecognizer) -> None:
    inverted = 255 - stripes("AAAA", frames_each=1)
    assert tiny.settings.enhance
    assert tiny.recognize(inverted).text == replace(tiny, settings=Settings(enhance=False)).recognize(inverted).text


def test_recognizer_cannot_be_changed(tiny: CtcRecognizer) -> None:
    with pytest.raises(FrozenInstanceError):
        tiny.sha256 = "other"  # type: ignore[misc]


def test_threads_share_one_recognizer(tiny: CtcRecognizer) -> None:
    texts = ["A", "BC", "CAB", "ABCA"] * 10
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: tiny.recognize(stripes(text)).text, texts))
    assert found == texts


def test_result_survives_json(tiny: CtcRecognizer) -> None:
    found = tiny.recognize(stripes("ABC"))
    assert Recognition.from_json(found.to_json()) == found


def test_every_error_is_of_one_family(tiny: CtcRecognizer) -> None:
    for image in (b"", b"x", Path("missing.png"), np.zeros((0, 3)), np.zeros((4, 4, 4, 4), dtype=np.uint8)):
        with pytest.raises(OcrError):
            tiny.recognize(image)


def test_an_opened_line_reads_as_its_picture_does_and_is_opened_once(tiny: CtcRecognizer) -> None:
    picture = stripes("CAB")
    line = open_line(picture, tiny.settings)
    assert open_line(line, tiny.settings) is line
    assert tiny.examine(line)[0].text == tiny.examine(picture)[0].text == "CAB"
    assert open_line(picture, replace(tiny.settings, deskew=False)).pixels.shape == picture.shape


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_line_on_its_side_is_turned_and_its_boxes_stay_in_the_picture(tiny: CtcRecognizer, quarters: int) -> None:
    upright = stripes("AABBA")  # and back to front another text: which way it was turned must not be left to chance
    lying = np.ascontiguousarray(np.rot90(upright, quarters))
    found, evidence = tiny.examine(lying)
    assert found.text in ("AABBA", "ABBAA")
    assert found.warnings[0].startswith("The picture lay on its side: turned by 90°")
    assert evidence.frames == len(found.raw_path) > 10
    assert all(
        0 <= c.box[0] < c.box[2] <= lying.shape[1] and 0 <= c.box[1] < c.box[3] <= lying.shape[0]
        for c in found.characters
    )
    tops = [c.box[1] for c in found.characters]
    assert max(tops) - min(tops) > 0.5 * lying.shape[0]
    (in_batch,) = tiny.recognize_batch([lying])
    assert isinstance(in_batch, Recognition)
    assert replace(in_batch, timings_ms=found.timings_ms) == found
    assert Recognition.from_json(found.to_json()).warnings == found.warnings


def test_a_line_that_somebody_opened_is_not_turned(tiny: CtcRecognizer) -> None:
    lying = np.ascontiguousarray(np.rot90(stripes("AABBA")))
    assert tiny.recognize(LineImage.whole(lying)).warnings == ()
    assert replace(tiny, settings=replace(tiny.settings, orient=False)).recognize(lying).warnings == ()


def test_a_sure_reading_is_not_looked_at_again() -> None:
    session = FixedSession(16)
    recognizer = CtcRecognizer(description(), "0" * 64, session, Settings())
    recognizer.recognize(np.full((32, 64), 255, dtype=np.uint8))
    assert len(session.shapes) == 2  # every class alike: doubtful, so once more upside down
    sure = SureSession(16)
    recognizer = replace(recognizer, session=sure)
    recognizer.recognize(np.full((32, 64), 255, dtype=np.uint8))
    assert len(sure.shapes) == 1


def test_a_network_of_one_width_reads_a_line_of_8000_pixels_through_windows(tmp_path: Path) -> None:
    """Its graph takes 256 pixels and no other width, so nothing but windows can read this."""
    wanted = replace(PLAIN, max_width_px=256, min_width_px=256)
    metadata = dict(to_metadata(description(input_format=wanted)))
    tiny = load(write_own_file(tmp_path / "fixed.onnx", width=256, metadata=metadata), "onnx", Settings(deskew=False))
    assert isinstance(tiny, CtcRecognizer)
    assert tiny.input_format.has_fixed_width
    text = "".join(np.random.default_rng(3).choice(list("ABC"), 400))
    picture = stripes(text)
    assert picture.shape[1] > 8000
    found, evidence = tiny.examine(picture)
    assert found.text == text == tiny.recognize(picture).text
    assert found.warnings == ()
    assert evidence is not None
    assert len(found.raw_path) == picture.shape[1] // 4
    # Each character lies on its own stripe of 12 pixels behind 8 of white.
    left = np.array([character.first_frame for character in found.characters]) * 4
    np.testing.assert_array_equal(left, 8 + 20 * np.arange(400))
