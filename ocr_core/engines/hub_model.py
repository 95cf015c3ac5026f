"""Models of the Hugging Face Hub by address, `hf://owner/name`: fetched once, pinned by hash, then read from here.

    hf://owner/name[@REVISION][/FILE.onnx][#sha256=HEX]

Whatever a repository holds is a stranger's: only files that any own model may have are fetched, sizes are looked at
first, and what was read once is what is read ever after, or an error. Knows nothing of runtimes.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import GRAPH_NAME, WEIGHTS_NAME, ModelFiles
from ocr_core.settings import Settings, variable_of

SCHEME: Final = "hf://"
LARGEST_BYTES: Final = 2 * 2**30

_PIN: Final = "pin.json"
_PART: Final = r"(?!\.)[\w.-]{1,96}"
_ADDRESS: Final = re.compile(
    rf"hf://(?P<owner>{_PART})/(?P<name>{_PART})(?:@(?P<revision>{_PART}))?(?P<file>(?:/{_PART})+\.onnx)?"
    r"(?:#sha256=(?P<sha256>[0-9a-fA-F]{64}))?"
)


@dataclass(frozen=True, slots=True)
class HubAddress:
    """What an address says; empty where it leaves something open.

    Attributes:
        repository: owner/name.
        revision: a branch, a tag or a commit; the newest there was when it was first fetched.
        file: the file in it; else its model.onnx and model.safetensors, or the only ONNX file it has.
        sha256: what the model has to hash to, as `zijian models` and `ModelFiles.sha256` say it.
    """

    repository: str
    revision: str = ""
    file: str = ""
    sha256: str = ""

    @classmethod
    def parse(cls, text: str) -> HubAddress:
        """Reads an address.

        Raises:
            ModelError: it is none.
        """
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise ModelError(
                f"{text!r:.200} is no address of a model; one reads like hf://owner/name, and may go on with "
                "@REVISION, /FILE.onnx and #sha256=HEX."
            )
        return cls(
            f"{found['owner']}/{found['name']}",
            found["revision"] or "",
            (found["file"] or "").lstrip("/"),
            (found["sha256"] or "").lower(),
        )

    @property
    def called(self) -> Path:
        """What the model is named after: its file, or its repository."""
        return Path(self.file) if self.file else Path(self.repository.partition("/")[2])

    def folder(self, settings: Settings) -> Path:
        """Where it is kept here: whatever is fetched under another address lies elsewhere."""
        owner, _, name = self.repository.partition("/")
        parts = [owner, name, self.revision or "newest", self.file.replace("/", "--") or "model"]
        return settings.hub_folder.expanduser().joinpath(*parts)


@dataclass(frozen=True, slots=True)
class Pin:
    """What was fetched: the commit it is of, its files, and the hash that it has had ever since."""

    commit: str
    files: tuple[str, ...]
    sha256: str


def is_hub_model(text: str) -> bool:
    """Tells an address of the Hub from a name or a path."""
    return text.startswith(SCHEME)


def model_files(address: HubAddress, settings: Settings) -> ModelFiles:
    """Returns a model's files here; they are fetched if they never were, or if another hash is asked for.

    Raises:
        RuntimeMissingError: the Hub's client is not installed.
        ModelError: the Hub cannot be reached, has no such model, or the files are not those that were pinned.
    """
    folder = address.folder(settings)
    pin = read_pin(folder)
    if pin is None or (address.sha256 and address.sha256 != pin.sha256):
        pin = _fetch(address, folder)
    files = _files(folder, pin.files)
    found = remembered_sha256(files, settings.hashes)
    if found != pin.sha256:
        raise ModelError(
            f"The files of {address.repository} in {folder} are not those that were fetched: their hash is {found} and "
            f"was {pin.sha256}. Remove the folder to fetch them again."
        )
    return files


def read_pin(folder: Path) -> Pin | None:
    """Returns what was fetched into a folder; None where nothing was, or not to the end."""
    try:
        data = json.loads((folder / _PIN).read_bytes())
        files = tuple(str(name) for name in data["files"])
        return Pin(str(data["commit"]), files, str(data["sha256"])) if files else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _fetch(address: HubAddress, folder: Path) -> Pin:
    """Fetches into a folder beside, looks at the hash, and only then puts it in place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as scratch:
            staging = Path(scratch) / "model"
            staging.mkdir()
            pin = _download(address, staging)
            if address.sha256 and pin.sha256 != address.sha256:
                raise ModelError(
                    f"{address.repository} does not hold the model that was asked for: its hash is {pin.sha256} and "
                    f"should be {address.sha256}. Nothing was kept."
                )
            (staging / _PIN).write_text(json.dumps({"commit": pin.commit, "files": pin.files, "sha256": pin.sha256}))
            shutil.rmtree(folder, ignore_errors=True)
            staging.replace(folder)
    except OSError as error:
        place = variable_of("hub_folder")
        raise ModelError(f"Nothing can be kept in {folder} ({place}): {error.strerror or error}.") from error
    return pin


def _download(address: HubAddress, staging: Path) -> Pin:
    api = _client()
    try:
        info = api.model_info(address.repository, revision=address.revision or None, files_metadata=True)
        sizes = {file.rfilename: int(file.size or 0) for file in info.siblings or ()}
        wanted = _wanted(address, sizes)
        for name in wanted:
            _bring(api, address.repository, name, str(info.sha), staging)
    except ModelError:
        raise
    except Exception as error:  # the client raises whatever its transport does
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(
            f"{address.repository} could not be fetched from the Hub: {reason[:300].rstrip('.')}."
        ) from error
    shutil.rmtree(staging / ".cache", ignore_errors=True)  # the client's notes on what it fetched
    return Pin(str(info.sha), wanted, _files(staging, wanted).sha256())


def _client() -> Any:
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise RuntimeMissingError(
            "Models of the Hub need its own client, which is not installed: pip install huggingface-hub. Or download "
            "the file by other means and name its path."
        ) from error
    return HfApi()


def _bring(api: Any, repository: str, name: str, commit: str, staging: Path) -> None:
    api.hf_hub_download(repository, name, revision=commit, local_dir=staging)
    if (staging / name).is_symlink() or not (staging / name).is_file():
        raise ModelError(f"{name} of {repository} did not come.")


def _wanted(address: HubAddress, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Chooses the files that make up the model."""
    graphs = [name for name in sizes if name.endswith(".onnx") and "/" not in name]
    if address.file:
        wanted = (address.file,)
    elif {GRAPH_NAME, WEIGHTS_NAME} <= sizes.keys():
        wanted = (GRAPH_NAME, WEIGHTS_NAME)
    elif len(graphs) == 1:
        wanted = (graphs[0],)
    else:
        found = f"these: {', '.join(sorted(graphs)[:10])}" if graphs else "none"
        raise ModelError(f"Which file of {address.repository}? Of ONNX files it has {found}. Name one behind a slash.")
    if missing := [name for name in wanted if name not in sizes]:
        raise ModelError(f"{address.repository} has no {' and no '.join(missing)}.")
    if sum(sizes[name] for name in wanted) > LARGEST_BYTES:
        raise ModelError(f"{address.repository} is larger than {LARGEST_BYTES // 2**30} GB, which is the limit.")
    return wanted


def _files(folder: Path, names: tuple[str, ...]) -> ModelFiles:
    if names == (GRAPH_NAME, WEIGHTS_NAME):
        return ModelFiles.in_folder(folder)
    return ModelFiles.own_file(folder / names[0])
