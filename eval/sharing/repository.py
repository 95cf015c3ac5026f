"""Data set repositories of the Hugging Face Hub as places for files that say what they are, by the Hub's own client.

What is pushed carries `zijian.json`, a list of all files with their hashes; what is pulled is a stranger's: names and
sizes are looked at before the first byte, hashes after the last. Knows nothing of what runs and cases are made of.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ocr_core.errors import OcrError

MANIFEST: Final = "zijian.json"
CARD: Final = "README.md"
FORMAT: Final = 1

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 4 * 2**30

_REPOSITORY: Final = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_REVISION: Final = re.compile(r"[\w./-]{1,96}")
_THE_HUBS_OWN: Final = (".gitattributes", CARD)
_LARGEST_MANIFEST_BYTES: Final = 16 * 2**20

Content = Path | bytes
"""A file that is there, or what one is to hold."""


class SharingError(OcrError):
    """Something cannot be pushed to, or pulled from, where it was to go or come from."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came: its kind ("run" or "cases"), the folder it lies in, and the revision that it is of."""

    kind: str
    folder: Path
    revision: str


def checked_name(repository: str) -> str:
    """Returns the name of a repository as it is.

    Raises:
        SharingError: it is none.
    """
    if not _REPOSITORY.fullmatch(repository) or ".." in repository:
        raise SharingError(f"{repository!r:.120} is no repository: one reads like owner/name.")
    return repository


def manifest(kind: str, files: Mapping[str, Content]) -> bytes:
    """Returns what `zijian.json` holds of these files: kind, and of every one size and SHA-256."""
    listed = {path: {"bytes": _size(content), "sha256": _sha256(content)} for path, content in sorted(files.items())}
    return json.dumps({"format": FORMAT, "kind": kind, "files": listed}, indent=1).encode()


def push(
    repository: str, kind: str, files: Mapping[str, Content], card: str, *, private: bool, message: str, api: Any
) -> str:
    """Makes a repository's files these, in one commit, and returns its address; the repository is made where missing.

    Args:
        repository: owner/name.
        kind: "run" or "cases".
        files: by their path there.
        card: what README.md says.
        private: whether a repository that is made now is for its owner's eyes alone.
        message: of the commit.
        api: a `huggingface_hub.HfApi`, which has the token.

    Raises:
        SharingError: the repository holds something else, or the Hub refuses or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    whole = {**files, MANIFEST: manifest(kind, files), CARD: card.encode()}
    checked_name(repository)
    with_hub = _Failures(f"Nothing was pushed to {repository}")
    with with_hub:
        address = api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        there = set(api.list_repo_files(repository, repo_type="dataset"))
    if there - set(_THE_HUBS_OWN) and MANIFEST not in there:
        raise SharingError(f"{repository} holds something else already, which is left alone: name another repository.")
    gone = sorted(there - set(whole) - set(_THE_HUBS_OWN))
    with with_hub:
        operations = [
            *(CommitOperationAdd(path, content) for path, content in whole.items()),
            *(CommitOperationDelete(path) for path in gone),
        ]
        api.create_commit(repository, operations, repo_type="dataset", commit_message=message)
    return str(address)


def pull(
    repository: str, folder: Path, allowed: Callable[[str, str], bool], *, revision: str | None, api: Any
) -> Pulled:
    """Fetches a repository's files into an empty folder, and believes them when they hash to what its list says.

    Args:
        repository: owner/name.
        folder: where to put them.
        allowed: tells of a kind and a path whether things of that kind have such a file; others are not fetched.
        revision: a branch, a tag or a commit; the newest when None.
        api: a `huggingface_hub.HfApi`.

    Raises:
        SharingError: there is no such thing, it is too large, or damaged.
    """
    checked_name(repository)
    if revision is not None and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise SharingError(f"{revision!r:.120} is no name of a revision.")
    with _Failures(f"{repository} cannot be pulled"):
        info = api.repo_info(repository, repo_type="dataset", revision=revision, files_metadata=True)
        sizes = {file.rfilename: int(file.size or 0) for file in info.siblings or ()}
    _check_sizes(repository, sizes)
    fetch = _Fetch(repository, str(info.sha), folder, api)
    kind, listed = _read_manifest(repository, fetch(MANIFEST))
    for path, sha256 in listed.items():
        if path not in sizes or not _stays_inside(path) or not allowed(kind, path):
            raise SharingError(f"{repository} lists {path!r:.120}, which is no part of a {kind} or is not there.")
        if _sha256(fetch(path)) != sha256:
            raise SharingError(f"{path} of {repository} was damaged on its way, or changed by hand.")
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the client's notes on what it fetched
    return Pulled(kind, folder, str(info.sha))


@dataclass(frozen=True, slots=True)
class _Fetch:
    """Brings single files of one revision."""

    repository: str
    revision: str
    folder: Path
    api: Any

    def __call__(self, path: str) -> Path:
        with _Failures(f"{path} of {self.repository} cannot be fetched"):
            self.api.hf_hub_download(
                self.repository, path, repo_type="dataset", revision=self.revision, local_dir=self.folder
            )
        target = self.folder / path
        if target.is_symlink() or not target.is_file():
            raise SharingError(f"{path} of {self.repository} did not come.")
        return target


class _Failures:
    """Turns whatever the Hub's client raises into one sentence; the client's transport has errors of many kinds."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, OcrError):
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SharingError(f"{self._what}: {reason[:300].rstrip('.')}.") from error


def _check_sizes(repository: str, sizes: Mapping[str, int]) -> None:
    if MANIFEST not in sizes:
        raise SharingError(f"{repository} holds neither a run nor cases: it has no {MANIFEST}.")
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_BYTES:
        raise SharingError(
            f"{repository} is too large: {len(sizes):,} files of {sum(sizes.values()) / 2**30:.1f} GB, where "
            f"{MOST_FILES:,} files of {MOST_BYTES // 2**30} GB are the limit."
        )
    if sizes[MANIFEST] > _LARGEST_MANIFEST_BYTES:
        raise SharingError(f"The list of files in {repository} is unreasonably long.")


def _read_manifest(repository: str, path: Path) -> tuple[str, dict[str, str]]:
    """Returns the kind, and the hash of every file."""
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            raise SharingError(f"{repository} was written in format {data['format']!r:.20}; {FORMAT} can be read.")
        return str(data["kind"]), {str(name): str(facts["sha256"]) for name, facts in data["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SharingError(f"The list of files in {repository} is damaged.") from error


def _stays_inside(path: str) -> bool:
    parts: Sequence[str] = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path and ":" not in parts[0]


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _sha256(content: Content) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return _digest(file)


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
