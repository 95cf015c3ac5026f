"""Where results stand in words: README's tables, between two markers, and the page of all tables beside the results."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eval import benchmark
from eval.committed.marked_part import with_part
from eval.committed.results import RESULTS_FILE, Results, read
from eval.committed.tables import accuracy_table, checks_table, in_short, latency_table, overall_table, sets_of

README_FILE: Final = Path(__file__).resolve().parents[2] / "README.md"
PAGE_FILE: Final = RESULTS_FILE.with_name("README.md")
BEGIN: Final = "<!-- results: begin (python -m eval results --markdown) -->"
END: Final = "<!-- results: end -->"

_PAGE: Final = """\
# Results

This page is made by `make results` from `results.json`, the committed run of the benchmark and nothing else; change
those, not this. Accuracy is 1 - CER pooled over all lines after NFKC unless a row names another normalisation;
intervals are resampled by origin (page, photograph, writer, face). What the sets are, and how to read the tables, is
in the [README](../../README.md#measured).
"""


def markdown(results: Results) -> str:
    """Returns README's tables: all sets side by side, the benchmark and the real lines by kind of line, latency."""
    sets = sets_of(results)
    shown = [name for name in (benchmark.ZIJIAN_500, benchmark.REAL) if name in sets]
    blocks = [overall_table(sets, results), *(accuracy_table(name, in_short(sets[name])) for name in shown)]
    return "\n\n".join([*blocks, latency_table(results["latency"], runtimes=["onnx"])])


def page(results: Results) -> str:
    """Returns the page of all tables."""
    sets = sets_of(results)
    blocks = [overall_table(sets, results), *(accuracy_table(name, figures) for name, figures in sets.items())]
    return "\n\n".join([_PAGE.rstrip(), *blocks, checks_table(results), latency_table(results["latency"])]) + "\n"


def with_table(text: str, results: Results) -> str:
    """Returns README with the tables between its markers.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    return with_part(text, BEGIN, END, markdown(results))


def rewrite(readme: Path, all_tables: Path, results_file: Path) -> None:
    """Replaces what stands between README's two markers, and the page of all tables, by those of a results file.

    Raises:
        DatasetError: the markers are not there, once each and in order, or the results cannot be read.
    """
    results = read(results_file)
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), results), encoding="utf-8")
    all_tables.write_text(page(results), encoding="utf-8")
