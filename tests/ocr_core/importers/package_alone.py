"""Modules of another project's package, loaded without running the package itself, which would ask for far more.

The package is a stand-in whose path is the installed folder, so that its modules find each other; modules of the
outside that are not installed can be replaced by ones that do nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any


def folder_of(package: str) -> Path | None:
    """Returns where a package is installed, or None; nothing of it is run."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


class _Nothing:
    """Takes any attribute and any call."""

    def __getattr__(self, _: str) -> Any:
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self


def _nothing(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Nothing()


@contextmanager
def modules_alone(
    packages: dict[str, Path],
    names: Sequence[str],
    absent: Sequence[str] = (),
    given: dict[str, dict[str, Any]] | None = None,
) -> Iterator[list[ModuleType]]:
    """Gives the named modules; afterwards none of the packages is in `sys.modules`, unless it was before.

    Args:
        packages: stand-ins by name and the folders of their modules.
        names: modules inside them.
        absent: modules of the outside that are replaced by ones that do nothing.
        given: modules that are replaced by ones with these attributes.
    """
    roots = {name.split(".")[0] for name in (*packages, *absent)}

    def of_them() -> list[str]:
        return [name for name in sys.modules if name.split(".")[0] in roots]

    kept = {name: sys.modules.pop(name) for name in of_them()}
    try:
        for name in absent:
            module = ModuleType(name)
            module.__path__ = []  # type: ignore[attr-defined]
            module.__getattr__ = _nothing  # type: ignore[method-assign]
            sys.modules[name] = module
        for name, folder in packages.items():
            package = ModuleType(name)
            package.__path__ = [str(folder)]  # type: ignore[attr-defined]
            sys.modules[name] = package
        for name, attributes in (given or {}).items():
            module = ModuleType(name)
            module.__dict__.update(attributes)
            sys.modules[name] = module
        yield [importlib.import_module(name) for name in names]
    finally:
        for name in of_them():
            del sys.modules[name]
        sys.modules.update(kept)
