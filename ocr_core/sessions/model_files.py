"""A model on disk: which files it is made of, what their metadata say, and the hash that names them.

Promises that whatever `from_metadata` lets through is consistent and within bounds, even from a stranger's file.
Knows nothing of any runtime. A folder `models/<name>/` holds `model.safetensors` (the weights in FP16) and
`model.onnx` (the graph alone, its initialisers pointing into the weights); an own ONNX file holds its weights itself.

Metadata, all text, the same in the ONNX file's custom metadata and in the safetensors header:

| key                        | value                                                                      | if absent |
|----------------------------|----------------------------------------------------------------------------|-----------|
| zijian.alphabet            | JSON list: the text of every class in class order; the blank's entry is "" | required  |
| zijian.blank               | class index of the CTC blank                                               | 0         |
| zijian.input_height        | H in pixels                                                                | 32        |
| zijian.input_channels      | 1 for grey, 3 for RGB                                                      | 1         |
| zijian.mean, zijian.std    | normalisation of pixels scaled to 0..1                                     | 0.5, 0.5  |
| zijian.stride              | input pixels a frame                                                       | 4         |
| zijian.max_width           | widest input in pixels; wider lines are read in windows of this width     | 1024      |
| zijian.bucket              | inputs are padded to a multiple of this many pixels                        | 64        |
| zijian.min_width           | inputs are padded to at least this width; as max_width: one width only     | 1         |
| zijian.padding             | what is put behind a line: "zero" (after normalisation) or "edge"          | zero      |
| zijian.frames              | which frames are read: "line", or "all": those over the padding, too       | line      |
| zijian.long_lines          | what becomes of wider lines: "windows", or "compressed" to max_width       | windows   |
| zijian.origin              | input pixels before those that frame 0 covers                              | 0         |
| zijian.channel_order       | of three channels: "rgb" or "bgr"                                          | rgb       |
| zijian.resampling          | how lines are scaled to H: by one of the four ways below                   | area      |
| zijian.trained_enhanced    | "yes" if training saw lines mended by `ocr_core.enhance`: they may be then | no        |
| zijian.output              | what the network returns: "log_probs", "probs" or "logits"                 | log_probs |
| zijian.output_axes         | "NTC" or "TNC"                                                             | NTC       |
| zijian.name                | the model's name                                                           | unnamed   |
| zijian.training            | JSON object of training facts                                              | {}        |
| zijian.licence             | licence of the weights                                                     | unknown   |
| zijian.architecture        | name of the PyTorch network                                                | none      |
| zijian.architecture_config | JSON object of arguments that rebuild it                                   | {}        |

The input is `N, Cin, H, W` float32, the only input; the first output has T = ceil(W / stride) frames and one class
for every entry of the alphabet. Resampling "area" averages and then interpolates with a cubic, to the nearest width;
"linear" is one bilinear pass to a width rounded down, "linear_up" the same, rounded up as far as min_width allows;
"antialiased" and "lanczos" are Pillow's bilinear and Lanczos filters, which widen where a line shrinks, to a width
rounded down.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from ocr_core.charset import Charset
from ocr_core.errors import CharsetError, ModelError
from ocr_core.preprocess import HORIZONTAL_STRIDE, ChannelOrder, Frames, InputFormat, LongLines, Padding, Resampling

WEIGHTS_NAME: Final = "model.safetensors"
GRAPH_NAME: Final = "model.onnx"
PREFIX: Final = "zijian."

Output = Literal["log_probs", "probs", "logits"]
OutputAxes = Literal["NTC", "TNC"]

_LARGEST_CLASSES: Final = 200_000
_WIDEST_PX: Final = 32768
_LARGEST_HEADER_BYTES: Final = 16 * 1024 * 1024
_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What a model file says of itself; the fields are those of the table above."""

    name: str
    charset: Charset
    input_format: InputFormat = field(default_factory=InputFormat)
    output: Output = "log_probs"
    output_axes: OutputAxes = "NTC"
    training: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "unknown"
    architecture: str = ""
    architecture_config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of one model.

    Attributes:
        graph: the file with the network.
        weights: where its weights are; None when `graph` holds them itself.
        others: what it needs besides, as an engine with a network for each language does.
    """

    graph: Path
    weights: Path | None
    others: tuple[Path, ...] = ()

    @classmethod
    def in_folder(cls, folder: Path) -> ModelFiles:
        """Finds the graph and the weights in a model's folder.

        Raises:
            ModelError: one of them is missing.
        """
        files = cls(folder / GRAPH_NAME, folder / WEIGHTS_NAME)
        missing = [path.name for path in files.paths if not path.is_file()]
        if missing:
            raise ModelError(f"The model folder {folder} lacks {' and '.join(missing)}.")
        return files

    @classmethod
    def own_file(cls, path: Path) -> ModelFiles:
        """Takes a single ONNX file with its weights inside.

        Raises:
            ModelError: there is no such file.
        """
        if not path.is_file():
            raise ModelError(f"There is no model file {path}.")
        return cls(path, None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, in the order in which they are hashed."""
        return tuple(path for path in (self.graph, self.weights, *self.others) if path)

    def sha256(self) -> str:
        """Returns the model's hash: SHA-256 of the graph's bytes followed by the weights' bytes, then the others'.

        `cat model.onnx model.safetensors | sha256sum` gives the same.
        """
        digest = hashlib.sha256()
        for path in self.paths:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    digest.update(chunk)
        return digest.hexdigest()


def to_metadata(description: ModelDescription) -> dict[str, str]:
    """Turns a description into the text pairs that are written into both files."""
    wanted = description.input_format
    values = {
        "name": description.name,
        "alphabet": _json(list(description.charset.symbols)),
        "blank": str(description.charset.blank),
        "input_height": str(wanted.height_px),
        "input_channels": str(wanted.channels),
        "mean": repr(wanted.mean),
        "std": repr(wanted.std),
        "stride": str(wanted.stride_px),
        "max_width": str(wanted.max_width_px),
        "bucket": str(wanted.bucket_px),
        "min_width": str(wanted.min_width_px),
        "padding": wanted.padding,
        "frames": wanted.frames,
        "long_lines": wanted.long_lines,
        "origin": repr(wanted.origin_px),
        "channel_order": wanted.channel_order,
        "resampling": wanted.resampling,
        "trained_enhanced": "yes" if wanted.trained_enhanced else "no",
        "output": description.output,
        "output_axes": description.output_axes,
        "training": _json(dict(description.training)),
        "licence": description.licence,
        "architecture": description.architecture,
        "architecture_config": _json(dict(description.architecture_config)),
    }
    return {PREFIX + key: value for key, value in values.items()}


def from_metadata(metadata: Mapping[str, str]) -> ModelDescription:
    """Reads a description back; keys of other programs are ignored.

    Raises:
        ModelError: the alphabet is missing, or a value is malformed or out of bounds; the message names the key.
    """
    reader = _MetadataReader(metadata)
    return ModelDescription(
        name=reader.text("name", "unnamed"),
        charset=_charset(reader),
        input_format=_input_format(reader),
        output=cast(Output, reader.choice("output", "log_probs", get_args(Output))),
        output_axes=cast(OutputAxes, reader.choice("output_axes", "NTC", get_args(OutputAxes))),
        training=reader.json_object("training"),
        licence=reader.text("licence", "unknown"),
        architecture=reader.text("architecture", ""),
        architecture_config=reader.json_object("architecture_config"),
    )


def read_weights_metadata(path: Path) -> dict[str, str]:
    """Reads the text pairs in a safetensors header: 8 bytes of length, then JSON; the weights stay unread.

    Raises:
        ModelError: the header is broken.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LARGEST_HEADER_BYTES:
                raise ModelError(f"{path} is not a safetensors file, or its header is unreasonably long.")
            encoded = file.read(length)
        if len(encoded) < length:
            raise ModelError(f"{path} is cut short.")
        header = json.loads(encoded)
        pairs = header.get("__metadata__", {})
        return {str(key): str(value) for key, value in pairs.items()}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(f"The header of {path} cannot be read: {error}") from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _MetadataReader:
    """Typed, bounded access to the pairs; every failure names its key."""

    metadata: Mapping[str, str]

    def text(self, key: str, default: str) -> str:
        return self.metadata.get(PREFIX + key, default)

    def integer(self, key: str, default: int, lowest: int, highest: int) -> int:
        raw = self.text(key, str(default)).strip()
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 10 and lowest <= int(raw) <= highest):
            raise self.refusal(key, f"a whole number from {lowest} to {highest}")
        return int(raw)

    def number(self, key: str, default: float, lowest: float, highest: float) -> float:
        try:
            value = float(self.text(key, str(default)))
        except ValueError:
            value = math.nan
        if not lowest <= value <= highest:
            raise self.refusal(key, f"a number from {lowest:g} to {highest:g}")
        return value

    def choice(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.refusal(key, "one of " + ", ".join(allowed))
        return value

    def json_value(self, key: str, default: str) -> object:
        try:
            return json.loads(self.text(key, default))
        except (ValueError, RecursionError) as error:
            raise self.refusal(key, "JSON") from error

    def json_object(self, key: str) -> dict[str, Any]:
        value = self.json_value(key, "{}")
        if not isinstance(value, dict):
            raise self.refusal(key, "a JSON object")
        return value

    def refusal(self, key: str, wanted: str) -> ModelError:
        shown = self.text(key, "")[:40]
        return ModelError(f"The model's metadata entry {PREFIX}{key} should be {wanted}, not {shown!r}.")


def _input_format(reader: _MetadataReader) -> InputFormat:
    max_width = reader.integer("max_width", 1024, 1, _WIDEST_PX)
    return InputFormat(
        height_px=reader.integer("input_height", 32, 1, 512),
        channels=int(reader.choice("input_channels", "1", ("1", "3"))),
        mean=reader.number("mean", 0.5, -1e3, 1e3),
        std=reader.number("std", 0.5, 1e-6, 1e3),
        max_width_px=max_width,
        bucket_px=reader.integer("bucket", 64, 1, 4096),
        stride_px=reader.integer("stride", HORIZONTAL_STRIDE, 1, 64),
        resampling=cast(Resampling, reader.choice("resampling", "area", get_args(Resampling))),
        trained_enhanced=reader.choice("trained_enhanced", "no", ("yes", "no")) == "yes",
        min_width_px=reader.integer("min_width", 1, 1, max_width),
        frames=cast(Frames, reader.choice("frames", "line", get_args(Frames))),
        channel_order=cast(ChannelOrder, reader.choice("channel_order", "rgb", get_args(ChannelOrder))),
        padding=cast(Padding, reader.choice("padding", "zero", get_args(Padding))),
        origin_px=reader.number("origin", 0.0, -512.0, 512.0),
        long_lines=cast(LongLines, reader.choice("long_lines", "windows", get_args(LongLines))),
    )


def _charset(reader: _MetadataReader) -> Charset:
    if PREFIX + "alphabet" not in reader.metadata:
        raise ModelError(
            f"The model says nothing of its alphabet: the metadata entry {PREFIX}alphabet is missing. "
            "It should be a JSON list with the text of every class."
        )
    symbols = reader.json_value("alphabet", "[]")
    if not isinstance(symbols, list) or not 2 <= len(symbols) <= _LARGEST_CLASSES:
        raise reader.refusal("alphabet", f"a JSON list of 2 to {_LARGEST_CLASSES} texts")
    blank = reader.integer("blank", 0, 0, len(symbols) - 1)
    symbols[blank] = ""
    for class_index, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or not _is_one_line(symbol):
            raise ModelError(
                f"Class {class_index} in the model's {PREFIX}alphabet is not a short text on one line: {symbol!r:.40}."
            )
    try:
        return Charset(tuple(symbols), blank)
    except CharsetError as error:
        raise ModelError(str(error)) from error


def _is_one_line(symbol: str) -> bool:
    """No control characters, line breaks or lone surrogates: recognised text goes to terminals, files and pages."""
    return len(symbol) <= 16 and not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in symbol)
