"""kraken's line recognisers (`.safetensors`, as kraken 7 writes them) as own models.

Promises kraken's reading of one line that was cut out along its baseline. Files of the older format (`.mlmodel`) are
converted first, by kraken's own `ketos convert`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers.imported_model import ImportedModel, Source, sentences
from ocr_core.importers.vocabulary import UNNAMED, Alphabet, alphabet_of
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelDescription

UNKNOWN_LICENCE: Final = "unknown: see the page it was downloaded from"

_METADATA: Final = "kraken_meta"
_NETWORK: Final = "TorchVGSLModel"
_UNKNOWN: Final = (
    "Licence and training are on the page it was downloaded from alone.",
    "kraken cuts lines out along their baselines; here they are cut by our own line finder.",
    "Texts of scripts written from right to left come in the order of display: kraken turns them afterwards.",
)


def import_file(path: Path) -> ImportedModel:
    """Reads a recogniser; its definition and its alphabet are in the file.

    Raises:
        ModelError: it is no such recogniser, or one with a layer that is not read here.
        RuntimeMissingError: PyTorch is not installed.
    """
    if path.suffix.lower() == ".mlmodel":
        raise ModelError(
            f"{path} is in kraken's older format. kraken itself converts it: "
            "ketos convert --weights-format safetensors -o model.safetensors " + path.name
        )
    try:
        from ocr_core.importers.checkpoint import fill, read_tensors
        from ocr_core.importers.networks.kraken_vgsl import KrakenVgsl
        from ocr_core.importers.networks.to_onnx import as_function, to_onnx
    except ImportError as error:
        raise RuntimeMissingError(
            "kraken's weights need PyTorch to be imported: pip install 'zijian[import]'."
        ) from error
    prefix, facts = _facts(path)
    network = KrakenVgsl(str(facts["vgsl"]))
    wanted = InputFormat(
        height_px=network.height_px,
        channels=network.channels,
        mean=0.0,
        std=1.0,
        max_width_px=4096,
        bucket_px=1,
        stride_px=network.stride_px,
        resampling="lanczos",
        frames="all",
        origin_px=network.origin_px,
    )
    stored = read_tensors(path)
    tensors = {name.removeprefix(prefix): value for name, value in stored.items() if name.startswith(prefix)}
    fill(network, tensors, "this definition of kraken")
    alphabet = _alphabet(facts.get("codec"), network.classes)
    found = {
        "network": f"kraken's, {facts['vgsl']}",
        "parameters": f"{sum(p.numel() for p in network.parameters()):,}",
        "input": f"{'grey' if network.channels == 1 else 'RGB'}, {network.height_px} pixels high, any width",
        "frames": f"one for {network.stride_px} pixels",
        "classes": f"{network.classes:,}",
        "characters": f"{alphabet.listed:,}",
        "unnamed classes": f"{len(alphabet.unnamed):,}",
    }
    return ImportedModel(
        graph=to_onnx(network, wanted),
        description=ModelDescription("kraken", alphabet.charset, wanted, output="logits", licence=UNKNOWN_LICENCE),
        source=Source("kraken", str(facts["vgsl"]), (path,)),
        found=(*sentences(found), *alphabet.notes),
        unknown=(*_UNKNOWN, *_told_of_training(facts)),
        compared_with=as_function(network),
    )


def _facts(path: Path) -> tuple[str, Mapping[str, Any]]:
    """Returns the recogniser's prefix among the file's tensors, and what is stored of it."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            stored = json.loads((file.metadata() or {}).get(_METADATA, "null"))
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} is no file of kraken 7: {error}") from error
    models = stored.items() if isinstance(stored, dict) else ()
    recognisers = [
        (str(prefix), facts)
        for prefix, facts in models
        if isinstance(facts, dict) and "recognition" in (facts.get("_tasks") or ())
    ]
    if len(recognisers) != 1:
        raise ModelError(f"{path} holds {len(recognisers)} recognisers of kraken; files with one are read.")
    prefix, facts = recognisers[0]  # other models of the file, for layout, have tensors with other prefixes
    if facts.get("_model") != _NETWORK or not isinstance(facts.get("vgsl"), str):
        raise ModelError(f"{path} holds a network of kraken that is not read here: {facts.get('_model')!r:.60}.")
    return f"{prefix}.", facts


def _alphabet(codec: object, classes: int) -> Alphabet:
    """Takes the texts of kraken's codec, which gives every text a list of classes, here one each."""
    entries = [UNNAMED] * (classes - 1)
    if not isinstance(codec, dict) or not codec:
        raise ModelError("The file does not say which characters it knows.")
    for text, labels in codec.items():
        if not (isinstance(labels, list) and len(labels) == 1 and isinstance(labels[0], int)):
            raise ModelError(f"{text!r:.40} is written by several classes together, which is not read here.")
        if not 1 <= labels[0] < classes:
            raise ModelError(f"{text!r:.40} is class {labels[0]}, and the network has {classes}.")
        entries[labels[0] - 1] = text
    alphabet = alphabet_of(entries, classes, first_class=1)
    unnamed = tuple(place + 1 for place, entry in enumerate(entries) if entry == UNNAMED)
    return Alphabet(alphabet.charset, len(codec), unnamed, alphabet.notes)


def _told_of_training(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns what kraken would do to a line that is not done here, for what this model was trained on."""
    told = []
    if facts.get("one_channel_mode") == "1":
        told.append("It was trained on black and white; lines are not made so here.")
    if facts.get("seg_type") == "bbox":
        told.append("It was trained on boxes, whose lines kraken straightens; here they are scaled alone.")
    return tuple(told)
