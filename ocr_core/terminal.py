"""What commands print: safe for terminals and line readers whatever a text or a file's name holds."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, Final

# Characters that end a line for some reader, or that UTF-8 cannot write (bytes of a file name that are no text).
UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def say(text: str) -> None:
    """Prints a text as one line on standard output."""
    print(UNSAFE.sub(" ", text), flush=True)


def print_json(value: dict[str, Any]) -> None:
    """Prints an object as one line of JSON on standard output."""
    text = json.dumps(value, ensure_ascii=False)
    print(UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text), flush=True)


def complain(message: str) -> None:
    """Prints a message as one line on standard error."""
    print(UNSAFE.sub(lambda match: ascii(match[0])[1:-1], message), file=sys.stderr, flush=True)
