"""Files of a model hub, downloaded by the hub's own client where that is installed, and checked against its hashes.

Knows neither addresses nor protocols: both are the client's. Nothing is fetched unless a hub is named.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers.imported_model import sha256_of

Hub = Literal["modelscope", "huggingface"]
HUBS: Final[tuple[Hub, ...]] = get_args(Hub)

_ID: Final = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_REVISION: Final = re.compile(r"[\w./-]{1,96}")


class RemoteFile(NamedTuple):
    """A file that a hub lists, and its SHA-256 if the hub tells it."""

    name: str
    sha256: str | None


class _Client(NamedTuple):
    files: Callable[[], list[RemoteFile]]
    fetch: Callable[[str, Path], object]


def download(
    hub: Hub,
    model_id: str,
    wanted: Sequence[str],
    folder: Path,
    *,
    revision: str | None = None,
    sha256: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Puts those of the wanted files that a model has into a folder, and returns what is to be remembered of it.

    Every file is checked against the hash that the hub lists, and against the caller's where there is one.

    Raises:
        RuntimeMissingError: the hub's client is not installed.
        ModelError: the id is none, there is no network, the model has none of the files, or a hash differs.
    """
    if not _ID.fullmatch(model_id):
        raise ModelError(f"{model_id!r:.80} is no id of a model; one reads like owner/name.")
    if revision is not None and not _REVISION.fullmatch(revision):
        raise ModelError(f"{revision!r:.80} is no name of a revision.")
    client = _modelscope(model_id, revision) if hub == "modelscope" else _huggingface(model_id, revision)
    try:
        listed = [file for file in client.files() if file.name in wanted]
        if not listed:
            raise ModelError(f"The model {model_id} on {hub} has none of the files {', '.join(wanted)}.")
        for file in listed:
            client.fetch(file.name, folder)
            _check(folder / file.name, file.sha256, (sha256 or {}).get(file.name))
    except (ModelError, RuntimeMissingError):
        raise
    except Exception as error:  # the clients raise whatever their transport does
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(
            f"{model_id} could not be fetched from {hub}: {reason} Download its files by other means, put them into "
            "one folder and import the folder. Models of the owner damo have since moved to the owner iic."
        ) from error
    unchecked = [file.name for file in listed if not file.sha256 and file.name not in (sha256 or {})]
    facts = {"hub": hub, "id": model_id, "revision": revision or "the newest"}
    return facts | ({"unchecked": ", ".join(unchecked)} if unchecked else {})


def _check(path: Path, *expected: str | None) -> None:
    if not path.is_file():
        raise ModelError(f"The hub's client did not bring {path.name}.")
    actual = sha256_of(path)
    for hash_ in expected:
        if hash_ and actual != hash_.lower():
            path.unlink()
            raise ModelError(f"{path.name} was damaged on its way: its SHA-256 is {actual} and should be {hash_}.")


def _modelscope(model_id: str, revision: str | None) -> _Client:
    api = _module("modelscope_hub", "pip install modelscope-hub").HubApi()

    def files() -> list[RemoteFile]:
        return [RemoteFile(f.path, f.sha256) for f in api.list_repo_files(model_id, "model", revision=revision)]

    return _Client(
        files,
        lambda name, folder: api.download_file(model_id, "model", name, revision=revision, local_dir=folder),
    )


def _huggingface(model_id: str, revision: str | None) -> _Client:
    library = _module("huggingface_hub", "pip install huggingface-hub")

    def files() -> list[RemoteFile]:
        info = library.HfApi().model_info(model_id, revision=revision, files_metadata=True)
        return [RemoteFile(f.rfilename, f.lfs.sha256 if f.lfs else None) for f in info.siblings or []]

    return _Client(
        files,
        lambda name, folder: library.hf_hub_download(model_id, name, revision=revision, local_dir=folder),
    )


def _module(name: str, how_to_install: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RuntimeMissingError(
            f"Downloading needs the hub's own client, which is not installed: {how_to_install}. "
            "Or download the model's files by other means and import their folder."
        ) from error
