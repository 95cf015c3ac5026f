"""The options of the command line that say how lines are decoded, and the `Decoding` they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from ocr_core.ctc.character_set import NAMED_SETS
from ocr_core.ctc.decoding import HOTWORD_WEIGHT, Decoding
from ocr_core.ctc.named_patterns import NAMED_PATTERNS
from ocr_core.errors import DecodingError
from ocr_core.settings import DECODERS

LARGEST_LIST_BYTES: Final = 8 * 2**20


def add_decoding(command: argparse.ArgumentParser) -> None:
    """Adds the options to a command."""
    group = command.add_argument_group("decoding", "how the network's probabilities become a text")
    group.add_argument(
        "--decoder",
        choices=DECODERS,
        default=None,
        help="greedy: the best path (default); beam: the most probable text; beam+zh: with a language model",
    )
    names = ", ".join(NAMED_SETS)
    group.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="SET",
        help=f"read these characters only: {names}, or characters",
    )
    group.add_argument("--forbid", action="append", default=[], metavar="SET", help="never read these characters")
    group.add_argument(
        "--pattern",
        default="",
        metavar="P",
        help=f"form of the whole line: {', '.join(NAMED_PATTERNS)}, or such as \\d{{4}}-\\a+ (docs/decoding.md)",
    )
    group.add_argument(
        "--lexicon", type=Path, metavar="FILE", help="the line is one of the texts in this file, one a line"
    )
    group.add_argument(
        "--lexicon-weight", type=float, metavar="W", help="instead: being one of them counts exp(W) times"
    )
    group.add_argument(
        "--hotwords", type=Path, metavar="FILE", help="words that lines may hold, one a line, their weight behind a tab"
    )
    group.add_argument(
        "--hotword-weight",
        type=float,
        default=HOTWORD_WEIGHT,
        metavar="W",
        help="having a hotword counts exp(W) times (default: %(default)g)",
    )
    group.add_argument(
        "--n-best", type=int, default=1, metavar="N", help="tell the N best readings with their shares (standard error)"
    )


def decoding_of(parsed: argparse.Namespace) -> Decoding:
    """Returns what the options ask for.

    Raises:
        DecodingError: a file cannot be read, or a value is out of bounds.
    """
    return Decoding(
        decoder=parsed.decoder,
        allow=" ".join(parsed.allow),
        forbid=" ".join(parsed.forbid),
        lexicon=_lines(parsed.lexicon, "lexicon"),
        lexicon_weight=parsed.lexicon_weight,
        hotwords=_lines(parsed.hotwords, "hotwords"),
        hotword_weight=parsed.hotword_weight,
        pattern=parsed.pattern,
        n_best=parsed.n_best,
    )


def _lines(path: Path | None, what: str) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_LIST_BYTES + 1)
    except OSError as error:
        raise DecodingError(f"The {what} file {path.name!r} cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST_LIST_BYTES:
        raise DecodingError(f"The {what} file {path.name!r} is larger than {LARGEST_LIST_BYTES // 2**20} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DecodingError(f"The {what} file {path.name!r} is not UTF-8 text.") from error
    found = tuple(line for line in text.splitlines() if line.strip())
    if not found:
        raise DecodingError(f"The {what} file {path.name!r} is empty: one text a line is expected.")
    return found
