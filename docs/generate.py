"""Writes what the documents repeat from the code, between their markers: `make docs`, or with `--check` only looks.

Needs nothing but Python, so that it runs wherever files are added or merged.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
ROOMS: Final = ("ocr_core", "eval", "apps", "docs")
"""The folders whose Python files stand in the tree; tests/ mirrors the first three."""

COMMAND: Final = "python docs/generate.py"


class MarkersError(ValueError):
    """A document lacks the lines between which something is to be written."""


def file_tree(root: Path = ROOT) -> str:
    """Returns every Python file of the rooms with the first line of its docstring, folder by folder, as Markdown."""
    return "\n\n".join(_folder(folder, root) for room in ROOMS for folder in _folders(root / room))


def first_line(file: Path) -> str:
    """Returns what a file says of itself: its docstring's first line, or the first sentence where that is longer.

    A file without a docstring says nothing.
    """
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    line, _, _ = docstring.partition("\n")
    if line.endswith((".", "?")):
        return line
    sentence, stop, _ = " ".join(docstring.split("\n\n")[0].split()).partition(". ")
    return sentence + stop.strip()


def settings_table() -> str:
    """Returns every `ZIJIAN_` variable with its default and its meaning, from `ocr_core/settings.py`."""
    sys.path.insert(0, str(ROOT))  # a script sees its own folder alone
    from ocr_core.settings import ServiceLimits, Settings, Workplace, variable_of

    tables = []
    for kind in (Settings, Workplace, ServiceLimits):
        about, meanings = _attributes(kind.__doc__ or "")
        defaults = {setting.name: _in_words(getattr(kind(), setting.name)) for setting in fields(kind)}
        rows = [f"| `{variable_of(name)}` | {default} | {meanings[name]} |" for name, default in defaults.items()]
        tables.append("\n".join([about, "", "| variable | default | meaning |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(tables)


def reach_tables() -> str:
    """Returns accuracy by length of line, place on it and slope, with n and intervals, from the committed files."""
    length, rotation = (_committed(name) for name in ("length", "rotation"))
    engines = {engine["key"]: engine["display_name"] for engine in length["engines"]}
    columns = list(dict.fromkeys((cell["engine"], cell["script"]) for cell in length["cells"]))
    heads = [f"{engines[engine]}, {script}" for engine, script in columns]
    by_length = [
        [
            f"{width:,} px",
            *(_accuracy(_only(length["cells"], width, column, "width_px")) for column in columns),
        ]
        for width in sorted({cell["width_px"] for cell in length["cells"]})
    ]
    places = {(row["engine"], row["script"]): row for row in length["places"]}
    by_place = [
        [f"{number + 1}", *(f"{100 * places[column]['accuracy'][number]:.1f}" for column in columns)]
        for number in range(len(next(iter(places.values()))["accuracy"]))
    ]
    angles = sorted({cell["degrees"] for cell in rotation["cells"]})
    turned = [
        [
            f"{angle:g}\u00b0",
            *(_accuracy(_only(rotation["cells"], angle, (key,), "degrees")) for key in engines),
        ]
        for angle in angles
    ]
    return "\n\n".join(
        [
            _table(["width at a height of 32", *heads], by_length),
            _table(["tenth of a long line", *heads], by_place),
            _table(["slope", *engines.values()], turned),
        ]
    )


def sizing_table() -> str:
    """Returns how many lines a second one and two cores read and how long one picture takes, as was committed."""
    latency = _committed("latency")
    rates: dict[str, dict[int, dict[str, Any]]] = {}
    for row in latency["throughput"]:
        rates.setdefault(row["engine"], {})[row["workers"]] = row
    rows = [
        [
            f"`{answer['engine']}`",
            *(f"{rates[answer['engine']][workers]['lines_per_s']:.0f}" for workers in (1, 2)),
            f"{answer['p50_ms']:.0f} ms",
            f"{answer['p95_ms']:.0f} ms",
        ]
        for answer in latency["answers"]
        if {1, 2} <= rates.get(answer["engine"], {}).keys()
    ]
    machine = latency["machine"]
    table = _table(["engine", "lines/s, 1 worker", "2 workers", "one picture, median", "95th percentile"], rows)
    return f"{table}\n\n{machine['cpu']}, {machine['cores']} cores, one thread a worker; {latency['made']}."


def between(text: str, name: str, made: str) -> str:
    """Returns a document with `made` between the markers called `name`.

    Raises:
        MarkersError: the markers are not there, once each and in order.
    """
    begin, end = (f"<!-- {name}: {word} ({COMMAND}) -->" for word in ("begin", "end"))
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end) or begin in rest or end in before + after:
        raise MarkersError(f"the lines {begin} and {end} are wanted once each, in this order")
    return f"{before}{begin}\n{made}\n{end}{after}"


PARTS: Final[dict[str, tuple[str, Callable[[], str]]]] = {
    "docs/architecture.md": ("file tree", file_tree),
    "docs/settings.md": ("settings", settings_table),
    "docs/evaluation.md": ("reach", reach_tables),
    "docs/hosting.md": ("sizing", sizing_table),
}
"""Which document holds which generated part, and what makes it."""


def stale(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Yields every document whose generated part is no longer what the code says, and what it should be.

    Raises:
        MarkersError: a document lacks its markers.
    """
    for document, (name, make) in PARTS.items():
        text = (root / document).read_text(encoding="utf-8")
        wanted = between(text, name, make())
        if text != wanted:
            yield root / document, wanted


def main() -> int:
    """Rewrites stale documents; with `--check` names them and fails."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something is out of date")
    check = parser.parse_args().check
    found = list(stale())
    for document, wanted in found:
        if not check:
            document.write_text(wanted, encoding="utf-8", newline="\n")
        print(f"{'out of date' if check else 'rewritten'}: {document.relative_to(ROOT)}")
    return int(check and bool(found))


def _committed(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "eval" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def _only(cells: list[dict[str, Any]], value: float, column: tuple[str, ...], along: str) -> dict[str, Any]:
    names = ("engine", "script")[: len(column)]
    return next(cell for cell in cells if cell[along] == value and tuple(cell[name] for name in names) == column)


def _accuracy(cell: dict[str, Any]) -> str:
    bounds = "" if cell["low"] is None else f" ({100 * cell['low']:.1f} to {100 * cell['high']:.1f})"
    return f"{100 * cell['accuracy']:.1f}{bounds}, n = {cell['lines']}"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _folders(room: Path) -> Iterator[Path]:
    folders = {room, *(file.parent for file in room.rglob("*.py"))}
    return iter(sorted(folder for folder in folders if any(folder.glob("*.py"))))


def _folder(folder: Path, root: Path) -> str:
    package = folder / "__init__.py"
    about = first_line(package) if package.is_file() else ""
    title = f"**{folder.relative_to(root).as_posix()}/**" + (f" {about}" if about else "")
    return "\n".join([title, "", *(_entry(file, root) for file in sorted(folder.glob("*.py")) if file != package)])


def _entry(file: Path, root: Path) -> str:
    return f"- [{file.name}](../{file.relative_to(root).as_posix()}): {first_line(file)}"


def _attributes(docstring: str) -> tuple[str, dict[str, str]]:
    """Splits a docstring into its first line and what it says of each attribute."""
    about, _, listed = inspect.cleandoc(docstring).partition("\n\nAttributes:\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    return about, {name: " ".join(text.split()) for name, text in entries}


def _in_words(default: object) -> str:
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, Path) and default.is_absolute():
        return f"`{default.name}/` beside or inside the package"
    return f"`{default.as_posix() if isinstance(default, Path) else default}`"


if __name__ == "__main__":
    sys.exit(main())
