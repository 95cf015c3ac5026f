"""The features of a run's lines, as a file beside the run: computed once, small, and bound to the weights.

`features/ENGINE.npz` holds the first principal components of what a network sees of every line. Knows no picture but to
have it read.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.pictures import load_image
from eval.runs.info import EngineInfo
from eval.runs.store import RunFolder
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import DatasetError, ModelError, OcrError
from ocr_core.registry import MODELS
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.pooled_session import PooledSession
from ocr_core.settings import Settings

FOLDER: Final = "features"
COMPONENTS: Final = 64
MOST_LINES: Final = 20_000
_MOST_BYTES: Final = 64 * 2**20
_SAFE: Final = re.compile(r"[\w@+-][\w@+.-]{0,119}")


@dataclass(frozen=True, slots=True)
class Features:
    """What a network sees of lines.

    Attributes:
        sha256: of the network's files.
        indices: places of the lines in the data set, rising, `L`.
        vectors: their principal components, the most telling first, `L, K`.
        explained: share of all differences that each component holds, `K`.
    """

    sha256: str
    indices: NDArray[np.int64]
    vectors: NDArray[np.float32]
    explained: NDArray[np.float32]

    def of(self, indices: list[int]) -> tuple[NDArray[np.float32], list[int]]:
        """Returns the vectors of those of the lines that have some, and which these are."""
        place_of = {index: place for place, index in enumerate(self.indices.tolist())}
        known = [index for index in indices if index in place_of]
        return self.vectors[[place_of[index] for index in known]], known


def path_of(run: RunFolder, engine: str) -> Path:
    """Returns where the features of an engine lie.

    Raises:
        DatasetError: that is no engine's key.
    """
    if not _SAFE.fullmatch(engine):
        raise DatasetError(f"{engine!r:.100} is no engine.")
    return run.path / FOLDER / f"{engine}.npz"


def read(run: RunFolder, engine: EngineInfo) -> Features | None:
    """Returns the features of an engine's lines; None where there are none, or of other weights than the run's.

    Raises:
        DatasetError: the file is damaged.
    """
    path = path_of(run, engine.key)
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            vectors, indices = kept["vectors"].astype(np.float32), kept["indices"].astype(np.int64)
            explained, about = kept["explained"].astype(np.float32), json.loads(str(kept["about"]))
        if vectors.ndim != 2 or indices.shape != vectors.shape[:1] or explained.shape != vectors.shape[1:]:
            raise ValueError("shapes")
        if not np.isfinite(vectors).all():
            raise ValueError("numbers")
        found = Features(str(about["sha256"]), indices, vectors, explained)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path.name} cannot be read as features: {type(error).__name__}.") from error
    return found if found.sha256 == engine.sha256 else None


def write(run: RunFolder, engine: str, features: Features) -> Path:
    """Writes the file whole or not at all."""
    path = path_of(run, engine)
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        np.savez_compressed(
            file, vectors=features.vectors.astype(np.float16), indices=features.indices.astype(np.int32),
            explained=features.explained, about=np.array(json.dumps({"sha256": features.sha256})),
        )  # fmt: skip
    beside.replace(path)
    return path


def compute(
    run: RunFolder, engine: EngineInfo, settings: Settings, say: Callable[[int, int], None] = lambda *_: None
) -> Features:
    """Reads the pictures of a run's lines, the first `MOST_LINES`, with one of our own networks and keeps what it sees.

    Pictures that are gone are left out.

    Raises:
        DatasetError: it is no network of ours, or no picture is left.
        ModelError: its files are other than the run's, or it failed.
    """
    if engine.model not in MODELS:
        raise DatasetError(f"{engine.display_name} is none of the networks that have a name here.")
    alone = replace(settings, threads=settings.threads or 1, orient=False, lines="biggest")
    recognizer = registry.load(engine.model, "onnx", alone)
    files = MODELS[engine.model].files(alone)
    if not isinstance(recognizer, CtcRecognizer) or not isinstance(files, ModelFiles):
        raise DatasetError(f"{engine.display_name} is no network that gives features.")
    if recognizer.sha256 != engine.sha256:
        raise ModelError(f"{engine.display_name} is not what the run was read with: its files have changed.")
    session = PooledSession.load(files, threads=alone.threads)
    seeing = replace(recognizer, session=session)
    data = run.info().data.folder
    names = {record.index: record.name for record in run.light_records() if record.engine == engine.key}
    wanted = sorted(names.items())[:MOST_LINES]
    indices: list[int] = []
    pooled: list[NDArray[np.float64]] = []
    for done, (index, name) in enumerate(wanted, start=1):
        try:
            seeing.recognize(load_image(data, name, alone))
            pooled.append(session.taken())
            indices.append(index)
        except ModelError:
            raise
        except OcrError:
            continue
        say(done, len(wanted))
    if not pooled:
        raise DatasetError("None of this run's pictures is here any more.")
    vectors, explained = principal_components(np.array(pooled))
    return Features(engine.sha256, np.array(indices, dtype=np.int64), vectors, explained)


def principal_components(pooled: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the first components of vectors `L, D` of unit length, `L, K`, and the share each explains, `K`."""
    unit = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
    centred = unit - unit.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    kept = min(COMPONENTS, len(sizes))
    shares = sizes**2 / max(float((sizes**2).sum()), 1e-12)
    return (left[:, :kept] * sizes[:kept]).astype(np.float32), shares[:kept].astype(np.float32)
