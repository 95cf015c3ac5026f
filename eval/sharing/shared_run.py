"""A run as files to be pushed, and pushed files as a run: paths of this machine stay here, a stranger's mean nothing.

Promises that a run that is pulled can be opened, and that it makes the dashboard look for pictures nowhere but in the
repository's own data. Knows nothing of the Hub.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from eval.runs.info import EngineInfo, LeftOut, RunInfo
from eval.runs.records import RunError
from eval.runs.store import JOURNAL, LINES, RUN_FILE, SUMMARY, RunFolder
from eval.runs.summary import summarise
from eval.sharing.repository import Content, SharingError
from ocr_core.views.html import visible
from ocr_core.views.wording import percentage

KIND: Final = "run"

_FILES: Final = re.compile(
    r"run\.json|summary\.json|progress\.json|lines\.parquet(/part-\d{5}\.parquet)?|charsets/[0-9a-f]{64}\.json"
    r"|evidence/[\w@+-][\w@+.-]{0,119}\.zip"
)

_OWN_DATA: Final = ("eval/scenarios", "sample_images")
_NOWHERE: Final = "elsewhere"


def is_file_of_run(path: str) -> bool:
    """Tells whether runs have a file of this path."""
    return _FILES.fullmatch(path) is not None


def files_of_run(run: RunFolder) -> dict[str, Content]:
    """Returns the files of a run by their paths.

    Raises:
        SharingError: it is still being written, or was stopped before its lines were put into one file.
    """
    if (run.path / JOURNAL).exists() or not (run.path / LINES).exists():
        raise SharingError(
            f"The run {run.path.name} is not finished. Go on with it first: python -m eval run --resume {run.path}"
        )
    paths = (path for path in sorted(run.path.rglob("*")) if path.is_file() and not path.is_symlink())
    named = {path.relative_to(run.path).as_posix(): path for path in paths}
    kept: dict[str, Content] = {name: path for name, path in named.items() if is_file_of_run(name)}
    return kept | {RUN_FILE: _to_json(without_places(run.info()))}


def without_places(info: RunInfo) -> RunInfo:
    """Returns what a run says of itself, less where things lie on the machine that made it.

    What comes with the repository is in every clone and keeps its path; of anything else the last name is left, in a
    folder that nobody has, so that no page looks for pictures, and no engine is loaded, where a stranger says.
    """
    data = info.data
    return replace(
        info,
        data=replace(
            data,
            path=_place(data.path),
            given=_place(data.given),
            problems=tuple(LeftOut(_last_name(one.where), one.message) for one in data.problems),
        ),
        engines=tuple(replace(engine, source=_last_name(engine.source)) for engine in info.engines),
    )


def take_run(folder: Path, runs_folder: Path, name: str | None) -> RunFolder:
    """Makes a pulled folder a run among the others and returns it there; its figures are made anew of its lines.

    Raises:
        RunError: it cannot be read as a run, or there is one of its name.
    """
    pulled = RunFolder.open(folder)
    _check_types(pulled.info())
    info = without_places(pulled.info())
    info = replace(info, id=name or info.id)
    for _ in pulled.scored_records():  # raises what is wrong with them
        pass
    target = RunFolder.create(runs_folder, info)
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and is_file_of_run(relative) and relative not in (RUN_FILE, SUMMARY):
            (target.path / relative).parent.mkdir(exist_ok=True)
            path.replace(target.path / relative)
    target.write_summary(summarise(target))
    return target


def card(run: RunFolder, repository: str) -> str:
    """Returns the repository's README.md: what was read, by what, how well, and how to have it here."""
    info = run.info()
    rows = [
        f"| {_cell(engine.display_name)} | {_cell(engine.runtime)} | {figures} |"
        for engine in info.engines
        for figures in [_overall(run, engine)]
    ]
    return "\n".join(
        [
            "---",
            "license: unknown",
            f"pretty_name: {json.dumps(f'Zijian run {info.id}', ensure_ascii=False)}",
            "tags: [ocr, text-recognition, zijian]",
            "configs:",
            "- config_name: default",
            f"  data_files: {LINES}{'/*' if (run.path / LINES).is_dir() else ''}",
            "---",
            "",
            f"# {_cell(info.id)}",
            "",
            f"A run of text recognisers over {info.data.lines:,} lines of {_cell(info.data.name)}, made by Zijian on "
            f"{_cell(info.created[:10])}. `{LINES}` has a row for every line and engine: truth, reading, confidence, "
            "characters, times.",
            "",
            "| engine | runtime | character accuracy (95 %) | lines |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "```sh",
            f"zijian pull-run {repository}",
            "```",
            "",
        ]
    )


def _overall(run: RunFolder, engine: EngineInfo) -> str:
    summary = run.summary() or {}
    for row in summary.get("rows", ()):
        if (row["engine"], row["kind"], row["profile"]) == (engine.key, "overall", summary.get("profile")):
            figure = row["character_accuracy"]
            interval = f" ({percentage(figure['low'])} to {percentage(figure['high'])})" if figure["low"] else ""
            return f"{percentage(figure['value'])}{interval} | {row['lines']:,}"
    return "– | –"


def _cell(text: str) -> str:
    """Returns a text of anybody's as one cell of a Markdown table: no markup, no new line, no way out of the cell."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", visible(text).replace("\n", " "))[:200]


def _place(path: str) -> str:
    own = any(path == folder or path.startswith(f"{folder}/") for folder in _OWN_DATA)
    return path if own and ".." not in path.split("/") else f"{_NOWHERE}/{_last_name(path)}"


def _last_name(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1].lstrip(".")


def _check_types(info: RunInfo) -> None:
    """Refuses what would only fail later, on a page: `RunInfo.from_dict` takes values as they come."""
    texts = [info.id, info.created, info.data.name, info.data.path, info.data.given]
    texts += [getattr(engine, name) for engine in info.engines for name in ("key", "display_name", "colour", "source")]
    texts += [one.where for one in info.data.problems]
    if not all(isinstance(text, str) for text in texts) or not isinstance(info.data.lines, int):
        raise RunError("What the run says of itself cannot be believed: a text or a number is none.")
    if not all(re.fullmatch(r"#[0-9a-fA-F]{6}", engine.colour) for engine in info.engines):
        raise RunError("What the run says of itself cannot be believed: a colour is none.")


def _to_json(info: RunInfo) -> bytes:
    return json.dumps(asdict(info), ensure_ascii=False, indent=1).encode("utf-8", "replace")
