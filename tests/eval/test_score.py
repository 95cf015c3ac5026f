"""Scoring with engines that read exactly what a test wants; no network involved."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from eval.datasets import read_dataset
from eval.score import Engine, Item, Row, dataset_items, predict, summarise, synthetic_items
from ocr_core.charset import Charset
from ocr_core.errors import ImageError
from ocr_core.scenario import RANDOM_TEXT, Scenario, Split
from ocr_core.settings import Settings
from ocr_core.synth.line import SyntheticLine


def item(truth: str, title: str = "print", scenario: Scenario | None = Scenario.PRINT, group: str = "") -> Item:
    return Item(f"{title}/{truth}", lambda: np.zeros((8, 8, 3), np.uint8), truth, title, scenario, group or truth)


def parrot(texts: Sequence[str], charset: Charset | None = None) -> Engine:
    """Reads the warm-up as nothing, then the given texts in turn."""
    queue = ["", *texts]
    return Engine("parrot", lambda images: [queue.pop(0) for _ in images], charset=charset)


def rows_of(items: Sequence[Item], texts: Sequence[str], profile: str = "nfkc", charset: Charset | None = None):
    engine = parrot(texts, charset)
    return summarise(predict([engine], items), engine, profile, np.random.default_rng(0))


def titled(rows: Sequence[Row], title: str, profile: str = "nfkc") -> Row:
    (row,) = [row for row in rows if (row.title, row.profile) == (title, profile)]
    return row


def test_rows_hold_pooled_figures_and_an_overall() -> None:
    items = [item("abcd"), item("ef"), item("好", "background", Scenario.BACKGROUND)]
    rows = rows_of(items, ["abXd", "ef", "好"])
    assert [row.title for row in rows] == ["print", "background", "overall"]
    assert rows[0].score is not None and rows[0].score.character_accuracy == pytest.approx(5 / 6)
    assert (rows[0].lines, rows[0].groups, rows[0].failures) == (2, 2, 0)
    assert rows[2].score is not None and rows[2].score.character_accuracy == pytest.approx(6 / 7)
    interval = rows[0].intervals["character_accuracy"]
    assert interval.low == pytest.approx(0.75) and interval.high == pytest.approx(1.0)


def test_lines_of_one_origin_are_one_group() -> None:
    rows = rows_of([item("ab", group="page"), item("cd", group="page")], ["ab", "cX"])
    assert (rows[0].lines, rows[0].groups) == (2, 1)
    assert rows[0].intervals["character_accuracy"].low is None


def test_maths_is_also_scored_raw_with_script_recall() -> None:
    rows = rows_of([item("x²+y²", "maths", Scenario.MATHS)], ["x²+y2"])
    folded, raw = titled(rows, "maths"), titled(rows, "maths", "raw")
    assert folded.score is not None and folded.score.exact_match == 1.0 and folded.scripts is None
    assert raw.score is not None and raw.score.exact_match == 0.0
    assert raw.scripts is not None and (raw.scripts.found, raw.scripts.total) == (1, 2)


def test_handwriting_is_also_scored_without_punctuation() -> None:
    rows = rows_of([item("你好。", "handwriting", Scenario.HANDWRITING)], ["你好."])
    assert [row.score.exact_match for row in rows if row.score] == [0.0, 1.0]
    assert [row.profile for row in rows] == ["nfkc", "nfkc_no_punctuation"]


def test_truth_and_reading_follow_the_label_conventions() -> None:
    rows = rows_of([item("a − b")], ["a\u3000−\u3000b"], profile="raw")
    assert rows[0].score is not None and rows[0].score.exact_match == 1.0


def test_out_of_charset_share_counts_characters_of_the_truth() -> None:
    rows = rows_of([item("abc龘")], ["abc"], charset=Charset.of("abc"))
    assert rows[0].out_of_charset == 0.25
    assert rows_of([item("abc")], ["abc"])[0].out_of_charset is None


def test_an_image_that_cannot_be_opened_is_recorded_and_skipped() -> None:
    def broken() -> np.ndarray:
        raise ImageError("The file is empty.")

    bad = Item("bad.png", broken, "zz", "print", Scenario.PRINT, "g")
    engine = parrot(["ab"])
    predictions = list(predict([engine], [bad, item("ab")]))
    assert [p.error for p in predictions] == ["The file is empty.", ""]
    (row,) = summarise(predictions, engine, "nfkc", np.random.default_rng(0))
    assert (row.lines, row.failures) == (1, 1)
    assert row.score is not None and row.score.exact_match == 1.0


def test_a_set_of_broken_images_has_no_figures() -> None:
    def broken() -> np.ndarray:
        raise ImageError("no")

    engine = parrot([])
    items = [Item("a", broken, "x", "print", Scenario.PRINT, "g")]
    (row,) = summarise(predict([engine], items), engine, "nfkc", np.random.default_rng(0))
    assert row.score is None and row.to_dict()["character_accuracy"] is None


def test_engines_are_kept_apart() -> None:
    right, wrong = Engine("right", lambda images: ["ab"] * len(images)), Engine("wrong", lambda images: [""])
    predictions = list(predict([right, wrong], [item("ab")]))
    shares = [summarise(predictions, e, "nfkc", np.random.default_rng(0))[0].score for e in (right, wrong)]
    assert [score.exact_match for score in shares if score] == [1.0, 0.0]


def test_single_characters_have_a_row_of_their_own_and_stay_out_of_overall(tmp_path: Path) -> None:
    for folder, texts in {"s3_handwriting": ["你们", "我"], "s3_handwriting_chars": ["一", "二", "三"]}.items():
        (tmp_path / folder).mkdir()
        for index, _ in enumerate(texts):
            Image.new("RGB", (40, 20), "white").save(tmp_path / folder / f"{index}.png")
        rows = "".join(f"{index}.png\t{text}\n" for index, text in enumerate(texts))
        (tmp_path / folder / "labels.tsv").write_text(rows, encoding="utf-8")
    items = dataset_items(read_dataset(tmp_path), Settings())
    rows = rows_of(items, [i.truth for i in items])
    assert [(row.title, row.profile, row.lines) for row in rows] == [
        ("handwriting", "nfkc", 2),
        ("handwriting", "nfkc_no_punctuation", 2),
        ("handwriting (single characters)", "nfkc", 3),
        ("overall", "nfkc", 2),
    ]
    assert items[0].name == "s3_handwriting/0.png"


def test_two_sections_of_one_scenario_are_told_apart(tmp_path: Path) -> None:
    for folder in ("documents", "print_a", "print_b", "receipts"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "labels.tsv").write_text("x.png\tab\n")
    titles = [i.title for i in dataset_items(read_dataset(tmp_path), Settings())]
    assert titles == ["print [documents]", "print (a)", "print (b)", "receipts"]


def test_a_text_file_named_png_and_a_missing_file_do_not_stop_scoring(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("text.png\tab\nnowhere.png\tcd\ngood.png\tef\n")
    (tmp_path / "text.png").write_text("not a picture")
    Image.new("L", (64, 32), 255).save(tmp_path / "good.png")
    engine = parrot(["ef"])
    predictions = list(predict([engine], dataset_items(read_dataset(tmp_path), Settings())))
    assert [bool(p.error) for p in predictions] == [True, True, False]


def test_synthetic_lines_are_split_by_hand_and_by_whether_they_say_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    class LineSampler:
        def __init__(self, split: Split, charset: Charset, mix: dict[Scenario, float], widths: float) -> None:
            ((self.scenario, _),) = mix.items()

        def sample(self, index: int) -> SyntheticLine:
            grey = np.full((32, 64), index, np.uint8)
            source = {("faces", "writer")[index % 2]: f"f{index}"}
            if self.scenario is Scenario.HANDWRITING:
                source["hand"] = ("face", "pen")[index % 2]
            if self.scenario in (Scenario.PRINT, Scenario.HANDWRITING) and index == 2:
                source["text"] = RANDOM_TEXT
            return SyntheticLine(grey, f"{index}", np.zeros((1, 4), np.float32), self.scenario, source)

    stub = ModuleType("ocr_core.synth.sampler")
    stub.LineSampler = LineSampler  # type: ignore[attr-defined]
    stub.Widths = lambda long_share: long_share  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ocr_core.synth.sampler", stub)
    items = list(synthetic_items(Split.TEST, 3, Charset.of("ab")))
    assert [i.title for i in items] == [
        *("print", "print", "print (random characters)", *["background"] * 3),
        *("handwriting (face)", "handwriting (pen)", "handwriting (face, random characters)"),
        *(*["low_resolution"] * 3, *["maths"] * 3),
    ]
    assert [int(i.load()[0, 0, 2]) for i in items] == [0, 1, 2] * 5
    assert items[0].load().shape == (32, 64, 3) and items[0].group != items[1].group
