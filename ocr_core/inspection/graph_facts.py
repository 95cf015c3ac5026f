"""What an ONNX file says of its graph: inputs, outputs, operators, parameters, metadata; read from its bytes alone.

Follows the field numbers of onnx.proto through the wire format, so that no ONNX library and no runtime is needed and
nothing in the file is executed. Texts of the file are returned as they are: whoever shows them escapes them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ocr_core.errors import ModelError
from ocr_core.sessions.protobuf_wire import fields, length_delimited, messages, varint

METADATA_FIELD: Final = 14
LARGEST_METADATA_BYTES: Final = 16 * 2**20
LOOPS: Final = ("Loop", "Scan", "If")

_DEEPEST: Final = 64
_LONGEST_TEXT: Final = 200
_MOST_OPERATORS: Final = 1_000
_MOST_VALUES: Final = 100
_ELEMENT_TYPES: Final = {1: "float32", 2: "uint8", 6: "int32", 7: "int64", 10: "float16", 11: "float64", 16: "bfloat16"}


@dataclass(frozen=True, slots=True)
class GraphValue:
    """An input or output; of its dimensions a number is fixed, and a text (its name, or "?") is free."""

    name: str
    element_type: str
    dims: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What stands in a file.

    Attributes:
        inputs: what has to be fed, weights not counted.
        outputs: in the file's order.
        operators: how often each is used, those inside loops and functions included.
        parameters: numbers in all stored tensors.
        opset: version of the standard operators; 0 where the file says none.
        other_domains: of operators that are not standard ones.
        producer: the program that wrote the file.
        metadata: the pairs of text.
    """

    inputs: tuple[GraphValue, ...]
    outputs: tuple[GraphValue, ...]
    operators: Mapping[str, int]
    parameters: int
    opset: int
    other_domains: tuple[str, ...]
    producer: str
    metadata: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> GraphFacts:
        """Rebuilds facts from `to_dict`'s data."""
        values = {
            side: tuple(GraphValue(v["name"], v["element_type"], tuple(v["dims"])) for v in data[side])
            for side in ("inputs", "outputs")
        }
        return cls(**{**data, **values, "other_domains": tuple(data["other_domains"])})


def read_graph(model: bytes) -> GraphFacts:
    """Reads a serialised model.

    Raises:
        ModelError: the bytes are not a serialised ONNX model.
    """
    try:
        return _model(memoryview(model))
    except (IndexError, ValueError) as error:
        raise ModelError("This is not an ONNX file, or it is damaged.") from error


def with_metadata(model: bytes, pairs: Mapping[str, str], replaced_prefix: str) -> bytes:
    """Returns a serialised model with these pairs of text in place of all whose key begins with a prefix.

    Every other byte stays as it is: fields of a message may come in any order, so new ones are put behind.

    Raises:
        ModelError: the bytes are not a serialised ONNX model.
    """
    kept = bytearray()
    try:
        for number, content, whole in fields(memoryview(model)):
            key = _pair(content)[0] if number == METADATA_FIELD and isinstance(content, memoryview) else None
            if key is None or not key.startswith(replaced_prefix):
                kept += whole
    except (IndexError, ValueError) as error:
        raise ModelError("This is not an ONNX file, or it is damaged.") from error
    for key, value in pairs.items():
        entry = length_delimited(1, key.encode()) + length_delimited(2, value.encode())
        kept += length_delimited(METADATA_FIELD, entry)
    return bytes(kept)


def _model(message: memoryview) -> GraphFacts:
    operators: Counter[str] = Counter()
    metadata: dict[str, str] = {}
    producer, opset, domains = "", 0, set[str]()
    inputs: tuple[GraphValue, ...] = ()
    outputs: tuple[GraphValue, ...] = ()
    parameters, has_graph, metadata_bytes = 0, False, 0
    for number, content in messages(message):
        if number == 2:
            producer = _text(content)
        elif number == 8:
            domain, version = _opset(content)
            opset = version if domain in ("", "ai.onnx") else opset
            domains |= {domain} - {"", "ai.onnx"}
        elif number == METADATA_FIELD:
            metadata_bytes += len(content)
            if metadata_bytes > LARGEST_METADATA_BYTES:
                raise ModelError("The file's metadata are unreasonably long.")
            key, value = _pair(content)
            metadata[key] = value
        elif number == 7:
            has_graph = True
            inputs, outputs = _values(content)
            parameters += _walk_graph(content, operators, 0)
        elif number == 25:
            for inner, node in messages(content):
                parameters += _walk_node(node, operators, 0) if inner == 7 else 0
    if not has_graph:
        raise ModelError("This is not an ONNX file: it holds no graph.")
    return GraphFacts(
        inputs, outputs, dict(operators.most_common()), parameters, opset, tuple(sorted(domains)), producer, metadata
    )


def _values(graph: memoryview) -> tuple[tuple[GraphValue, ...], tuple[GraphValue, ...]]:
    stored: set[str] = set()
    inputs: list[GraphValue] = []
    outputs: list[GraphValue] = []
    for number, content in messages(graph):
        if number == 5:
            stored |= {_text(name) for inner, name in messages(content) if inner == 8}
        elif number in (11, 12):
            (inputs if number == 11 else outputs).append(_value(content))
        if len(inputs) + len(outputs) > _MOST_VALUES + len(stored):
            raise ModelError("The file has unreasonably many inputs and outputs.")
    return tuple(value for value in inputs if value.name not in stored), tuple(outputs)


def _value(message: memoryview) -> GraphValue:
    name, element_type, dims = "", "no tensor", tuple[int | str, ...]()
    for number, content in messages(message):
        if number == 1:
            name = _text(content)
        elif number == 2:
            for kind, tensor in messages(content):
                if kind == 1:
                    element_type, dims = _tensor_type(tensor)
    return GraphValue(name, element_type, dims)


def _tensor_type(message: memoryview) -> tuple[str, tuple[int | str, ...]]:
    element, dims = 0, list[int | str]()
    for number, content, _ in fields(message):
        if number == 1 and isinstance(content, int):
            element = content
        elif number == 2 and isinstance(content, memoryview):
            dims += [_dimension(inner) for kind, inner in messages(content) if kind == 1]
    return _ELEMENT_TYPES.get(element, f"type {element}"), tuple(dims)


def _dimension(message: memoryview) -> int | str:
    for number, content, _ in fields(message):
        if number == 1 and isinstance(content, int):
            return content if content < 2**63 else "?"  # a negative number means that it is not known
        if number == 2 and isinstance(content, memoryview):
            return _text(content) or "?"
    return "?"


def _walk_graph(graph: memoryview, operators: Counter[str], depth: int) -> int:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    parameters = 0
    for number, content in messages(graph):
        if number == 1:
            parameters += _walk_node(content, operators, depth)
        elif number == 5:
            parameters += _numbers_in(content)
        elif number == 15:
            parameters += sum(_numbers_in(values) for inner, values in messages(content) if inner == 1)
    return parameters


def _walk_node(node: memoryview, operators: Counter[str], depth: int) -> int:
    parameters, name, domain = 0, "", ""
    for number, content in messages(node):
        if number == 4:
            name = _text(content)
        elif number == 7:
            domain = _text(content)
        elif number == 5:
            for inner, attribute in messages(content):
                if inner == 5 and name == "Constant":
                    parameters += _numbers_in(attribute)
                elif inner in (6, 11):
                    parameters += _walk_graph(attribute, operators, depth + 1)
    operators[f"{domain}.{name}" if domain not in ("", "ai.onnx") else name] += 1
    if len(operators) > _MOST_OPERATORS:
        raise ModelError("The file uses unreasonably many operators.")
    return parameters


def _numbers_in(tensor: memoryview) -> int:
    """Multiplies the dimensions; those that a file claims need not be true, and nothing is made from them."""
    dims: list[int] = []
    for number, content, _ in fields(tensor):
        if number == 1 and isinstance(content, int):
            dims.append(content)
        elif number == 1 and isinstance(content, memoryview):
            dims += _packed(content)
        if len(dims) > _DEEPEST:
            raise ValueError("a tensor of too many dimensions")
    return math.prod(dims)


def _packed(message: memoryview) -> list[int]:
    values, position = list[int](), 0
    while position < len(message) and len(values) <= _DEEPEST:
        value, position = varint(message, position)
        values.append(value)
    return values


def _opset(message: memoryview) -> tuple[str, int]:
    domain, version = "", 0
    for number, content, _ in fields(message):
        if number == 1 and isinstance(content, memoryview):
            domain = _text(content)
        elif number == 2 and isinstance(content, int):
            version = content
    return domain, version


def _pair(message: memoryview) -> tuple[str, str]:
    key, value = "", ""
    for number, content in messages(message):
        if number == 1:
            key = _text(content)
        elif number == 2:
            value = bytes(content).decode("utf-8")
    return key, value


def _text(content: memoryview) -> str:
    return bytes(content[: 4 * _LONGEST_TEXT]).decode("utf-8", "replace")[:_LONGEST_TEXT]
