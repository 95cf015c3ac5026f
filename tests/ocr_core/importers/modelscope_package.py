"""The module files of the package `modelscope`, loaded alone: the package itself asks for far more than they need.

`pip install --no-deps modelscope==1.40.2`. Networks, preprocessing and decoding are its own; what their files import
from the rest of the package is replaced by stand-ins that do nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

_ALIAS = "modelscope_modules_alone"
_STAND_INS = (
    "modelscope.metainfo",
    "modelscope.models",
    "modelscope.models.base",
    "modelscope.models.base.base_torch_model",
    "modelscope.models.builder",
    "modelscope.preprocessors",
    "modelscope.preprocessors.builder",
    "modelscope.utils",
    "modelscope.utils.config",
    "modelscope.utils.constant",
    "modelscope.utils.logger",
)


def folder() -> Path | None:
    """Returns where the recognisers' files lie, or None where the package is not installed."""
    spec = importlib.util.find_spec("modelscope")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (found := Path(place, "models", "cv", "ocr_recognition")).is_dir():
            return found
    return None


def network(name: str) -> Any:
    """Returns ModelScope's own network of that name, fresh."""
    found = folder()
    assert found is not None
    if _ALIAS not in sys.modules:
        package = ModuleType(_ALIAS)
        package.__path__ = [str(found / "modules")]
        sys.modules[_ALIAS] = package
    return getattr(importlib.import_module(f"{_ALIAS}.{name}.main_model"), name)().eval()


class _Anything:
    """Takes any attribute and any call; registers classes by leaving them as they are."""

    def __getattr__(self, name: str) -> Any:
        return f"{name}" if name.isupper() else self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return lambda decorated: decorated


@contextmanager
def own_files() -> Iterator[SimpleNamespace]:
    """Gives the classes of the package's own `preprocessor.py` and `model.py`, as `Preprocessor` and `Recognition`."""
    found = folder()
    assert found is not None
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "modelscope"}
    for name in kept:
        del sys.modules[name]
    anything = _Anything()
    try:
        root = ModuleType("modelscope")
        root.__path__ = []
        sys.modules["modelscope"] = root
        for name in _STAND_INS:
            module = ModuleType(name)
            module.__path__ = []  # type: ignore[attr-defined]
            module.__getattr__ = lambda attribute: _Base if attribute in _BASES else anything  # type: ignore[method-assign]
            sys.modules[name] = module
        package = ModuleType("modelscope.ocr_recognition_alone")
        package.__path__ = [str(found)]
        sys.modules[package.__name__] = package
        preprocessor = importlib.import_module(f"{package.__name__}.preprocessor")
        model = importlib.import_module(f"{package.__name__}.model")
        yield SimpleNamespace(Preprocessor=preprocessor.OCRRecognitionPreprocessor, Recognition=model.OCRRecognition)
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "modelscope"]:
            del sys.modules[name]
        sys.modules.update(kept)


class _Base:
    """Stands for the classes that the package's own derive from."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


_BASES = ("Preprocessor", "TorchModel")
