"""What an importer has found, and the one way it becomes a file: metadata written, loaded again, tried on noise.

Knows nothing of any family. Needs the package `onnx`, and of PyTorch nothing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.external_data import external_locations
from ocr_core.sessions.model_files import ModelDescription, ModelFiles, from_metadata, to_metadata
from ocr_core.sessions.onnx_session import OnnxSession, to_log_probs

if TYPE_CHECKING:
    import onnx

TOLERANCE: Final = 2e-4
"""Largest difference of a log-probability between the file written and the network it was made of."""

_LARGEST_MODEL_BYTES: Final = 1 << 31

Network = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""What the file is compared with: a batch `N, Cin, H, W` to the same kind of output that the file gives, `N, T, C`."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model comes from.

    Attributes:
        project: whose it is.
        network: what the project calls it.
        files: the files it was made of.
        hub: id and revision on a hub, where it was downloaded.
    """

    project: str
    network: str
    files: tuple[Path, ...]
    hub: Mapping[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Returns what is stored of it, with the SHA-256 of every file."""
        hashes = {path.name: sha256_of(path) for path in self.files}
        return {"project": self.project, "network": self.network, "files": hashes, **dict(self.hub)}


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A network of another project, ready to be written.

    Attributes:
        graph: the ONNX model, weights inside, metadata still to come.
        description: what it will say of itself.
        source: where it comes from.
        found: sentences on what was found, for whoever runs the import.
        unknown: sentences on what is not known of it; stored in the file.
        compared_with: what the written file has to agree with; None where the graph was taken as it is.
    """

    graph: onnx.ModelProto
    description: ModelDescription
    source: Source
    found: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    compared_with: Network | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A file written and tried: its path, its hash, and how far it is from the network it was made of, if measured."""

    path: Path
    sha256: str
    largest_difference: float | None


def write(model: ImportedModel, path: Path) -> Written:
    """Writes one ONNX file with everything inside, after it was loaded and run; a failure leaves nothing behind.

    Raises:
        ModelError: it cannot be loaded, does not fit what it says of itself, or differs from its source.
    """
    onnx = onnx_library()
    facts = {**dict(model.description.training), "source": model.source.facts(), "unknown": list(model.unknown)}
    metadata = to_metadata(replace(model.description, name=path.stem, training=facts))
    from_metadata(metadata)  # refuses now what every reader of the file would refuse
    onnx.helper.set_model_props(model.graph, metadata)
    model.graph.producer_name, model.graph.doc_string = "zijian", ""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".onnx", prefix=".import-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(model.graph.SerializeToString())
        difference = _try(temporary, model.compared_with)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return Written(path, sha256_of(path), difference)


def onnx_library() -> Any:
    """Returns the package `onnx`.

    Raises:
        RuntimeMissingError: it is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise RuntimeMissingError("Importing a model needs the package onnx: pip install 'zijian[import]'.") from error
    return onnx


def read_graph(path: Path) -> onnx.ModelProto:
    """Reads an ONNX file of another project.

    Raises:
        ModelError: it is missing, too large or damaged, or its weights lie in other files.
    """
    onnx = onnx_library()
    try:
        if path.stat().st_size > _LARGEST_MODEL_BYTES:
            raise ModelError(f"The model file {path} is larger than 2 GB.")
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}.") from error
    if foreign := external_locations(data):
        raise ModelError(f"The model {path} keeps its weights in other files: {', '.join(sorted(foreign))[:200]}.")
    try:
        return onnx.load_from_string(data)
    except Exception as error:  # protobuf's own exceptions share no base class below Exception
        raise ModelError(f"{path} is not an ONNX file, or it is damaged.") from error


def sha256_of(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def sentences(values: Mapping[str, object]) -> tuple[str, ...]:
    """Returns facts as lines of two columns."""
    width = max(map(len, values), default=0)
    return tuple(f"{name:{width}}  {value}" for name, value in values.items())


def _try(path: Path, compared_with: Network | None) -> float | None:
    """Runs the file on noise; where there is something to compare with, one line and three at once."""
    session = OnnxSession.load(ModelFiles.own_file(path))
    wanted = session.description.input_format
    width_px = wanted.min_width_px if wanted.has_fixed_width else max(wanted.min_width_px, 2 * wanted.height_px)
    rng = np.random.default_rng(0)
    worst = 0.0
    for lines in (1,) if compared_with is None else (1, 3):
        batch = rng.uniform(-1, 1, (lines, wanted.channels, wanted.height_px, width_px)).astype(np.float32)
        ours = session.run(batch)
        if compared_with is not None:
            theirs = to_log_probs(compared_with(batch), session.description.output)
            worst = max(worst, float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else np.inf)
    if compared_with is None:
        return None
    if not worst <= TOLERANCE:
        raise ModelError(f"The file written differs from its network by {worst:.1e}; it was thrown away.")
    return worst
