"""Puts a part of this repository onto a hosted Space: `HF_TOKEN=... python -m apps.space_upload owner/name`.

`--kind` chooses the demo, the dashboard or the report. `--dry-run` says what would be uploaded and what stands in the
way, without a token and without a network; `--into FOLDER` writes the Space's files there instead. The token comes from
the environment alone and is never written anywhere. Large files need no care: the Hub's own client stores them as the
Hub wants them, so this repository needs no .gitattributes for them.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from apps.space_checks import problems
from apps.space_kinds import DEMO, KINDS, ROOT, PlannedFile, SpaceKind, planned_files
from ocr_core.errors import OcrError

LARGE_BYTES: Final = 10_000_000
"""Files beyond this are marked in the list."""

TOKEN_VARIABLE: Final = "HF_TOKEN"

_SPACE_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")


def listing(files: Sequence[PlannedFile]) -> str:
    """Returns the plan for people: every file with its size, large ones marked, and the sum."""
    rows = [
        f"{file.size_bytes:>12,}  {file.path}{'  (large file)' if file.size_bytes > LARGE_BYTES else ''}"
        for file in files
    ]
    total_mb = sum(file.size_bytes for file in files) / 1e6
    return "\n".join([*rows, f"{len(files)} files, {total_mb:.1f} MB"])


def upload(files: Sequence[PlannedFile], kind: SpaceKind, space: str, token: str, api: Any) -> str:
    """Makes the Space if there is none and makes its files those of the plan; returns its address."""
    address = api.create_repo(space, repo_type="space", space_sdk=kind.sdk, exist_ok=True, token=token)
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            file.put_into(Path(folder))
        api.upload_folder(
            repo_id=space,
            repo_type="space",
            folder_path=folder,
            delete_patterns="*",  # what the repository no longer has goes from the Space too
            commit_message="Update from the repository",
            token=token,
        )
    return str(address)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT, make_api: Callable[[], Any] = HfApi) -> int:
    """Runs the command; 0 when the files are, or could be, uploaded."""
    told = _parser().parse_args(arguments)
    kind = KINDS[told.kind]
    try:
        files = planned_files(root, kind)
    except OcrError as error:
        print(f"PROBLEM: {error}", file=sys.stderr)
        return 1
    in_the_way = problems(root, files, kind)
    if told.dry_run:
        print(listing(files))
    for problem in in_the_way:
        print(f"PROBLEM: {problem}", file=sys.stderr)
    if in_the_way:
        return 1
    if told.dry_run:
        print("Nothing stands in the way. This was a dry run: nothing has been uploaded.")
        return 0
    if told.into is not None:
        for file in files:
            file.put_into(told.into)
        print(f"{len(files)} files are in {told.into}.")
        return 0
    return _upload(files, kind, told.space or "", make_api)


def _upload(files: Sequence[PlannedFile], kind: SpaceKind, space: str, make_api: Callable[[], Any]) -> int:
    if not _SPACE_NAME.fullmatch(space):
        print("Say which Space: SPACE=owner/name make space", file=sys.stderr)
        return 2
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        print(f"{TOKEN_VARIABLE} is not set: a token that may write to the Space is needed.", file=sys.stderr)
        return 2
    try:
        print(upload(files, kind, space, token, make_api()))
    except (HfHubHTTPError, OSError, ValueError) as error:
        print(f"The upload failed: {error}".replace(token, "***"), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m apps.space_upload", description="Makes a Space of this repository."
    )
    parser.add_argument("space", nargs="?", help="owner/name")
    parser.add_argument("--kind", choices=KINDS, default=DEMO.name, help="which part (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be uploaded, and stop")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write the Space's files there, upload nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
