"""Which outside files an ONNX file asks for, read from its bytes before any runtime sees them.

ONNX Runtime before 1.24 (all that Python 3.10 can have) follows a tensor's external data to any path on the machine.
This walks the protobuf wire format along the fields of onnx.proto that lead to tensors, so that the light set of
packages needs no ONNX library. It knows nothing else of ONNX.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ocr_core.errors import ModelError
from ocr_core.sessions.protobuf_wire import messages

_DEEPEST: Final = 64

# Message -> field number -> message it holds; every way by which onnx.proto reaches a TensorProto.
_CHILDREN: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_ENTRY_KEY: Final = 1
_ENTRY_VALUE: Final = 2


def external_locations(model: bytes) -> frozenset[str]:
    """Returns every file name that the tensors of a serialised ONNX model point to.

    Raises:
        ModelError: the bytes are not a serialised ONNX model.
    """
    try:
        return frozenset(_locations(memoryview(model), "model", 0))
    except (IndexError, ValueError) as error:
        raise ModelError("This is not an ONNX file, or it is damaged.") from error


def _locations(message: memoryview, kind: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if kind == "entry":
        yield from _location_of_entry(message)
        return
    children = _CHILDREN[kind]
    for number, content in messages(message):
        if number in children:
            yield from _locations(content, children[number], depth + 1)


def _location_of_entry(message: memoryview) -> Iterator[str]:
    # A later occurrence of a field overrides an earlier one, but no honest file has two: every value counts.
    fields = list(messages(message))
    if any(number == _ENTRY_KEY and bytes(content) == b"location" for number, content in fields):
        values = [bytes(content).decode("utf-8") for number, content in fields if number == _ENTRY_VALUE]
        yield from values or [""]
