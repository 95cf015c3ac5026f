"""Writes the materials' part of THIRD_PARTY.md from the tables: `python -m ocr_core.synth.notices`.

What came from which package, under which licence, for which split. Looks into no package: it needs nothing fetched.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth.materials import Source, source_of, sources
from ocr_core.synth.sample_scenes import PHOTOGRAPHS, SCENES
from ocr_core.synth.split import documents, families, family, photograph_names

NOTICES_FILE: Final = Path(__file__).resolve().parents[2] / "THIRD_PARTY.md"
BEGIN: Final = "<!-- materials: written by `python -m ocr_core.synth.notices`, not by hand -->"
END: Final = "<!-- end of materials -->"

_STROKES: Final = "hanzi-writer-data"
_SKELETONS: Final = "kanjivg"
_WORDS: Final = "jieba"
_USES: Final = ("training", "validation", "test", "samples", "charset")
_SPLIT_USES: Final = {Split.TRAIN: "training", Split.VALIDATION: "validation", Split.TEST: "test"}
_SHIPPED: Final = {
    frozenset({"samples"}): "in sample pictures only",
    frozenset({"test"}): "at most in evaluation pictures",
    frozenset({"samples", "test"}): "in sample and evaluation pictures only",
}
_REGISTRY_NAMES: Final = {"debian": "Debian", "npm": "npm", "pypi": "PyPI"}

Record = dict[Source, dict[str, set[str]]]
"""Package to what was taken from it (faces, texts, ...) and what for."""


def main() -> int:
    """Rewrites the block in THIRD_PARTY.md; returns the exit code."""
    NOTICES_FILE.write_text(with_current_block(NOTICES_FILE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{NOTICES_FILE.name}: {len(sources())} packages")
    return 0


def with_current_block(page: str) -> str:
    """Returns the page with everything between the two marks written anew.

    Raises:
        MaterialsError: the marks are not there.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MaterialsError(f"The page lacks the line '{BEGIN}' or '{END}' after it.")
    return f"{before}{BEGIN}\n{materials_table()}{END}{after}"


def materials_table() -> str:
    """Returns the table of all packages, grouped by what was taken from them."""
    record = _record()
    lines = [f"{_row(source, record.get(source, {}))}\n" for source in sources()]
    header = "| package | taken from it | licence | used for | in this repository |\n|---|---|---|---|---|\n"
    return header + "".join(sorted(lines, key=lambda line: line.split(" | ")[1]))


def _row(source: Source, taken: dict[str, set[str]]) -> str:
    version = f" {source.version}" if source.version else ""
    package = f"`{source.package}`{version} ({_REGISTRY_NAMES[source.registry]})"
    what = ", ".join(sorted(taken)) or "nothing"
    uses = set().union(*taken.values())
    used_for = ", ".join(use for use in _USES if use in uses) or "fetched, not used"
    shipped = _SHIPPED.get(frozenset(uses & {"samples", "test"}), "no")
    return f"| {package} | {what} | {source.licence} | {used_for} | {shipped} |"


def _record() -> Record:
    record: Record = {}

    def note(source: Source, what: str, use: str) -> None:
        record.setdefault(source, {}).setdefault(what, set()).add(use)

    for split, use in _SPLIT_USES.items():
        for name in families(split):
            for pattern in family(name).faces.values():
                note(source_of(pattern), "faces", use)
        for document in documents(split):
            note(source_of(document.files), "texts", use)
        for path in photograph_names(split):
            note(source_of(path), "photographs and drawings", use)
        note(_package(_STROKES), "stroke medians", use)
        note(_package(_WORDS), "word frequencies", use)
    note(_package(_SKELETONS), "pen paths", "training")
    note(_package(_WORDS), "word frequencies", "charset")
    for scene in SCENES:
        for face_name in scene.faces:
            for pattern in family(face_name.partition("/")[0]).faces.values():
                note(source_of(pattern), "faces", "samples")
        if scene.photograph:
            note(source_of(PHOTOGRAPHS[scene.photograph[0]].path), "photographs and drawings", "samples")
        if scene.writer is not None:
            note(_package(_STROKES), "stroke medians", "samples")
    return record


def _package(name: str) -> Source:
    return next(source for source in sources() if source.package == name)


if __name__ == "__main__":
    if sys.argv[1:]:
        raise SystemExit("This command takes no arguments.")
    raise SystemExit(main())
