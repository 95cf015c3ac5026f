"""The keys of engines, `crnn@onnx+beam+zh`: a model by its name or file, what it runs on, how it is decoded.

One spelling for the command line, runs, cases, links and the API; what is not said is left open. Loads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast, get_args

from ocr_core.settings import DECODERS, DecoderName, Runtime

_BY_LENGTH: Final = sorted(DECODERS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class EngineKey:
    """What a key says; runtime and decoder are None where it leaves them open."""

    model: str
    runtime: Runtime | None = None
    decoder: DecoderName | None = None

    @classmethod
    def parse(cls, key: str) -> EngineKey:
        """Reads a key; what is no runtime or decoder is part of the model's name, as files may be called anything."""
        rest, decoder = key, None
        for name in _BY_LENGTH:
            if key.endswith(f"+{name}") and len(key) > len(name) + 1:
                rest, decoder = key[: -len(name) - 1], name
                break
        model, _, runtime = rest.rpartition("@")
        if model and runtime in get_args(Runtime):
            return cls(model, cast(Runtime, runtime), decoder)
        return cls(rest, None, decoder)

    def __str__(self) -> str:
        """Returns the key; greedy decoding, the usual one, is not named."""
        runtime = f"@{self.runtime}" if self.runtime else ""
        decoder = f"+{self.decoder}" if self.decoder and self.decoder != "greedy" else ""
        return f"{self.model}{runtime}{decoder}"


def model_of(key: str) -> str:
    """Returns the model of a key."""
    return EngineKey.parse(key).model
