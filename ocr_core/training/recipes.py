"""How each model is trained, as data: the network and the phases. One readable place, no configuration files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ocr_core.nets.cnn_transformer import CnnTransformer, CnnTransformerConfig
from ocr_core.nets.convnext_ctc import ConvNextCtc, ConvNextCtcConfig
from ocr_core.nets.crnn import Crnn, CrnnConfig, Trunk
from ocr_core.nets.line_network import LineNetwork
from ocr_core.scenario import Scenario
from ocr_core.synth.sampler import DEFAULT_MIX, Mix
from ocr_core.training.optimiser import OptimiserName

HARD_MIX: Mix = {
    Scenario.PRINT: 0.11,
    Scenario.BACKGROUND: 0.19,
    Scenario.HANDWRITING: 0.55,
    Scenario.LOW_RESOLUTION: 0.08,
    Scenario.MATHS: 0.07,
}
"""For networks that read print well: more of what they still read badly."""

REAL_SHARE = 1 / 3
"""Of the lines of the CTC phase, in a run that is given real ones."""

LONGER_REAL_SHARE, NARROW_SHARE = 0.5, 0.35
"""Of longer phases. A batch is so many pixels, whatever lines they are: a third of drawn lines with a character or two,
and real single characters among the real ones, are a twentieth of what such a phase computes on."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of training with its own loss and its own cosine.

    Attributes:
        name: what curves and cards call it.
        loss: "frames" is cross-entropy on the frames with a certain answer, without recurrence; "ctc" is CTC plus
            a tenth of that.
        hours: CPU-hours of each thread the run is given, validation excluded.
        peak_rate, final_rate: of AdamW, cosine between them; equal ones hold the rate, for as long as one likes.
        rising_steps: steps until the peak.
        budget_px: padded width of all lines of a batch.
        long_share: share of lines 400 to 1,024 px wide.
        narrow_share: share of lines of a character or two.
        real_share: share of real lines, in a run that is given any.
        enhanced_share: share of lines mended by `ocr_core.enhance`, as recognisers do by default.
        rectified_share: share of lines rectified by `ocr_core.lines.deskew`, as recognisers do by default.
        mix: how much of each kind of line.
        average_decay: of the running average, instead of the recipe's: over a descent it has to follow the weights.
    """

    name: str
    loss: Literal["frames", "ctc"]
    hours: float
    peak_rate: float
    final_rate: float
    rising_steps: int
    budget_px: int
    long_share: float
    enhanced_share: float = 0.7
    rectified_share: float = 0.0
    mix: Mix = field(default_factory=lambda: DEFAULT_MIX)
    narrow_share: float = 0.0
    real_share: float = 0.0
    average_decay: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network and its phases."""

    name: str
    build: Callable[[int], LineNetwork]
    phases: tuple[Phase, ...]
    optimiser: OptimiserName = "adamw"
    weight_decay: float = 0.03
    clip_norm: float = 5.0
    average_decay: float = 0.999


def _crnn(
    name: str, trunk: Trunk, hours: tuple[float, float], *more: Phase, optimiser: OptimiserName = "adamw"
) -> Recipe:
    return Recipe(
        name,
        lambda classes: Crnn(CrnnConfig(classes, trunk=trunk)),
        (
            Phase("warm-up", "frames", hours[0], 2e-3, 2e-4, 300, 32 * 256, 0.1),
            Phase("ctc", "ctc", hours[1], 1e-3, 1e-5, 200, 32 * 256, 0.5),
            *more,
        ),
        optimiser,
    )


def _longer(held_rate: float, rising_steps: int) -> tuple[Phase, Phase]:
    """A stretch at one rate that can be prolonged at will, and the short descent that ends it."""

    def phase(name: str, hours: float, final_rate: float, rising_steps: int, average_decay: float | None) -> Phase:
        return Phase(
            name, "ctc", hours, held_rate, final_rate, rising_steps, 32 * 256, 0.5,
            enhanced_share=0.95, rectified_share=0.8, mix=HARD_MIX, narrow_share=NARROW_SHARE,
            real_share=LONGER_REAL_SHARE, average_decay=average_decay,
        )  # fmt: skip

    return phase("longer ctc", 8.5, held_rate, rising_steps, None), phase("closing ctc", 1.5, 5e-6, 1, 0.99)


RECIPES: dict[str, Recipe] = {
    "crnn": _crnn(
        "crnn",
        "residual",
        (1.5, 2.5),
        *_longer(held_rate=7e-4, rising_steps=200),
        optimiser="muon",
    ),
    "cnn_transformer": Recipe(
        "cnn_transformer",
        lambda classes: CnnTransformer(CnnTransformerConfig(classes)),
        (
            Phase("warm-up", "frames", 1.5, 2e-3, 2e-4, 300, 32 * 256, 0.1),
            Phase("ctc", "ctc", 2.5, 1e-3, 7e-4, 200, 32 * 256, 0.5, real_share=REAL_SHARE),
            *_longer(held_rate=7e-4, rising_steps=200),
        ),
        "muon",
    ),
    "trunk-residual": _crnn("trunk-residual", "residual", (0.55, 0.0)),
    "trunk-vgg": _crnn("trunk-vgg", "vgg", (0.55, 0.0)),
    "trunk-separable": _crnn("trunk-separable", "separable", (0.55, 0.0)),
    "convnext_tiny": Recipe(
        "convnext_tiny",
        lambda classes: ConvNextCtc(ConvNextCtcConfig(classes)),
        (
            Phase("warm-up", "frames", 2.0, 1e-3, 1e-4, 80, 32 * 256, 0.1),
            Phase("ctc", "ctc", 2.0, 5e-4, 1e-5, 100, 32 * 256, 0.5),
            *_longer(held_rate=4e-4, rising_steps=100),
        ),
        weight_decay=0.05,
        average_decay=0.997,
    ),
}
