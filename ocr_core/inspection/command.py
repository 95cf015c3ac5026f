"""The command `zijian inspect MODEL`: what an ONNX recogniser is, as text or JSON."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocr_core import registry
from ocr_core.errors import ModelError, OcrError
from ocr_core.inspection.inspect_model import inspect_model
from ocr_core.inspection.inspection_text import inspection_text
from ocr_core.sessions.model_files import GRAPH_NAME, ModelFiles
from ocr_core.settings import Settings


def add_to(commands: Any, say: Callable[[str], None], say_json: Callable[[dict[str, Any]], None]) -> None:
    """Adds the command; `say` and `say_json` write text that may hold anything so that it does no harm."""
    command = commands.add_parser(
        "inspect",
        help="tell what an ONNX recogniser is: inputs, stride, alphabet, blank, work by layer",
        description=(
            "Tells what an ONNX recogniser is. What its file does not say is measured or guessed on lines made for it, "
            "and said to be so. The file runs in a process of its own, with limits on memory and time."
        ),
    )
    command.add_argument("models", nargs="+", metavar="MODEL", help="an .onnx file, a model folder, or a model's name")
    command.add_argument("--json", action="store_true", help="one JSON object per line, with every layer")

    def inspect(parsed: argparse.Namespace) -> int:
        all_told = True
        for model in parsed.models:
            try:
                found = inspect_model(_files(model))
            except OcrError as error:
                all_told = False
                say_json({"model": model, "error": str(error)}) if parsed.json else say(f"{model}: {error}")
                continue
            say_json({"model": model, **found.to_dict()}) if parsed.json else say(inspection_text(found, model))
        return 0 if all_told else 1

    command.set_defaults(command=inspect)


def _files(model: str) -> ModelFiles:
    settings = Settings.from_environment()
    if registered := registry.models(settings).get(model):
        files = registered.files(settings)
        if files is None or files.graph.suffix.lower() != ".onnx":
            raise ModelError(f"{registered.display_name} is no ONNX network.")
        return files
    path = Path(model)
    return ModelFiles.in_folder(path) if (path / GRAPH_NAME).is_file() else ModelFiles.own_file(path)
