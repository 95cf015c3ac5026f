"""docTR's CTC recognisers (`crnn_vgg16_bn`, `crnn_mobilenet_v3_*`): weights, or what `export_model_to_onnx` writes.

Promises docTR's reading of a crop up to four times as wide as high, as its `recognition_predictor` prepares it. Wider
crops docTR makes smaller, or splits; here they are read in windows. The blank is the last class.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers.ctc_graph import as_function, measure
from ocr_core.importers.doctr_normalisation import MEAN, STD
from ocr_core.importers.imported_model import ImportedModel, Network, Source, onnx_library, read_graph, sentences
from ocr_core.importers.vocabulary import alphabet_of, read_characters
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelDescription

if TYPE_CHECKING:
    import onnx

INPUT: Final = InputFormat(
    height_px=32,
    channels=3,
    mean=0.0,
    std=1.0,
    max_width_px=128,
    bucket_px=128,
    stride_px=4,
    resampling="antialiased",
    min_width_px=128,
    frames="all",
)
"""Black lies behind a line, so what docTR subtracts and divides by is put into the graph, after the padding."""

DEFAULT_VOCABULARY: Final = "french"
"""What docTR's published recognisers were trained on: Latin letters, digits, signs."""

LICENCE: Final = "Apache-2.0"
_UNKNOWN: Final = (
    "What it was trained on is not published in detail.",
    "docTR's whole pipeline pads on both sides of a word; its recogniser alone, as here, on the right.",
)


def import_file(path: Path, alphabet_file: Path | None = None, vocabulary: str = DEFAULT_VOCABULARY) -> ImportedModel:
    """Reads a recogniser; its alphabet from a file, or from the installed package by the vocabulary's name.

    Args:
        path: an exported `.onnx` file, or weights as PyTorch or safetensors file.
        alphabet_file: its characters in order, one a line or all in one.
        vocabulary: docTR's name of its characters.

    Raises:
        ModelError: it is no such recogniser, or the alphabet is missing or does not fit.
        RuntimeMissingError: it is weights, and PyTorch is not installed.
    """
    entries = read_characters(alphabet_file) if alphabet_file else packaged_vocabulary(vocabulary)
    read = _from_graph if path.suffix.lower() == ".onnx" else _from_weights
    network = read(path, len(entries))
    alphabet = alphabet_of(entries, network.classes, first_class=0, blank=len(entries))
    found = {
        **network.found,
        "input": f"RGB, {network.wanted.height_px} x {network.wanted.max_width_px} pixels, always",
        "frames": f"one for {network.wanted.stride_px} pixels",
        "classes": f"{network.classes:,}, the blank last",
        "characters": f"{alphabet.listed:,}, " + (str(alphabet_file) if alphabet_file else f"vocabulary {vocabulary}"),
    }
    return ImportedModel(
        graph=network.graph,
        description=ModelDescription("doctr", alphabet.charset, network.wanted, output="logits", licence=LICENCE),
        source=Source("docTR", network.name, (path, alphabet_file) if alphabet_file else (path,)),
        found=(*sentences(found), *alphabet.notes),
        unknown=_UNKNOWN,
        compared_with=network.function,
    )


class _Read(NamedTuple):
    """A network that was read: what runs, how it is fed, and what it is compared with."""

    graph: onnx.ModelProto
    wanted: InputFormat
    classes: int
    name: str
    found: dict[str, str]
    function: Network


def _from_graph(path: Path, characters: int) -> _Read:
    graph = read_graph(path)
    facts = measure(graph, path, INPUT)
    if facts.output != "logits" or facts.height_px != INPUT.height_px:
        raise ModelError(f"{path} is no CTC recogniser of docTR: it gives {facts.output} for {facts.height_px} pixels.")
    _check_alphabet(facts.classes, characters)
    width_px = facts.width_px or INPUT.max_width_px
    wanted = replace(INPUT, max_width_px=width_px, min_width_px=width_px, bucket_px=width_px, stride_px=facts.stride_px)
    original = as_function(graph, path)

    def normalised(batch: NDArray[np.float32]) -> NDArray[np.floating]:
        return original(((batch - _along_channels(MEAN)) / _along_channels(STD)).astype(np.float32))

    prepend_normalisation(graph)
    found = {"network": "a CTC recogniser of docTR, taken as it is; its normalisation put in front"}
    return _Read(graph, wanted, facts.classes, path.stem, found, normalised)


def _from_weights(path: Path, characters: int) -> _Read:
    try:
        from ocr_core.importers.checkpoint import fill, read_tensors
        from ocr_core.importers.networks.doctr_crnn import DoctrCrnn, config_of
        from ocr_core.importers.networks.to_onnx import as_function as network_as_function
        from ocr_core.importers.networks.to_onnx import to_onnx
    except ImportError as error:
        raise RuntimeMissingError(
            "docTR's weights need PyTorch to be imported: pip install 'zijian[import]'."
        ) from error
    tensors = read_tensors(path)
    config = config_of(tensors)
    _check_alphabet(config.classes, characters)
    network = fill(DoctrCrnn(config), tensors, f"docTR's {config.name}")
    parameters = sum(parameter.numel() for parameter in network.parameters())
    found = {"network": f"{config.name} of docTR, with its normalisation inside", "parameters": f"{parameters:,}"}
    return _Read(to_onnx(network, INPUT), INPUT, config.classes, config.name, found, network_as_function(network))


def _check_alphabet(classes: int, characters: int) -> None:
    if classes != characters + 1:
        raise ModelError(
            f"The alphabet has {characters} characters and the network {classes} classes, one of them the "
            "blank. They do not belong together; docTR's attention recognisers have more classes and are not read here."
        )


def packaged_vocabulary(name: str) -> list[str]:
    """Returns the characters of a vocabulary by its name in the installed package; of it only this one file is run.

    Raises:
        ModelError: the package is not installed, or has no such vocabulary.
    """
    try:
        spec = importlib.util.find_spec("doctr")
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "datasets", "vocabs.py")
        if path.is_file():
            vocabularies = _vocabularies(path)
            if name not in vocabularies:
                raise ModelError(f"The installed package doctr has no vocabulary {name!r:.60}.")
            return list(vocabularies[name])
    raise ModelError(
        "The file does not say which characters it knows. Either install the package that lists them "
        "(pip install --no-deps python-doctr), or give a file of them in order with --alphabet."
    )


def prepend_normalisation(model: onnx.ModelProto) -> None:
    """Makes a graph that takes normalised pixels take pixels between 0 and 1."""
    onnx_package = onnx_library()
    helper, numpy_helper, graph = onnx_package.helper, onnx_package.numpy_helper, model.graph
    name = graph.input[0].name
    inside = "zijian_normalised"
    for node in graph.node:
        for place, given in enumerate(node.input):
            if given == name:
                node.input[place] = inside
    graph.initializer.append(numpy_helper.from_array(_along_channels(MEAN), "zijian_mean"))
    graph.initializer.append(numpy_helper.from_array(_along_channels(STD), "zijian_std"))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.append(helper.make_node("Sub", [name, "zijian_mean"], ["zijian_centred"]))
    graph.node.append(helper.make_node("Div", ["zijian_centred", "zijian_std"], [inside]))
    graph.node.extend(nodes)


def _along_channels(values: tuple[float, float, float]) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32).reshape(1, 3, 1, 1)


def _vocabularies(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("zijian_doctr_vocabularies", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VOCABS
