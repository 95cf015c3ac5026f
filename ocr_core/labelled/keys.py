"""What other people's tables, JSON objects and Parquet files call the picture of a line and its text."""

from __future__ import annotations

from typing import Final

FILE_KEYS: Final = ("file", "filename", "file_name", "img_path", "image_path", "image", "img", "path")
IMAGE_KEYS: Final = ("image", "img", "picture", "jpg", "png")
"""Names of columns that hold a picture itself."""
TEXT_KEYS: Final = ("text", "label", "transcription", "words", "gt", "ground_truth")
"""Of the names a file has, the first in each of these is taken."""
