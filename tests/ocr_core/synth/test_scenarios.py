"""Finished lines of every scenario: repeatable, labelled truly, within bounds, no leak."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scenario import RANDOM_TEXT, Scenario, Split
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.geometry import FlatInk, ink_core
from ocr_core.synth.line import SyntheticLine
from ocr_core.synth.phrases import hand_phrase, maths_phrase, notes_phrase, print_phrase, scene_phrase, screen_phrase
from ocr_core.synth.sampler import DEFAULT_MIX, LineSampler, Widths, width_at_32
from ocr_core.synth.scenarios import _between_lines, _hand_phrase, _hand_pose
from ocr_core.synth.shares import Shares
from ocr_core.synth.split import families
from ocr_core.synth.typesetting import margins_for
from tests.conftest import Materials

LINES = 25

Drawn = Callable[[Scenario], list[SyntheticLine]]


@pytest.fixture(scope="module")
def sampler(materials: Materials) -> LineSampler:
    return LineSampler(Split.TRAIN, materials.charset, widths=Widths(long_share=0.3), seed=3)


@pytest.fixture(scope="module")
def drawn(sampler: LineSampler) -> Drawn:
    """Some lines of a scenario, short and long, drawn once."""

    @lru_cache(maxsize=8)
    def draw(scenario: Scenario) -> list[SyntheticLine]:
        wanted = enumerate(np.linspace(80, 700, LINES))
        return [sampler.sample_scenario(scenario, float(width), np.random.default_rng([1, n])) for n, width in wanted]

    return draw


@pytest.fixture(scope="module")
def mixed(sampler: LineSampler) -> list[SyntheticLine]:
    return [sampler.sample(index) for index in range(150)]


@pytest.mark.parametrize("scenario", list(Scenario))
def test_labels_are_canonical_and_within_the_charset(materials: Materials, drawn: Drawn, scenario: Scenario) -> None:
    charset = materials.charset
    for line in drawn(scenario):
        assert line.text
        assert not charset.missing(line.text)
        assert canonical(line.text) == line.text


@pytest.mark.parametrize("scenario", list(Scenario))
def test_every_character_has_a_box_in_reading_order_near_the_pixels(drawn: Drawn, scenario: Scenario) -> None:
    for line in drawn(scenario):
        height, width = line.pixels.shape
        assert line.boxes.shape == (len(line.text), 4)
        assert line.boxes.dtype == np.float32
        centres = (line.boxes[:, 0] + line.boxes[:, 2]) / 2
        assert centres.min() > -0.3 * height
        assert centres.max() < width + 0.3 * height
        assert np.mean(np.diff(centres) > 0) > 0.9 or len(centres) == 1


@pytest.mark.parametrize("scenario", list(Scenario))
def test_pixels_are_grey_bytes_of_a_natural_height(drawn: Drawn, scenario: Scenario) -> None:
    for line in drawn(scenario):
        assert line.pixels.dtype == np.uint8
        assert line.pixels.ndim == 2
        assert 12 <= line.pixels.shape[0] <= 96
        assert line.scenario is scenario


@pytest.mark.parametrize("scenario", list(Scenario))
def test_there_is_something_to_read_in_every_line(drawn: Drawn, scenario: Scenario) -> None:
    for line in drawn(scenario):
        assert np.ptp(np.percentile(line.pixels, (2, 98))) > 20, line.text


def test_clean_ink_lies_inside_the_boxes(drawn: Drawn) -> None:
    """On bright, even print the dark pixels must be where the boxes are; neighbours' slivers are few."""
    shares = []
    for line in drawn(Scenario.PRINT):
        dark = line.pixels.astype(int) < np.percentile(line.pixels, 98) - 110
        inside = np.zeros_like(dark)
        for x0, y0, x1, y1 in line.boxes:
            inside[max(0, int(y0) - 2) : int(y1) + 3, max(0, int(x0) - 2) : int(x1) + 3] = True
        if np.mean(line.pixels > 180) > 0.5 and dark.any():
            shares.append(np.count_nonzero(dark & inside) / np.count_nonzero(dark))
    assert len(shares) >= 5
    assert np.median(shares) > 0.97


def test_the_same_number_gives_the_same_line_in_another_sampler(materials: Materials, sampler: LineSampler) -> None:
    first = sampler
    second = LineSampler(Split.TRAIN, materials.charset, widths=Widths(long_share=0.3), seed=3)
    for index in (0, 7, 123_456):
        one = first.sample(index)
        first.sample(index + 1)
        other = second.sample(index)
        assert one.text == other.text
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.boxes, other.boxes)


def test_all_scenarios_and_both_hands_occur_in_their_shares(mixed: list[SyntheticLine]) -> None:
    for scenario, share in DEFAULT_MIX.items():
        count = sum(line.scenario is scenario for line in mixed)
        assert abs(count / len(mixed) - share) < 0.13
    hands = [line.source["hand"] for line in mixed if line.scenario is Scenario.HANDWRITING]
    assert set(hands) == {"pen", "face"}


def test_lines_of_random_characters_say_so_and_are_the_smaller_part(
    sampler: LineSampler, mixed: list[SyntheticLine]
) -> None:
    corpus = sampler._stock.corpus
    for sample in (print_phrase, scene_phrase, hand_phrase, screen_phrase, maths_phrase):
        said = [sample(corpus, np.random.default_rng(n), 300) for n in range(120)]
        assert 0.05 < sum(phrase.random for phrase in said) / len(said) < 0.45, sample.__name__
    random = [line for line in mixed if line.source.get("text") == RANDOM_TEXT]
    assert 0.1 < len(random) / len(mixed) < 0.4
    assert {line.scenario for line in random} >= {Scenario.PRINT, Scenario.HANDWRITING}


def test_widths_are_short_or_long_as_asked_and_never_over_the_limit(sampler: LineSampler) -> None:
    for scenario in Scenario:
        for n in range(6):
            short = sampler.sample_scenario(scenario, 250.0, np.random.default_rng(n))
            long = sampler.sample_scenario(scenario, 800.0, np.random.default_rng(n))
            assert width_at_32(short) <= 320
            assert width_at_32(long) <= 1024
    long_lines = [
        width_at_32(sampler.sample_scenario(Scenario.PRINT, 800.0, np.random.default_rng(n))) for n in range(20)
    ]
    assert np.median(long_lines) > 400


def test_narrow_lines_hold_a_character_or_two_and_are_asked_for_by_their_share(sampler: LineSampler) -> None:
    rng = np.random.default_rng(5)
    wanted = np.array([Widths(0.5, narrow_share=0.2).sample(rng) for _ in range(1000)])
    assert 0.15 < (wanted < 60).mean() < 0.25
    assert wanted.min() >= 24
    lengths = [
        len(sampler.sample_scenario(Scenario.HANDWRITING, 40.0, np.random.default_rng([2, n])).text) for n in range(30)
    ]
    assert np.median(lengths) <= 2
    assert 1 in lengths


def test_hanzi_written_alone_are_any_hanzi(sampler: LineSampler) -> None:
    """No sentence helps to read them, so rare ones must come as often as those that sentences are full of."""
    corpus = sampler._stock.corpus
    by_width = {}
    for width_px in (40.0, 200.0):
        phrases = [hand_phrase(corpus, np.random.default_rng([7, n]), width_px) for n in range(200)]
        by_width[width_px] = np.mean([phrase.random for phrase in phrases])
    assert 0.6 < by_width[40.0] < 0.8
    assert by_width[200.0] < 0.4


def test_single_characters_are_cropped_at_their_ink_in_training() -> None:
    """Crops from cells and of characters found alone touch their ink on all sides; networks saw hardly any."""
    for text, least in (("字", 0.35), ("一个字", 0.1)):
        rng = np.random.default_rng(4)
        drawn = [margins_for(text, Shares.of_split(Split.TRAIN), rng, cutting=0.12) for _ in range(500)]
        usual = [margins_for(text, Shares.none(), rng, cutting=0.12) for _ in range(500)]
        widest = [[max(m.left, m.top, m.right, m.bottom) for m in each] for each in (drawn, usual)]
        touching, before = (np.mean(np.array(each) <= 0.02) for each in widest)
        assert touching > before + least * 0.5


def test_small_text_is_cropped_at_its_pixels_in_training(sampler: LineSampler) -> None:
    heights = {}
    for shares in (Shares.none(), Shares(tight=1.0, tight_short=1.0)):
        sampler._stock.shares = shares
        lines = [
            sampler.sample_scenario(Scenario.LOW_RESOLUTION, 40.0, np.random.default_rng([4, n])) for n in range(80)
        ]
        heights[shares] = np.mean([line.pixels.shape[0] for line in lines])
    sampler._stock.shares = Shares.of_split(Split.TRAIN)
    assert heights[Shares(tight=1.0, tight_short=1.0)] < heights[Shares.none()] - 1


def test_some_handwriting_is_in_traditional_characters_in_training(materials: Materials, sampler: LineSampler) -> None:
    corpus = Corpus(Split.TRAIN, Charset.own())
    assert corpus.in_traditional("请说话 abc") == "請說話 abc"
    stock = replace(sampler._stock, shares=replace(Shares.none(), traditional=1.0))
    for seed in range(20):
        phrase = _hand_phrase(stock, np.random.default_rng(seed))(corpus, np.random.default_rng(seed), 300.0)
        plain = hand_phrase(corpus, np.random.default_rng(seed), 300.0)
        assert phrase.text == corpus.in_traditional(plain.text)
    assert _hand_phrase(replace(stock, shares=Shares.none()), np.random.default_rng(1)) is hand_phrase


def test_some_handwriting_is_of_hanzi_in_no_order_in_training(sampler: LineSampler) -> None:
    stock = replace(sampler._stock, shares=replace(Shares.none(), unordered=1.0))
    for width_px in (40.0, 300.0):
        phrase = _hand_phrase(stock, np.random.default_rng(3))(stock.corpus, np.random.default_rng(3), width_px)
        assert phrase.random
        assert any("一" <= character <= "鿿" for character in phrase.text)
    assert 0.3 < Shares.of_split(Split.TRAIN).unordered < 0.5


def test_handwritten_lines_have_remains_of_their_neighbours_in_training(sampler: LineSampler) -> None:
    at_the_edges = {}
    for strips in (0.0, 1.0):
        sampler._stock.shares = replace(Shares.none(), strips=strips)
        drawn = [sampler.sample_scenario(Scenario.HANDWRITING, 300.0, np.random.default_rng([6, n])) for n in range(40)]
        rows = [line.pixels[[0, 1, -2, -1]].astype(float) for line in drawn]
        at_the_edges[strips] = np.mean([np.ptp(each, axis=1).mean() for each in rows])
    sampler._stock.shares = Shares.of_split(Split.TRAIN)
    assert at_the_edges[1.0] > at_the_edges[0.0] + 5


def test_a_lone_dash_between_lines_is_drawn() -> None:
    coverage = np.zeros((60, 60), dtype=np.uint8)
    coverage[30:32, 5:55] = 255
    flat = FlatInk(coverage, np.array([[5, 0, 55, 60]], dtype=np.float32), ink_core(coverage), 60.0)
    for seed in range(30):
        assert _between_lines(flat, np.random.default_rng(seed)).coverage.any()


def test_notes_are_numbered_and_hold_figures(materials: Materials, sampler: LineSampler) -> None:
    texts = [notes_phrase(sampler._stock.corpus, np.random.default_rng(n), 300.0).text for n in range(200)]
    numbers = tuple("0123456789一二三四五六七八九十")
    assert np.mean([text[:5].strip(" (（【•●★图表第").startswith(numbers) for text in texts]) > 0.15


def test_lines_are_made_of_their_own_split_only(materials: Materials, drawn: Drawn) -> None:
    allowed = set(families(Split.TRAIN))
    for scenario in Scenario:
        for line in drawn(scenario):
            assert set(filter(None, line.source.get("faces", "").split(","))) <= allowed


def test_hands_vary_more_in_proportion_and_slant_in_training_alone() -> None:
    poses = {
        split: [_hand_pose(split, np.random.default_rng(n)) for n in range(300)] for split in (Split.TRAIN, Split.TEST)
    }
    spread = {split: np.std([np.log(pose.squeeze) for pose in posed]) for split, posed in poses.items()}
    assert spread[Split.TRAIN] > 2 * spread[Split.TEST]
    assert all(0.55 <= pose.squeeze <= 1.35 for pose in poses[Split.TRAIN])
    assert np.std([pose.shear for pose in poses[Split.TRAIN]]) > 0.05
    assert not any(pose.shear for pose in poses[Split.TEST])
