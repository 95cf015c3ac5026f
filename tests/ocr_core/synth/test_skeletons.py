"""Further skeletons: strokes are matched whatever their order, writers stay between two of them, files are checked."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from ocr_core.errors import MaterialsError
from ocr_core.scenario import Scenario, Split
from ocr_core.synth import strokes
from ocr_core.synth.pen import write_line
from ocr_core.synth.sampler import LineSampler
from ocr_core.synth.skeletons import Skeletons, matched, open_skeletons
from ocr_core.synth.writer import Writer
from tests.conftest import Materials
from tests.stand_in import SIMPLE_HANZI


@pytest.fixture(autouse=True)
def _with(materials: Materials) -> None:
    """Every test here is of the materials."""


def _own(character: str) -> list[strokes.Polyline]:
    bank = strokes.stroke_bank()
    glyph = strokes.glyph_index()[character][0]
    places = range(bank.glyph_start[glyph], bank.glyph_start[glyph + 1])
    return [bank.points[bank.stroke_start[s] : bank.stroke_start[s + 1]].astype(np.float64) for s in places]


def _ways(skeletons: Skeletons, character: str) -> list[np.ndarray]:
    glyph = strokes.glyph_index()[character][0]
    ways = range(skeletons.first_way[glyph], skeletons.first_way[glyph + 1])
    return [skeletons.points[skeletons.way_start[w] : skeletons.way_start[w + 1]] for w in ways]


def test_strokes_in_another_order_find_their_fellows() -> None:
    found = matched(strokes.stroke_bank(), [[("王", _own("王")[::-1])]])
    (way,) = _ways(found, "王")
    np.testing.assert_allclose(way, np.concatenate(_own("王")), atol=0.02)


def test_another_number_of_strokes_or_another_shape_is_no_way() -> None:
    far = [_own("十")[0], _own("十")[1] + (0.9, 0.0)]
    near = [("王", _own("王")), ("土", _own("土"))]  # by these the hand is measured
    found = matched(strokes.stroke_bank(), [[*near, ("口", _own("口")[:2]), ("十", far)]])
    assert [len(_ways(found, character)) for character in "王土口十"] == [1, 1, 0, 0]


def test_a_hand_of_another_size_and_place_is_brought_to_the_banks() -> None:
    drawn = [(character, [stroke * 0.5 + (3.0, -1.0) for stroke in _own(character)]) for character in "口日王"]
    found = matched(strokes.stroke_bank(), [drawn])
    for character in "口日王":
        np.testing.assert_allclose(_ways(found, character)[0], np.concatenate(_own(character)), atol=0.02)


def test_kanjivg_is_read(materials: Materials) -> None:
    found = open_skeletons(materials.charset)
    assert all(_ways(found, character) for character in SIMPLE_HANZI if character in "一二三十口日王")


def test_a_writer_keeps_to_a_way_and_another_takes_another(materials: Materials) -> None:
    skeletons = open_skeletons(materials.charset)
    bank = strokes.stroke_bank()
    glyph = np.array([strokes.glyph_index()["王"][0]])
    first, end = (int(bank.stroke_start[bank.glyph_start[glyph[0] + k]]) for k in (0, 1))
    source = np.arange(first, end)
    code, char = np.array([ord("王")]), np.zeros(len(source), dtype=np.int64)
    writers = [Writer.sample(np.random.default_rng(seed)) for seed in range(40)]
    bent = [skeletons.bent(bank.points[source], source, char, glyph, code, writer) for writer in writers]
    np.testing.assert_array_equal(bent[0], skeletons.bent(bank.points[source], source, char, glyph, code, writers[0]))
    way = _ways(skeletons, "王")
    reach = 1.2 * max(np.abs(each - bank.points[source]).max() for each in way)
    moved = np.array([np.abs(each - bank.points[source]).max() for each in bent])
    assert moved.max() <= reach + 1e-6 and moved.std() > 0.1 * reach


def test_characters_without_another_way_are_written_as_before(materials: Materials) -> None:
    skeletons = open_skeletons(materials.charset)
    writer = Writer.sample(np.random.default_rng(3))
    plain, further = (write_line("ab 12", writer, np.random.default_rng(1), 56, each) for each in (None, skeletons))
    np.testing.assert_array_equal(plain.coverage, further.coverage)


def _written(file: Path, *entries: object) -> Path:
    text = "\n".join(json.dumps(entry) for entry in entries).encode()
    file.write_bytes(gzip.compress(text) if file.suffix == ".gz" else text)
    return file


@pytest.mark.parametrize("name", ["paths.jsonl", "paths.jsonl.gz"])
def test_a_file_of_pen_paths_gives_more_ways(materials: Materials, tmp_path: Path, name: str) -> None:
    cross = [[[x * 1000, 1000 - y * 1000, 7] for x, y in stroke] for stroke in _own("十")]
    file = _written(tmp_path / name, {"c": "十", "w": "me", "s": cross}, {"c": "あ", "s": [[[0, 0], [9, 9]]]})
    before, after = open_skeletons(materials.charset), open_skeletons(materials.charset, file)
    assert len(_ways(after, "十")) == len(_ways(before, "十")) + 1
    np.testing.assert_allclose(_ways(after, "十")[-1], np.concatenate(_own("十")), atol=0.02)


@pytest.mark.parametrize(
    "entry",
    [{"c": "十"}, [1], {"c": "十", "s": [[1, 2]]}, {"c": "十", "s": []}, {"c": "十", "s": [[["a", 1], [1, 2]]]}],
)
def test_a_broken_file_of_pen_paths_is_named_with_its_line(materials: Materials, tmp_path: Path, entry: object) -> None:
    file = _written(tmp_path / "paths.jsonl", {"c": "一", "s": [[[0, 0], [900, 0]]]}, entry)
    with pytest.raises(MaterialsError, match=r"Line 2 of paths\.jsonl"):
        open_skeletons(materials.charset, file)


def test_a_missing_or_unreadable_file_of_pen_paths_is_told(materials: Materials, tmp_path: Path) -> None:
    with pytest.raises(MaterialsError, match="no file of strokes"):
        open_skeletons(materials.charset, tmp_path / "none.jsonl")
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(b"not gzip")
    with pytest.raises(MaterialsError, match="cannot be read"):
        open_skeletons(materials.charset, broken)


def test_only_training_writes_by_further_skeletons(materials: Materials) -> None:
    assert LineSampler(Split.TEST, materials.charset)._stock.skeletons is None
    first, second = (
        LineSampler(Split.TRAIN, materials.charset).sample_scenario(
            Scenario.HANDWRITING, 200.0, np.random.default_rng(2)
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.pixels, second.pixels)
