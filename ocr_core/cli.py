"""The command line: `zijian read IMAGE...`, `page FILE...`, `models`, `inspect MODEL`, or `python -m ocr_core` ...

Promises of `read` one line on standard output per image read (with `--lines all` per line of text in it), in order,
whatever the files are called or hold; of `page` what `ocr_core.cli_pages` says. Errors and warnings go to standard
error; with `--json` into the lines, and an image that fails has its line too. Exit code 0: all read; 1: some failed;
2: nothing could start, or nothing could be written.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import tee
from pathlib import Path
from typing import Any, Final, TextIO

from ocr_core import __version__, registry, repository_commands
from ocr_core.cli_decoding import add_decoding, decoding_of
from ocr_core.errors import OcrError
from ocr_core.every_line import LINE_BREAK
from ocr_core.picture_sources import PARQUET, TAR, Picture, pictures_of
from ocr_core.readings_folder import ReadingsFolder
from ocr_core.recognizer import Recognizer
from ocr_core.result import Recognition
from ocr_core.sessions.file_hashes import remembered_sha256, verified_sha256
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import LINES, RUNTIMES, Settings
from ocr_core.terminal import UNSAFE, complain, print_json, say
from ocr_core.workers import ReadingProcesses, read_each

DEFAULT_MODEL: Final = "crnn"
STANDARD_INPUT: Final = "-"

_IMAGES_HELP: Final = "image files, folders, Parquet files, tar shards, addresses of them, or - for standard input"

_Commands = Any  # argparse has no public name for what `add_subparsers` returns

_DISK_IS_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: Sequence[str] | None = None, program: str = "zijian") -> int:
    """Runs one command and returns the exit code; `program` is what it calls itself in its help."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        _write_utf8(stream)
    try:
        if given and given[0] in repository_commands.COMMANDS:
            return repository_commands.start(given)
        parsed = _parser(program, given).parse_args(given)
        return parsed.command(parsed)
    except OcrError as error:
        complain(str(error))
        return 2
    except BrokenPipeError:
        _drop_output()  # the reader (`head`) has gone
        return 1
    except OSError as error:
        if error.errno not in _DISK_IS_FULL:
            raise
        complain(f"The output cannot be written: {error.strerror}.")
        _drop_output()
        return 2
    except KeyboardInterrupt:
        return 130


def _parser(program: str, given: Sequence[str]) -> argparse.ArgumentParser:
    """Makes the parser; commands that the arguments do not name stay out of it, as loading them takes a while."""
    parser = argparse.ArgumentParser(prog=program, description="Read lines of Chinese and English text.")
    parser.add_argument("--version", action="version", version=f"zijian {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [name for name in _COMMANDS if name in given] or _COMMANDS:
        _COMMANDS[name](commands)
    for name, words in repository_commands.COMMANDS.items():
        commands.add_parser(name, help=words)
    return parser


def _add_read(commands: _Commands) -> None:
    read = commands.add_parser("read", help="read images, each one line of text")
    read.add_argument("images", nargs="+", metavar="IMAGE", help=_IMAGES_HELP)
    _add_model(read)
    read.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write Parquet files there; what they hold is not read again"
    )
    read.add_argument(
        "--cluster", metavar="ADDRESS", help="read on a Ray cluster, 'local' for one of this machine (docs/scale.md)"
    )
    read.add_argument("--json", action="store_true", help="one JSON object per line")
    read.add_argument(
        "--enhance", action=argparse.BooleanOptionalAction, default=None, help="mend contrast and uneven light first"
    )
    read.add_argument(
        "--deskew",
        "--rectify",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="bring sloping lines level and cut loose ones closely",
    )
    read.add_argument(
        "--lines",
        choices=LINES,
        default=None,
        help="of a picture of several lines read the biggest and warn (default), or all, one line of output each",
    )
    add_decoding(read)
    read.set_defaults(command=_read)


def _add_page(commands: _Commands) -> None:
    from ocr_core import cli_pages

    cli_pages.add_to(commands, _add_model, add_decoding, _load)


def _add_models(commands: _Commands) -> None:
    models = commands.add_parser("models", help="list the models")
    models.add_argument("--json", action="store_true", help="one JSON object per line")
    models.add_argument(
        "--verify", action="store_true", help="read every byte of their files anew and say whether one has changed"
    )
    models.set_defaults(command=_models)


def _add_inspect(commands: _Commands) -> None:
    from ocr_core.inspection import command

    command.add_to(commands, _say_lines, print_json)


def _add_import(commands: _Commands) -> None:
    from ocr_core.importers import command

    command.add_to(commands)


def _add_quantize(commands: _Commands) -> None:
    from ocr_core.quantization import command

    command.add_to(commands)


_COMMANDS: Final[dict[str, Callable[[_Commands], None]]] = {
    "read": _add_read,
    "page": _add_page,
    "models": _add_models,
    "inspect": _add_inspect,
    "import": _add_import,
    "quantize": _add_quantize,
}


def _add_model(command: argparse.ArgumentParser) -> None:
    known = ", ".join(registry.MODELS)
    command.add_argument("--model", default=DEFAULT_MODEL, help=f"{known}, or an .onnx file (default: {DEFAULT_MODEL})")
    command.add_argument("--runtime", choices=RUNTIMES, default=None, help="what runs the network (default: onnx)")


def _load(parsed: argparse.Namespace, settings: Settings) -> Recognizer:
    return registry.load(parsed.model, parsed.runtime, settings, decoding_of(parsed))


def _read(parsed: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if parsed.enhance is not None:
        settings = replace(settings, enhance=parsed.enhance)
    if parsed.deskew is not None:
        settings = replace(settings, deskew=parsed.deskew)
    if parsed.lines is not None:
        settings = replace(settings, lines=parsed.lines)
    if len(parsed.images) > 1 or _is_many(parsed.images[0]):
        settings = settings.for_many_lines()
    recognizer = _load(parsed, settings)
    names, asked = tee(_pictures(parsed.images, settings))
    folder = None if parsed.output is None else ReadingsFolder(parsed.output)
    if folder is not None:
        _pass_over(folder.names(), names, asked)
    again = partial(registry.load, parsed.model, parsed.runtime, settings, decoding_of(parsed))
    images = (image for _, image in asked)
    with ExitStack() as kept:
        if parsed.cluster is None:
            outcomes = read_each(recognizer, images, settings.workers, again)
        else:
            outcomes = kept.enter_context(ReadingProcesses(again, settings.workers, parsed.cluster)).read_each(images)
        read = zip((name for name, _ in names), outcomes, strict=True)
        if folder is not None:
            lines, failed = folder.write(read)
            complain(f"{folder.path}: {lines:,} lines read now, {failed:,} of them failed")
            return 1 if failed else 0
        return _told(read, _say_json if parsed.json else _say_text)


def _told(
    read: Iterable[tuple[str, Recognition | OcrError]], tell: Callable[[str, Recognition | OcrError], None]
) -> int:
    all_read = True
    for name, outcome in read:
        all_read = all_read and isinstance(outcome, Recognition)
        tell(name, outcome)
    return 0 if all_read else 1


def _pass_over(known: Iterator[str], *pictures: Iterator[Picture]) -> None:
    """Leaves out what was read before, and refuses to mix it with anything else."""
    for name in known:
        for each in pictures:
            if next(each, ("", None))[0] != name:
                raise OcrError(f"The folder holds other readings: '{name}' is not what comes next.")


def _pictures(arguments: Sequence[str], settings: Settings) -> Iterator[Picture]:
    """Yields pictures in the order given."""
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield argument, sys.stdin.buffer.read(settings.max_file_bytes + 1)
        else:
            yield from pictures_of(argument, settings)


def _is_many(argument: str) -> bool:
    try:
        return "://" in argument or argument.lower().endswith((PARQUET, TAR)) or Path(argument).is_dir()
    except (OSError, ValueError):  # a name too long to exist, a folder that may not be entered
        return False


def _say_text(file: str, outcome: Recognition | OcrError) -> None:
    if isinstance(outcome, OcrError):
        complain(f"{file}: {outcome}")
        return
    for reading in outcome.n_best:
        complain(f"{file}: {reading.share:6.1%}  {reading.text}")
    for line in outcome.text.split(LINE_BREAK):
        say(line)
    for warning in outcome.warnings:
        complain(f"{file}: {warning}")


def _say_json(file: str, outcome: Recognition | OcrError) -> None:
    print_json({"file": file, "error": str(outcome)} if isinstance(outcome, OcrError) else _fields(file, outcome))


def _fields(file: str, recognition: Recognition) -> dict[str, Any]:
    fields = recognition.to_dict()
    del fields["raw_path"]  # one entry a frame: long, and of use to the views alone
    return {"file": file, **fields, "cost_time_ms": round(recognition.timings_ms.total, 3)}


def _models(parsed: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    all_as_known = True
    for model in registry.models(settings).values():
        facts = _facts(model, settings, verify=parsed.verify)
        all_as_known = all_as_known and facts.get("verified", True)
        if parsed.json:
            print_json(facts)
        else:
            print("\t".join(UNSAFE.sub(" ", text) for text in _columns(facts)), flush=True)
    return 0 if all_as_known else 1


def _facts(model: registry.RegisteredModel, settings: Settings, *, verify: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": model.name,
        "display_name": model.display_name,
        "colour": model.colour,
        "runtimes": list(model.runtimes),
    }
    try:
        files = model.files(settings)
        if files is None:
            return facts
        described = from_metadata(read_weights_metadata(files.weights)) if files.weights else None
        facts |= _hash_facts(files, settings, verify=verify)
    except OcrError as error:
        return {**facts, "error": str(error)}
    if described is None:
        return facts
    wanted = described.input_format
    return {
        **facts,
        "input": {"channels": wanted.channels, "height": wanted.height_px, "max_width": wanted.max_width_px},
        "classes": len(described.charset),
        "licence": described.licence,
    }


def _hash_facts(files: ModelFiles, settings: Settings, *, verify: bool) -> dict[str, Any]:
    """Returns a model's hash; with `verify` from its bytes, and whether that is what was remembered of its files."""
    if not verify:
        return {"sha256": remembered_sha256(files, settings.hashes)}
    found = verified_sha256(files, settings.hashes)
    if not found.agrees:
        complain(f"{files.graph}: the files have changed although their sizes and times say that they have not.")
    return {"sha256": found.sha256, "verified": found.agrees}


def _columns(facts: dict[str, Any]) -> list[str]:
    columns = [facts["name"], facts["display_name"]]
    if "error" in facts:
        return [*columns, f"not available: {facts['error']}"]
    if wanted := facts.get("input"):
        columns.append(f"input {wanted['channels']} x {wanted['height']} x W, W up to {wanted['max_width']}")
        columns.append(f"{facts['classes']} classes")
    columns.append("runs on " + ", ".join(facts["runtimes"]))
    return [*columns, f"sha256 {facts['sha256']}"] if "sha256" in facts else columns


def _say_lines(text: str) -> None:
    for line in text.split("\n"):
        say(line)


def _drop_output() -> None:
    """Sends what is left in the buffer nowhere, so that it does not raise again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_utf8(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)  # a stream that was replaced may lack it
    if reconfigure is not None:
        reconfigure(encoding="utf-8")
