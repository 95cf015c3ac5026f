"""The command `zijian import FAMILY FILES -o NAME.onnx`: one subcommand for each project that models are taken from.

Promises that what was found is said, that a failure leaves no file behind, and that PyTorch is loaded only by a family
that needs it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

from ocr_core.errors import ModelError
from ocr_core.importers import doctr, easyocr, hub, kraken, modelscope, openocr, paddleocr
from ocr_core.importers.imported_model import ImportedModel, write
from ocr_core.preprocess import LongLines

Reader = Callable[[argparse.Namespace], ImportedModel]

DESCRIPTION: Final = (
    "Turn a recogniser of another project into one ONNX file that says of itself all that is needed to run it. "
    "docs/own-model.md has a table of what is read and what is checked."
)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the program's others."""
    command = commands.add_parser("import", help="make an own model of another project's", description=DESCRIPTION)
    families = command.add_subparsers(required=True, metavar="FAMILY")
    _add_modelscope(families.add_parser("modelscope", help="CRNN and ConvNextViT, from a folder of its hub"))
    _add_easyocr(families.add_parser("easyocr", help="recognisers of the second generation (zh_sim_g2.pth)"))
    _add_paddleocr(families.add_parser("paddleocr", help="recognisers of PP-OCR, converted to ONNX"))
    _add_doctr(families.add_parser("doctr", help="crnn_* recognisers: weights, or what docTR exports"))
    _add_kraken(families.add_parser("kraken", help="line recognisers as kraken 7 keeps them (.safetensors)"))
    _add_openocr(families.add_parser("openocr", help="SVTRv2 recognisers in ONNX"))


def _add_modelscope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        help="folder with pytorch_model.pt (or model.onnx), vocab.txt and configuration.json; "
        "with --from-hub, where to keep what is downloaded",
    )
    _add_hub(parser, "pytorch_model.pt")
    _add_output(parser, _read_modelscope)


def _read_modelscope(parsed: argparse.Namespace) -> ImportedModel:
    if parsed.from_hub is None:
        if parsed.folder is None:
            raise ModelError("Which folder? Or which model: --from-hub OWNER/NAME downloads one.")
        return modelscope.import_folder(parsed.folder)
    with tempfile.TemporaryDirectory() as temporary:
        folder = parsed.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        expected = {modelscope.WEIGHTS_FILE: parsed.sha256} if parsed.sha256 else {}
        facts = hub.download(
            parsed.hub, parsed.from_hub, modelscope.FILES, folder, revision=parsed.revision, sha256=expected
        )
        return modelscope.import_folder(folder, facts)


def _add_easyocr(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a .pth file whose name ends in _g2")
    parser.add_argument("--alphabet", type=Path, help="its characters in order (default: from the installed package)")
    parser.add_argument("--name", help="what EasyOCR calls the model (default: the file's name)")
    _add_output(parser, lambda parsed: easyocr.import_file(parsed.file, parsed.alphabet, parsed.name))


def _add_paddleocr(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the recogniser as ONNX file")
    _add_dictionary(parser)
    parser.add_argument(
        "--height", type=int, choices=(32, 48), help="where the graph takes any: 48, or 32 for version 2"
    )
    _add_output(parser, lambda parsed: paddleocr.import_file(parsed.file, parsed.dictionary, parsed.height))


def _add_openocr(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="openocr_rec_model.onnx, or what its exporter wrote")
    _add_dictionary(parser)
    _add_output(parser, lambda parsed: openocr.import_file(parsed.file, parsed.dictionary))


def _add_doctr(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="what docTR's export_model_to_onnx wrote, or weights as .pt or .safetensors"
    )
    parser.add_argument("--alphabet", type=Path, help="its characters in order (default: from the installed package)")
    parser.add_argument("--vocabulary", default=doctr.DEFAULT_VOCABULARY, help="docTR's name of them (%(default)s)")
    _add_output(parser, lambda parsed: doctr.import_file(parsed.file, parsed.alphabet, parsed.vocabulary))


def _add_kraken(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a .safetensors file; ketos convert makes one of an .mlmodel")
    _add_output(parser, lambda parsed: kraken.import_file(parsed.file))


def _add_dictionary(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dictionary", type=Path, help="its characters, one a line, or inference.yml (default: from the file itself)"
    )


def _add_hub(parser: argparse.ArgumentParser, weights: str) -> None:
    parser.add_argument("--from-hub", metavar="OWNER/NAME", help="download this model first, by the hub's own client")
    parser.add_argument("--hub", choices=hub.HUBS, default="modelscope", help="which hub (default: modelscope)")
    parser.add_argument("--revision", help="revision on the hub (default: the newest)")
    parser.add_argument("--sha256", metavar="HEX", help=f"what {weights} must hash to, besides what the hub says")


def _add_output(parser: argparse.ArgumentParser, read: Reader) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="NAME.onnx", help="the file to write")
    parser.add_argument("--licence", help="the licence of these very weights, where it is known to be another")
    parser.add_argument(
        "--long-lines",
        choices=get_args(LongLines),
        help="what becomes of lines longer than the network takes: windows that are joined (default), or compressed, "
        "as most projects do themselves",
    )
    parser.set_defaults(command=_import, read=read)


def _import(parsed: argparse.Namespace) -> int:
    if parsed.output.suffix.lower() != ".onnx":
        raise ModelError(f"The file to write should end in .onnx: {parsed.output}")
    model = parsed.read(parsed)
    if parsed.licence:
        model = replace(model, description=replace(model.description, licence=parsed.licence))
    if parsed.long_lines:
        wanted = replace(model.description.input_format, long_lines=parsed.long_lines)
        model = replace(model, description=replace(model.description, input_format=wanted))
    say(model)
    written = write(model, parsed.output)
    if written.largest_difference is not None:
        print(f"The file and the network differ by at most {written.largest_difference:.1e} on noise.")
    print(f"{written.path}: SHA-256 {written.sha256}")
    print(f"Read with it: zijian read IMAGE --model {written.path}")
    return 0


def say(model: ImportedModel) -> None:
    """Prints what was found, what it was made of, and what is not known."""
    for sentence in model.found:
        print(sentence)
    facts = model.source.facts()
    for name, sha256 in facts["files"].items():
        print(f"{name}: SHA-256 {sha256}")
    print(f"licence: {model.description.licence}")
    for sentence in model.unknown:
        print(f"Not known: {sentence}")
