"""The samples that tell engines apart do so with the weights that are here, read as the demo reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.demo.comparison import Question, compare
from apps.demo.engines import Engines
from apps.demo.sample_strip import sample_buttons
from apps.demo.samples import telling_samples
from eval.benchmark import BENCHMARK_FOLDER
from eval.samples.choice import DECODER, NETWORKS, TellingLine, read_choice
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings

SETTINGS = Settings()
CHOSEN, HASHES = read_choice()

needs_weights = pytest.mark.skipif(
    not all((SETTINGS.models_folder / name / "model.safetensors").is_file() for name in NETWORKS),
    reason="the networks' weights are not here",
)


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(SETTINGS)


@needs_weights
def test_they_were_chosen_for_the_weights_that_are_here() -> None:
    here = {name: ModelFiles.in_folder(SETTINGS.models_folder / name).sha256() for name in NETWORKS}
    assert here == HASHES, "the weights have changed: run python -m eval samples"


@needs_weights
@pytest.mark.parametrize("line", CHOSEN, ids=lambda line: f"{line.kind}-{line.picture}")
def test_each_shows_what_it_is_said_to_show(line: TellingLine, engines: Engines) -> None:
    keys = [*NETWORKS, *([line.winner] if line.kind == DECODER else [])]
    comparison = compare(
        engines, BENCHMARK_FOLDER / line.folder / line.picture, Question(engines.chosen(keys), line.text)
    )
    right = [
        key
        for key, reading in zip(keys, comparison.readings, strict=True)
        if reading.judgement and reading.judgement.error_rate == 0
    ]
    assert right == [line.winner]


@needs_weights
def test_the_demo_opens_on_a_line_with_one_winner_and_gives_no_answer_away() -> None:
    samples = telling_samples(SETTINGS)
    assert len(samples) == len(CHOSEN)
    assert samples[0].caption == "Only one is right" and len(samples[0].engines) == 2
    assert [len(sample.engines) for sample in samples[-2:]] == [3, 3]
    html = sample_buttons(samples, ["data:image/webp;base64,"] * len(samples))
    assert not any(sample.text in html for sample in samples)
    assert "crnn" not in html.lower() and "convnext" not in html.lower()


def test_with_other_weights_there_are_none(tmp_path: Path) -> None:
    for name in NETWORKS:
        (tmp_path / name).mkdir()
        for file in ("model.onnx", "model.safetensors"):
            (tmp_path / name / file).write_bytes(b"other")
    assert telling_samples(Settings(models_folder=tmp_path)) == ()
    assert telling_samples(Settings(models_folder=tmp_path / "none")) == ()
