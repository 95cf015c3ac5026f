"""The committed figures beside the results: robustness and training characters are of the committed weights."""

from __future__ import annotations

import json

from eval.committed.results import MODELS, weights_hashes
from eval.robustness.committed import ROBUSTNESS_FILE
from eval.similar.training_characters import TRAINING_CHARACTERS_FILE
from ocr_core.settings import Settings

MODELS_FOLDER = Settings().models_folder


def test_robustness_was_measured_with_the_committed_weights() -> None:
    measured = json.loads(ROBUSTNESS_FILE.read_text(encoding="utf-8"))
    found = {engine["key"]: engine["sha256"] for engine in measured["engines"] if engine["key"] in MODELS}
    assert found == weights_hashes(MODELS_FOLDER), "weights have changed since; run: python -m eval robustness"


def test_training_characters_were_counted_for_the_committed_weights() -> None:
    counted = json.loads(TRAINING_CHARACTERS_FILE.read_text(encoding="utf-8"))
    wanted = weights_hashes(MODELS_FOLDER)
    assert counted["models"] == wanted, "weights have changed since; run: python -m eval training-characters"
