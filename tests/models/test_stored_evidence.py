"""What is kept of a line suffices to decode it again: with the committed weights, on lines of the benchmark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.benchmark import BENCHMARK_FOLDER
from eval.datasets import read_dataset
from ocr_core import registry
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.decoding_change import what_changes
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.sessions.model_files import WEIGHTS_NAME
from ocr_core.settings import Settings

SETTINGS = replace(Settings.from_environment(), orient=False)
EVERY = 5
MOST_THAT_DIFFER = 0.01

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (SETTINGS.models_folder / "crnn" / WEIGHTS_NAME).is_file(), reason="There are no weights in models/ yet."
    ),
]


def test_stored_evidence_decodes_as_full_posteriors_do() -> None:
    recognizer = registry.load("crnn", "onnx", SETTINGS, Decoding("beam+zh"))
    assert isinstance(recognizer, CtcRecognizer)
    lines = read_dataset(BENCHMARK_FOLDER).lines[::EVERY]
    differing = []
    for line in lines:
        recognition, evidence = recognizer.examine(line.load(SETTINGS))
        change = what_changes(recognition, evidence, SETTINGS.models_folder)
        assert change is not None
        if change.taken != recognition.text:
            assert "too little" in change.note
            differing.append(line.name)
    assert len(lines) >= 100
    assert len(differing) <= MOST_THAT_DIFFER * len(lines), differing
