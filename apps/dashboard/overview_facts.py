"""The overview's facts beside its figures: the published claims with their verdicts, and each model's training.

Read from committed results and from the headers of weight files; no model is loaded. Knows nothing of charts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from eval.committed.results import MODELS
from eval.published import CLAIMS, PublishedClaim
from eval.runs.info import EngineInfo
from eval.runs.summary_types import Summary
from eval.speed import claims
from eval.speed.command import LATENCY_FILE
from ocr_core.errors import ModelError
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Settings


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """One published claim and every measurement of it, made in one place.

    Attributes:
        where: says where they were made.
        of_run: whether they are the open run's own.
    """

    claim: PublishedClaim
    measured: tuple[dict[str, Any], ...]
    where: str
    of_run: bool = False


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What one of the project's models was trained with.

    Attributes:
        model, display_name: the engine's.
        facts: as `ocr_core.training.facts` lists them; empty when the weights say nothing.
        same_weights: whether the weights that lie here are those that the run was made with.
        problem: why nothing is known; "" otherwise.
    """

    model: str
    display_name: str
    facts: Mapping[str, Any]
    same_weights: bool
    problem: str = ""


def claims_found(
    summary: Summary, run_name: str, machine: str, threads: int, pace: str = "one line at a time"
) -> list[ClaimFound]:
    """Returns what the run says of the claims, then what was measured directly somewhere, else each claim alone."""
    committed = _committed_latency(str(LATENCY_FILE), _time_of(LATENCY_FILE))
    from_run = [asdict(claim) for claim in claims.under_a_second_in_run(summary, threads, pace)]
    found = []
    for claim in CLAIMS:
        measured = [entry for entry in committed.get("claims", ()) if entry.get("key") == claim.key]
        told_by_run = claim.key == "under_a_second" and bool(from_run)
        if told_by_run:
            found.append(ClaimFound(claim, tuple(from_run), f"this run ({run_name}) on {machine}", of_run=True))
        if measured or not told_by_run:
            found.append(ClaimFound(claim, tuple(map(_elsewhere, measured)), _where(committed) if measured else ""))
    return found


def trainings(engines: Sequence[EngineInfo], settings: Settings) -> list[TrainingFacts]:
    """Returns the training of every engine of a run that is one of the project's own models, once a model."""
    found: dict[str, TrainingFacts] = {}
    for engine in engines:
        folder = settings.models_folder / engine.model
        if engine.model in found or not _is_own(engine):
            continue
        try:
            files = ModelFiles.in_folder(folder)
            stamp = tuple(_time_of(path) for path in files.paths)
            facts, sha256 = _facts_and_hash(str(folder), stamp)
        except ModelError as error:
            found[engine.model] = TrainingFacts(engine.model, engine.display_name, {}, False, str(error))
            continue
        found[engine.model] = TrainingFacts(engine.model, engine.display_name, facts, sha256 == engine.sha256)
    return list(found.values())


def training_sentence(found: Sequence[TrainingFacts]) -> str:
    """Returns what unequal training means for every difference shown; "" where it is equal or not known."""
    known = [training for training in found if training.facts.get("lines")]
    if len(known) < 2:
        return ""
    least, most = (pick(known, key=lambda training: training.facts["lines"]) for pick in (min, max))
    ratio = most.facts["lines"] / least.facts["lines"]
    parts = _real_lines(known)
    if ratio >= 1.2:
        parts.insert(0, f"{most.display_name} was trained on {ratio:.1f} times as many lines as {least.display_name}")
    if not parts:
        return ""
    return f"{'; '.join(parts)}: a difference between them is a difference of training as much as of architecture."


def _real_lines(known: Sequence[TrainingFacts]) -> list[str]:
    """Says who saw real lines, where not everybody did."""
    seen = [training for training in known if training.facts.get("real_lines")]
    if not seen or len(seen) == len(known):
        return []
    counts = ", ".join(f"{training.facts['real_lines']:,} of {training.display_name}'s lines" for training in seen)
    without = " and ".join(training.display_name for training in known if training not in seen)
    return [f"{counts} were real, none of {without}'s"]


def _is_own(engine: EngineInfo) -> bool:
    """The project's own networks are those that the published table has; peers say nothing of their training."""
    return engine.model in MODELS


def _where(committed: Mapping[str, Any]) -> str:
    machine = committed.get("machine")
    cpu = machine.get("cpu", "an unnamed machine") if isinstance(machine, Mapping) else "an unnamed machine"
    return f"not of this run: measured directly on {cpu}, {committed.get('made', 'date unknown')}"


def _elsewhere(entry: dict[str, Any]) -> dict[str, Any]:
    """Takes the word "here" out of a sentence that is shown beside another machine's run."""
    return {**entry, "sentence": str(entry.get("sentence", "")).replace(" here", " there")}


def _time_of(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


@st.cache_data(show_spinner=False, max_entries=4)
def _committed_latency(path: str, changed: int) -> dict[str, Any]:
    if not changed:
        return {}
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


@st.cache_data(show_spinner=False, max_entries=16)
def _facts_and_hash(folder: str, stamp: tuple[int, ...]) -> tuple[dict[str, Any], str]:
    files = ModelFiles.in_folder(Path(folder))
    described = from_metadata(read_weights_metadata(files.paths[-1]))
    return dict(described.training), remembered_sha256(files, Settings.from_environment().hashes)
