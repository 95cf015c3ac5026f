"""Starts the service: `python -m apps.server`. `python -m apps.server key NAME` makes a key for somebody."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

# Gradio reads these when it is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from apps.server import environment
from apps.server.keys import line_of, new_key
from ocr_core.errors import OcrError


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until it is stopped, or makes a key."""
    parser = argparse.ArgumentParser(prog="python -m apps.server", description="The service; settings are variables.")
    commands = parser.add_subparsers(dest="command")
    key = commands.add_parser("key", help="make a key: prints it, and the line that the file of keys gets")
    key.add_argument("name", help="who gets it")
    key.add_argument("--rate", type=int, default=None, metavar="N", help="requests a minute, 0 for any number")
    asked = parser.parse_args(arguments)
    try:
        return _make_key(asked.name, asked.rate) if asked.command == "key" else _serve()
    except OcrError as error:
        print(error, file=sys.stderr)
        return 2


def _make_key(name: str, rate_per_minute: int | None) -> int:
    key = new_key()
    line = line_of(name, key, rate_per_minute)
    print(f"The key, shown this once: {key}\nThe line for the file that ZIJIAN_API_KEYS names:\n{line}")
    return 0


def _serve() -> int:
    from apps.server.running import serve

    return serve(*environment.address())


if __name__ == "__main__":
    sys.exit(main())
