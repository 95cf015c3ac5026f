"""PP-OCR's recognisers as `CtcRecognizer`s: ONNX files found in installed packages, adapted to our contract.

Promises the input that those packages give their networks, and posteriors, evidence and boxes as for any other CTC
network. The packages themselves are never imported: of them only the model file is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.decoders import decoder
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.engines.packaged import PackagedModel, find
from ocr_core.errors import ModelError
from ocr_core.preprocess import frames_of
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import PREFIX, ModelDescription, from_metadata
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.settings import Settings

NARROWEST_PX: Final = 320
"""PP-OCR pads lines to at least this width, in training as in use; narrower inputs are unknown to its networks."""

WIDEST_PX: Final = 3072

_CHARACTERS_KEY: Final = "character"
_INPUT: Final = {
    "input_height": "48",
    "input_channels": "3",
    "mean": "0.5",
    "std": "0.5",
    "stride": "8",
    "max_width": str(WIDEST_PX),
    "bucket": "1",  # no padding beyond the narrowest width: the networks look at the whole line, padding included
    "resampling": "linear",
    "output": "probs",
    "output_axes": "NTC",
    "licence": "Apache-2.0",
}


# The package's own dependencies are left out: they name a build of OpenCV that overwrites the one used here.
PPOCR_V4: Final = PackagedModel(
    "ppocr_v4",
    "PP-OCRv4 mobile",
    "rapidocr_onnxruntime",
    "models/ch_PP-OCRv4_rec_infer.onnx",
    "pip install --no-deps rapidocr-onnxruntime==1.4.4",
)
PPOCR_V6: Final = PackagedModel(
    "ppocr_v6",
    "PP-OCRv6 small",
    "rapidocr",
    "models/PP-OCRv6_rec_small.onnx",
    "pip install -r requirements-peers.txt",
)


def load(model: PackagedModel, settings: Settings) -> CtcRecognizer:
    """Loads a recogniser from its installed package.

    Raises:
        ModelError: it is not installed, or its file is not what it should be.
        RuntimeMissingError: ONNX Runtime is not installed.
    """
    files = find(model)
    inner = OnnxSession.load(
        files,
        threads=settings.threads,
        device=settings.device,
        describe=lambda found: describe(model.name, found),
    )
    reading = decoder(settings.decoder, inner.description.charset, settings.models_folder, model.name)
    sha256 = remembered_sha256(files, settings.hashes)
    return CtcRecognizer(inner.description, sha256, PpOcrSession(inner), settings, reading)


def describe(name: str, metadata: Mapping[str, str]) -> ModelDescription:
    """Says of a PP-OCR file, in our terms, what the file says in its own.

    Its metadata list the characters, one a line. Class 0 is the blank, the characters follow, and a space that the
    list does not name is the last class (the decoder of PP-OCR appends it).

    Raises:
        ModelError: the list is missing, or holds something that is no character.
    """
    if not metadata.get(_CHARACTERS_KEY):
        raise ModelError(
            f"The file of {name} does not name its characters: it has no metadata entry {_CHARACTERS_KEY}."
        )
    characters = metadata[_CHARACTERS_KEY].rstrip("\n").split("\n")
    ours = {**_INPUT, "name": name, "alphabet": json.dumps(["", *characters, " "])}
    return from_metadata({PREFIX + key: value for key, value in ours.items()})


@dataclass(frozen=True, slots=True)
class PpOcrSession:
    """The network with what its own packages do around it: blue first, and nothing narrower than 320 pixels."""

    inner: OnnxSession

    @property
    def runtime(self) -> Literal["onnx"]:
        """Name of the runtime."""
        return "onnx"

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` (RGB) into log-probabilities `N, T, C`, without the frames of its own padding.

        Raises:
            ModelError: the network failed.
        """
        blue_first = batch[:, ::-1]
        lacking_px = max(0, NARROWEST_PX - batch.shape[3])
        padded = np.pad(blue_first, ((0, 0), (0, 0), (0, 0), (0, lacking_px)))  # 0 is mid-grey, as PP-OCR pads
        log_probs = self.inner.run(np.ascontiguousarray(padded))
        return log_probs[:, : frames_of(batch.shape[3], self.inner.description.input_format)]
