"""README and the guides keep their word: paths exist, commands parse, examples run, figures come from results alone."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import onnx
import pytest

from eval.cli import _parser as eval_parser
from eval.committed.marked_part import split_at_markers
from eval.committed.pages import BEGIN, END
from eval.committed.results import MODELS
from tests.ocr_core.tiny_model import write_folder, write_own_file

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/evaluation.md", "docs/training.md", "docs/own-model.md")
}
LINKED = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md", *GUIDES)]


BY_HAND = re.compile(
    r"\d+(\.\d+)?\s?(%|per cent|points|ms\b|milliseconds|MB\b|times as)|\d[^\n.]{0,24}\b(core-|CPU-)?hours\b"
)


def blocks(language: str) -> list[str]:
    """Every block of a language, README's first."""
    return [
        block
        for text in GUIDES.values()
        for block in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]


def commands(module: str = "") -> list[str]:
    """Every different command line of the guides that starts with the given words."""
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in dict.fromkeys(lines) if line.startswith(module)]


def tree() -> list[str]:
    """Every path of the annotated tree, folders with a slash at the end."""
    paths: list[str] = []
    folders: list[str] = []
    for line in blocks("text")[0].splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        folders = folders[:depth]
        paths.append("".join([*folders, name]))
        if name.endswith("/"):
            folders.append(name)
    return paths


def outside_the_tables() -> str:
    before, _, after = split_at_markers(README, BEGIN, END)
    return before + after


@pytest.mark.parametrize("path", tree())
def test_every_path_of_the_tree_exists(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


def test_the_tree_is_of_folders_and_short() -> None:
    assert len(tree()) <= 32


def test_every_line_of_the_tree_says_what_the_file_is() -> None:
    assert all(len(line.split()) > 1 for line in blocks("text")[0].splitlines())


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = set(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")))
    assert targets
    assert [target for target in sorted(targets) if not (page.parent / target).exists()] == []


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 200


def test_figures_come_from_the_results_file_alone() -> None:
    assert not BY_HAND.search(outside_the_tables())


@pytest.mark.parametrize(
    "text",
    ["have had 9.0 (CRNN) and 9.4 processor hours", "97.5 % of lines", "2.1 times as fast", "in 40 ms", "3 CPU-hours"],
)
def test_figures_typed_by_hand_would_be_found(text: str) -> None:
    assert BY_HAND.search(text)


@pytest.mark.parametrize("command", commands("make "))
def test_every_make_command_is_a_target(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("command", commands("python -m eval"))
def test_every_evaluation_command_parses(command: str) -> None:
    assert callable(eval_parser().parse_args(shlex.split(command)[3:]).run)


@pytest.mark.parametrize("command", [*commands("python -m ocr_core.training"), *commands("python -m ocr_core.export")])
def test_every_training_command_knows_its_options(command: str) -> None:
    """Read from the source: importing PyTorch for every `--help` would take longer than all other tests here."""
    _, _, module, *arguments = shlex.split(command)
    path = ROOT / module.replace(".", "/")
    source = (path / "__main__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    options = [argument for argument in arguments if argument.startswith("-")]
    assert all(f'"{option}"' in source for option in options)
    if module == "ocr_core.training":
        assert f'"{arguments[0]}": ' in (ROOT / "ocr_core/training/recipes.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", commands("python -m"))
def test_every_module_that_is_named_exists(command: str) -> None:
    assert find_spec(command.split()[2])


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where README's examples run: sample images, an own model, and small models by the published names."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "sample_images", folder / "sample_images")
    for name in MODELS:
        write_folder(folder / "models" / name, name=name)
    write_own_file(folder / "mine.onnx")
    model = onnx.load(folder / "mine.onnx")
    del model.metadata_props[:]
    onnx.save(model, folder / "mine.onnx")
    return folder


def run(command: list[str], folder: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZIJIAN_MODELS_FOLDER": str(folder / "models")}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, input=stdin, capture_output=True, timeout=300
    )


def test_examples_in_python_run(workplace: Path) -> None:
    for example in blocks("python"):
        done = run(["-c", example], workplace)
        assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("command", commands("python -m ocr_core "))
def test_examples_of_the_command_line_run(workplace: Path, command: str) -> None:
    if "mine.onnx" in command:
        run(["-c", blocks("python")[-1]], workplace)
    call, _, source = command.partition(" < ")
    stdin = (workplace / source).read_bytes() if source else b""
    done = run(shlex.split(call)[1:], workplace, stdin)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout


def test_a_space_starts_the_version_that_is_pinned() -> None:
    front = README.split("---")[1]
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if re.match(r"gradio==", line)
    )
    assert f"sdk_version: {pins['gradio']}" in front
    app = re.search(r"app_file: (.+)", front)
    assert app and (ROOT / app[1]).is_file()
