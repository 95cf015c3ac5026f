"""Folders as ModelScope's hub gives them out, with networks of its two kinds that are small enough for quick tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from ocr_core.importers.networks.modelscope_convnext_vit import ConvNextVit, ConvNextVitConfig
from ocr_core.importers.networks.modelscope_crnn import ModelScopeCrnn, ModelScopeCrnnConfig
from tests.ocr_core.importers.random_weights import lively_tensors

SMALL_CRNN = ModelScopeCrnnConfig(classes=12, widths=(2, 4, 6, 8), hidden=4)
SMALL_VIT = ConvNextVitConfig(classes=12, depths=(1, 1, 1, 1), widths=(2, 4, 6, 8), embedding=6, blocks=1, heads=3)
NAMES = ("CRNN", "ConvNextViT")
WIDTHS = {"CRNN": 640, "ConvNextViT": 804}


def small_network(name: str) -> Any:
    """A small network of that kind, lively."""
    network = ModelScopeCrnn(SMALL_CRNN) if name == "CRNN" else ConvNextVit(SMALL_VIT)
    network.load_state_dict(lively_tensors(network))
    return network.eval()


def small_tensors(name: str) -> dict[str, torch.Tensor]:
    """Its tensors, as a published file has them: with a class token that nothing reads."""
    tensors = dict(small_network(name).state_dict())
    return tensors if name == "CRNN" else {**tensors, "vitstr.cls_token": torch.ones(1, 1, 6)}


def write_folder(
    folder: Path, name: str, *, tensors: Any = None, vocabulary: bytes | None = None, **inference: Any
) -> Path:
    """Writes a folder; `inference` changes what its configuration says."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(small_tensors(name) if tensors is None else tensors, folder / "pytorch_model.pt")
    characters = "甲乙丙丁戊己庚 辛壬癸" if name == "CRNN" else "甲乙丙丁戊己庚 辛壬"
    (folder / "vocab.txt").write_bytes("\n".join(characters).encode() + b"\n" if vocabulary is None else vocabulary)
    write_configuration(folder, name, **inference)
    return folder


def write_configuration(folder: Path, name: str | None, **inference: Any) -> None:
    """Writes what a hub's configuration says of a network; None leaves its name out, as older revisions did."""
    kwargs = {"img_height": 32, "img_width": WIDTHS.get(name or "CRNN"), "do_chunking": name == "ConvNextViT"}
    model = {"type": "OCRRecognition", "inference_kwargs": {**kwargs, **inference}}
    (folder / "configuration.json").write_text(json.dumps({"model": model | ({"recognizer": name} if name else {})}))
