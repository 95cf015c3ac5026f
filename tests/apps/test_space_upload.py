"""`make space`: what it would upload, what it refuses, and that the token goes nowhere. Nothing here has a network."""

from __future__ import annotations

import builtins
import importlib
import shutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.repocard import metadata_load

from apps import space_upload
from apps.space_requirements import ROOT, TORCH_SET, ZERO_GPU_TORCH, names_in, pins_in
from apps.space_upload import main, planned_files, problems

TOKEN = "hf_thisIsNoRealToken"
MODELS = ("convnext_tiny", "crnn")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository that could be uploaded, with much beside it that must not be."""
    for name in ("README.md", "requirements.txt", "requirements-demo.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    stay = ("apps/gradio_app.py", "ocr_core/charset.txt", "docs/API.md", "sample_images/print/line.jpg",
*(f"models/{name}/{file}" for name in MODELS for file in ("model.onnx", "model.safetensors")))  # fmt: skip
    go = ("tests/test_readme.py", ".env", "apps/.env", "apps/__pycache__/x.pyc", "runs/1/run.json", "cases/a/image.png",
          ".venv/lib/x.py", ".git/config", "artefacts/demo.png", "eval/scenarios/sets/print/1.jpg",
          "apps/dashboard/page.py", "secret.txt", "eval/.ruff_cache/x", "models/crnn/last.ckpt")  # fmt: skip
    for path in (*stay, *go):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    return tmp_path


class RecordingApi:
    """Stands in for the Hub and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.error = error

    def create_repo(self, space: str, **options: Any) -> str:
        self.calls.append(("create_repo", {"space": space, **options}))
        return f"https://hub/spaces/{space}"

    def upload_folder(self, **options: Any) -> None:
        self.calls.append(("upload_folder", options))
        if self.error:
            raise self.error


def test_only_what_the_space_needs_is_planned(root: Path) -> None:
    models = [f"models/{name}/{file}" for name in MODELS for file in ("model.onnx", "model.safetensors")]
    texts = ["README.md", "requirements.txt", "requirements-demo.txt", "constraints.txt", "ocr_core/charset.txt"]
    others = ["apps/gradio_app.py", "docs/API.md", "sample_images/print/line.jpg"]
    assert {file.path for file in planned_files(root)} == {*models, *texts, *others}


def test_a_dry_run_lists_sizes_and_asks_nobody(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(space_upload.TOKEN_VARIABLE, raising=False)
    monkeypatch.setattr(space_upload, "LARGE_BYTES", 100)
    (root / "models/crnn/model.safetensors").write_bytes(bytes(1234))

    def no_api() -> None:
        raise AssertionError("a dry run asked the Hub")

    assert main(["owner/name", "--dry-run"], root, no_api) == 0
    said = capsys.readouterr().out
    assert "1,234  models/crnn/model.safetensors  (large file)" in said
    assert "12 files" in said and "dry run" in said
    assert ".env" not in said


def test_an_upload_sends_the_plan_and_never_shows_the_token(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(space_upload.TOKEN_VARIABLE, TOKEN)
    api = RecordingApi()
    assert main(["owner/name"], root, lambda: api) == 0
    (created, made), (uploaded, sent) = api.calls
    assert (created, made["repo_type"], made["space_sdk"]) == ("create_repo", "space", "gradio")
    assert (uploaded, sent["repo_type"], sent["repo_id"], sent["token"]) == (
        "upload_folder",
        "space",
        "owner/name",
        TOKEN,
    )
    assert sent["allow_patterns"] == list(space_upload.ALLOWED)
    assert sent["ignore_patterns"] == list(space_upload.LEFT_OUT)
    printed = capsys.readouterr()
    assert "https://hub/spaces/owner/name" in printed.out
    assert TOKEN not in printed.out + printed.err


def test_an_upload_that_fails_does_not_show_the_token_either(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(space_upload.TOKEN_VARIABLE, TOKEN)
    api = RecordingApi(OSError(f"401 for Bearer {TOKEN}"))
    assert main(["owner/name"], root, lambda: api) == 1
    printed = capsys.readouterr()
    assert "401" in printed.err and TOKEN not in printed.out + printed.err


@pytest.mark.parametrize("space", [None, "name", "a/b/c", "owner/na me"])
def test_a_space_has_an_owner_and_a_name(root: Path, space: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(space_upload.TOKEN_VARIABLE, TOKEN)
    api = RecordingApi()
    assert main([space] if space else [], root, lambda: api) == 2
    assert api.calls == []


def test_without_a_token_nothing_is_tried(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(space_upload.TOKEN_VARIABLE, raising=False)
    api = RecordingApi()
    assert main(["owner/name"], root, lambda: api) == 2
    assert api.calls == []


def changed(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("README.md", "sdk: gradio", "sdk: docker", "sdk is not gradio"),
        ("README.md", "sdk_version: ", "sdk_version: 1", "sdk_version"),
        ("README.md", "app_file: apps/gradio_app.py", "app_file: app.py", "app_file"),
        ("README.md", 'python_version: "3.12"', "python_version: 3.12", "python_version"),
        ("README.md", "colorTo: purple", "colorTo: mauve", "colorFrom"),
        ("README.md", "short_description: ", f"short_description: {'long ' * 20}", "short_description"),
        ("README.md", "license: apache-2.0\n", "", "license is missing"),
        ("README.md", "---\ntitle", "--\ntitle", "front matter"),
        ("requirements.txt", "numpy==", "-r requirements-demo.txt\nnumpy==", "does not see"),
        ("requirements.txt", "plotly==", "plotly==0", "disagrees"),
        ("requirements.txt", f"torch=={TORCH_SET['torch']}", "torch==9.9.9", "ZeroGPU"),
        ("requirements-demo.txt", "gradio", "gradio\nbrandnew", "lacks brandnew"),
    ],
)
def test_what_would_break_the_space_stops_the_upload(
    root: Path, file: str, old: str, new: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(space_upload.TOKEN_VARIABLE, TOKEN)
    assert problems(root, planned_files(root)) == []
    changed(root, file, old, new)
    assert [said for said in problems(root, planned_files(root)) if complaint in said]
    api = RecordingApi()
    assert main(["owner/name"], root, lambda: api) == 1
    assert api.calls == []


def test_a_space_without_weights_or_beyond_its_size_is_not_uploaded(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "models/crnn/model.onnx").unlink()
    assert ["models/crnn/model.onnx" in said for said in problems(root, planned_files(root))] == [True]
    monkeypatch.setattr(space_upload, "LARGEST_TOTAL_BYTES", 100)
    assert any("may hold" in said for said in problems(root, planned_files(root)))


def test_this_repository_would_build_as_it_is() -> None:
    files = planned_files(ROOT)
    assert [said for said in problems(ROOT, files) if not said.startswith("models/")] == []
    assert sum(file.size_bytes for file in files) < space_upload.LARGEST_TOTAL_BYTES
    assert {"apps/gradio_app.py", "ocr_core/charset.txt", "sample_images/print/labels.tsv"} <= {f.path for f in files}
    assert not [file.path for file in files if file.path.startswith(("tests/", "runs/", "cases/", "."))]


def test_requirements_of_the_space_refer_to_no_other_file_and_hold_what_the_demo_asks_for() -> None:
    """The builder mounts requirements.txt alone: an `-r` or `-c` in it ends the build."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if line.startswith("-")]
    assert set(names_in((ROOT / "requirements-demo.txt").read_text(encoding="utf-8"))) <= set(pins_in(text))
    assert {"torch", "torchvision", "timm", "safetensors"} <= set(pins_in(text))
    assert TORCH_SET["torch"] in ZERO_GPU_TORCH
    # Gradio's extra for MCP, which the builder adds, wants an older release than the one that is tested here.
    assert "pydantic" not in pins_in(text)


def test_the_front_matter_is_what_the_hub_reads() -> None:
    front = metadata_load(ROOT / "README.md")
    assert front and (front["sdk"], front["app_file"]) == ("gradio", "apps/gradio_app.py")


@pytest.fixture
def fresh_app() -> Iterator[None]:
    """Lets `apps.gradio_app` be imported anew, and puts the first one back."""
    first = sys.modules.pop("apps.gradio_app", None)
    yield
    sys.modules.pop("apps.gradio_app", None)
    if first is not None:
        sys.modules["apps.gradio_app"] = first
        importlib.import_module("apps").gradio_app = first  # type: ignore[attr-defined]


def test_on_zerogpu_one_function_asks_for_a_gpu_and_is_never_called(
    fresh_app: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ZeroGPU stops a Space that decorates nothing."""
    decorated: list[str] = []
    pretended = types.ModuleType("spaces")

    def gpu(duration: int) -> Any:
        def decorate(function: Any) -> Any:
            decorated.append(f"{function.__name__} {duration}")
            return lambda: pytest.fail("a GPU was asked for")

        return decorate

    pretended.GPU = gpu  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spaces", pretended)
    importlib.import_module("apps.gradio_app").build_demo()
    assert decorated == ["needs_no_gpu 5"]


def test_without_the_spaces_package_the_app_starts_all_the_same(
    fresh_app: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "spaces", raising=False)
    imports = builtins.__import__

    def without_spaces(name: str, *rest: Any, **more: Any) -> Any:
        if name == "spaces":
            raise ImportError(name)
        return imports(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_spaces)
    assert importlib.import_module("apps.gradio_app").spaces is None
