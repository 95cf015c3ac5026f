"""Titles of sections: what is counted together, and what is told apart."""

from __future__ import annotations

from pathlib import Path

from eval.datasets import read_dataset
from eval.titles import section_titles


def titles(folder: Path, **labels: str) -> list[str]:
    for name, rows in labels.items():
        (folder / name).mkdir()
        (folder / name / "labels.tsv").write_text(rows, encoding="utf-8")
    dataset = read_dataset(folder)
    return [section_titles(dataset)[line.section] for line in dataset.lines]


def test_single_characters_are_never_mixed_with_lines(tmp_path: Path) -> None:
    found = titles(tmp_path, s3_handwriting="0.png\t你们\n1.png\t我\n", s3_handwriting_chars="0.png\t一\n1.png\t二\n")
    assert found == ["handwriting"] * 2 + ["handwriting (single characters)"] * 2


def test_two_sections_of_one_scenario_are_told_apart(tmp_path: Path) -> None:
    row = "x.png\tab\n"
    found = titles(tmp_path, documents=row, print=row, print_b=row, receipts=row)
    assert found == ["print [documents]", "print", "print (b)", "receipts"]
