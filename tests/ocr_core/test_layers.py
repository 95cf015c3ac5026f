"""The layers hold: what may import what, read from the source, and what really gets loaded, tried in a new process."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WEB = {"gradio", "streamlit", "fastapi", "starlette", "flask", "uvicorn", "httpx", "requests", "gradio_client"}
TORCH = {"torch", "torchvision", "timm"}

NEEDS_TORCH = {
    "ocr_core.export",
    "ocr_core.sessions.torch_session",
    "ocr_core.importers.checkpoint",
    "ocr_core.importers.networks",
    "ocr_core.nets",
    "ocr_core.training",
}
"""Modules, or packages with all that is in them, that may import PyTorch."""


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, *, everywhere: bool = True) -> Iterator[str]:
    """Yields absolute names of modules imported; without `everywhere` only what importing the module itself runs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute in this project"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif everywhere:
            yield from imports(node)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and not _for_type_checkers(node):
            yield from imports(node, everywhere=False)


def _for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported_roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(ast.parse(path.read_text(encoding="utf-8")))}


@pytest.mark.parametrize("path", sources("ocr_core"), ids=module_name)
def test_core_knows_no_web_framework_and_nothing_above_it(path: Path) -> None:
    assert not imported_roots(path) & (WEB | {"apps", "tests", "eval"})


@pytest.mark.parametrize("path", sources("eval"), ids=module_name)
def test_evaluation_knows_no_app(path: Path) -> None:
    assert not imported_roots(path) & {"apps", "gradio", "streamlit", "tests"}


def test_apps_are_imported_by_apps_alone() -> None:
    importers = {module_name(path) for path in sources("ocr_core", "eval") if "apps" in imported_roots(path)}
    assert importers == set()


def test_only_named_modules_import_torch() -> None:
    importers = {module_name(path) for path in sources("ocr_core") if imported_roots(path) & TORCH}
    assert {name for name in importers if not name.startswith(tuple(NEEDS_TORCH))} == set()


def test_nothing_outside_imports_torch_modules_at_import() -> None:
    """A module without PyTorch may only name one with it inside a function."""
    for path in sources("ocr_core"):
        if module_name(path).startswith(tuple(NEEDS_TORCH)):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {name for name in imports(tree, everywhere=False) if name in NEEDS_TORCH}
        assert not named, f"{module_name(path)} imports {named}"


def loaded_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    return set(done.stdout.split())


def test_importing_the_core_loads_neither_torch_nor_a_web_framework() -> None:
    assert not loaded_after("import ocr_core") & (TORCH | WEB | {"numpy", "onnxruntime"})


def test_the_whole_public_api_loads_neither_torch_nor_a_web_framework() -> None:
    statement = "import ocr_core\nfor name in ocr_core.__all__: getattr(ocr_core, name)\nimport ocr_core.cli"
    assert not loaded_after(statement) & (TORCH | WEB)


def test_the_onnx_path_works_without_torch() -> None:
    statement = (
        "import tempfile, pathlib\n"
        "for name in ('torch', 'torchvision', 'timm', 'safetensors'): sys.modules[name] = None\n"
        "from tests.ocr_core.tiny_model import stripes, write_folder\n"
        "import ocr_core\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    model = ocr_core.load(write_folder(pathlib.Path(folder, 'm')), 'onnx', ocr_core.Settings())\n"
        "    assert model.read([stripes('CAB')]) == ['CAB']\n"
    )
    assert "onnxruntime" in loaded_after(statement)


def test_public_names_are_all_there() -> None:
    import ocr_core

    for name in ocr_core.__all__:
        assert getattr(ocr_core, name) is not None
    with pytest.raises(AttributeError):
        ocr_core.nonsense  # noqa: B018
