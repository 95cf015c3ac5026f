"""The data page: browsing, filters, pages, licences, and data that is gone or hostile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from apps.dashboard.pages import data
from eval.benchmark import REAL, ZIJIAN_500
from eval.runs.info import DataInfo
from eval.runs.store import RunFolder
from tests.apps.dashboard.conftest import page
from tests.eval.invented import invented_results, row
from tests.eval.made_up import put_lines, run_info

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def five(folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small sets in place of the five."""
    sets = folders / "sets"
    put_lines(sets / "print", [f"line {number}" for number in range(22)] + [HOSTILE])
    put_lines(sets / "maths", ["x² + y²"])
    (sets / "maths" / "labels.tsv").write_text("0.png\tx² + y²\tset by LaTeX\texact\tpage 1\n", encoding="utf-8")
    (sets / "maths" / "LICENCES.md").write_text("# Of this set\n\nFree.", encoding="utf-8")
    monkeypatch.setattr(data, "BENCHMARK_FOLDER", sets)
    return sets


def html(app) -> list[str]:
    return [part.proto.body for part in app.get("html")]


def words(app) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.error, *app.code)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_sets_are_shown_page_by_page(five: Path) -> None:
    app = page("data")
    assert not app.exception
    first = html(app)
    assert len(first) == data.CARDS_A_PAGE
    assert "n = 24 lines in 24 groups" in words(app)
    app = page("data", sheet="2")
    assert len(html(app)) == 24 - data.CARDS_A_PAGE and not set(first) & set(html(app))


def test_text_is_escaped_once(five: Path) -> None:
    app = page("data", find="script")
    (card,) = html(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card
    assert "<script" not in card


def test_a_kind_of_line_comes_with_provenance_and_licences(five: Path) -> None:
    app = page("data", section="maths")
    (card,) = html(app)
    for shown in ("x² + y²", "set by LaTeX", "page 1", "exact", "data:image/webp;base64,"):
        assert shown in card
    assert "# Of this set" in words(app)


def test_how_a_line_was_made_can_be_searched(five: Path) -> None:
    assert len(html(page("data", find="latex"))) == 1
    assert "No line is like that" in words(page("data", find="nowhere"))


def test_the_data_of_a_run_is_shown_and_its_licences_are_no_markdown(five: Path, folders: Path) -> None:
    mine = put_lines(folders / "mine", ["A", "B"])
    (mine / "LICENCES.md").write_text("[click](javascript:alert(1))", encoding="utf-8")
    run_of(folders, mine)
    app = page("data", source="run")
    assert not app.exception
    assert len(html(app)) == 2
    assert app.code[0].value == "[click](javascript:alert(1))"


def test_pictures_that_are_gone_are_said_to_be(five: Path, folders: Path) -> None:
    mine = put_lines(folders / "mine", ["A", "B"])
    (mine / "1.png").unlink()
    run_of(folders, mine)
    app = page("data", source="run")
    assert not app.exception
    assert "not here any more" in html(app)[1]


def test_data_that_is_gone_is_said_to_be(five: Path, folders: Path) -> None:
    mine = put_lines(folders / "mine", ["A"])
    run_of(folders, mine)
    shutil.rmtree(mine)
    app = page("data", source="run")
    assert not app.exception
    assert "not on this machine any more" in words(app)


def test_labels_that_became_unreadable_are_said_to_be(five: Path, folders: Path) -> None:
    mine = put_lines(folders / "mine", ["A"])
    run_of(folders, mine)
    (mine / "labels.tsv").write_text("../outside.png\tA\n", encoding="utf-8")
    app = page("data", source="run")
    assert not app.exception
    assert "The labels cannot be read" in words(app)


def test_licences_outside_the_data_are_not_shown(folders: Path) -> None:
    mine = put_lines(folders / "mine", ["A"])
    (folders / "secret").write_text("secret", encoding="utf-8")
    (mine / "LICENCES.md").symlink_to(folders / "secret")
    assert data._licence_files(mine) == []


def run_of(folders: Path, mine: Path) -> RunFolder:
    info = DataInfo(mine.name, str(mine), str(mine), "0" * 64, lines=2)
    return RunFolder.create(folders / "runs", run_info(state="finished", data=info))


def test_lines_are_filtered_by_text_and_section(five: Path) -> None:
    from eval.datasets import read_dataset

    lines = read_dataset(five).lines
    assert len(data.filtered(lines, None, "LINE 1")) == 11
    assert [line.section for line in data.filtered(lines, "maths", "")] == ["maths"]


def test_large_pictures_are_shown_small(tmp_path: Path) -> None:
    import numpy as np

    from apps.dashboard.line_card import picture_uri

    noise = np.random.default_rng(0).integers(0, 256, (800, 4000, 3), dtype=np.uint8)
    assert len(picture_uri(noise)) < 400_000


def test_how_hard_the_benchmark_is_is_stated_from_the_committed_run_and_results(
    five: Path, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = invented_results({"crnn": "a"})
    real = results["sets"][REAL]
    real["rows"][0] = {**real["rows"][0], **row("ppocr_v4", "print", 0.9917)}  # type: ignore[typeddict-item]
    (folders / "results.json").write_text(json.dumps(results), encoding="utf-8")
    monkeypatch.setattr(data, "RESULTS_FILE", folders / "results.json")
    labels = [one.label for one in page("data").expander]
    assert "Are they as hard as life?" not in labels, "there is no committed run to tell it"
    run = RunFolder.create(folders / "committed", run_info(id=ZIJIAN_500))
    run.write_summary({"rows": [row("ppocr_v4", "print", 0.981)]})
    app = page("data")
    assert not app.exception
    assert app.expander[0].label == "Are they as hard as life?"
    (shown,) = app.dataframe[0].value.to_dict("records")
    assert list(shown.values()) == [
        "printed documents",
        "98.1 % (95 % interval 88.1 to 108.1)",
        "99.2 % (95 % interval 89.2 to 109.2)",
        "−1.1",
    ]
