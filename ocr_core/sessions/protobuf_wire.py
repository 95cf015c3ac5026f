"""The protobuf wire format (protobuf.dev, "Encoding"): the fields of a message, read from untrusted bytes one by one.

Knows no schema. Nothing is copied and nothing is believed: a length that reaches beyond its message is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT: Final = 0
EIGHT_BYTES: Final = 1
LENGTH_DELIMITED: Final = 2
FOUR_BYTES: Final = 5


class Field(NamedTuple):
    """One field: its number, what it holds, and all of its bytes.

    The content is an unsigned number, the bytes of a text, message or array, or None for numbers of fixed width, of
    which nothing is read here.
    """

    number: int
    content: int | memoryview | None
    whole: memoryview


def fields(message: memoryview) -> Iterator[Field]:
    """Yields every field.

    Raises:
        ValueError: the bytes are no message.
        IndexError: they end within a number.
    """
    position = 0
    while position < len(message):
        start = position
        content: int | memoryview | None = None
        tag, position = varint(message, position)
        wire_type = tag & 7
        if wire_type == VARINT:
            content, position = varint(message, position)
        elif wire_type == EIGHT_BYTES:
            position += 8
        elif wire_type == FOUR_BYTES:
            position += 4
        elif wire_type == LENGTH_DELIMITED:
            length, position = varint(message, position)
            if length > len(message) - position:
                raise ValueError("a field reaches beyond its message")
            content = message[position : position + length]
            position += length
        else:
            raise ValueError("unknown wire type")
        if position > len(message):
            raise ValueError("the message ends within a field")
        yield Field(tag >> 3, content, message[start:position])


def messages(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yields the fields that hold bytes: texts, messages and arrays.

    Raises:
        ValueError: the bytes are no message.
        IndexError: they end within a number.
    """
    return ((number, content) for number, content, _ in fields(message) if isinstance(content, memoryview))


def varint(message: memoryview, position: int) -> tuple[int, int]:
    """Returns the number at a position, and where it ends.

    Raises:
        ValueError: it is longer than ten bytes.
        IndexError: the message ends within it.
    """
    value = 0
    for shift in range(0, 70, 7):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number longer than 10 bytes")


def length_delimited(number: int, content: bytes) -> bytes:
    """Returns one field of bytes as it is written into a message."""
    return _written(number << 3 | LENGTH_DELIMITED) + _written(len(content)) + content


def _written(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
