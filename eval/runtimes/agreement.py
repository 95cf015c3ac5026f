"""Whether a model reads the same on every runtime: accuracy, texts that changed, how far posteriors lie apart.

Every line is opened once and read by all runtimes of a model in turns. Knows nothing of files of results.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.datasets import Dataset
from eval.runs.info import DEFAULT_SEED
from eval.titles import OVERALL, SINGLE_CHARACTERS, section_titles
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import DatasetError, OcrError
from ocr_core.labels import canonical
from ocr_core.opening import open_line
from ocr_core.scoring.intervals import ratio_bounds
from ocr_core.scoring.metrics import edits
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.sessions.session import Session
from ocr_core.settings import Runtime, Settings

REFERENCE: Final[Runtime] = "onnx"
"""What the other runtimes are set beside: the usual one, in floating point."""

MOST_LOST: Final = 0.003
"""Character accuracy, as a share, that a runtime may lose on a set."""

log = logging.getLogger(__name__)

Row = dict[str, Any]
"""One set, model and runtime: see `_row`."""


@dataclass(slots=True)
class KeptPosteriors:
    """A session that keeps what it returned: log-probabilities `N, T, C` of every call since `begin`."""

    session: Session
    kept: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])

    @property
    def runtime(self) -> str:
        """The session's own."""
        return self.session.runtime

    def begin(self) -> None:
        """Forgets the line before."""
        self.kept.clear()

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Runs the session."""
        log_probs = self.session.run(batch)
        self.kept.append(log_probs)
        return log_probs


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One line by one model on all runtimes.

    Attributes:
        name: its picture's, in the data set.
        title: of the section that it is counted under; `scenario` is what that is a part of, "" where it is of none.
        length: characters of its truth, normalised.
        texts, edits: by runtime.
        apart: largest difference of a posterior to the reference's, by runtime.
    """

    name: str
    title: str
    scenario: str
    group: str
    length: int
    texts: Mapping[str, str]
    edits: Mapping[str, int]
    apart: Mapping[str, float]


def agreement(
    dataset: Dataset, model: str, runtimes: Sequence[Runtime], settings: Settings, most: int | None = None
) -> list[AgreementLine]:
    """Reads every line of a data set, or `most` spread over it, on all runtimes; what cannot be opened is left out.

    Raises:
        ModelError: the model cannot be loaded on one of the runtimes.
        DatasetError: the reference is not among the runtimes, or no line can be read.
    """
    if REFERENCE not in runtimes:
        raise DatasetError(f"Runtimes are set beside {REFERENCE}, which has to be one of them.")
    sessions: dict[str, KeptPosteriors] = {}
    recognizers: dict[str, CtcRecognizer] = {}
    for runtime in runtimes:
        # Every line is read once, as it stands: a second reading of a picture turned would be another picture.
        recognizer = registry.load(model, runtime, replace(settings, orient=False))
        if not isinstance(recognizer, CtcRecognizer):
            raise DatasetError(f"{model} has no posteriors to be compared.")
        sessions[runtime] = KeptPosteriors(recognizer.session)
        recognizers[runtime] = replace(recognizer, session=sessions[runtime])
    found = list(_lines(dataset, recognizers, sessions, settings, most))
    if not found:
        raise DatasetError(f"{model} could read none of the lines.")
    return found


def _lines(
    dataset: Dataset,
    recognizers: Mapping[str, CtcRecognizer],
    sessions: Mapping[str, KeptPosteriors],
    settings: Settings,
    most: int | None,
) -> Iterator[AgreementLine]:
    titles, normal = section_titles(dataset), profile_named(DEFAULT_PROFILE)
    count = len(dataset.lines)
    places = range(count) if most is None or most >= count else np.linspace(0, count - 1, most).round().astype(int)
    for place in places:
        line = dataset.lines[place]
        texts: dict[str, str] = {}
        try:
            opened = open_line(line.load(settings), settings)
            for runtime, recognizer in recognizers.items():
                sessions[runtime].begin()
                texts[runtime] = canonical(recognizer.recognize(opened).text)
        except OcrError as error:
            log.info("%s: %s", line.name, error)
            continue
        truth = normal(canonical(line.text))
        counts = {runtime: edits(truth, normal(text)) for runtime, text in texts.items()}
        yield AgreementLine(
            name=line.name,
            title=titles[line.section],
            scenario=line.scenario.value if line.scenario else "",
            group=line.origin or line.name,
            length=counts[REFERENCE].reference_length,
            texts=texts,
            edits={runtime: found.distance for runtime, found in counts.items()},
            apart={runtime: largest_difference(sessions[REFERENCE].kept, sessions[runtime].kept) for runtime in texts},
        )


def largest_difference(first: Sequence[NDArray[np.float32]], second: Sequence[NDArray[np.float32]]) -> float:
    """Returns the largest difference of a probability; both are log-probabilities `N, T, C`, call by call."""
    return max(
        (float(np.abs(np.exp(one) - np.exp(other)).max()) for one, other in zip(first, second, strict=True)),
        default=0.0,
    )


def rows_of(name: str, model: str, lines: Sequence[AgreementLine]) -> list[Row]:
    """Returns the figures of a set: rows of every scenario and of its parts, all lines together last.

    `kind` is "scenario", "part" of one, or "overall".
    """
    members: dict[tuple[str, str], list[AgreementLine]] = {}
    for line in lines:
        single = SINGLE_CHARACTERS in line.title
        if not single:
            members.setdefault(("scenario", line.scenario or line.title), []).append(line)
        members.setdefault(("part", line.title), []).append(line)
        if not single:
            members.setdefault(("overall", OVERALL), []).append(line)
    whole = {title: len(found) for (kind, title), found in members.items() if kind == "scenario"}
    kept = {key: found for key, found in members.items() if key[0] != "part" or whole.get(key[1]) != len(found)}
    order = sorted(kept, key=lambda key: key[0] == "overall")
    return [
        {"kind": kind, **_row(name, title, model, runtime, kept[kind, title])}
        for kind, title in order
        for runtime in lines[0].texts
    ]


def changed_lines(name: str, model: str, lines: Sequence[AgreementLine]) -> list[Row]:
    """Returns the lines that a runtime reads otherwise than the reference, with both texts."""
    return [
        {
            "set": name,
            "line": line.name,
            "model": model,
            "runtime": runtime,
            "reference": line.texts[REFERENCE],
            "text": text,
            "errors_more": line.edits[runtime] - line.edits[REFERENCE],
        }
        for line in lines
        for runtime, text in line.texts.items()
        if text != line.texts[REFERENCE]
    ]


def _row(name: str, title: str, model: str, runtime: str, lines: Sequence[AgreementLine]) -> Row:
    """Returns accuracy and what of it is lost to the reference, each with its interval, and what else changed."""
    lengths = np.array([line.length for line in lines], dtype=np.float64)
    wrong = np.array([line.edits[runtime] for line in lines], dtype=np.float64)
    more = wrong - np.array([line.edits[REFERENCE] for line in lines], dtype=np.float64)
    groups = [line.group for line in lines]
    bounds = ratio_bounds(
        np.column_stack([wrong, more]), np.column_stack([lengths, lengths]), groups, np.random.default_rng(DEFAULT_SEED)
    )
    characters = max(1.0, lengths.sum())
    return {
        "set": name,
        "title": title,
        "model": model,
        "runtime": runtime,
        "lines": len(lines),
        "groups": len(set(groups)),
        "characters": int(lengths.sum()),
        "accuracy": _rounded(1.0 - wrong.sum() / characters),
        "low": _rounded(1.0 - bounds[0, 1]),
        "high": _rounded(1.0 - bounds[0, 0]),
        "lost": _rounded(more.sum() / characters),
        "lost_low": _rounded(bounds[1, 0]),
        "lost_high": _rounded(bounds[1, 1]),
        "changed": sum(line.texts[runtime] != line.texts[REFERENCE] for line in lines),
        "apart": _rounded(max(line.apart[runtime] for line in lines)),
    }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)
