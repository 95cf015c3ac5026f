"""Lines and posteriors made up for tests of the views: drawn text, spiky frames, rivals. No model, no files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr_core.charset import Charset
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import LineImage, Posteriors, Recognition, Timings
from ocr_core.views.engine_reading import EngineReading

FACE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
RIVALS = "字宇守宁鉴监签看着有可司识只织个介每毎入人己已未末日曰目口田由Oo01lI"


def drawn_line(text: str, height_px: int = 32) -> tuple[NDArray[np.uint8], list[tuple[float, float]]]:
    """Returns `H, W, 3` pixels and the left and right edge of every character; bars stand in where no face is."""
    size = round(height_px * 0.72)
    face = ImageFont.truetype(str(FACE), size, index=2) if FACE.exists() else None
    widths = [face.getlength(c) if face else size * 0.9 for c in text]
    edges = np.concatenate([[0.0], np.cumsum(widths)]) + height_px * 0.2
    image = Image.new("RGB", (max(8, round(edges[-1] + height_px * 0.2)), height_px), (246, 242, 232))
    pen = ImageDraw.Draw(image)
    for character, left, right in zip(text, edges, edges[1:], strict=False):
        if face:
            pen.text((left, height_px * 0.02), character, font=face, fill=(40, 36, 44))
        else:
            pen.rectangle((left + 2, 5, right - 2, height_px - 5), fill=(40, 36, 44))
    return np.asarray(image, dtype=np.uint8), list(zip(edges.tolist(), edges[1:].tolist(), strict=False))


def made_up_posteriors(
    text: str, spans: list[tuple[float, float]], width_px: int, rng: np.random.Generator, *, doubt: float = 0.25
) -> Posteriors:
    """Puts one spike a character at about its middle, with rivals where doubt falls, and blank elsewhere."""
    stride_px = 4.0
    frames = -(-width_px // 4)
    charset = Charset.of(dict.fromkeys(text + RIVALS))
    probabilities = np.full((frames, len(charset)), 1e-6)
    probabilities[:, charset.blank] = 1.0
    for character, (left, right) in zip(text, spans, strict=True):
        middle = min(frames - 1, int((left + right) / 2 / stride_px + rng.normal(0, 0.4)))
        sure = 1.0 - (rng.random() * 0.75 if rng.random() < doubt else rng.random() * 0.03)
        rival = charset.encode(RIVALS[rng.integers(len(RIVALS))])[0]
        shoulders = rng.random(2) * (0.95 if right - left > 12 else 0.4)
        for offset, share in ((-2, shoulders[0] ** 4), (-1, shoulders[0]), (0, 1.0), (1, shoulders[1])):
            frame = min(frames - 1, max(0, middle + offset))
            probabilities[frame, charset.encode(character)[0]] += share * sure
            probabilities[frame, rival] += share * (1 - sure) * 0.7
            probabilities[frame, charset.blank] = max(0.002, 1 - share - 0.02)
    probabilities += rng.random(probabilities.shape) * 2e-5
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Posteriors(np.log(probabilities).astype(np.float32), charset, stride_px)


def made_up_reading(
    posteriors: Posteriors,
    image: NDArray[np.uint8],
    name: str = "CRNN",
    colour: str = "#b0478f",
    warnings: tuple[str, ...] = (),
) -> EngineReading:
    read = read_posteriors(posteriors, LineImage.whole(image))
    recognition = Recognition(
        text=read.text,
        characters=read.characters,
        raw_path=read.raw_path,
        confidence=read.confidence,
        timings_ms=Timings(decode_image=1.3, find_lines=2.1, preprocess=0.8, infer=31.4, ctc_decode=1.1),
        model=name.lower(),
        model_sha256="ab" * 32,
        runtime="onnx",
        warnings=warnings,
    )
    return EngineReading(name, colour, recognition, evidence_of(posteriors, read.text))


def without_posteriors(reading: EngineReading, name: str = "Tesseract", colour: str = "#8a6400") -> EngineReading:
    """Returns the same reading as an engine would give it that says nothing of frames."""
    old = reading.recognition
    recognition = Recognition(
        text=old.text,
        characters=old.characters,
        raw_path=(),
        confidence=None,
        timings_ms=Timings(infer=88.0),
        model="tesseract",
        model_sha256="",
        runtime="tesseract",
    )
    return EngineReading(name, colour, recognition, None)
