"""The commands of `python -m eval` that share: `push-` and `pull-run`, `push-` and `pull-cases`, `log-run`, `export-`.

What is made on the Hub is private unless `--public` is said; `--dry-run` says what would go and asks nobody. The first
four are also the library's: `zijian push-run` ...
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eval.cases.store import CaseStore
from eval.comparison.command import run_at
from eval.runs.store import runs_folder_of
from eval.sharing import fiftyone_failures, line_dataset, repository, shared_cases, shared_run, trackers
from eval.sharing.repository import Content, Pulled, SharingError, checked_name
from ocr_core.settings import Settings


def add_to(commands: Any) -> None:
    """Adds the commands to the parser of `python -m eval`."""
    push_run = commands.add_parser(
        "push-run", help="push a run to a data set repository", description=_push_run.__doc__
    )
    push_run.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    _add_push(push_run, _push_run)
    _add_runs(push_run)
    pull_run = commands.add_parser("pull-run", help="pull a run that was pushed", description=_pull_run.__doc__)
    _add_pull(pull_run, _pull_run)
    pull_run.add_argument("--name", help="what to call it here (default: what it is called there)")
    _add_runs(pull_run)
    push_cases = commands.add_parser(
        "push-cases", help="push cases to such a repository", description=_push_cases.__doc__
    )
    _add_push(push_cases, _push_cases)
    push_cases.add_argument("tokens", nargs="*", metavar="TOKEN", help="which cases (default: all)")
    _add_cases(push_cases)
    pull_cases = commands.add_parser("pull-cases", help="pull cases that were pushed", description=_pull_cases.__doc__)
    _add_pull(pull_cases, _pull_cases)
    _add_cases(pull_cases)
    log_run = commands.add_parser("log-run", help="log figures to an experiment tracker", description=_log_run.__doc__)
    log_run.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    log_run.add_argument("--to", choices=trackers.TRACKERS, required=True, help="where to; it has to be installed")
    log_run.add_argument(
        "--lines", type=int, default=0, metavar="N", help="also a table of the N lines read worst, with their texts"
    )
    log_run.add_argument("--project", default=trackers.DEFAULT_PROJECT, help="its project or experiment (%(default)s)")
    _add_runs(log_run)
    log_run.set_defaults(run=_log_run)
    export = commands.add_parser(
        "export-failures", help="put what was read wrong into a FiftyOne data set", description=_export_failures.__doc__
    )
    export.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet"
    )
    _add_runs(export)
    export.set_defaults(run=_export_failures)
    lines = commands.add_parser(
        "export-lines", help="put lines and readings into a data set in Parquet", description=_export_lines.__doc__
    )
    lines.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    lines.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet"
    )
    lines.add_argument("--failures", action="store_true", help="only lines that some engine did not read exactly")
    _add_runs(lines)
    lines.set_defaults(run=_export_lines)


def _add_push(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("repository", metavar="OWNER/NAME", help="the data set repository; it is made where missing")
    parser.add_argument("--public", action="store_true", help="for everybody to see, if it is made now (else private)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be pushed, and ask nobody")
    parser.set_defaults(run=run)


def _add_pull(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--revision", help="a branch, a tag or a commit (default: the newest)")
    parser.set_defaults(run=run)


def _add_runs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")


def _add_cases(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=Path, metavar="FOLDER", help="where they are (default: ZIJIAN_CASES_FOLDER)")


def _push_run(parsed: argparse.Namespace) -> int:
    """Pushes a finished run: every reading, evidence and figure. Paths of this machine stay here, pictures too."""
    run = run_at(parsed.run_given, parsed.runs or runs_folder_of())
    files = shared_run.files_of_run(run)
    card = shared_run.card(run, checked_name(parsed.repository))
    return _push(parsed, shared_run.KIND, files, card, f"Run {run.info().id}")


def _pull_run(parsed: argparse.Namespace) -> int:
    """Pulls a run into the runs folder, where the dashboard and all commands find it."""
    with tempfile.TemporaryDirectory() as folder:
        pulled = _pull(parsed, Path(folder), shared_run.KIND)
        run = shared_run.take_run(pulled.folder, parsed.runs or runs_folder_of(), parsed.name)
    print(f"run: {run.path} (revision {pulled.revision[:12]})")
    return 0


def _push_cases(parsed: argparse.Namespace) -> int:
    """Pushes cases with their pictures. Whoever can read the repository has their tokens, and so their links."""
    store = _store(parsed)
    files = shared_cases.files_of_cases(store, parsed.tokens)
    count = len({path.partition("/")[0] for path in files})
    card = shared_cases.card(count, checked_name(parsed.repository))
    return _push(parsed, shared_cases.KIND, files, card, f"{count} cases")


def _pull_cases(parsed: argparse.Namespace) -> int:
    """Pulls cases into the cases folder; one that cannot be believed is refused, the others are taken."""
    with tempfile.TemporaryDirectory() as folder:
        pulled = _pull(parsed, Path(folder), shared_cases.KIND)
        taken = shared_cases.take_cases(pulled.folder, _store(parsed))
    for reason in taken.refused:
        print(f"refused: {reason}", file=sys.stderr)
    print("\n".join(taken.tokens))
    return 1 if taken.refused else 0


def _log_run(parsed: argparse.Namespace) -> int:
    """Logs a run's figures, one entry an engine, where the tracker is told to keep them. No line of the data leaves,
    unless `--lines` asks for a table of those that were read worst.
    """
    run = run_at(parsed.run_given, parsed.runs or runs_folder_of())
    found = trackers.entries(run, max(0, parsed.lines))
    trackers.log_to(parsed.to, found, parsed.project)
    print(f"{len(found)} engines of {run.info().id} are in {parsed.to}, project {parsed.project}.")
    return 0


def _export_failures(parsed: argparse.Namespace) -> int:
    """Writes lines that any engine read wrong as a data set that FiftyOne opens: pictures, truths, readings, places."""
    run = run_at(parsed.run_given, parsed.runs or runs_folder_of())
    written = fiftyone_failures.export(run, parsed.output, Settings.from_environment())
    print(
        f"{written.samples:,} lines are in {parsed.output}; {written.without_picture:,} more have lost their picture."
    )
    return 0


def _export_lines(parsed: argparse.Namespace) -> int:
    """Writes lines as a data set in Parquet, pictures inside: what the package datasets opens, and pandas."""
    run = run_at(parsed.run_given, parsed.runs or runs_folder_of())
    written = line_dataset.export(run, parsed.output, Settings.from_environment(), failures_only=parsed.failures)
    print(
        f"{written.lines:,} lines are in {parsed.output}; {written.without_picture:,} of them have lost their picture."
    )
    return 0


def _push(parsed: argparse.Namespace, kind: str, files: Mapping[str, Content], card: str, message: str) -> int:
    if parsed.dry_run:
        total = 0
        for path, content in sorted(files.items()):
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            total += size
            print(f"{size:>12,}  {path}")
        print(f"{len(files)} files, {total / 1e6:.1f} MB. This was a dry run: nothing has been pushed.")
        return 0
    address = repository.push(
        parsed.repository, kind, files, card, private=not parsed.public, message=message, api=_api()
    )
    print(address)
    return 0


def _pull(parsed: argparse.Namespace, folder: Path, kind: str) -> Pulled:
    of_kind = {shared_run.KIND: shared_run.is_file_of_run, shared_cases.KIND: shared_cases.is_file_of_cases}

    def allowed(found: str, path: str) -> bool:
        if found != kind:
            raise SharingError(f"{parsed.repository} holds {found!r:.40}, not {kind!r}.")
        return of_kind[kind](path)

    return repository.pull(parsed.repository, folder, allowed, revision=parsed.revision, api=_api())


def _store(parsed: argparse.Namespace) -> CaseStore:
    settings = Settings.from_environment()
    store = CaseStore.from_environment(settings)
    return CaseStore(parsed.cases, settings, store.limit) if parsed.cases else store


def _api() -> Any:
    """Returns the Hub's client; it has the token from the environment or from `hf auth login`."""
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise SharingError("The Hub's own client is not installed: pip install huggingface-hub") from error
    return HfApi()
