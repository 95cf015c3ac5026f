"""Starts the import of another project's recogniser: `python -m ocr_core.importers`, the same as `zijian import`."""

from __future__ import annotations

import sys

from ocr_core.cli import main

if __name__ == "__main__":
    sys.exit(main(["import", *sys.argv[1:]], program="python -m ocr_core.importers"))
