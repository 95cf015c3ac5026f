"""ModelScope's line recognisers from a folder of its hub: CRNN and ConvNextViT, each as one ONNX file.

Two doors. `pytorch_model.pt` is rebuilt from its tensors (needs PyTorch; any batch); a ready `model.onnx` is taken as
it is, one line at a time, and needs no PyTorch. Pictures become inputs exactly as in ModelScope's own pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers.imported_model import ImportedModel, Source, onnx_library, read_graph, sentences
from ocr_core.importers.vocabulary import Alphabet, alphabet_of, read_lines
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelDescription

if TYPE_CHECKING:
    import onnx

WEIGHTS_FILE: Final = "pytorch_model.pt"
READY_FILE: Final = "model.onnx"
VOCABULARY_FILES: Final = ("vocab.txt", "label_dict.txt")
"""Revisions before 2023 have the second name."""
CONFIGURATION_FILE: Final = "configuration.json"
FILES: Final = (WEIGHTS_FILE, READY_FILE, *VOCABULARY_FILES, CONFIGURATION_FILE)
"""What an import reads of a hub's folder, as far as it is there."""

CRNN: Final = "CRNN"
CONVNEXT_VIT: Final = "ConvNextViT"
LIGHTWEIGHT_EDGE: Final = "LightweightEdge"

LICENCE: Final = "Apache-2.0"
LINE_PX: Final = 804
"""Width of a ConvNextViT's line, whatever a configuration says: its three parts fit no other."""
PART_PX: Final = 300
PART_STARTS_PX: Final = (0, 252, 504)
USUAL_CRNN_PX: Final = 640

_HEIGHT_PX: Final = 32
_FIRST_CLASS: Final = {CRNN: 1, CONVNEXT_VIT: 2, LIGHTWEIGHT_EDGE: 2}
_LARGEST_CONFIGURATION: Final = 1 << 20
_OPSET: Final = 11
_UNKNOWN: Final = (
    "What it was trained on is known from its model card alone.",
    "The licence is that of ModelScope's code and model cards; the hub's page of this very model was not looked at.",
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `configuration.json` says, as far as it matters; None where it says nothing, or there is none.

    Attributes:
        recognizer: the network's name; missing in revisions before 2023.
        width_px: of the input.
        is_chunked: whether lines are cut into parts.
    """

    recognizer: str | None = None
    width_px: int | None = None
    is_chunked: bool | None = None


def import_folder(folder: Path, hub: Mapping[str, str] | None = None) -> ImportedModel:
    """Reads a folder as the hub gives it out; the weights where PyTorch is there, else the ready ONNX file.

    Raises:
        ModelError: files are missing or do not belong together, or the network is an unknown one.
        RuntimeMissingError: PyTorch or the package onnx is not installed, and nothing can be done without.
    """
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}.")
    weights, ready = folder / WEIGHTS_FILE, folder / READY_FILE
    if weights.is_file():
        try:
            return import_weights(folder, hub)
        except RuntimeMissingError:
            if not ready.is_file():
                raise
    if ready.is_file():
        return import_ready(folder, hub)
    raise ModelError(f"The folder {folder} has neither {WEIGHTS_FILE} nor {READY_FILE}.")


def import_weights(folder: Path, hub: Mapping[str, str] | None = None) -> ImportedModel:
    """Rebuilds the network of a folder's `pytorch_model.pt`.

    Raises:
        ModelError: files are missing or do not belong together, or the network is an unknown one.
        RuntimeMissingError: PyTorch is not installed.
    """
    try:
        from ocr_core.importers.networks.modelscope import rebuild
        from ocr_core.importers.networks.to_onnx import as_function, to_onnx
    except ImportError as error:
        raise RuntimeMissingError(
            "Weights of PyTorch need PyTorch to be imported: pip install 'zijian[import]'."
        ) from error
    configuration = read_configuration(folder / CONFIGURATION_FILE)
    weights = folder / WEIGHTS_FILE
    name, network, classes = rebuild(weights)
    _check_configuration(name, configuration)
    alphabet, vocabulary = read_alphabet(folder, name, classes)
    width_px = LINE_PX if name == CONVNEXT_VIT else configuration.width_px or USUAL_CRNN_PX
    wanted = input_format(width_px)
    return ImportedModel(
        graph=to_onnx(network, wanted),
        description=describe(alphabet, wanted),
        source=Source("ModelScope", name, _present(folder, weights, vocabulary), hub or {}),
        found=_found(name, weights, alphabet, classes, wanted, sum(p.numel() for p in network.parameters())),
        unknown=_UNKNOWN,
        compared_with=as_function(network),
    )


def import_ready(folder: Path, hub: Mapping[str, str] | None = None) -> ImportedModel:
    """Takes a hub's ready `model.onnx`; what a ConvNextViT's cuts a line into parts for is put in front of it.

    Raises:
        ModelError: it is none of the networks known, or files do not belong together.
        RuntimeMissingError: the package onnx is not installed.
    """
    path = folder / READY_FILE
    graph = read_graph(path)
    configuration = read_configuration(folder / CONFIGURATION_FILE)
    lines, height_px, width_px, classes = _signature(graph, path)
    if (lines, width_px) == (len(PART_STARTS_PX), PART_PX):
        name, width_px = CONVNEXT_VIT, LINE_PX
        prepend_cutting(graph)
    else:
        has_lstm = any(node.op_type == "LSTM" for node in graph.graph.node)
        name = CRNN if has_lstm else LIGHTWEIGHT_EDGE
    if height_px != _HEIGHT_PX or not width_px:
        raise ModelError(f"The input of {path} is {height_px} x {width_px or 'any'} pixels, as of no network known.")
    _check_configuration(name, configuration)
    alphabet, vocabulary = read_alphabet(folder, name, classes)
    wanted = input_format(width_px)
    return ImportedModel(
        graph=graph,
        description=describe(alphabet, wanted),
        source=Source("ModelScope", name, _present(folder, path, vocabulary), hub or {}),
        found=_found(name, path, alphabet, classes, wanted, None),
        unknown=(*_UNKNOWN, "The graph is the hub's own and was not compared with anything."),
    )


def input_format(width_px: int) -> InputFormat:
    """Says how ModelScope's pipeline makes an input: always one width, black behind the line, nothing taken off."""
    return InputFormat(
        height_px=_HEIGHT_PX,
        channels=3,
        mean=0.0,
        std=1.0,
        max_width_px=width_px,
        min_width_px=width_px,
        bucket_px=width_px,
        stride_px=4,
        resampling="linear",
        frames="all",
    )


def describe(alphabet: Alphabet, wanted: InputFormat) -> ModelDescription:
    """Says of either network what its file will say."""
    return ModelDescription("modelscope", alphabet.charset, wanted, output="logits", licence=LICENCE)


def read_configuration(path: Path) -> Configuration:
    """Reads what matters of `configuration.json`; a missing file says nothing.

    Raises:
        ModelError: it is no JSON, or says something absurd.
    """
    if not path.is_file():
        return Configuration()
    try:
        if path.stat().st_size > _LARGEST_CONFIGURATION:
            raise ModelError(f"{path} is too large for a configuration.")
        model = json.loads(path.read_text(encoding="utf-8"))["model"]
        kwargs: Mapping[str, Any] = model.get("inference_kwargs", {})
        recognizer, width, chunked = model.get("recognizer"), kwargs.get("img_width"), kwargs.get("do_chunking")
        height = kwargs.get("img_height", _HEIGHT_PX)
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} is not a configuration of ModelScope.") from error
    if height != _HEIGHT_PX:
        raise ModelError(f"{path} asks for lines {height!r:.20} pixels high; the networks known take {_HEIGHT_PX}.")
    if width is not None and (type(width) is not int or not 32 <= width <= 4096 or width % 4):
        raise ModelError(f"{path} asks for lines {width!r:.20} pixels wide, which cannot be.")
    return Configuration(
        None if recognizer is None else str(recognizer), width, None if chunked is None else bool(chunked)
    )


def read_alphabet(folder: Path, network: str, classes: int) -> tuple[Alphabet, Path]:
    """Reads the list of characters and where it was found; each network counts it from a class of its own.

    Raises:
        ModelError: there is none, or it does not fit the network.
    """
    for name in VOCABULARY_FILES:
        if (path := folder / name).is_file():
            return alphabet_of(read_lines(path), classes, first_class=_FIRST_CLASS[network]), path
    raise ModelError(f"The folder {folder} has no list of characters: neither {' nor '.join(VOCABULARY_FILES)}.")


def prepend_cutting(model: onnx.ModelProto) -> None:
    """Turns the input of a ready ConvNextViT from three parts of one line into the line, `1, 3, 32, 804`."""
    onnx = onnx_library()
    helper, graph = onnx.helper, model.graph
    parts = graph.input[0].name
    prefix = "zijian_cut"
    constants = {f"{prefix}_axis": [3]}
    for number, start in enumerate(PART_STARTS_PX):
        constants |= {f"{prefix}_start_{number}": [start], f"{prefix}_end_{number}": [start + PART_PX]}
    for name, value in constants.items():
        graph.initializer.append(helper.make_tensor(name, onnx.TensorProto.INT64, [1], value))
    cuts = [
        helper.make_node(
            "Slice",
            ["images", f"{prefix}_start_{n}", f"{prefix}_end_{n}", f"{prefix}_axis"],
            [f"{prefix}_{n}"],
        )
        for n in range(len(PART_STARTS_PX))
    ]
    inside = f"{prefix}_parts"
    joined = helper.make_node("Concat", [f"{prefix}_{n}" for n in range(len(PART_STARTS_PX))], [inside], axis=0)
    nodes = list(graph.node)
    for node in nodes:
        for place, name in enumerate(node.input):
            if name == parts:
                node.input[place] = inside
    del graph.node[:]
    graph.node.extend([*cuts, joined, *nodes])
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info("images", onnx.TensorProto.FLOAT, [1, 3, _HEIGHT_PX, LINE_PX]))


def _signature(model: onnx.ModelProto, path: Path) -> tuple[int, int, int, int]:
    """Returns lines at once, height, width and classes of a ready file; 0 where a size is free."""
    initial = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initial]
    opsets = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if len(inputs) != 1 or len(model.graph.output) < 1 or not opsets or opsets[0] < _OPSET:
        raise ModelError(f"{path} is none of ModelScope's recognisers: it should have one input and opset {_OPSET}.")
    input_shape, output_shape = _shape(inputs[0]), _shape(model.graph.output[0])
    if len(input_shape) != 4 or input_shape[1] != 3 or len(output_shape) != 3 or output_shape[2] < 2:
        raise ModelError(
            f"{path} is none of ModelScope's recognisers: its input is {input_shape} and its output {output_shape}."
        )
    lines, _, height, width = input_shape
    return lines, height, width, output_shape[2]


def _shape(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    return tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)


def _check_configuration(name: str, configuration: Configuration) -> None:
    if configuration.recognizer not in (None, name):
        raise ModelError(
            f"The configuration speaks of {configuration.recognizer}, but the weights are those of {name}: the files "
            "do not belong together."
        )
    is_chunked = name == CONVNEXT_VIT
    if configuration.is_chunked not in (None, is_chunked):
        wrong = "whole" if is_chunked else "cut into parts"
        raise ModelError(f"The configuration asks for lines {wrong}, which {name} does not take.")


def _present(folder: Path, *files: Path) -> tuple[Path, ...]:
    configuration = folder / CONFIGURATION_FILE
    return (*files, configuration) if configuration.is_file() else files


def _found(
    name: str, file: Path, alphabet: Alphabet, classes: int, wanted: InputFormat, parameters: int | None
) -> tuple[str, ...]:
    facts: dict[str, object] = {"network": f"{name}, from {file.name}"}
    if parameters is not None:
        facts["parameters"] = f"{parameters:,}"
    size = f"{wanted.height_px} x {wanted.max_width_px}"
    facts["input"] = f"RGB, always {size} pixels, so short lines take as long as long ones"
    facts["classes"] = f"{classes:,}, counted from {_FIRST_CLASS[name]}"
    facts["vocabulary"] = f"{alphabet.listed:,} lines"
    unnamed = ", ".join(map(str, alphabet.unnamed[:5])) + (" ..." if len(alphabet.unnamed) > 5 else "")
    facts["unnamed classes"] = f"{len(alphabet.unnamed):,}" + (f" ({unnamed}): U+FFFD is read" if unnamed else "")
    return (*sentences(facts), *alphabet.notes)
