"""The command `python -m eval arena`: what was voted says of engines, and the labels among the votes as a data set.

`python -m eval arena ranking` prints the strengths, `python -m eval arena export -o FOLDER` writes the pictures whose
truth visitors typed, with `labels.jsonl`, which `python -m eval run --data FOLDER` reads.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.arena.ranking import Rank, ranking
from eval.arena.votes import LabelledPicture, VoteStore
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario
from ocr_core.settings import Workplace

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

LABELS: Final = "labels.jsonl"
_SCENARIOS: Final = {scenario.value for scenario in Scenario}


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "arena", help="rank engines by votes, export the labels among them", description=__doc__
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, does, words in (
        ("ranking", _print_ranking, "print the engines' strengths"),
        ("export", _export, "write a labelled set"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("--votes", type=Path, metavar="FILE", help="the file of votes; default: ZIJIAN_ARENA_FILE")
        if name == "export":
            action.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
        action.set_defaults(run=does)


def export(store: VoteStore, folder: Path) -> int:
    """Writes the labelled pictures of a store into a new folder and returns how many there are.

    Raises:
        OcrError: the folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise OcrError(f"{folder} is not empty.")
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    for picture in store.labelled():
        file = f"{picture.hash[:24]}.png"
        (folder / file).write_bytes(picture.content)
        rows.append(json.dumps({"file": file, **_label(picture)}, ensure_ascii=False) + "\n")
    (folder / LABELS).write_text("".join(rows), encoding="utf-8")
    return len(rows)


def _label(picture: LabelledPicture) -> dict[str, str | int]:
    """Returns what is said of a picture besides its file; who voted is not in it."""
    sure = "one visitor" if picture.typed_by == 1 else f"{picture.agree} of {picture.typed_by} visitors"
    return {
        "text": canonical(picture.truth),
        "how": "typed by visitors of the arena",
        "certainty": sure,
        "origin": picture.hash[:24],
        **({"scenario": picture.scenario} if picture.scenario in _SCENARIOS else {}),
        "picture_source": picture.source,
        "picture_name": picture.name,
        "votes": picture.votes,
        "typed_by": picture.typed_by,
        "agree": picture.agree,
        "known_truth": picture.known_truth,
    }


def table(ranks: tuple[Rank, ...]) -> str:
    """Returns a ranking as lines of text."""
    return "\n".join(
        f"{number:2d}. {rank.engine:32s} {rank.points:6.0f} {_interval(rank):>16s}  {rank.votes} votes"
        for number, rank in enumerate(ranks, 1)
    )


def _interval(rank: Rank) -> str:
    return "no interval yet" if rank.low is None or rank.high is None else f"{rank.low:.0f} to {rank.high:.0f}"


def _store(parsed: argparse.Namespace) -> VoteStore:
    file: Path = parsed.votes or Workplace.from_environment().arena_file
    if not file.is_file():
        raise OcrError(f"There are no votes in {file}.")
    return VoteStore(file)


def _print_ranking(parsed: argparse.Namespace) -> int:
    votes = _store(parsed).votes()
    for scenario, some in {"all": [vote for each in votes.values() for vote in each], **votes}.items():
        print(f"{scenario}: {len(some)} votes\n{table(ranking(some))}\n")
    return 0


def _export(parsed: argparse.Namespace) -> int:
    written = export(_store(parsed), parsed.output)
    print(f"{written} labelled pictures in {parsed.output}")
    return 0
