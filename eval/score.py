"""Lets engines read labelled lines and turns what they read into rows of figures with intervals.

An engine is anything with a name and `read(images) -> texts`. Knows nothing of networks, tables or files written;
every figure comes from `metrics` and `intervals`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.datasets import Dataset
from eval.runs.bands import REFERENCE_HEIGHT_PX
from eval.runs.info import DEFAULT_SEED as DEFAULT_SEED
from eval.titles import OVERALL, RANDOM_CHARACTERS, SINGLE_CHARACTERS, section_titles
from ocr_core import registry
from ocr_core.charset import Charset
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.recognizer import CtcRecognizer
from ocr_core.scenario import RANDOM_TEXT, Scenario, Split
from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import Interval, ratio_interval
from ocr_core.scoring.normalisation import PROFILES, Profile
from ocr_core.settings import Runtime, Settings
from ocr_core.synth.line import SyntheticLine

Image = NDArray[np.uint8]
"""`H, W, 3` RGB."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that reads lines.

    Attributes:
        name, runtime: how it is called in every table.
        read: texts of `N` images, in their order.
        charset: what it can write; None when it does not say.
        sha256: hash of its weights; "" when it has none to show.
    """

    name: str
    read: Callable[[Sequence[Image]], Sequence[str]]
    runtime: str = ""
    charset: Charset | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line to be read: `title` names its row, `group` what it is resampled with, `load` gives its pixels."""

    name: str
    load: Callable[[], Image]
    truth: str
    title: str
    scenario: Scenario | None
    group: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one engine read in one line; `reading` is None when there was nothing to read, and `error` says why.

    `width_px` is the picture's width when it is scaled to a height of 32; 0 when it could not be opened.
    """

    engine: str
    name: str
    title: str
    scenario: Scenario | None
    group: str
    truth: str
    reading: str | None
    cost_time_ms: float
    error: str = ""
    width_px: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one engine on one set of lines; None stands for what cannot be stated.

    Attributes:
        profile: the normalisation both sides went through before `score` and `intervals`.
        lines, failures: images read, and images that could not be.
        intervals: by name of the figure: character_accuracy, one_minus_ned, exact_match.
        out_of_charset: share of the truths' characters that the engine has no class for.
        mean_ms: wall time a line, read one at a time, decoding of the image file apart.
        scripts: super- and subscripts read as themselves, where maths is scored raw.
    """

    engine: str
    title: str
    scenario: Scenario | None
    profile: str
    lines: int
    groups: int
    failures: int
    score: metrics.Score | None
    intervals: dict[str, Interval]
    out_of_charset: float | None
    mean_ms: float | None
    scripts: metrics.Recall | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data for JSON, shares between 0 and 1."""
        figures: dict[str, Any] = dict.fromkeys(("character_accuracy", "one_minus_ned", "exact_match"))
        if self.score:
            figures = {name: {"value": getattr(self.score, name)} for name in figures}
            for name, interval in self.intervals.items():
                figures[name] |= {"low": interval.low, "high": interval.high, "level": interval.level}
        return {
            "engine": self.engine,
            "title": self.title,
            "scenario": self.scenario.value if self.scenario else None,
            "profile": self.profile,
            "lines": self.lines,
            "groups": self.groups,
            "failures": self.failures,
            **figures,
            "edits": asdict(self.score.edits) if self.score else None,
            "out_of_charset": self.out_of_charset,
            "mean_ms": self.mean_ms,
            "scripts": asdict(self.scripts) if self.scripts else None,
        }


def engine_of(model: str, runtime: Runtime, settings: Settings) -> Engine:
    """Loads a model as an engine, on its own runtime where it cannot run on the one that is preferred."""
    runtime = registry.runtime_of(model, runtime)
    recognizer = registry.load(model, runtime, settings)
    if not isinstance(recognizer, CtcRecognizer):
        return Engine(model, recognizer.read, runtime)
    return Engine(model, recognizer.read, runtime, recognizer.description.charset, recognizer.sha256)


def dataset_items(dataset: Dataset, settings: Settings) -> list[Item]:
    """Makes items of a data set; images are opened one by one when their turn comes."""
    titles = section_titles(dataset)
    return [
        Item(
            name=line.name,
            load=lambda line=line: line.load(settings),
            truth=canonical(line.text),
            title=titles[line.section],
            scenario=line.scenario,
            group=line.origin,
        )
        for line in dataset.lines
    ]


def synthetic_items(split: Split, lines: int, charset: Charset) -> Iterator[Item]:
    """Draws `lines` lines of every scenario from the renderer's own materials of that split."""
    return (synthetic_item(name, line) for name, line in synthetic_lines(split, lines, charset))


def synthetic_lines(split: Split, lines: int, charset: Charset) -> Iterator[tuple[str, SyntheticLine]]:
    """Draws `lines` lines of every scenario, each with its name; two lines in five are 400 pixels and wider."""
    from ocr_core.synth.sampler import LineSampler, Widths

    for scenario in Scenario:
        sampler = LineSampler(split, charset, mix={scenario: 1.0}, widths=Widths(long_share=0.4))
        for index in range(lines):
            yield f"{split.value}/{scenario.value}/{index}", sampler.sample(index)


def synthetic_item(name: str, line: SyntheticLine) -> Item:
    """Makes an item of a drawn line.

    Its group is a combination of face families, or a pen writer, so an interval speaks of lines in these few faces,
    not of faces in general.
    """
    return Item(
        name=name,
        load=lambda: rgb_of(line),
        truth=line.text,
        title=synthetic_title(line),
        scenario=line.scenario,
        group="/".join(line.source.get(key, "") for key in ("faces", "writer")),
    )


def rgb_of(line: SyntheticLine) -> Image:
    """Returns a drawn grey line as `H, W, 3`."""
    return np.repeat(line.pixels[:, :, None], 3, axis=2)


def synthetic_title(line: SyntheticLine) -> str:
    """Names the row of a drawn line: its scenario; faces and pens, language and random characters told apart.

    Real lines hold language. Random characters are harder than those, for a reader that has learnt any language most.
    """
    random = RANDOM_CHARACTERS if line.source.get("text") == RANDOM_TEXT else None
    notes = [note for note in (line.source.get("hand"), random) if note]
    return f"{line.scenario.value} ({', '.join(notes)})" if notes else line.scenario.value


def predict(engines: Sequence[Engine], items: Iterable[Item]) -> Iterator[Prediction]:
    """Opens every image once and lets every engine read it, one line at a time, after a warm-up.

    An image that cannot be opened or read by an engine becomes a prediction with an error; the rest goes on.
    """
    blank = np.full((32, 320, 3), 255, dtype=np.uint8)
    for engine in engines:
        engine.read([blank])
    for item in items:
        try:
            image = item.load()
        except OcrError as error:
            yield from (_failed(engine, item, error) for engine in engines)
            continue
        yield from (_read(engine, item, image) for engine in engines)


def _read(engine: Engine, item: Item, image: Image) -> Prediction:
    start = time.perf_counter()
    try:
        (reading,) = engine.read([image])
    except OcrError as error:
        return _failed(engine, item, error)
    cost_time_ms = (time.perf_counter() - start) * 1000.0
    height, width = image.shape[:2]
    return Prediction(
        engine=engine.name,
        name=item.name,
        title=item.title,
        scenario=item.scenario,
        group=item.group,
        truth=item.truth,
        reading=reading,
        cost_time_ms=cost_time_ms,
        width_px=round(width * REFERENCE_HEIGHT_PX / height),
    )


def _failed(engine: Engine, item: Item, error: OcrError) -> Prediction:
    return Prediction(engine.name, item.name, item.title, item.scenario, item.group, item.truth, None, 0.0, str(error))


def summarise(
    predictions: Iterable[Prediction], engine: Engine, profile: str, generator: np.random.Generator
) -> list[Row]:
    """Makes one engine's rows: a row a title, extra profiles beneath where the kind of line asks for it, overall last.

    Maths is also scored raw, with the recall of super- and subscripts; handwriting also without punctuation.
    """
    by_title: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        if prediction.engine == engine.name:
            by_title[prediction.title].append(prediction)
    order = {scenario: position for position, scenario in enumerate([*Scenario, None])}
    rows: list[Row] = []
    for title, members in sorted(by_title.items(), key=lambda entry: order[entry[1][0].scenario]):
        scenario = members[0].scenario
        names = (
            [profile] if SINGLE_CHARACTERS in title or RANDOM_CHARACTERS in title else _profiles_of(scenario, profile)
        )
        rows.extend(row_of(title, scenario, members, engine, name, generator) for name in names)
    together = lines_of([p for members in by_title.values() for p in members])
    if len(by_title) > 1 and together:
        rows.append(row_of(OVERALL, None, together, engine, profile, generator))
    return rows


def _profiles_of(scenario: Scenario | None, profile: str) -> list[str]:
    extra = {Scenario.MATHS: "raw", Scenario.HANDWRITING: "nfkc_no_punctuation"}.get(scenario) if scenario else None
    return list(dict.fromkeys([profile, extra] if extra else [profile]))


def lines_of(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Returns what is a line: single characters stay out unless there is nothing else."""
    lines = [prediction for prediction in predictions if SINGLE_CHARACTERS not in prediction.title]
    return lines or list(predictions)


def row_of(
    title: str,
    scenario: Scenario | None,
    predictions: Sequence[Prediction],
    engine: Engine,
    profile: str,
    generator: np.random.Generator,
) -> Row:
    """Makes one row of the predictions of one engine."""
    read = [p for p in predictions if p.reading is not None]
    pairs = [(p.truth, canonical(p.reading or "")) for p in read]
    groups = [p.group for p in read]
    return Row(
        engine=engine.name,
        title=title,
        scenario=scenario,
        profile=profile,
        lines=len(read),
        groups=len(set(groups)),
        failures=len(predictions) - len(read),
        score=metrics.score_lines(pairs, PROFILES[profile]) if pairs else None,
        intervals=_intervals(pairs, groups, PROFILES[profile], generator) if pairs else {},
        out_of_charset=_out_of_charset([truth for truth, _ in pairs], engine.charset),
        mean_ms=sum(p.cost_time_ms for p in read) / len(read) if read else None,
        scripts=metrics.script_recall(pairs) if profile == "raw" else None,
    )


def _intervals(
    pairs: Sequence[metrics.Pair], groups: Sequence[str], profile: Profile, generator: np.random.Generator
) -> dict[str, Interval]:
    normalised = [(profile(truth), profile(reading)) for truth, reading in pairs]
    counts = [metrics.edits(*pair) for pair in normalised]
    ones = np.ones(len(pairs))
    errors = ratio_interval([c.distance for c in counts], [c.reference_length for c in counts], groups, generator)
    return {
        "character_accuracy": errors.complement(),
        "one_minus_ned": ratio_interval([metrics.similarity(*p) for p in normalised], ones, groups, generator),
        "exact_match": ratio_interval([t == r for t, r in normalised], ones, groups, generator),
    }


def _out_of_charset(truths: Sequence[str], charset: Charset | None) -> float | None:
    total = sum(map(len, truths))
    if charset is None or not total:
        return None
    return sum(character not in charset for truth in truths for character in truth) / total
