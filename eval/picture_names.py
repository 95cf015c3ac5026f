"""Finds the picture that a label means, however its name was written: other slashes, other accents, folders in front.

Nothing outside the folder of the data set is ever named, links resolved.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ocr_core.errors import DatasetError

PICTURE_FOLDERS: Final = ("images",)
"""Where pictures lie beside label files that name them without it (docTR)."""

_MOST_FOLDERS: Final = 32
"""Deeper names are not tried without their leading folders."""


def is_inside(file: Path, boundary: Path) -> bool:
    """Tells whether a path, links resolved, lies in a folder whose own links are resolved."""
    try:
        resolved = file.resolve()
        # A loop of links is an error until Python 3.12, and one of its own links from 3.13 on.
        return resolved.is_relative_to(boundary) and not resolved.is_symlink()
    except (OSError, ValueError, RuntimeError):  # a name that cannot exist, a loop of links
        return False


class PictureNames:
    """Names of pictures in one data set; what a folder holds is looked at once.

    Attributes:
        folder: the data set's, links resolved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings: dict[Path, dict[str, str]] = {}

    def of(self, file: str, labels_folder: Path, where: str) -> str:
        """Returns the name inside the data set of a file that a label names, links resolved.

        Names are relative to the label file, or to the data set where nothing lies at the former. Where nothing lies at
        either, backslashes are taken for slashes, and folders are taken off the front one by one until something does.
        A picture that is nowhere keeps the name that was written.

        Raises:
            DatasetError: no file is named, or it is outside the folder of the data set; `where` begins the message.
        """
        if not file or "\0" in file:
            raise DatasetError(f"{where}: no file is named.")
        try:
            path = self._found(file, labels_folder) or (labels_folder / file).resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a name too long to exist, a loop of links
            raise DatasetError(f"{where}: the file '{file[:80]}' cannot be looked for.") from error
        if path == self.folder or not path.is_relative_to(self.folder):
            raise DatasetError(f"{where}: the file '{file[:80]}' is outside the folder of its data set.")
        return path.relative_to(self.folder).as_posix()

    def _found(self, file: str, labels_folder: Path) -> Path | None:
        """Returns the first place, links resolved, at which something lies.

        It is outside only where a relative name leads there; a name from the root of another machine is cut instead.
        """
        for base in (labels_folder, self.folder):
            as_written = base / file
            if as_written.exists() and (is_inside(as_written, self.folder) or not Path(file).is_absolute()):
                return as_written.resolve()
        parts = [part for part in file.replace("\\", "/").split("/") if part not in ("", ".")]
        if ".." in parts:
            return None
        for base, tried in self._tries(parts, labels_folder):
            if (path := self._existing(base, tried)) is not None and is_inside(path, self.folder):
                return path.resolve()
        return None

    def _tries(self, parts: Sequence[str], labels_folder: Path) -> Iterator[tuple[Path, Sequence[str]]]:
        for start in range(min(len(parts), _MOST_FOLDERS)):
            yield labels_folder, parts[start:]
            yield self.folder, parts[start:]
        for folder in PICTURE_FOLDERS:
            yield labels_folder, (folder, *parts)
            yield labels_folder, (folder, *parts[-1:])

    def _existing(self, base: Path, parts: Sequence[str]) -> Path | None:
        """Goes down part by part; a part is found under any spelling of its accents."""
        path = base
        for part in parts:
            actual = self._listing(path).get(unicodedata.normalize("NFC", part))
            if actual is None:
                return None
            path = path / actual
        return path

    def _listing(self, folder: Path) -> dict[str, str]:
        """Composed name to actual name."""
        known = self._listings.get(folder)
        if known is None:
            try:
                names = sorted(path.name for path in folder.iterdir()) if is_inside(folder, self.folder) else []
            except OSError:  # no folder
                names = []
            known = {unicodedata.normalize("NFC", name): name for name in names}
            self._listings[folder] = known
        return known
