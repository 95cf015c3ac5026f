"""What is known of a text beforehand, against enumeration of all texts: masks, patterns, lexicons, hotwords."""

from __future__ import annotations

import math
import re
import tracemalloc
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocr_core.charset import Charset
from ocr_core.ctc.beam import BeamSettings, beam_search, candidates_of_posteriors
from ocr_core.ctc.beam_decoder import BeamDecoder, language_score
from ocr_core.ctc.character_set import character_set, masked
from ocr_core.ctc.decoders import decoder_of
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.greedy import greedy
from ocr_core.ctc.hotwords import HotwordScorer, hotwords
from ocr_core.ctc.lexicon import Trie
from ocr_core.ctc.named_patterns import NAMED_PATTERNS, form
from ocr_core.ctc.pattern import LONGEST_PATTERN, Automaton, PatternConstraint
from ocr_core.errors import DecodingError
from ocr_core.result import Posteriors
from tests.ocr_core.ctc.brute_force import all_paths, collapsed, posteriors_of, posteriors_of_path, tiny_posteriors

NOWHERE = Path("nowhere")
PATTERNS = ["甲", "甲?乙*", "(甲|乙丙)+", "[^甲]{1,2}", ".乙", "甲{2}", "(甲乙?){1,3}", "(甲*|乙)丙?", "(|甲)乙"]
TEXTS = st.text("甲乙丙", max_size=4)


def probabilities(posteriors: Posteriors) -> dict[str, float]:
    """Every text and P(text | line), by enumeration."""
    found: dict[str, float] = defaultdict(float)
    for path, log_prob in all_paths(posteriors):
        found[posteriors.charset.decode(collapsed(path))] += math.exp(log_prob)
    return found


def decoded(posteriors: Posteriors, decoding: Decoding) -> str:
    found = decoder_of(decoding, posteriors.charset, NOWHERE).decode(posteriors, greedy(posteriors))
    return posteriors.charset.decode([run.class_index for run in found.runs])


def probability(texts: dict[str, float], text: str) -> float:
    return texts.get(text, 0.0)


@given(tiny_posteriors(), st.sets(st.integers(1, 3), min_size=1))
def test_a_mask_gives_the_probabilities_that_are_left_to_the_allowed_ones(
    posteriors: Posteriors, allowed: set[int]
) -> None:
    C = posteriors.log_probs.shape[1]
    kept = np.array([c in allowed for c in range(C)])
    table = np.exp(posteriors.log_probs.astype(np.float64)) * (kept | (np.arange(C) == 0))
    expected = table / table.sum(axis=1, keepdims=True)
    assert np.exp(masked(posteriors, kept).log_probs) == pytest.approx(expected, rel=1e-5)


@given(tiny_posteriors())
def test_blank_can_be_read_whatever_is_forbidden(posteriors: Posteriors) -> None:
    nothing = np.zeros(posteriors.log_probs.shape[1], dtype=bool)
    assert np.exp(masked(posteriors, nothing).log_probs[:, 0]) == pytest.approx(1.0)
    assert greedy(masked(posteriors, nothing)).runs == ()


@given(tiny_posteriors(), st.sampled_from(["甲", "甲 乙", "乙"]), st.sampled_from(["greedy", "beam"]))
def test_only_allowed_characters_are_read(posteriors: Posteriors, allow: str, name: str) -> None:
    assume(any(c in posteriors.charset for c in allow))
    text = decoded(posteriors, Decoding(name, allow=allow))  # type: ignore[arg-type]
    assert set(text) <= set(allow)
    kept = np.array([symbol != "" and symbol in allow for symbol in posteriors.charset.symbols])
    if name == "beam":
        best = max(probabilities(masked(posteriors, kept)).values())
        assert probability(probabilities(masked(posteriors, kept)), text) == pytest.approx(best, rel=2e-2)


@given(tiny_posteriors(), st.sampled_from(PATTERNS))
def test_the_best_text_of_a_form_is_the_enumerated_one(posteriors: Posteriors, pattern: str) -> None:
    fitting = {t: p for t, p in probabilities(posteriors).items() if re.fullmatch(pattern, t)}
    try:
        constraint = PatternConstraint(pattern, posteriors.charset)
    except DecodingError:
        assert set(fitting) <= {""}
        return
    every = candidates_of_posteriors(posteriors, sure_blank=0.0, least=-math.inf)
    found = beam_search(every, BeamSettings(10_000, n_best=10_000), constraint=constraint)
    assert {posteriors.charset.decode(h.classes) for h in found} <= set(fitting)
    for hypothesis in found:
        assert math.exp(hypothesis.acoustic) == pytest.approx(
            fitting[posteriors.charset.decode(hypothesis.classes)], rel=1e-3
        )
    if fitting:
        assert math.exp(found[0].acoustic) == pytest.approx(max(fitting.values()), rel=1e-3)


@given(st.sampled_from(PATTERNS), TEXTS)
def test_an_automaton_accepts_what_python_does(pattern: str, text: str) -> None:
    charset = Charset.of("甲乙丙")
    constraint = PatternConstraint(pattern, charset)
    state = constraint.start()
    for c in charset.encode(text):
        state = constraint.after(state, c) if state is not None else None
    accepted = state is not None and constraint.is_complete(state)
    assert accepted == bool(re.fullmatch(pattern, text))


def test_what_a_pattern_remembers_stays_small_whatever_is_asked_of_it() -> None:
    """`.?` two hundred times over is in up to 200 places at once, other ones after every character."""
    charset = Charset.of("".join(map(chr, range(0x4E00, 0x4E00 + 300))))
    constraint = PatternConstraint("(.?){1,200}", charset)
    tracemalloc.start()
    state = constraint.start()
    for _ in range(60):
        after = [constraint.after(state, c) for c in range(1, len(charset))]
        state = after[0]
        assert state is not None
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 8_000_000


NODES = st.recursive(
    st.sampled_from(["甲", "乙", ".", "[甲丙]", "[^乙]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda both: f"({both[0]}|{both[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}"])).map(
            lambda both: f"({both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)  # fmt: skip


@given(NODES, TEXTS)
def test_any_pattern_means_what_it_means_to_python(pattern: str, text: str) -> None:
    charset = Charset.of("甲乙丙")
    try:
        constraint = PatternConstraint(pattern, charset)
    except DecodingError as error:
        assert "No character" in str(error)
        return
    state = constraint.start()
    for c in charset.encode(text):
        state = constraint.after(state, c) if state is not None else None
    assert (state is not None and constraint.is_complete(state)) == bool(re.fullmatch(pattern, text))


@given(tiny_posteriors(), st.lists(TEXTS.filter(bool), min_size=1, max_size=8))
def test_every_entry_of_a_lexicon_has_its_enumerated_probability(posteriors: Posteriors, entries: list[str]) -> None:
    known = [entry for entry in entries if not posteriors.charset.missing(entry)]
    assume(known)
    texts = probabilities(posteriors)
    found = Trie.of([tuple(posteriors.charset.encode(entry)) for entry in known]).best(posteriors, 100)
    expected = {entry for entry in known if probability(texts, entry) > 0}
    assert {posteriors.charset.decode(classes) for classes, _ in found} == expected
    for classes, log_prob in found:
        assert math.exp(log_prob) == pytest.approx(texts[posteriors.charset.decode(classes)], rel=1e-5)
    if expected:
        best = max(expected, key=lambda entry: texts[entry])
        assert probability(texts, decoded(posteriors, Decoding(lexicon=known))) == pytest.approx(texts[best], rel=1e-5)


def test_entries_that_are_all_improbable_are_still_told_apart() -> None:
    posteriors = posteriors_of_path("-甲" * 150, "甲乙丙", peak=1 - 1e-6)
    words = ["乙丙" * 60, "乙乙" * 60]
    best = Trie.of([tuple(posteriors.charset.encode(word)) for word in words]).best(posteriors, 2)
    assert len(best) == 2 and -2e4 < best[1][1] <= best[0][1] < -800


@given(tiny_posteriors(), st.lists(TEXTS.filter(bool), min_size=1, max_size=4), st.floats(0, 6))
def test_a_weighed_lexicon_prefers_its_entries_by_so_much(
    posteriors: Posteriors, entries: list[str], weight: float
) -> None:
    known = [entry for entry in entries if not posteriors.charset.missing(entry)]
    assume(known)
    texts = {t: math.log(p) + weight * (t in known) for t, p in probabilities(posteriors).items() if p > 0}
    asked = decoder_of(Decoding(lexicon=known, lexicon_weight=weight), posteriors.charset, NOWHERE)
    assert isinstance(asked, BeamDecoder)
    wide = replace(asked, settings=replace(asked.settings, width=10_000), least=-math.inf)
    found = wide.decode(posteriors, greedy(posteriors))
    text = posteriors.charset.decode([run.class_index for run in found.runs])
    assert texts[text] == pytest.approx(max(texts.values()), abs=2e-3)


@given(
    st.dictionaries(st.text("甲乙", min_size=1, max_size=4), st.floats(0.1, 5), min_size=1, max_size=5),
    st.text("甲乙丙", max_size=10),
)
def test_hotwords_are_worth_their_weight_each_time_they_stand_there(weights: dict[str, float], text: str) -> None:
    charset = Charset.of("甲乙丙")
    expected = sum(
        weight for word, weight in weights.items() for place in range(len(text)) if text.startswith(word, place)
    )
    scorer = hotwords(weights, charset)
    assert language_score(scorer, charset.encode(text)) == pytest.approx(expected, abs=1e-9)


@given(tiny_posteriors(), st.floats(0.1, 5))
def test_the_best_text_with_hotwords_is_the_enumerated_one(posteriors: Posteriors, weight: float) -> None:
    assume("乙" in posteriors.charset)
    classes = tuple(posteriors.charset.encode("甲乙"))
    every = candidates_of_posteriors(posteriors, sure_blank=0.0, least=-math.inf)
    found = beam_search(every, BeamSettings(10_000, language_weight=1.0), HotwordScorer({classes: weight}))[0]
    expected = max(math.log(p) + weight * t.count("甲乙") for t, p in probabilities(posteriors).items() if p > 1e-6)
    assert found.score == pytest.approx(expected, abs=2e-3)


@given(tiny_posteriors(), st.integers(2, 6))
def test_the_best_readings_have_their_enumerated_probabilities(posteriors: Posteriors, count: int) -> None:
    texts = probabilities(posteriors)
    found = decoder_of(Decoding("beam", n_best=count), posteriors.charset, NOWHERE).decode(
        posteriors, greedy(posteriors)
    )
    assert 1 <= len(found.n_best) <= count
    shares = [one.share for one in found.n_best]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= 1 + 1e-9
    for one in found.n_best:
        assert one.probability == pytest.approx(texts[one.text], rel=1e-4)
    assert found.n_best[0].text == posteriors.charset.decode([run.class_index for run in found.runs])


def test_a_form_is_found_though_the_network_hardly_believes_in_it() -> None:
    """Some digits are clear and two are missing: shorter texts look better until the last frame."""
    digits = "1101011990030700"
    posteriors = posteriors_of_path("-".join(digits) + "-----", "0123456789X", peak=0.999)
    text = decoded(posteriors, Decoding(pattern="\\d{18}"))
    assert len(text) == 18 and text.isdigit()


def test_an_identity_number_is_checked_by_its_last_character() -> None:
    right = "11010519491231002X"
    blurred = [[0.9 if c == symbol else 0.1 / 11 for c in "-0123456789X"] for symbol in "-".join(right)]
    blurred[-1] = [0.01, *[0.02] * 8, 0.45, 0.02, 0.36]  # an 8 is likelier than the X
    posteriors = posteriors_of(np.array(blurred) / np.sum(blurred, axis=1, keepdims=True), "0123456789X")
    assert decoded(posteriors, Decoding("beam")).endswith("8")
    assert decoded(posteriors, Decoding(pattern="id_number")) == right


RIGHT = {
    "date": ["2024-01-31", "2024年3月5日", "1999/12/1", "2024年11月"],
    "time": ["9:05", "23:59:59"],
    "amount": ["¥1,234.50", "88元", "-3.5", "$ 12,000", "1234567"],
    "plate": ["京A12345", "粤B·D12345", "沪AD12345", "沪A12345F", "川A1234学"],
    "id_number": ["11010519491231002X"],
    "phone": ["13800138000", "138 0013 8000", "010-62770334"],
}
WRONG = {
    "date": ["2024-13-01", "2024-1-32", "24-1-1", "2024-01"],
    "time": ["24:00", "9:5", "12:60"],
    "amount": ["1,23", "12.345", "元", "¥"],
    "plate": ["京I12345", "A12345", "京A1234", "京AO2345"],
    "id_number": ["110105194912310021", "01010519491231002X", "11010519491331002X"],
    "phone": ["12345678901", "1380013800"],
}


@pytest.mark.parametrize("name", NAMED_PATTERNS)
def test_named_forms_know_right_from_wrong(name: str) -> None:
    charset = Charset.own()
    constraint = form(name, charset)
    for text in (*RIGHT[name], *WRONG[name]):
        state = constraint.start()
        for c in charset.encode(text):
            state = constraint.after(state, c) if state is not None else None
        assert (state is not None and constraint.is_complete(state)) == (text in RIGHT[name]), text


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(甲", "no '\\)'"),
        ("甲)", "too many"),
        ("[甲", "no ']'"),
        ("[]", "empty"),
        ("*甲", "nothing to repeat"),
        ("甲{2,1}", "backwards"),
        ("甲{x}", "no count"),
        ("甲{999}", "above"),
        ("[甲-丙]", "backwards"),
        ("\\q", "means nothing"),
        ("甲\\", "lone"),
        ("(?=甲)", "only"),
        ("甲^", "lone"),
        ("", "empty"),
        ("甲" * (LONGEST_PATTERN + 1), "at most"),
        ("((甲{200}){200}){200}", "too large"),
        ("(.{0,200}){2}", "too large"),
        ("(" * 30 + "甲" + ")" * 30, "deep"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said(pattern: str, says: str) -> None:
    with pytest.raises(DecodingError, match=says):
        Automaton(pattern)


@pytest.mark.parametrize(
    ("decoding", "says"),
    [
        ({"n_best": 0}, "From 1 to"),
        ({"n_best": 1000}, "From 1 to"),
        ({"decoder": "best"}, "no decoder"),
        ({"lexicon_weight": 1.0}, "no lexicon"),
        ({"lexicon": ["甲"], "lexicon_weight": math.nan}, "from 0"),
        ({"lexicon": "甲"}, "lists"),
        ({"lexicon": [" "]}, "empty"),
        ({"lexicon": ["甲"] * 100_001}, "at most"),
        ({"lexicon": ["甲" * 201]}, "at most"),
        ({"lexicon": ["龘"]}, "can write no entry"),
        ({"hotwords": ["甲\tmuch"]}, "no number"),
        ({"hotwords": ["甲\t-1"]}, "above 0"),
        ({"hotwords": ["龘"]}, "none of the hotwords"),
        ({"hotwords": ["甲" * 51]}, "at most"),
        ({"allow": "龘"}, "none of the characters"),
        ({"allow": "  "}, "names no character"),
        ({"forbid": "甲乙丙"}, "leaves no character"),
        ({"pattern": "龘"}, "No character"),
        ({"pattern": "甲", "allow": "乙"}, "none of the allowed"),
    ],
)
def test_what_cannot_be_decoded_with_is_said(decoding: dict[str, object], says: str) -> None:
    with pytest.raises(DecodingError, match=says):
        decoder_of(Decoding(**decoding), Charset.of("甲乙丙"), NOWHERE)  # type: ignore[arg-type]


def test_classes_of_characters_have_names() -> None:
    charset = Charset.of("7aB中，- ")
    for words, expected in (
        ("digits", "7"),
        ("latin", "aB"),
        ("upper", "B"),
        ("hanzi", "中"),
        ("punctuation", "，-"),
        ("space", " "),
        ("digits hanzi -", "7中-"),
    ):
        inside = character_set(words, "allow").in_charset(charset)
        assert "".join(s for s, is_in in zip(charset.symbols, inside, strict=True) if is_in) == expected


def test_a_line_that_fits_nothing_says_so() -> None:
    posteriors = posteriors_of_path("甲", "甲乙丙")
    found = decoder_of(Decoding(pattern="甲乙丙"), posteriors.charset, NOWHERE).decode(posteriors, greedy(posteriors))
    assert found.runs == () and "pattern" in found.notes[0]


def test_what_only_the_conditions_say_is_told() -> None:
    posteriors = posteriors_of_path("-甲-乙-", "甲乙丙", peak=0.999)
    for lexicon, is_seen in ((["甲乙"], True), (["丙丙"], False)):
        found = decoder_of(Decoding(lexicon=lexicon), posteriors.charset, NOWHERE).decode(
            posteriors, greedy(posteriors)
        )
        assert found.runs and bool(found.notes) != is_seen


def test_conditions_hold_together() -> None:
    posteriors = posteriors_of_path("甲-乙-丙", "甲乙丙", peak=0.8)
    both = Decoding(lexicon=["甲乙丙", "甲乙乙", "乙乙丙"], pattern=".乙乙", n_best=3)
    assert decoded(posteriors, both) == "甲乙乙"
    found = decoder_of(both, posteriors.charset, NOWHERE)
    assert isinstance(found, BeamDecoder) and found.name == "beam, lexicon, pattern"
    assert decoded(posteriors, Decoding(lexicon=["甲乙丙", "乙乙乙"], forbid="丙 甲")) == "乙乙乙"
