"""What was found out about an ONNX recogniser, each finding with how it is known. Pure data; runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ocr_core.inspection.costs import LayerCost
from ocr_core.inspection.graph_facts import GraphFacts
from ocr_core.inspection.probes import Followed, Trial
from ocr_core.sessions.model_files import ModelDescription

Known = Literal["read", "measured", "guessed", "unknown"]

HOW: Final[dict[Known, str]] = {
    "read": "read off the file",
    "measured": "measured",
    "guessed": "guessed",
    "unknown": "cannot be told; the most usual is shown",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A value and how it is known; one that is not known may still have a value to begin with."""

    value: Any
    how: Known


def read_off(value: Any) -> Finding:
    """A value that stands in the file."""
    return Finding(value, "read")


def measured(value: Any) -> Finding:
    """A value that running the network showed."""
    return Finding(value, "measured")


def guessed(value: Any) -> Finding:
    """A value that fits best of those tried, and may be wrong."""
    return Finding(value, "guessed")


def unknown(value: Any = None) -> Finding:
    """A value that nothing speaks for."""
    return Finding(value, "unknown")


@dataclass(frozen=True, slots=True)
class ModelInspection:
    """All that was found out about a model.

    Attributes:
        graph: what its file says of the graph.
        described: what its own `zijian.` metadata say; None where it has none, or wrong ones.
        symbols: the metadata entry that lists characters, and the list; None where there is none.
        fixed_width_px, fixed_lines: None where any width, any number of lines will do.
        tried_width_px, frames: a line so wide gives so many frames.
        blank_share: of the frames of an empty line that the blank wins.
        bars: how its frames follow a dark bar.
        trials: what was read of drawn texts with each kind of input, best first.
        layers: those that multiply, in the order in which they ran, at the tried width.
        warnings: sentences for the user.
    """

    sha256: str
    bytes_on_disk: int
    graph: GraphFacts
    described: ModelDescription | None = None
    symbols: tuple[str, tuple[str, ...]] | None = None
    channels: Finding = field(default_factory=unknown)
    height_px: Finding = field(default_factory=unknown)
    fixed_width_px: int | None = None
    fixed_lines: int | None = None
    tried_width_px: int = 0
    frames: int | None = None
    axes: Finding = field(default_factory=unknown)
    output: Finding = field(default_factory=unknown)
    classes: int | None = None
    blank: Finding = field(default_factory=unknown)
    blank_share: float | None = None
    stride_px: Finding = field(default_factory=unknown)
    bars: Followed | None = None
    mean_std: Finding = field(default_factory=unknown)
    trials: tuple[Trial, ...] = ()
    layers: tuple[LayerCost, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def multiply_adds(self) -> int:
        """Of one line of the tried width."""
        return sum(layer.multiply_adds for layer in self.layers)

    def warned(self, sentence: str) -> ModelInspection:
        """Returns the same with one more sentence for the user."""
        return replace(self, warnings=(*self.warnings, sentence))

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON; the characters are counted, not listed."""
        graph = self.graph
        return {
            "sha256": self.sha256,
            "bytes": self.bytes_on_disk,
            "producer": graph.producer,
            "opset": graph.opset,
            "other_domains": list(graph.other_domains),
            "inputs": [_value(each) for each in graph.inputs],
            "outputs": [_value(each) for each in graph.outputs],
            "operators": dict(graph.operators),
            "parameters": graph.parameters,
            "metadata": {key: len(value) for key, value in graph.metadata.items()},
            "described": self.described is not None,
            "alphabet": None
            if self.symbols is None
            else {"entry": self.symbols[0], "characters": len(self.symbols[1])},
            **{name: _finding(getattr(self, name)) for name in _FINDINGS},
            "fixed_width_px": self.fixed_width_px,
            "fixed_lines": self.fixed_lines,
            "tried_width_px": self.tried_width_px,
            "frames": self.frames,
            "classes": self.classes,
            "blank_share": self.blank_share,
            "bars": None
            if self.bars is None
            else {
                "stride_px": self.bars.stride_px,
                "origin_px": self.bars.origin_px,
                "share": self.bars.share,
            },
            "trials": [
                {"height_px": t.height_px, "mean": t.mean, "std": t.std, "score": t.score, "texts": list(t.texts)}
                for t in self.trials
            ],
            "multiply_adds": self.multiply_adds,
            "layers": [
                {
                    "name": layer.name,
                    "operator": layer.operator,
                    "output": list(layer.output),
                    "multiply_adds": layer.multiply_adds,
                    "milliseconds": layer.milliseconds,
                }
                for layer in self.layers
            ],
            "warnings": list(self.warnings),
        }


_FINDINGS: Final = ("channels", "height_px", "axes", "output", "blank", "stride_px", "mean_std")


def _value(value: Any) -> dict[str, Any]:
    return {"name": value.name, "type": value.element_type, "dims": list(value.dims)}


def _finding(finding: Finding) -> dict[str, Any]:
    value = list(finding.value) if isinstance(finding.value, tuple) else finding.value
    return {"value": value, "how": finding.how}
