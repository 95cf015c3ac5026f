"""Cases as files to be pushed, and pushed files as cases: each is taken as if it came in an archive of its own.

Knows nothing of the Hub.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.cases.archive import import_case
from eval.cases.case_json import CaseError, is_token
from eval.cases.store import CASE_FILE, EVIDENCE_FILE, FILES, IMAGE_FILE, CaseStore
from eval.sharing.repository import Content, SharingError

KIND: Final = "cases"

_FILES: Final = re.compile(
    rf"[0-9a-f]{{32}}/({re.escape(CASE_FILE)}|{re.escape(IMAGE_FILE)}|{re.escape(EVIDENCE_FILE)})"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of pulled cases: the tokens they have here, and of those that were refused, why."""

    tokens: tuple[str, ...]
    refused: tuple[str, ...]


def is_file_of_cases(path: str) -> bool:
    """Tells whether sets of cases have a file of this path."""
    return _FILES.fullmatch(path) is not None


def files_of_cases(store: CaseStore, tokens: Sequence[str]) -> dict[str, Content]:
    """Returns the files of some cases, or of all where none is named, by their paths.

    Raises:
        CaseError: one is not there or damaged.
        SharingError: there is none.
    """
    wanted = list(tokens) or [case.token for case in store.list(store.limit)]
    if not wanted:
        raise SharingError(f"There are no cases in '{store.folder}'.")
    files: dict[str, Content] = {}
    for token in wanted:
        store.load(token)
        files |= {f"{token}/{name}": store.folder / token / name for name in FILES}
    return files


def take_cases(folder: Path, store: CaseStore) -> Taken:
    """Saves every case of a pulled folder that can be believed among the others."""
    tokens, refused = [], []
    for path in sorted(path for path in folder.iterdir() if path.is_dir() and is_token(path.name)):
        try:
            tokens.append(import_case(store, _archive(path)))
        except (CaseError, OSError) as error:
            refused.append(f"{path.name}: {error}")
    return Taken(tuple(tokens), tuple(refused))


def card(count: int, repository: str) -> str:
    """Returns the repository's README.md."""
    return "\n".join(
        [
            "---",
            "license: unknown",
            "pretty_name: Zijian cases",
            "tags: [ocr, text-recognition, zijian]",
            "---",
            "",
            f"# {count:,} cases",
            "",
            "Single lines worth keeping, saved by Zijian: of each the picture, what every engine read, and what each "
            "frame of its network thought.",
            "",
            "```sh",
            f"zijian pull-cases {repository}",
            "```",
            "",
        ]
    )


def _archive(folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in FILES:
            archive.write(folder / name, f"{folder.name}/{name}")
    return written.getvalue()
