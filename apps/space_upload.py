"""Puts the demo onto a hosted Gradio Space: `HF_TOKEN=... python -m apps.space_upload owner/name`.

`--dry-run` says what would be uploaded and what stands in the way, without a token and without a network. The token
comes from the environment alone and is never written anywhere. Large files need no care: the Hub's own client stores
them as the Hub wants them, so this repository needs no .gitattributes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.repocard import metadata_load
from huggingface_hub.utils import filter_repo_objects

from apps.space_requirements import ROOT, ZERO_GPU_TORCH, names_in, pins_in

ALLOWED: Final = (
    "README.md", "LICENSE", "THIRD_PARTY.md", "requirements.txt", "constraints.txt", "requirements-demo.txt",
    "apps/*", "docs/*", "eval/*", "models/*", "ocr_core/*", "sample_images/*",
)  # fmt: skip
"""What goes up, as the Hub's client matches it: `*` also matches what lies in folders below."""

LEFT_OUT: Final = (
    "*__pycache__/*", "*.pyc", ".*", "*/.*", "apps/dashboard/*", "apps/streamlit_app.py", "eval/scenarios/sets/*",
    "models/*.ckpt", "models/*.pt", "*.log", "*.tmp", "*~",
)  # fmt: skip
"""What stays out of these: caches, hidden files (.env!), the dashboard, the evaluation sets."""

LARGEST_TOTAL_BYTES: Final = 1_000_000_000
"""What a Space's repository may hold."""

LARGE_BYTES: Final = 10_000_000
"""Files beyond this are marked in the list."""

THUMBNAIL_COLOURS: Final = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
LONGEST_DESCRIPTION: Final = 60
TOKEN_VARIABLE: Final = "HF_TOKEN"

_SPACE_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
_DEFAULT_MODELS: Final = ("convnext_tiny", "crnn")


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that would be uploaded, by its path in the repository."""

    path: str
    size_bytes: int


def planned_files(root: Path) -> list[PlannedFile]:
    """Returns what would be uploaded, sorted by path."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    chosen = filter_repo_objects(paths, allow_patterns=list(ALLOWED), ignore_patterns=list(LEFT_OUT))
    return [PlannedFile(path, (root / path).stat().st_size) for path in chosen]


def problems(root: Path, files: Sequence[PlannedFile]) -> list[str]:
    """Returns what keeps the Space from building or starting, in words; empty when all is well."""
    paths = {file.path for file in files}
    found = [
        *_front_matter_problems(root, paths),
        *_requirements_problems(root),
        *(
            f"{path} is a link, and the Space would get what it leads to."
            for path in paths
            if (root / path).is_symlink()
        ),
    ]
    for name in _DEFAULT_MODELS:
        for file in ("model.onnx", "model.safetensors"):
            if f"models/{name}/{file}" not in paths:
                found.append(f"models/{name}/{file} is not there: the Space would have nothing to read with.")
    total = sum(file.size_bytes for file in files)
    if total > LARGEST_TOTAL_BYTES:
        found.append(f"{total / 1e6:.0f} MB are more than the {LARGEST_TOTAL_BYTES / 1e6:.0f} MB a Space may hold.")
    return found


def listing(files: Sequence[PlannedFile]) -> str:
    """Returns the plan for people: every file with its size, large ones marked, and the sum."""
    rows = [
        f"{file.size_bytes:>12,}  {file.path}{'  (large file)' if file.size_bytes > LARGE_BYTES else ''}"
        for file in files
    ]
    total_mb = sum(file.size_bytes for file in files) / 1e6
    return "\n".join([*rows, f"{len(files)} files, {total_mb:.1f} MB"])


def upload(root: Path, space: str, token: str, api: Any) -> str:
    """Makes the Space if there is none and makes its files those of the plan; returns its address."""
    address = api.create_repo(space, repo_type="space", space_sdk="gradio", exist_ok=True, token=token)
    api.upload_folder(
        repo_id=space,
        repo_type="space",
        folder_path=root,
        allow_patterns=list(ALLOWED),
        ignore_patterns=list(LEFT_OUT),
        delete_patterns="*",  # what the repository no longer has goes from the Space too
        commit_message="Update from the repository",
        token=token,
    )
    return str(address)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT, make_api: Callable[[], Any] = HfApi) -> int:
    """Runs the command; 0 when the files are, or could be, uploaded."""
    told = _parser().parse_args(arguments)
    files = planned_files(root)
    in_the_way = problems(root, files)
    if told.dry_run:
        print(listing(files))
    for problem in in_the_way:
        print(f"PROBLEM: {problem}", file=sys.stderr)
    if in_the_way:
        return 1
    if told.dry_run:
        print("Nothing stands in the way. This was a dry run: nothing has been uploaded.")
        return 0
    if not _SPACE_NAME.fullmatch(told.space or ""):
        print("Say which Space: SPACE=owner/name make space", file=sys.stderr)
        return 2
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        print(f"{TOKEN_VARIABLE} is not set: a token that may write to the Space is needed.", file=sys.stderr)
        return 2
    try:
        print(upload(root, told.space, token, make_api()))
    except (HfHubHTTPError, OSError, ValueError) as error:
        print(f"The upload failed: {error}".replace(token, "***"), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.space_upload", description="Uploads the demo to a Space.")
    parser.add_argument("space", nargs="?", help="owner/name")
    parser.add_argument("--dry-run", action="store_true", help="say what would be uploaded, and stop")
    return parser


def _front_matter_problems(root: Path, paths: set[str]) -> list[str]:
    try:
        front = metadata_load(root / "README.md") if "README.md" in paths else None
    except ValueError:
        front = None
    if not front:
        return ["README.md has no front matter that can be read."]
    pinned = [line.partition("==")[2].split(";")[0] for line in _pins(root).get("gradio", [])]
    checks = {
        "title is missing.": bool(front.get("title")),
        "license is missing.": bool(front.get("license")),
        "emoji is missing.": bool(front.get("emoji")),
        "sdk is not gradio.": front.get("sdk") == "gradio",
        f"sdk_version is not the pinned {' or '.join(pinned)}.": str(front.get("sdk_version")) in pinned,
        "app_file is not among the files.": front.get("app_file") in paths,
        "python_version is not 3.10, 3.11 or 3.12, written as text.": front.get("python_version")
        in ("3.10", "3.11", "3.12"),
        f"colorFrom and colorTo are not among {', '.join(THUMBNAIL_COLOURS)}.": {
            front.get("colorFrom"),
            front.get("colorTo"),
        }
        <= set(THUMBNAIL_COLOURS),
        f"short_description is longer than {LONGEST_DESCRIPTION} characters.": len(front.get("short_description", ""))
        <= LONGEST_DESCRIPTION,
    }
    return [f"README.md's front matter: {words}" for words, right in checks.items() if not right]


def _requirements_problems(root: Path) -> list[str]:
    try:
        text = (root / "requirements.txt").read_text(encoding="utf-8")
        wanted = names_in((root / "requirements-demo.txt").read_text(encoding="utf-8"))
    except OSError as error:
        return [f"{error.filename} cannot be read."]
    found = []
    if [line for line in text.splitlines() if line.startswith("-") or "://" in line]:
        found.append("requirements.txt refers to another file or place, which the Space's builder does not see.")
        return found
    pins, constraints = pins_in(text), _pins(root)
    if missing := sorted(set(wanted) - set(pins)):
        found.append(f"requirements.txt lacks {', '.join(missing)}; run python -m apps.space_requirements.")
    if stale := sorted(name for name in set(pins) - {"torch", "torchvision"} if pins[name] != constraints.get(name)):
        found.append(
            f"requirements.txt disagrees with constraints.txt on {', '.join(stale)}; "
            "run python -m apps.space_requirements."
        )
    if pins.get("torch", [""])[0].partition("==")[2] not in ZERO_GPU_TORCH:
        found.append(f"requirements.txt asks for a torch that ZeroGPU does not list: {', '.join(ZERO_GPU_TORCH)}.")
    return found


def _pins(root: Path) -> dict[str, list[str]]:
    path = root / "constraints.txt"
    return pins_in(path.read_text(encoding="utf-8")) if path.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
