"""EasyOCR's recognisers of the second generation (`zh_sim_g2.pth`, `english_g2.pth` and their like) as own models.

Promises EasyOCR's reading of one line at full precision and in one pass. EasyOCR itself quantises on a processor unless
told otherwise, and reads lines it is unsure of once more with raised contrast.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers.imported_model import ImportedModel, Source, sentences
from ocr_core.importers.vocabulary import Alphabet, alphabet_of, read_characters
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelDescription

if TYPE_CHECKING:
    from ocr_core.importers.checkpoint import Tensors
    from ocr_core.importers.networks.easyocr_vgg import EasyOcrVgg

INPUT: Final = InputFormat(
    height_px=64,
    channels=1,
    mean=0.5,
    std=0.5,
    max_width_px=4096,
    bucket_px=64,  # EasyOCR pads to whole heights of the unrounded width, one more for a line in 64 than this
    stride_px=4,
    resampling="linear",
    min_width_px=64,
    frames="all",
    padding="edge",
    origin_px=2.0,  # the last convolution is two columns wide and not padded
)

_PREFIX: Final = "module."
_LARGEST_PACKAGE_FILE: Final = 1 << 22
_LARGEST_SIDE: Final = 100_000
_UNKNOWN: Final = (
    "What it was trained on is not published in detail.",
    "EasyOCR's own readings differ where it quantises or reads a line again with raised contrast, and on coloured "
    "lines, whose grey is made otherwise here.",
)


def import_file(path: Path, alphabet_file: Path | None = None, name: str | None = None) -> ImportedModel:
    """Reads a checkpoint; its alphabet from a file, or from the installed package by the model's name.

    Args:
        path: a `.pth` file of the second generation.
        alphabet_file: its characters in order, one a line or all in one.
        name: what EasyOCR calls the model; the file's own name if not given.

    Raises:
        ModelError: it is another network, or the alphabet is missing or does not fit.
        RuntimeMissingError: PyTorch is not installed.
    """
    try:
        from ocr_core.importers.checkpoint import fill, read_tensors, without
        from ocr_core.importers.networks.easyocr_vgg import EasyOcrVgg
        from ocr_core.importers.networks.to_onnx import as_function, to_onnx
    except ImportError as error:
        raise RuntimeMissingError(
            "EasyOCR's weights need PyTorch to be imported: pip install 'zijian[import]'."
        ) from error
    tensors = without((_PREFIX,), read_tensors(path))
    network = fill(_network_for(tensors, path, EasyOcrVgg), tensors, "EasyOCR's second generation")
    classes = network.Prediction.out_features
    known_as = name or path.stem
    entries = read_characters(alphabet_file) if alphabet_file else packaged_characters(known_as)
    alphabet = alphabet_of(entries, classes, first_class=1)
    return ImportedModel(
        graph=to_onnx(network, INPUT),
        description=ModelDescription("easyocr", alphabet.charset, INPUT, output="logits", licence="Apache-2.0"),
        source=Source("EasyOCR", known_as, (path, alphabet_file) if alphabet_file else (path,)),
        found=_found(network, known_as, alphabet),
        unknown=_UNKNOWN,
        compared_with=as_function(network),
    )


def packaged_characters(name: str) -> list[str]:
    """Returns the alphabet of a model as the installed package lists it; the package is read and not imported.

    Raises:
        ModelError: the package is not installed, or knows no such model.
    """
    try:
        spec = importlib.util.find_spec("easyocr")
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "config.py")
        if path.is_file() and path.stat().st_size <= _LARGEST_PACKAGE_FILE:
            return _characters_in(path.read_text(encoding="utf-8"), name)
    raise ModelError(
        "The weights do not say which characters they know. Either install the package that lists them "
        "(pip install --no-deps easyocr), or give a file of them in order with --alphabet."
    )


def _characters_in(source: str, name: str) -> list[str]:
    try:
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["recognition_models"]:
                return list(ast.literal_eval(node.value)["gen2"][name]["characters"])
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ModelError("The installed package easyocr lists its models in a way that is not understood.") from error
    except KeyError:
        pass
    raise ModelError(f"The installed package easyocr knows no model {name!r:.60} of the second generation; see --name.")


def _network_for(tensors: Tensors, path: Path, kind: type[EasyOcrVgg]) -> EasyOcrVgg:
    from ocr_core.importers.networks.easyocr_vgg import EasyOcrConfig

    def sides(key: str, count: int) -> list[int]:
        shape = list(tensors[key].shape) if key in tensors else []
        return shape if len(shape) == count and max(shape) <= _LARGEST_SIDE else [0] * count

    classes = sides("Prediction.weight", 2)[0]
    features = sides("FeatureExtraction.ConvNet.18.weight", 4)[0]
    hidden = sides("SequenceModeling.0.rnn.weight_hh_l0", 2)[1]
    if not (classes and features and hidden) or features % 8:
        raise ModelError(f"{path} is no recogniser of EasyOCR's second generation, whose files end in _g2.pth.")
    return kind(EasyOcrConfig(classes, features, hidden))


def _found(network: EasyOcrVgg, name: str, alphabet: Alphabet) -> tuple[str, ...]:
    facts = {
        "network": f"{name}, of EasyOCR's second generation",
        "parameters": f"{sum(p.numel() for p in network.parameters()):,}",
        "input": f"grey, {INPUT.height_px} pixels high, any width; padded by repeating the last column",
        "classes": f"{network.Prediction.out_features:,}",
        "characters": f"{alphabet.listed:,}",
        "unnamed classes": f"{len(alphabet.unnamed):,}",
    }
    return (*sentences(facts), *alphabet.notes)
