"""Zijian's library: from the bytes of an image to text, characters with their pixels, and evidence.

    import ocr_core
    ocr_core.load("crnn").read(["line.png"])

Names are imported when they are first used; neither PyTorch nor a web framework comes with `import ocr_core`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr_core.charset import Charset
    from ocr_core.ctc.decoding import Decoding
    from ocr_core.ctc_recognizer import CtcRecognizer
    from ocr_core.errors import OcrError
    from ocr_core.opening import open_line
    from ocr_core.recognizer import Recognizer
    from ocr_core.registry import MODELS, available, load
    from ocr_core.result import (
        Alternative,
        Character,
        Evidence,
        LineImage,
        Posteriors,
        RankedText,
        Recognition,
        Timings,
    )
    from ocr_core.settings import Settings

__version__ = "0.2.0.dev0"

_HOMES = {
    "Charset": "charset",
    "Decoding": "ctc.decoding",
    "OcrError": "errors",
    "CtcRecognizer": "ctc_recognizer",
    "Recognizer": "recognizer",
    "open_line": "opening",
    "MODELS": "registry",
    "available": "registry",
    "load": "registry",
    "Alternative": "result",
    "Character": "result",
    "Evidence": "result",
    "LineImage": "result",
    "Posteriors": "result",
    "RankedText": "result",
    "Recognition": "result",
    "Timings": "result",
    "Settings": "settings",
}

__all__ = [
    "MODELS",
    "Alternative",
    "Character",
    "Charset",
    "CtcRecognizer",
    "Decoding",
    "Evidence",
    "LineImage",
    "OcrError",
    "Posteriors",
    "RankedText",
    "Recognition",
    "Recognizer",
    "Settings",
    "Timings",
    "available",
    "load",
    "open_line",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
