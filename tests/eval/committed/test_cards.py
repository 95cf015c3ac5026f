"""Model cards: current, and made of what the weights and the results say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.committed import cards
from eval.committed.results import MODELS, RESULTS_FILE, read, weights_hashes
from ocr_core.errors import DatasetError
from ocr_core.sessions.model_files import WEIGHTS_NAME, to_metadata
from ocr_core.settings import Settings
from tests.eval.invented import invented_results
from tests.ocr_core.tiny_model import description, write_folder

FACTS: dict[str, Any] = {
    "recipe": "crnn",
    "data": "Invented lines.",
    "seed": 1,
    "threads": 1,
    "phases": [
        {"name": "warm-up", "core_hours": 1.5, "lines": 120_000},
        {"name": "ctc", "core_hours": 2.25, "lines": 80_000},
    ],
    "core_hours": 3.75,
    "lines": 200_000,
    "long_lines": 45_000,
    "dropped_lines": 17,
    "best": {"core_hours": 2.0, "lines": 190_000, "validation": {"print": 91.25, "low_resolution": 80.0}},
}


def put_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Writes the weights' header anew, with training facts in it; the graph and the weights do not matter here."""
    metadata = to_metadata(description(name=folder.name, training=facts, licence="Apache-2.0"))
    header = json.dumps({"__metadata__": metadata}).encode()
    (folder / WEIGHTS_NAME).write_bytes(len(header).to_bytes(8, "little") + header)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name in MODELS:
        put_facts(write_folder(tmp_path / name, name=name), FACTS)
    return tmp_path


def crnn_card(models: Path) -> str:
    return cards.cards(invented_results(weights_hashes(models)), models)[models / "crnn" / "README.md"]


def test_a_card_tells_what_the_training_cost(models: Path) -> None:
    text = crnn_card(models)
    assert "Invented lines." in text
    assert "| warm-up | 1.50 | 120,000 |" in text and "| together | 3.75 | 200,000 |" in text
    assert "45,000 were 400 pixels or wider" in text and "17 more were left out" in text
    assert "print 91.2, low resolution 80.0" in text


def test_a_card_shows_its_own_figures_and_the_peer(models: Path) -> None:
    text = crnn_card(models)
    assert "| maths | 9 (7) | **50.0** (40.0 to 60.0) |" in text
    assert "| up to 160 px | 9 (7) | **75.0** (65.0 to 85.0) |" in text
    assert "| PP-OCRv6 small | onnx |" in text
    assert "**zijian-test-1000** (synthetic" in text and "**real lines** (photographed" in text
    assert "ConvNeXt" not in text
    assert weights_hashes(models)["crnn"] in text


def test_a_card_draws_on_the_curve_beside_the_weights(models: Path) -> None:
    assert "Character accuracy in per cent on validation lines" not in crnn_card(models)
    records = [
        {"cpu_s": 360.0 * n, "steps": n, "lines": 1000 * n, "phase": "ctc", "validation": {"print": float(n)}}
        for n in range(1, 31)
    ]
    (models / "crnn" / "curve.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    text = crnn_card(models)
    assert "| 3.00 | 30,000 | ctc | 30.0 |" in text, "the last validation is always shown"
    assert text.count(" | ctc | ") == cards.CURVE_ROWS
    assert "curve.png" not in text
    (models / "crnn" / "curve.png").write_bytes(b"")
    assert "(curve.png)" in crnn_card(models)


def test_a_card_says_which_validation_was_of_a_mean_of_weights(models: Path) -> None:
    record = {"cpu_s": 360.0, "steps": 1, "lines": 1000, "phase": "ctc", "validation": {"print": 80.0}}
    mean = {**record, "validation": {"print": 90.0}, "mean_with_best": True}
    (models / "crnn" / "curve.jsonl").write_text("".join(json.dumps(each) + "\n" for each in (record, mean)))
    text = crnn_card(models)
    assert "| 1,000 | ctc | 80.0 |" in text
    assert "| 1,000 | ctc, mean with the best before | 90.0 |" in text


def test_a_card_says_from_when_on_validation_lines_were_deskewed(models: Path) -> None:
    records = [
        {"cpu_s": 3600.0 * n, "steps": n, "lines": n, "phase": "ctc", "validation": {"print": 90.0}}
        for n in range(1, 5)
    ]
    path = models / "crnn" / "curve.jsonl"

    def card(rectified: list[bool]) -> str:
        marked = [
            {**record, "rectified": True} if one else record for record, one in zip(records, rectified, strict=True)
        ]
        path.write_text("".join(json.dumps(record) + "\n" for record in marked))
        return crnn_card(models)

    assert "those after 2.00 CPU-hours: deskewed" in card([False, False, True, True])
    assert "deskewed, as" not in card([False] * 4)
    assert "deskewed, as" not in card([True] * 4), "where all lines are measured alike there is nothing to say"


def test_weights_without_facts_are_said_to_have_none(models: Path) -> None:
    put_facts(models / "crnn", {})
    assert "do not say how they were trained" in crnn_card(models)


def test_results_of_other_weights_make_no_cards(models: Path) -> None:
    results = invented_results(dict.fromkeys(MODELS, "0" * 64))
    with pytest.raises(DatasetError, match="other weights"):
        cards.write_cards(results, models)
    assert not list(models.glob("*/README.md"))


def test_cards_are_written_beside_the_weights(models: Path) -> None:
    results = invented_results(weights_hashes(models))
    written = cards.write_cards(results, models)
    assert written == [models / name / "README.md" for name in MODELS]
    assert {path: path.read_text(encoding="utf-8") for path in written} == cards.cards(results, models)


def test_committed_cards_are_current() -> None:
    folder = Settings().models_folder
    if not any(folder.glob(f"*/{WEIGHTS_NAME}")):
        pytest.skip("There are no weights in models/ yet.")
    for path, text in cards.cards(read(RESULTS_FILE), folder).items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m eval cards"
