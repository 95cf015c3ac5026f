"""Draws finished lines by number: the same split, seed and index always give the same line, in any process.

`python -m ocr_core.synth.sampler --benchmark` prints what lines cost. Knows nothing of networks or batches.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr_core.charset import Charset
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.line import SyntheticLine
from ocr_core.synth.scenarios import SCENARIOS
from ocr_core.synth.shares import Shares
from ocr_core.synth.stock import Stock

Mix = Mapping[Scenario, float]

DEFAULT_MIX: Mix = {
    Scenario.PRINT: 0.20,
    Scenario.BACKGROUND: 0.25,
    Scenario.HANDWRITING: 0.30,
    Scenario.LOW_RESOLUTION: 0.15,
    Scenario.MATHS: 0.10,
}
_SPLIT_NUMBER = {Split.TRAIN: 0, Split.VALIDATION: 1, Split.TEST: 2}


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide lines are, in pixels at height 32.

    Attributes:
        long_share: share of long lines.
        narrow_share: share of lines of a character or two.
        narrow_px, short_px, long_px: lowest and highest wanted width of each kind; the highest of the latter two is
            also kept as a limit.
    """

    long_share: float = 0.0
    narrow_share: float = 0.0
    narrow_px: tuple[int, int] = (24, 60)
    short_px: tuple[int, int] = (60, 320)
    long_px: tuple[int, int] = (400, 1024)

    def sample(self, rng: np.random.Generator) -> float:
        """Draws a wanted width."""
        kind = rng.random()
        if kind < self.long_share:
            low, high = self.long_px
        else:
            low, high = self.narrow_px if kind >= 1 - self.narrow_share else self.short_px
        return float(rng.uniform(low, high))

    def limit(self, wanted_px: float) -> int:
        """Returns the width that a line of this wish must not pass."""
        return self.short_px[1] if wanted_px <= self.short_px[1] else self.long_px[1]


class LineSampler:
    """Lines of one split in a mix of scenarios; opening it takes seconds, a line milliseconds."""

    def __init__(
        self,
        split: Split,
        charset: Charset,
        mix: Mix = DEFAULT_MIX,
        widths: Widths = Widths(),
        seed: int = 0,
        shares: Shares | None = None,
        strokes_file: Path | None = None,
    ) -> None:
        self._stock = Stock.open(split, charset, shares, strokes_file)
        self._scenarios = tuple(mix)
        self._edges = np.cumsum(list(mix.values())) / sum(mix.values())
        self._widths = widths
        self._key = (_SPLIT_NUMBER[split], seed)

    def sample(self, index: int) -> SyntheticLine:
        """Returns line number `index`; a line that came out too wide is drawn again, narrower."""
        rng = np.random.default_rng([*self._key, index])
        scenario = self._scenarios[int(np.searchsorted(self._edges, rng.random(), side="right"))]
        return self.sample_scenario(scenario, self._widths.sample(rng), rng)

    def sample_scenario(self, scenario: Scenario, wanted_px: float, rng: np.random.Generator) -> SyntheticLine:
        """Returns a line of one scenario, about `wanted_px` wide at height 32."""
        limit = self._widths.limit(wanted_px)
        line = SCENARIOS[scenario](self._stock, rng, wanted_px)
        while (width := width_at_32(line)) > limit:
            wanted_px *= 0.9 * limit / width
            line = SCENARIOS[scenario](self._stock, rng, wanted_px)
        return line


def width_at_32(line: SyntheticLine) -> float:
    """Returns the line's width when it is scaled to 32 pixels of height."""
    height, width = line.pixels.shape
    return width * 32 / height


def benchmark(split: Split, lines: int) -> None:
    """Prints the processor milliseconds a line takes, by scenario and width."""
    cv2.setNumThreads(1)
    started = time.process_time()
    sampler = LineSampler(split, Charset.own(), widths=Widths(long_share=0.5))
    for scenario in Scenario:
        for n in range(40):
            sampler.sample_scenario(scenario, 200.0, np.random.default_rng(n))
    print(f"opened and warmed in {time.process_time() - started:.1f} s")
    for wanted_px in (256.0, 800.0):
        mean_ms = 0.0
        for scenario, share in DEFAULT_MIX.items():
            started = time.process_time()
            drawn = [sampler.sample_scenario(scenario, wanted_px, np.random.default_rng([7, n])) for n in range(lines)]
            cost_ms = (time.process_time() - started) * 1000 / lines
            width = np.mean([width_at_32(line) for line in drawn])
            mean_ms += share * cost_ms
            print(f"{wanted_px:5.0f} px  {scenario.value:15s} {cost_ms:6.2f} ms a line, mean width {width:4.0f} px")
        print(f"{wanted_px:5.0f} px  {'the whole mix':15s} {mean_ms:6.2f} ms a line")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--benchmark", action="store_true", required=True, help="measure the cost of lines")
    parser.add_argument("--split", type=Split, default=Split.TRAIN)
    parser.add_argument("--lines", type=int, default=200, help="lines per scenario and width")
    arguments = parser.parse_args()
    benchmark(arguments.split, arguments.lines)


if __name__ == "__main__":
    main()
