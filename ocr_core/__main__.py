"""Starts the command line."""

import sys

from ocr_core.cli import main

sys.exit(main(program="python -m ocr_core"))
