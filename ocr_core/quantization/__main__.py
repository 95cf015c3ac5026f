"""Starts the measuring of ranges."""

from ocr_core.quantization.command import main

main()
