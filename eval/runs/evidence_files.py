"""The evidence of one engine's lines: a file a line while a run is written, one archive when it is finished.

Knows nothing of runs. A finished run would otherwise leave thousands of small files behind.
"""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ocr_core.ctc.evidence import load_evidence, read_evidence, save_evidence
from ocr_core.errors import OcrError
from ocr_core.result import Evidence


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """Evidence by a line's index.

    Attributes:
        folder: of the single files, `INDEX.npz`; the archive of the same name lies beside it.
    """

    folder: Path

    @property
    def archive(self) -> Path:
        """Where all of them are once they are packed."""
        return self.folder.with_name(f"{self.folder.name}.zip")

    def path(self, index: int) -> Path:
        """Returns where the evidence of a line lies until it is packed."""
        return self.folder / f"{int(index)}.npz"

    def keep(self, index: int, evidence: Evidence) -> None:
        """Stores the evidence of a line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_evidence(evidence, self.path(index))

    def read(self, index: int) -> Evidence | None:
        """Returns the evidence of a line; None when it was not kept.

        Raises:
            OcrError: the file is damaged.
        """
        path = self.path(index)
        if path.is_file():
            return load_evidence(path)
        return self._read_packed(path.name) if self.archive.is_file() else None

    def _read_packed(self, name: str) -> Evidence | None:
        try:
            with zipfile.ZipFile(self.archive) as archive:
                if name not in archive.namelist():
                    return None
                file = io.BytesIO(archive.read(name))
        except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, ValueError) as error:
            raise OcrError(f"{self.archive.name} cannot be read as evidence: {error}") from error
        return read_evidence(file, name)

    def pack(self) -> None:
        """Moves the single files into the archive, which is there whole or not at all; does nothing a second time.

        They are stored as they are, being compressed already, under a fixed date: the same evidence is the same file.
        """
        if not self.folder.is_dir():
            return
        if not self.archive.exists():
            beside = self.archive.with_name(f".{self.archive.name}.{os.getpid()}")
            with zipfile.ZipFile(beside, "w") as archive:
                for path in sorted(self.folder.glob("*.npz"), key=lambda path: int(path.stem)):
                    archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
            beside.replace(self.archive)
        shutil.rmtree(self.folder)


def pack_all(folder: Path) -> None:
    """Packs the evidence of every engine that has a folder in `folder`."""
    for engine in sorted(folder.iterdir()) if folder.is_dir() else ():
        if engine.is_dir():
            EvidenceFiles(engine).pack()
