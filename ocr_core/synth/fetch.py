"""Fetches the materials of synthesis through the registries' own clients: `python -m ocr_core.synth.fetch [NAME...]`.

Resumable: a package that is already unpacked is skipped. Needs apt-get and dpkg-deb, npm, pip; no root.
"""

from __future__ import annotations

import fnmatch
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from ocr_core.errors import MaterialsError
from ocr_core.synth.materials import Source, materials_folder, sources

DONE = ".complete"


def main(names: list[str]) -> int:
    """Fetches everything, or the named packages; returns the exit code."""
    wanted = [source for source in sources() if not names or source.package in names]
    if unknown := set(names) - {source.package for source in wanted}:
        print(f"Not in the table of materials: {', '.join(sorted(unknown))}")
        return 2
    print(f"Materials folder: {materials_folder()}")
    failed = []
    for position, source in enumerate(wanted, 1):
        label = f"[{position}/{len(wanted)}] {source.registry} {source.package} {source.version}".rstrip()
        if (source.folder / DONE).exists():
            print(f"{label}: already here")
            continue
        print(f"{label}: fetching", flush=True)
        try:
            count = fetch(source)
        except (MaterialsError, subprocess.CalledProcessError, OSError, tarfile.TarError) as error:
            print(f"{label}: FAILED: {error}")
            failed.append(source.package)
            continue
        print(f"{label}: {count} files")
    if failed:
        print(f"Not fetched: {', '.join(failed)}. Run the command again to retry.")
    return bool(failed)


def fetch(source: Source) -> int:
    """Downloads one package and unpacks what is kept of it; returns how many files that is."""
    source.folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=source.folder.parent) as temporary:
        download = Path(temporary, "download")
        unpacked = Path(temporary, "unpacked")
        download.mkdir()
        unpacked.mkdir()
        archive = _DOWNLOADERS[source.registry](source, download)
        count = _UNPACKERS.get(archive.suffix, unpack_tar)(archive, source, unpacked)
        if not count:
            raise MaterialsError(f"{archive.name} holds none of the wanted files.")
        (unpacked / DONE).write_text(f"{archive.name}\n", encoding="utf-8")
        if source.folder.exists():
            shutil.rmtree(source.folder)
        unpacked.rename(source.folder)
    return count


def _download_debian(source: Source, folder: Path) -> Path:
    _run(["apt-get", "download", source.package], folder)
    return _only_file(folder)


def _download_npm(source: Source, folder: Path) -> Path:
    _run(["npm", "pack", "--silent", f"{source.package}@{source.version}"], folder)
    return _only_file(folder)


def _download_pypi(source: Source, folder: Path) -> Path:
    requirement = f"{source.package}=={source.version}"
    _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", requirement], folder)
    return _only_file(folder)


_DOWNLOADERS = {"debian": _download_debian, "npm": _download_npm, "pypi": _download_pypi}


def _run(command: list[str], folder: Path) -> None:
    if shutil.which(command[0]) is None:
        raise MaterialsError(f"{command[0]} is not installed here.")
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode:
        last_words = (finished.stderr.strip() or finished.stdout.strip())[-300:]
        hint = " (try apt-get update first)" if command[0] == "apt-get" else ""
        raise MaterialsError(f"{command[0]} said: {last_words}{hint}")


def _only_file(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise MaterialsError(f"Expected one archive, got {len(files)}.")
    return files[0]


def _unpack_deb(archive: Path, source: Source, folder: Path) -> int:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as members:
            count = _keep_members(members, source, folder)
        if process.stdout:
            process.stdout.read()
    return count


def unpack_tar(archive: Path, source: Source, folder: Path) -> int:
    """Unpacks what is kept of a tar archive; returns how many files that is."""
    with tarfile.open(archive, mode="r|*") as members:
        return _keep_members(members, source, folder)


def _unpack_wheel(archive: Path, source: Source, folder: Path) -> int:
    count = 0
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            if _is_wanted(name, source):
                with members.open(name) as content:
                    _write(content, folder / name)
                count += 1
    return count


_UNPACKERS = {".deb": _unpack_deb, ".whl": _unpack_wheel}


def _keep_members(members: tarfile.TarFile, source: Source, folder: Path) -> int:
    """Writes the regular files whose paths match; links and paths that climb out are left alone."""
    count = 0
    for member in members:
        content = members.extractfile(member) if member.isreg() and _is_wanted(member.name, source) else None
        if content is not None:
            _write(content, folder / member.name)
            count += not member.name.endswith("/copyright")
    return count


def _is_wanted(name: str, source: Source) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    return any(fnmatch.fnmatch(name, pattern) for pattern in source.keep)


def _write(content: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
