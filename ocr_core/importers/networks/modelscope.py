"""Which of ModelScope's networks a checkpoint is of, told by its tensors, and that network with them inside."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from ocr_core.errors import ModelError
from ocr_core.importers.checkpoint import fill, read_tensors, without
from ocr_core.importers.networks.modelscope_convnext_vit import ConvNextVit, ConvNextVitConfig
from ocr_core.importers.networks.modelscope_crnn import ModelScopeCrnn, ModelScopeCrnnConfig

CRNN_SIZES = ModelScopeCrnnConfig()
CONVNEXT_VIT_SIZES = ConvNextVitConfig()

_PREFIXES = ("recognizer.", "module.")
"""Of fine-tuned and of data-parallel checkpoints. ModelScope takes them out wherever they stand, and so does this."""


def rebuild(path: Path) -> tuple[str, nn.Module, int]:
    """Returns the network's name, the network, and how many classes it has.

    Raises:
        ModelError: the file cannot be read, or is of no network known to the last tensor.
    """
    tensors = without(_PREFIXES, read_tensors(path))
    if "cls.weight" in tensors:
        return "CRNN", fill(ModelScopeCrnn(CRNN_SIZES), tensors, "ModelScope's CRNN"), CRNN_SIZES.classes
    if "vitstr.head.weight" in tensors:
        filled = fill(
            ConvNextVit(CONVNEXT_VIT_SIZES), tensors, "ModelScope's ConvNextViT", ignored=("vitstr.cls_token",)
        )
        return "ConvNextViT", filled, CONVNEXT_VIT_SIZES.classes
    if any(name.startswith("our_nas_model.") for name in tensors):
        raise ModelError(
            "These are the weights of ModelScope's LightweightEdge, which is not rebuilt here. Its hub folder may hold "
            "a ready model.onnx: put that into the folder instead of pytorch_model.pt."
        )
    raise ModelError(f"The weights {path} are of no network known: they begin with {', '.join(sorted(tensors)[:3])}.")
