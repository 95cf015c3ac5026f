"""Validation during training: rows by kind of line, padding cut off, the network left in training mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor, nn  # noqa: E402

from ocr_core.preprocess import InputFormat  # noqa: E402
from ocr_core.scenario import Scenario  # noqa: E402
from ocr_core.training.validation import ValidationLine, prepare_validation, validate  # noqa: E402
from tests.ocr_core.training.fake_lines import CHARSET, striped_line  # noqa: E402

WANTED = InputFormat()


class MiddleRow(nn.Module):
    """Reads one letter wherever the middle of a frame is dark, and "D" in mid-grey, which is what padding is."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, images: Tensor) -> Tensor:
        grey = images[:, 0, 8:24].reshape(images.shape[0], 16, -1, 4).mean(dim=(1, 3)).float()  # N, T
        scores = torch.full((*grey.shape, len(CHARSET)), -9.0)
        scores[..., 0] = (grey > 0.3).float()
        scores[..., CHARSET.encode("A")[0]] = (grey < -0.3).float()
        scores[..., CHARSET.encode("D")[0]] = (grey.abs() <= 0.3).float()
        return torch.log_softmax(scores, dim=-1)


def line(text: str, scenario: Scenario = Scenario.PRINT, **source: str) -> ValidationLine:
    return ValidationLine.drawn(replace(striped_line(text), scenario=scenario, source=source))


def test_accuracy_is_pooled_by_kind_of_line() -> None:
    lines = [line("AAAA"), line("AB"), line("AAA", Scenario.HANDWRITING, hand="pen"), line("AA", Scenario.MATHS)]
    lines[1] = replace(lines[1], pixels=striped_line("AA").pixels)  # says AB, shows AA: one edit in six
    found = validate(MiddleRow(), prepare_validation(lines, WANTED), CHARSET, WANTED)
    assert found == {"print": pytest.approx(5 / 6), "handwriting (pen)": 1.0, "maths": 1.0}


def test_padding_is_not_read() -> None:
    """A short line beside a long one is padded with mid-grey, which this network reads as a letter."""
    lines = [line("A"), line("A" * 15)]
    found = validate(MiddleRow(), prepare_validation(lines, WANTED), CHARSET, WANTED)
    assert found == {"print": 1.0}


def test_the_network_goes_on_training_afterwards() -> None:
    network = MiddleRow().train()
    validate(network, prepare_validation([line("A")], WANTED), CHARSET, WANTED)
    assert network.training
