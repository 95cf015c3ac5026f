"""What a visitor looks at in Compare: a picture, the part of it that is read, and what is known of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apps.demo.comparison import Crop


@dataclass(frozen=True, slots=True)
class Saved:
    """A case that was made of a visitor's own picture: what it is called, and the part of the picture that is in it."""

    token: str
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class Current:
    """The picture a visitor looks at, and the part of it that is read.

    `sample` and `case` are what links call it, "" for a visitor's own; `truth` is what is known of it from there, and
    `usual` the engines that it is read with unless a visitor chooses. `saved` is the case that a visitor made of it.
    """

    path: Path
    name: str
    crop: Crop | None = None
    sample: str = ""
    case: str = ""
    truth: str = ""
    usual: tuple[str, ...] = ()
    saved: Saved | None = None

    @property
    def has_address(self) -> bool:
        """Whether a link leads to what is looked at."""
        return bool(self.sample or self.case) or (self.saved is not None and self.saved.crop == self.crop)
