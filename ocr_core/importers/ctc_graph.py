"""Ready ONNX recognisers that take colour lines and give CTC frames: what can be read off the graph, and an own model.

Sizes that the graph leaves free are found by running it at two widths. Knows nothing of who published it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError
from ocr_core.importers.imported_model import ImportedModel, Network, Source, read_graph, sentences
from ocr_core.importers.vocabulary import Alphabet, alphabet_of, read_lines
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelDescription, Output

if TYPE_CHECKING:
    import onnx

_CHARACTERS_KEY: Final = "character"
_LARGEST_STRIDE: Final = 64
_HIGHEST_PX: Final = 512
_WIDEST_PX: Final = 32768
_SUM_TOLERANCE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What a graph says of itself, by its shapes and by two runs.

    Attributes:
        height_px: H of its input.
        width_px: W where it is fixed, else 0.
        stride_px: input pixels a frame.
        classes: C.
        output: what it returns.
    """

    height_px: int
    width_px: int
    stride_px: int
    classes: int
    output: Output


def import_graph(
    path: Path, wanted: InputFormat, project: str, licence: str, dictionary: Path | None, unknown: tuple[str, ...]
) -> ImportedModel:
    """Makes an own model of a ready file.

    Args:
        path: the ONNX file.
        wanted: how the project prepares lines; height, stride and a fixed width are taken from the graph, the height
            from here where the graph takes any.
        project: whose it is.
        licence: of the weights.
        dictionary: its characters, one a line, or PaddleOCR's `inference.yml`; None where the file has them inside.
        unknown: what is not known of it.

    Raises:
        ModelError: it is no such recogniser, or the dictionary is missing or does not fit.
    """
    graph = read_graph(path)
    facts = measure(graph, path, wanted)
    entries = read_dictionary(dictionary) if dictionary else _characters_inside(graph)
    alphabet, has_space = paddle_alphabet(entries, facts.classes)
    wanted = replace(wanted, height_px=facts.height_px, stride_px=facts.stride_px)
    if facts.width_px:
        wanted = replace(wanted, min_width_px=facts.width_px, max_width_px=facts.width_px, bucket_px=facts.width_px)
    width = f"{facts.width_px} pixels, always" if facts.width_px else f"at least {wanted.min_width_px} pixels"
    found = {
        "network": f"a recogniser of {project}, taken as it is",
        "input": f"{wanted.channel_order.upper()}, {facts.height_px} pixels high, {width}",
        "frames": f"one for {facts.stride_px} pixels; {facts.output}",
        "classes": f"{facts.classes:,}",
        "characters": f"{len(entries):,}" + (", and a space as the last class" if has_space else ""),
    }
    return ImportedModel(
        graph=graph,
        description=ModelDescription("imported", alphabet.charset, wanted, output=facts.output, licence=licence),
        source=Source(project, path.stem, (path, dictionary) if dictionary else (path,)),
        found=(*sentences(found), *alphabet.notes),
        unknown=unknown,
        compared_with=as_function(graph, path),
    )


def measure(graph: onnx.ModelProto, path: Path, wanted: InputFormat) -> GraphFacts:
    """Reads shapes off a graph and runs it at two widths, or at its only one.

    Raises:
        ModelError: it does not take lines `N, 3, H, W`, or does not give frames `N, T, C`.
    """
    initial = {tensor.name for tensor in graph.graph.initializer}
    inputs = [value for value in graph.graph.input if value.name not in initial]
    shape = [dim.dim_value for dim in inputs[0].type.tensor_type.shape.dim] if len(inputs) == 1 else []
    is_line = len(shape) == 4 and shape[1] in (0, wanted.channels)
    if not is_line or shape[2] > _HIGHEST_PX or shape[3] > _WIDEST_PX:
        raise ModelError(f"{path} takes no lines of text: its input should be N, {wanted.channels}, H, W, not {shape}.")
    height_px, width_px = shape[2] or wanted.height_px, shape[3]
    run = as_function(graph, path)
    widths = (width_px,) if width_px else (wanted.min_width_px, 2 * wanted.min_width_px)
    outputs = [run(_noise(max(shape[0], 1), wanted.channels, height_px, width)) for width in widths]
    if any(output.ndim != 3 or output.shape[2] < 2 for output in outputs):
        raise ModelError(f"{path} gives no frames N, T, C: its output is {outputs[0].shape}.")
    frames = [output.shape[1] for output in outputs]
    pixels, counted = widths[-1] - (0 if width_px else widths[0]), frames[-1] - (0 if width_px else frames[0])
    stride_px = round(pixels / counted) if counted > 0 else 0
    if not 1 <= stride_px <= _LARGEST_STRIDE or len({output.shape[2] for output in outputs}) > 1:
        raise ModelError(f"{path} gives {frames} frames for {list(widths)} pixels: those are no frames over a line.")
    return GraphFacts(height_px, width_px, stride_px, outputs[0].shape[2], _kind_of(outputs[0]))


def read_dictionary(path: Path) -> list[str]:
    """Reads the characters of PaddleOCR's dictionary files, or of its `inference.yml`.

    Raises:
        ModelError: it cannot be read, or lists no characters.
    """
    if path.suffix.lower() not in (".yml", ".yaml"):
        return read_lines(path)
    try:
        import yaml
    except ImportError as error:
        raise ModelError("A dictionary in YAML needs the package PyYAML: pip install pyyaml.") from error
    try:
        settings: Any = yaml.safe_load("\n".join(read_lines(path)))
        characters = settings["PostProcess"]["character_dict"]
    except (yaml.YAMLError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} lists no characters under PostProcess, character_dict.") from error
    if not isinstance(characters, list):
        raise ModelError(f"{path} lists no characters under PostProcess, character_dict.")
    return [str(character) for character in characters]


def paddle_alphabet(entries: list[str], classes: int) -> tuple[Alphabet, bool]:
    """Counts as PaddleOCR does: blank, the characters, and a space if there is one class more.

    Raises:
        ModelError: the list is shorter or longer than the network's.
    """
    has_space = classes == len(entries) + 2
    if not has_space and classes != len(entries) + 1:
        raise ModelError(
            f"The dictionary has {len(entries)} characters and the network {classes} classes: with the blank there "
            f"should be {classes - 1} characters, or {classes - 2} and a space. They do not belong together."
        )
    return alphabet_of([*entries, " "] if has_space else entries, classes, first_class=1), has_space


def _characters_inside(graph: onnx.ModelProto) -> list[str]:
    metadata: Mapping[str, str] = {pair.key: pair.value for pair in graph.metadata_props}
    if not metadata.get(_CHARACTERS_KEY):
        raise ModelError("The file does not say which characters it knows: give its dictionary with --dictionary.")
    return metadata[_CHARACTERS_KEY].rstrip("\n").split("\n")


def as_function(graph: onnx.ModelProto, path: Path) -> Network:
    """Returns a graph as a function on arrays.

    Raises:
        ModelError: ONNX Runtime cannot load it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
        raise ModelError(f"ONNX Runtime cannot load {path}: {str(error)[:200]}") from error
    name, lines_at_once = session.get_inputs()[0].name, session.get_inputs()[0].shape[0]

    def run(batch: NDArray[np.float32]) -> NDArray[np.floating]:
        parts = np.split(batch, len(batch)) if lines_at_once == 1 else [batch]
        try:
            return np.concatenate([np.asarray(session.run(None, {name: part})[0]) for part in parts])
        except Exception as error:
            raise ModelError(
                f"{path} cannot be run on lines of {batch.shape[2:]} pixels: {str(error)[:200]}"
            ) from error

    return run


def _noise(lines: int, channels: int, height_px: int, width_px: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (min(lines, 64), channels, height_px, width_px)).astype(np.float32)


def _kind_of(output: NDArray[np.floating]) -> Output:
    """Says what rows of numbers are: they add up to 1, or their exponentials do, or neither."""
    rows = output.reshape(-1, output.shape[-1]).astype(np.float64)
    if rows.min() >= -_SUM_TOLERANCE and np.abs(rows.sum(axis=1) - 1).max() <= _SUM_TOLERANCE:
        return "probs"
    with np.errstate(over="ignore"):
        return "log_probs" if np.abs(np.exp(rows).sum(axis=1) - 1).max() <= _SUM_TOLERANCE else "logits"
