"""What documents repeat from the code is what the code says; `make docs` writes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate
from ocr_core.sessions import model_files

PAGES = ("architecture", "evaluation", "own-model", "training", "settings", "pages")


def test_generated_parts_are_up_to_date() -> None:
    assert [path.name for path, _ in generate.stale()] == [], f"mend with: {generate.COMMAND}"


def test_every_file_in_the_tree_says_what_it_is() -> None:
    silent = [line for line in generate.file_tree().splitlines() if line.endswith(": ")]
    assert silent == [], "a file opens with a docstring that says what it promises"


def test_a_new_file_makes_the_tree_stale(tmp_path: Path) -> None:
    for room in generate.ROOMS:
        (tmp_path / room / "inner").mkdir(parents=True)
        (tmp_path / room / "inner" / "one.py").write_text('"""First file.\n\nMore."""', encoding="utf-8")
    before = generate.file_tree(tmp_path)
    assert "- [one.py](../eval/inner/one.py): First file." in before
    (tmp_path / "eval" / "two.py").write_text('"""Second file."""', encoding="utf-8")
    after = generate.file_tree(tmp_path)
    assert set(after.splitlines()) - set(before.splitlines()) == {
        "**eval/**",
        "- [two.py](../eval/two.py): Second file.",
    }


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        ("One line.", "One line."),
        ("One line. And a half.\n\nMore.", "One line. And a half."),
        ("A sentence over\ntwo lines. A second one.\n\nMore.", "A sentence over two lines."),
        ("No full stop", "No full stop"),
    ],
)
def test_the_first_line_is_what_a_file_says_of_itself(tmp_path: Path, docstring: str, said: str) -> None:
    file = tmp_path / "file.py"
    file.write_text(f'"""{docstring}"""', encoding="utf-8")
    assert generate.first_line(file) == said


def test_only_what_stands_between_the_markers_is_rewritten() -> None:
    begin, end = (f"<!-- x: {word} ({generate.COMMAND}) -->" for word in ("begin", "end"))
    assert generate.between(f"a\n{begin}\nold\n{end}\nb\n", "x", "new") == f"a\n{begin}\nnew\n{end}\nb\n"
    for broken in ("a", f"{end}\n{begin}", f"{begin}{begin}{end}", f"{begin}{end}{end}"):
        with pytest.raises(generate.MarkersError):
            generate.between(broken, "x", "new")


def test_the_page_on_own_models_lists_the_metadata_that_are_read() -> None:
    """The docstring's table and the page's have the same keys and the same values where a key is absent."""
    docstring = model_files.__doc__ or ""
    page = (generate.ROOT / "docs" / "own-model.md").read_text(encoding="utf-8")
    rows = [
        {tuple(re.findall(r"zijian\.\w+", row)): row.rsplit("|", 2)[1].strip() for row in rows_of(text)}
        for text in (docstring, page)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 10


def rows_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r"\| `?zijian\.", line)]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md", *(f"docs/{n}.md" for n in PAGES)])
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = (generate.ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:ocr_core|eval|apps|tests|docs|models|\.github)/[\w/.-]+)`", text))
    assert [path for path in sorted(named) if not (generate.ROOT / path).exists()] == []
