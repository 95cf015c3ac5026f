from __future__ import annotations

import time

import numpy as np

from ocr_core.charset import Charset
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import LineImage, Posteriors
from tests.ocr_core.ctc.brute_force import posteriors_of_path


def blank_line(width_px: int, height_px: int = 32) -> LineImage:
    return LineImage.whole(np.full((height_px, width_px, 3), 255, dtype=np.uint8))


def test_reading_fits_together():
    reading = read_posteriors(posteriors_of_path("h-a-p-pp-y", "hapy", peak=0.99), blank_line(40))
    assert reading.text == "happy" == "".join(c.text for c in reading.characters)
    assert reading.raw_path == ("h", "", "a", "", "p", "", "p", "p", "", "y")
    assert reading.confidence is not None and 0.9 < reading.confidence <= 1.0


def test_all_blank_is_empty_text_that_promises_nothing():
    """An upright line was "nothing read, 99.7 % confidence": the network had never seen one."""
    posteriors = posteriors_of_path("---", "hapy", peak=0.99)
    text, characters, raw_path, confidence, *_ = read_posteriors(posteriors, blank_line(12))
    assert (text, characters, raw_path) == ("", (), ("", "", ""))
    assert confidence is None


def test_single_frame():
    reading = read_posteriors(posteriors_of_path("y", "hapy"), blank_line(3))
    assert (reading.text, reading.characters[0].box[2]) == ("y", 3.0)


def test_widest_line_is_read_in_a_few_milliseconds():
    rng = np.random.default_rng(0)
    log_probs = rng.normal(-12, 1, (256, 7_700)).astype(np.float32)
    log_probs[:, 0] = -0.01
    for i in range(60):
        log_probs[4 * i + 3, [0, i + 1]] = -5, -0.01
    charset = Charset.of(chr(0x4E00 + c) for c in range(7_699))
    posteriors, line = Posteriors(log_probs, charset, 8.0), blank_line(2_048, 64)
    times_s = []
    for _ in range(8):
        start = time.thread_time()  # what the machine does meanwhile does not count
        assert len(read_posteriors(posteriors, line).text) == 60
        times_s.append(time.thread_time() - start)
    assert min(times_s) < 0.03  # about 3 ms; sorting all classes of all frames takes over 60 ms
