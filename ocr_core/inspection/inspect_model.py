"""What an ONNX recogniser is: `inspect_model` reads what its file says, and tries the rest on lines made for it.

Promises that every finding says how it is known: read off the file, measured, guessed or unknown. The network runs in
a process of its own (`ocr_core.inspection.confined`); a file that cannot be run is told of as far as it can be read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError
from ocr_core.inspection import probes
from ocr_core.inspection.confined import LONGEST_S, Layer, read_confined, run_confined
from ocr_core.inspection.costs import costs_of
from ocr_core.inspection.findings import Finding, ModelInspection, guessed, measured, read_off, unknown
from ocr_core.inspection.graph_facts import GraphFacts, GraphValue
from ocr_core.inspection.probes import Axes, Trial
from ocr_core.preprocess import frames_of
from ocr_core.sessions.model_files import PREFIX, ModelDescription, ModelFiles, from_metadata
from ocr_core.sessions.onnx_session import in_ntc_order, to_log_probs

NARROW_PX: Final = 320
WIDE_PX: Final = 640
HEIGHTS_PX: Final = (48, 32, 64)
"""Tried where a file leaves the height open: those that published recognisers have."""

CHARACTER_KEYS: Final = ("character", "characters", "dictionary", "vocab", "alphabet", "charset")
"""Metadata entries of other programs that name the characters, one a line or as a JSON list."""

_CLEARLY: Final = 0.02
_NEARLY_ALL: Final = 0.9
_MOST_PIXELS: Final = 4_000_000
_FRAMES_ASTRAY: Final = 2


@dataclass(frozen=True, slots=True)
class _Fed:
    """What the network is fed: fixed sides as the file has them, free ones as they are tried."""

    channels: int
    height_px: int
    width_px: int
    wide_px: int | None
    lines: int


@dataclass(frozen=True, slots=True)
class _Tried:
    """A kind of input that the network takes, and what an empty line gave at one or two widths."""

    fed: _Fed
    narrow: NDArray[np.float32]
    wide: NDArray[np.float32] | None
    layers: tuple[Layer, ...]


def inspect_model(files: ModelFiles, longest_s: float = LONGEST_S) -> ModelInspection:
    """Inspects a model; each of the four times that its process is started it may take `longest_s` seconds.

    Raises:
        ModelError: the file is no ONNX file, points to files of others, or is beyond the limits.
    """
    graph = read_confined(files, longest_s)
    described = _described(graph)
    found = ModelInspection(
        sha256=files.sha256(),
        bytes_on_disk=sum(path.stat().st_size for path in files.paths),
        graph=graph,
        described=described if isinstance(described, ModelDescription) else None,
        symbols=_symbols(graph, described if isinstance(described, ModelDescription) else None),
        warnings=(described,) if isinstance(described, str) and described else (),
    )
    if len(graph.inputs) != 1 or len(graph.inputs[0].dims) != 4 or graph.inputs[0].element_type != "float32":
        return found.warned("Not tried: a line recogniser has one input N, Cin, H, W in float32.")
    try:
        tried = _try_inputs(files, graph.inputs[0], found.described, longest_s)
        return _measured(files, found, tried, longest_s)
    except ModelError as error:
        return found.warned(f"It cannot be run: {error}")


def _described(graph: GraphFacts) -> ModelDescription | str:
    """Returns what our own metadata say; a sentence where they are wrong, "" where there are none."""
    if not any(key.startswith(PREFIX) for key in graph.metadata):
        return ""
    try:
        return from_metadata(graph.metadata)
    except ModelError as error:
        return str(error)


def _symbols(graph: GraphFacts, described: ModelDescription | None) -> tuple[str, tuple[str, ...]] | None:
    """Returns which metadata entry names the characters, and what it lists; the blank may or may not be among them."""
    if described is not None:
        return f"{PREFIX}alphabet", described.charset.symbols
    for key in CHARACTER_KEYS:
        raw = graph.metadata.get(key, "")
        listed = _json_list(raw) or (raw.rstrip("\n").split("\n") if raw.count("\n") > 1 else [])
        if listed:
            return key, tuple(listed)
    return None


def _json_list(raw: str) -> list[str]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else []


def _try_inputs(files: ModelFiles, given: GraphValue, described: ModelDescription | None, longest_s: float) -> _Tried:
    """Finds the first kind of input that runs; one process tries all of them."""
    kinds = [kind for kind in _kinds(given, described) if kind.height_px * kind.width_px <= _MOST_PIXELS]
    inputs: list[NDArray[np.float32]] = []
    for kind in kinds:
        for width in (kind.width_px, kind.wide_px or kind.width_px):
            inputs.append(np.zeros((kind.lines, kind.channels, kind.height_px, width), np.float32))
    if not inputs:
        raise ModelError("its input is unreasonably large.")
    answer = run_confined(files, inputs, profile=True, longest_s=longest_s)
    for place, kind in enumerate(kinds):
        narrow, wide = answer.outputs[2 * place : 2 * place + 2]
        if isinstance(narrow, str):
            continue
        if isinstance(wide, str) or kind.wide_px is None:
            return _Tried(replace(kind, wide_px=None), narrow, None, answer.layers)
        return _Tried(kind, narrow, wide, answer.layers)
    said = next((output for output in answer.outputs if isinstance(output, str)), "")
    raise ModelError(said or "nothing came out.")


def _kinds(given: GraphValue, described: ModelDescription | None) -> list[_Fed]:
    lines, channels, height, width = given.dims
    wanted = described.input_format if described else None
    all_channels = [channels] if isinstance(channels, int) else [wanted.channels] if wanted else [3, 1]
    all_heights = [height] if isinstance(height, int) else [wanted.height_px] if wanted else list(HEIGHTS_PX)
    narrow, wide = (width, None) if isinstance(width, int) else (NARROW_PX, WIDE_PX)
    many = lines if isinstance(lines, int) else 1
    usable = product(all_channels, all_heights)
    return [_Fed(c, h, narrow, wide, many) for c, h in usable if c in (1, 3) and h > 0 and narrow > 0 and many > 0]


def _measured(files: ModelFiles, found: ModelInspection, tried: _Tried, longest_s: float) -> ModelInspection:
    given, fed = found.graph.inputs[0], tried.fed
    found = replace(
        found,
        channels=_fixed(given.dims[1], fed.channels),
        fixed_width_px=given.dims[3] if isinstance(given.dims[3], int) else None,
        fixed_lines=given.dims[0] if isinstance(given.dims[0], int) else None,
        tried_width_px=fed.width_px,
        layers=costs_of(tried.layers),
    )
    listed = len(found.symbols[1]) if found.symbols else None
    axes = probes.axes_of(tried.narrow.shape, None if tried.wide is None else tried.wide.shape, fed.lines, listed)
    if axes is None:
        return replace(found, height_px=_fixed(given.dims[2], fed.height_px)).warned(
            f"Its output {list(tried.narrow.shape)} is no CTC network's: N, T, C with a T that grows with the width."
        )
    kind = probes.output_kind(in_ntc_order(tried.narrow, axes.order))
    found = replace(
        found,
        axes=measured(axes.order) if axes.surely else guessed(axes.order),
        output=measured(kind),
        classes=axes.classes,
        frames=axes.frames,
    )
    return _probed(files, found, tried, axes, longest_s)


def _probed(files: ModelFiles, found: ModelInspection, tried: _Tried, axes: Axes, longest_s: float) -> ModelInspection:
    """Reads drawn texts in several ways, then follows bars with the way that reads best."""
    fed, given = tried.fed, found.graph.inputs[0]
    heights = [fed.height_px] if isinstance(given.dims[2], int) or found.described else list(HEIGHTS_PX)
    ways = [(height, *way) for height in heights for way in probes.NORMALISATIONS]
    if found.described:
        wanted = found.described.input_format
        ways = list(dict.fromkeys([(wanted.height_px, wanted.mean, wanted.std), *ways]))
    lines = [probes.paper, *(lambda h, w, text=text: probes.drawn(text, h, w) for text in probes.DRAWN_TEXTS)]
    inputs = [
        _repeated(probes.as_input(draw(height, fed.width_px), fed.channels, mean, std), fed.lines)
        for height, mean, std in ways
        for draw in lines
    ]
    outputs = [_log_probs(output, found) for output in run_confined(files, inputs, longest_s=longest_s).outputs]
    of_ways = [outputs[i : i + len(lines)] for i in range(0, len(outputs), len(lines))]
    usable = [(way, [o for o in of if o is not None]) for way, of in zip(ways, of_ways, strict=True)]
    usable = [(way, of) for way, of in usable if len(of) == len(lines)]
    if not usable:
        return found.warned("Lines that were drawn for it do not run through it.")
    blank = _blank([of[0] for _, of in usable])
    if found.described:
        blank = found.described.charset.blank
    symbols = alphabet_of(found, blank)
    trials = []
    for (height, mean, std), of in usable:
        score, texts = probes.scored(of[1:], blank, symbols)
        trials.append(Trial(height, mean, std, score, texts))
    ranked = sorted(trials, key=lambda trial: -trial.score)
    best = trials[0] if found.described else _most_usual(trials)
    winner, share = probes.blank_of(usable[trials.index(best)][1][0])
    surely = winner == blank and share > _NEARLY_ALL
    found = replace(
        found,
        height_px=_fixed(given.dims[2], best.height_px),
        mean_std=_way(best, trials, found),
        trials=tuple(ranked),
        blank=read_off(blank) if found.described else measured(blank) if surely else guessed(blank),
        blank_share=share,
    )
    return _followed(files, found, fed, best, axes, tried, longest_s)


def _followed(
    files: ModelFiles, found: ModelInspection, fed: _Fed, best: Trial, axes: Axes, tried: _Tried, longest_s: float
) -> ModelInspection:
    places = probes.bar_places(fed.width_px)
    pictures = [probes.paper(best.height_px, fed.width_px)]
    pictures += [probes.barred(best.height_px, fed.width_px, middle) for middle in places]
    inputs = [_repeated(probes.as_input(line, fed.channels, best.mean, best.std), fed.lines) for line in pictures]
    empty, *answers = [_log_probs(output, found) for output in run_confined(files, inputs, longest_s=longest_s).outputs]
    if empty is None or any(answer is None for answer in answers):
        return found.warned("Bars that were drawn for it do not run through it.")
    bars = probes.followed(empty, [a for a in answers if a is not None], places)
    stride = None
    if tried.wide is not None and fed.wide_px is not None:
        wide_frames = tried.wide.shape[1 if axes.order == "NTC" else 0]
        stride = probes.frames_a_pixel(fed.width_px, fed.wide_px, axes.frames, wide_frames)
    else:
        whole = round(fed.width_px / axes.frames)
        stride = whole if whole >= 1 and abs(fed.width_px / axes.frames - whole) < 0.05 * whole else None
    found = replace(found, stride_px=unknown() if stride is None else measured(stride), bars=bars)
    return _contradictions(found)


def _contradictions(found: ModelInspection) -> ModelInspection:
    """Says where what the file says of itself is not what it does, and what a reader should know."""
    stride, bars, described = found.stride_px.value, found.bars, found.described
    if stride is None:
        found = found.warned("Its frames are no whole number of pixels apart, so it cannot be read here.")
    if bars is not None and bars.stride_px is None:
        found = found.warned("Bars cannot be followed: a frame answers to more than its own pixels.")
    elif bars is not None and bars.stride_px and stride and abs(bars.stride_px - stride) > 0.1 * stride:
        found = found.warned(f"Bars move by {bars.stride_px:.2f} pixels a frame, its widths say {stride}.")
    if found.fixed_width_px:
        found = found.warned(
            f"Its input is always {found.fixed_width_px} pixels wide: a short line costs as much as a long one."
        )
    if described is None:
        return found
    if stride and described.input_format.stride_px != stride:
        found = found.warned(f"Its metadata say a stride of {described.input_format.stride_px}; measured: {stride}.")
    if found.classes and len(described.charset) != found.classes:
        found = found.warned(f"Its alphabet has {len(described.charset)} classes, its output {found.classes}.")
    if found.output.value != described.output:
        found = found.warned(f"Its metadata say that it returns {described.output}; measured: {found.output.value}.")
    promised = frames_of(found.tried_width_px, described.input_format)
    if found.frames is not None and abs(promised - found.frames) > _FRAMES_ASTRAY:
        found = found.warned(f"{found.tried_width_px} pixels give {found.frames} frames, not what its stride promises.")
    return found


def alphabet_of(found: ModelInspection, blank: int) -> tuple[str, ...] | None:
    """Returns the text of every class where the file lists its characters and their number fits; else None.

    A list may have the blank, lack it, or lack the blank and a space at the end, as PP-OCR's do.
    """
    if found.symbols is None or found.classes is None:
        return None
    listed = list(found.symbols[1])
    if len(listed) == found.classes - 2 and blank == 0:
        listed = ["", *listed, " "]
    elif len(listed) == found.classes - 1:
        listed.insert(blank, "")
    if len(listed) != found.classes:
        return None
    listed[blank] = ""
    return tuple(listed)


def _most_usual(trials: Sequence[Trial]) -> Trial:
    """Returns the first of the trials that no other is clearly better than: they stand in the order of their use."""
    most = max(trial.score for trial in trials)
    return next(trial for trial in trials if trial.score >= most - _CLEARLY)


def _way(best: Trial, trials: Sequence[Trial], found: ModelInspection) -> Finding:
    way = (best.mean, best.std)
    if found.described:
        return read_off(way)
    rivals = [trial.score for trial in trials if (trial.mean, trial.std) != way]
    return unknown(way) if rivals and best.score - max(rivals) < _CLEARLY else guessed(way)


def _blank(empties: Sequence[NDArray[np.float32]]) -> int:
    """Returns the class that wins most often on empty lines of all normalisations."""
    each = [probes.blank_of(empty) for empty in empties]
    shares: dict[int, float] = {}
    for blank, share in each:
        shares[blank] = shares.get(blank, 0) + share / len(each)
    return max(shares, key=lambda blank: shares[blank])


def _log_probs(output: NDArray[np.float32] | str, found: ModelInspection) -> NDArray[np.float32] | None:
    """Returns `T, C` of the first line; None where the network failed or returned no numbers."""
    if isinstance(output, str):
        return None
    try:
        return to_log_probs(in_ntc_order(output, found.axes.value), found.output.value)[0]
    except ModelError:
        return None


def _repeated(line: NDArray[np.float32], lines: int) -> NDArray[np.float32]:
    return np.repeat(line, lines, axis=0) if lines > 1 else line


def _fixed(dim: int | str, tried: int) -> Finding:
    return read_off(dim) if isinstance(dim, int) else guessed(tried)
