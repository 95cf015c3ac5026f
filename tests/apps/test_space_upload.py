"""`make space`: what it would upload, what it refuses, and that the token goes nowhere. Nothing here has a network."""

from __future__ import annotations

import builtins
import importlib
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.repocard import metadata_load

from apps import space_checks, space_upload
from apps.space_checks import problems
from apps.space_kinds import DASHBOARD, DEMO, REPORT, ROOT, PlannedFile, SpaceKind, planned_files
from apps.space_requirements import TORCH_SET, ZERO_GPU_TORCH, names_in, pins_in
from apps.space_upload import main

TOKEN = "hf_thisIsNoRealToken"
MODELS = ("convnext_tiny", "crnn", "cnn_transformer")


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
        self.sent: set[str] = set()
        self.error = error

    def create_repo(self, space: str, **options: Any) -> str:
        self.calls.append(("create_repo", {"space": space, **options}))
        return f"https://hub/spaces/{space}"

    def upload_folder(self, **options: Any) -> None:
        self.calls.append(("upload_folder", options))
        folder = Path(options["folder_path"])
        self.sent = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
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
    assert "14 files" in said and "dry run" in said
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
    assert api.sent == {file.path for file in planned_files(root)}
    assert not Path(sent["folder_path"]).exists()
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
    monkeypatch.setattr(space_checks, "LARGEST_TOTAL_BYTES", 100)
    assert any("may hold" in said for said in problems(root, planned_files(root)))


def test_this_repository_would_build_as_it_is() -> None:
    files = planned_files(ROOT)
    assert [said for said in problems(ROOT, files) if not said.startswith("models/")] == []
    assert sum(file.size_bytes for file in files) < space_checks.LARGEST_TOTAL_BYTES
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


@pytest.mark.parametrize("kind", [DASHBOARD, REPORT], ids=lambda kind: kind.name)
def test_the_other_spaces_would_build_as_they_are(kind: Any) -> None:
    files = planned_files(ROOT, kind)
    assert problems(ROOT, files, kind) == []
    paths = {file.path for file in files}
    assert "README.md" in paths and not [path for path in paths if path.startswith(("tests/", "spaces/", "runs/"))]
    front = metadata_load(ROOT / kind.front / "README.md")
    assert front and front["sdk"] == kind.sdk


def test_the_dashboard_goes_up_with_its_run_its_pictures_and_its_looks() -> None:
    paths = {file.path for file in planned_files(ROOT, DASHBOARD)}
    wanted = {
        "Dockerfile",
        "apps/streamlit_app.py",
        "apps/streamlit_pages.py",
        ".streamlit/config.toml",
        "requirements-demo.txt",
    }
    assert wanted <= paths
    assert "eval/scenarios/runs/zijian-500/lines.parquet" in paths
    assert any(path.startswith("eval/scenarios/sets/") for path in paths)
    assert not any(path.startswith("apps/demo/") for path in paths)


def test_a_space_can_be_written_to_a_folder_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def no_api() -> None:
        raise AssertionError("the Hub was asked")

    assert main(["--kind", "report", "--into", str(tmp_path)], make_api=no_api) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "index.html", "LICENSE", "THIRD_PARTY.md"}
    assert b"Content-Security-Policy" in (tmp_path / "index.html").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "program"),
    [
        (DEMO, "import apps.gradio_app as app; app.build_demo()"),
        (
            DASHBOARD,
            "import importlib; from apps.dashboard import links; "
            "[importlib.import_module(f'apps.dashboard.pages.{page.name}') for page in links.PAGES]",
        ),
    ],
    ids=["demo", "dashboard"],
)
def test_the_files_of_a_space_need_no_others(kind: SpaceKind, program: str, tmp_path: Path) -> None:
    for file in planned_files(ROOT, kind):
        if not file.path.startswith(("models/", "eval/scenarios/sets/", "eval/scenarios/runs/")):
            file.put_into(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def planned(folder: Path, **texts: str) -> list[PlannedFile]:
    """A plan of the files that are given by name."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [PlannedFile(name, len(text), folder / name) for name, text in texts.items()]


DASHBOARD_README = (ROOT / DASHBOARD.front / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("dockerfile", "complaint"),
    [
        ("FROM x\nCOPY README.md ./\nEXPOSE 7860\n", "does not expose app_port, 8501"),
        ("FROM x\nCOPY --chown=1000 secret.txt README.md ./\nEXPOSE 8501\n", "copies secret.txt"),
        (None, "no Dockerfile"),
    ],
)
def test_what_would_break_the_docker_space_is_told(tmp_path: Path, dockerfile: str | None, complaint: str) -> None:
    texts = {"README.md": DASHBOARD_README} | ({"Dockerfile": dockerfile} if dockerfile else {})
    said = problems(tmp_path, planned(tmp_path, **texts), DASHBOARD)
    assert [words for words in said if complaint in words]


def test_a_static_space_asks_no_other_host(tmp_path: Path) -> None:
    readme = (ROOT / REPORT.front / "README.md").read_text(encoding="utf-8")
    for page, fine in (("<p>see https://example.org</p>", True), ('<script src="//cdn.example.org/x.js">', False)):
        texts = {"README.md": readme, "index.html": page}
        assert (problems(tmp_path, planned(tmp_path, **texts), REPORT) == []) is fine


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


def test_on_zerogpu_the_app_starts_as_the_host_starts_it_and_takes_its_package_before_pytorch(tmp_path: Path) -> None:
    """The host runs the file by its path; its package changes PyTorch, and refuses to where that was there first."""
    (tmp_path / "spaces.py").write_text(
        "import sys\n"
        "assert 'torch' not in sys.modules, 'PyTorch came first'\n"
        "def GPU(function=None, duration=60):\n"
        "    assert duration <= 120\n"
        "    print('GPU for', duration, flush=True)\n"
        "    return (lambda function: function) if function is None else function\n"
    )
    program = f"import runpy; runpy.run_path({str(ROOT / 'apps/gradio_app.py')!r}, run_name='app')['build_demo']()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "GPU for 5"


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
    assert importlib.import_module("apps.gradio_app").GPU is None
