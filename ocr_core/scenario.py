"""The vocabulary of kinds of line: what everything here is split by, and which part of the materials a line is from.

Shared by synthesis, training, evaluation and the apps; knows nothing of any of them.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Scenario(str, Enum):
    """The five kinds of line that everything in this project is split by."""

    PRINT = "print"
    BACKGROUND = "background"
    HANDWRITING = "handwriting"
    LOW_RESOLUTION = "low_resolution"
    MATHS = "maths"


class Split(str, Enum):
    """Which part of the materials may be used."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


RANDOM_TEXT: Final = "random"
"""What `source["text"]` says of a line that nobody could have written: characters in no order."""
