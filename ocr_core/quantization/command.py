"""`python -m ocr_core.quantization MODEL` measures a model's ranges; `zijian quantize FILE.onnx` takes an own one."""

from __future__ import annotations

import argparse
from pathlib import Path

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.quantization import calibration
from ocr_core.quantization.built import ONNX_MISSING
from ocr_core.quantization.processor import adds_bytes_exactly
from ocr_core.quantization.ranges import RANGES_NAME, Ranges
from ocr_core.sessions.model_files import ModelDescription, ModelFiles, to_metadata
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.settings import Settings
from ocr_core.terminal import say


def measure_own_model(name: str, settings: Settings, kept_in_float: tuple[str, ...]) -> Path:
    """Measures a model of the project on drawn training lines and writes its ranges beside its weights.

    Raises:
        OcrError: the model or the materials of synthesis are missing.
    """
    from ocr_core.quantization.build import folded, measured

    files = ModelFiles.in_folder(settings.models_folder / name)
    description = OnnxSession.load(files).description
    batches = calibration.drawn_batches(description.input_format, description.charset, settings)
    ranges = Ranges(
        files.sha256(),
        calibration.DRAWN_LINES,
        calibration.DRAWN,
        kept_in_float,
        measured(folded(files), batches),
    )
    path = files.graph.with_name(RANGES_NAME)
    ranges.write(path)
    return path


def quantise_own_file(source: Path, pictures: Path, output: Path, settings: Settings) -> ModelDescription:
    """Writes an own ONNX recogniser in INT8, measured on the pictures of a folder; it says of itself what it said.

    Raises:
        ModelError: the file is no recogniser, or cannot be quantised.
        ImageError: the folder has no picture that can be read.
    """
    try:
        from ocr_core.quantization.build import folded, measured, quantised
    except ImportError as error:
        raise RuntimeMissingError(ONNX_MISSING) from error

    files = ModelFiles.own_file(source)
    description = OnnxSession.load(files).description
    batches = calibration.folder_batches(pictures, description.input_format, settings)
    model = folded(files)
    try:
        network = quantised(model, measured(model, batches), to_metadata(description), exact_sums=adds_bytes_exactly())
    except (ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"{source} cannot be quantised: {str(error).splitlines()[0][:200]}") from error
    output.write_bytes(network)
    OnnxSession.load(ModelFiles.own_file(output))
    return description


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `quantize` to the program's commands."""
    command = commands.add_parser(
        "quantize",
        help="make an own ONNX recogniser faster: numbers of 8 bits",
        description="Write an own ONNX recogniser in INT8. What it is calibrated on should look like what it will "
        "read, and must not be what it will be scored on; 50 to 200 pictures of one line each are enough.",
    )
    command.add_argument("model", type=Path, metavar="FILE.onnx", help="a recogniser with the documented metadata")
    command.add_argument("--calibrate", type=Path, required=True, metavar="FOLDER", help="pictures of one line each")
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: FILE.int8.onnx")
    command.set_defaults(command=_quantize)


def _quantize(parsed: argparse.Namespace) -> int:
    output = parsed.output or parsed.model.with_suffix(".int8.onnx")
    quantise_own_file(parsed.model, parsed.calibrate, output, Settings.from_environment())
    before, after = parsed.model.stat().st_size, output.stat().st_size
    say(f"{output}: {after / 1e6:.1f} MB, before {before / 1e6:.1f}. Compare both: python -m eval run --models ...")
    return 0


def main() -> None:
    """Runs `python -m ocr_core.quantization`."""
    parser = argparse.ArgumentParser(
        prog="python -m ocr_core.quantization",
        description="Measure between which values a model's tensors lie on drawn lines; writes models/NAME/int8.json.",
    )
    parser.add_argument("model", help="a folder of models/, such as crnn")
    parser.add_argument("--keep-in-float", nargs="*", default=[], metavar="NODE", help="nodes that stay in FP32")
    given = parser.parse_args()
    print(measure_own_model(given.model, Settings.from_environment(), tuple(given.keep_in_float)))
