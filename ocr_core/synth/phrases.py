"""Which texts each scenario shows, and how long: part of the Chinese is random, so that rare hanzi are seen.

Widths are pixels at height 32. Knows nothing of faces or pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ocr_core.labels import canonical
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.formulas import formula_line

Runs = list[tuple[str, str]]
"""Pieces of a line with their kind: roman, italic, superscript or subscript."""

Sampler = Callable[[Corpus, np.random.Generator, int], str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says.

    Attributes:
        runs: its pieces.
        random: nobody wrote this: characters in no order, there so that each is seen, with no sentence to help.
    """

    runs: Runs
    random: bool

    @property
    def text(self) -> str:
        """All pieces together."""
        return "".join(text for text, _ in self.runs)


_HANZI_PX, _LATIN_PX, _MIXED_PX = 27.0, 13.0, 20.0

_DIGITS_AND_SIGNS = "0123456789" * 3 + ".-/:,%+()" * 2 + "#&*@!?=<>[]{}_|\\~^$'\";`"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = (
    "，。、；：？！“”‘’（）《》〈〉【】「」『』〔〕—…～·¥–•●〇■□◆◇★☆▲△▼▽▶◎※§¶†‡©®™№℃℉°‰£€¢①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
    "→←↑↓±×÷≤≥≠≈√∞∑∫∈àáâäèéêëìíîïòóôöùúûüçñāēīōūǎěǐǒǔǚ"
)
_MATHS_SIGNS = (
    "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμνξπρστυφχψω×÷±∓≠≈≡≤≥≪≫∝∞∂∇∑∏∫∬∮√∛∈∉∋⊂⊃⊆⊇∪∩∅∧∨¬∀∃∴∵⊥‖∠≅≜≺≻⊕⊗⊙∘⟨⟩⌈⌉⌊⌋′″→←↑↓↔⇒⇐⇔↦ℝℕℤℚℂℓℏ⋮⊢⊨"
)
_SCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴴᴹᴬᴮᴰᴷᴿᴾ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_LABELS = ("（{}）", "({}) ", "{}. ", "{}、", "{}) ", "图 {} ", "表{} ", "第{}章 ", "{}.1 ", "【{}】", "• ", "● ", "★")
_BRACKETS = ("“{}”", "（{}）", "《{}》", "【{}】", "「{}」", "({})")


def print_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A stretch of running text as in books, papers and forms."""
    return _phrase(_PRINT, corpus, rng, width_px)


def scene_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A sign, a name, a telephone number, a slogan."""
    return _phrase(_SCENE, corpus, rng, width_px)


def hand_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """What people write by hand: mostly Chinese sentences, some with a number in front; alone, any hanzi at all."""
    return _phrase(_HAND if width_px > _ALONE_PX else _HAND_ALONE, corpus, rng, width_px)


def unordered_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """Hanzi in no order, the ones in daily use more often: only their shapes tell what they are."""
    return _phrase({_daily_hanzi: 1.0}, corpus, rng, width_px)


def notes_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """What people note in class: technical sentences with Latin and figures between, many of them numbered."""
    phrase = _phrase(_NOTES, corpus, rng, width_px)
    numbered = _label(rng) + phrase.text if rng.random() < _NUMBERED_NOTES_SHARE else phrase.text
    return Phrase([(canonical(numbered), "roman")], phrase.random)


def screen_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A label, a menu entry, a message, a table cell."""
    return _phrase(_SCREEN, corpus, rng, width_px)


def format_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A line of a receipt, an amount in words, an address of the net, a path, a number of some paper."""
    return _phrase({_FORMAT: 1.0}, corpus, rng, width_px)


def row_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A separator, a leader to a number, or one character again and again."""
    return Phrase([(corpus.row(rng, max(2, round(width_px / _LATIN_PX))), "roman")], random=False)


def spaced_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """Single characters and short words with spaces between."""
    return Phrase([(corpus.spaced(rng, max(3, round(width_px / 18))), "roman")], random=False)


def maths_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """A sentence with formulas, or a formula."""
    length = max(4, round(width_px / 14.5))
    if rng.random() < _RANDOM_MATHS_SHARE:
        return Phrase(_random_maths(rng, length), random=True)
    line = formula_line(rng, corpus, length)
    return Phrase([(run.text, run.kind) for run in line.runs], random=False)


def _random_maths(rng: np.random.Generator, length: int) -> Runs:
    """Signs, variables and scripts in no order, so that every one of them is seen."""
    runs: Runs = []
    while sum(len(text) for text, _ in runs) < length:
        runs.append((_one_of(_LETTERS, rng), "italic" if rng.random() < 0.8 else "roman"))
        for _ in range(int(rng.integers(0, 3))):
            runs.append((_one_of(_SCRIPTS, rng), "roman"))
        sign = _one_of(_MATHS_SIGNS, rng)
        runs.append((f" {sign} " if rng.random() < 0.4 else sign, "roman"))
    text, kind = runs[-1]
    return [*runs[:-1], (text.strip(), kind)]


def _one_of(characters: str, rng: np.random.Generator) -> str:
    return characters[int(rng.integers(len(characters)))]


def _random_hanzi(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    """Random hanzi, now and then with punctuation, brackets, digits or a Latin word between."""
    return _interspersed(corpus.random_hanzi(rng, length), corpus, rng, length)


def _daily_hanzi(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    """The same of hanzi in daily use."""
    return _interspersed(corpus.daily_hanzi(rng, length), corpus, rng, length)


def _interspersed(text: str, corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    if rng.random() < 0.5 or length < 4:
        return text
    pieces = list(text)
    for _ in range(int(rng.integers(1, 2 + length // 8))):
        position = int(rng.integers(1, len(pieces)))
        pieces[position] = _insertion(corpus, rng)
    return "".join(pieces)


def _insertion(corpus: Corpus, rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.45:
        return "，，。、；：？！"[int(rng.integers(8))]
    if kind < 0.6:
        return _BRACKETS[int(rng.integers(len(_BRACKETS)))].format(corpus.random_hanzi(rng, 2))
    if kind < 0.8:
        return str(int(rng.integers(1, 10 ** int(rng.integers(1, 5)))))
    if kind < 0.9:
        return corpus.english(rng, 6).strip()
    return _one_of(_SIGNS, rng)


def _capitals(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    return corpus.english(rng, length).upper()


def _title_case(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in corpus.english(rng, length).split(" "))


def _random_ascii(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    """Keys, codes, versions: letters of either case, digits and signs without a language to lean on."""
    alphabet = _LETTERS + _DIGITS_AND_SIGNS if rng.random() < 0.6 else _DIGITS_AND_SIGNS
    characters = [alphabet[int(position)] for position in rng.integers(len(alphabet), size=max(2, length))]
    for position in range(5, len(characters) - 1):
        if rng.random() < 0.12:
            characters[position] = " "
    return "".join(characters)


def _random_signs(corpus: Corpus, rng: np.random.Generator, length: int) -> str:
    """Words with signs between them, so that every sign is seen somewhere."""
    pieces: list[str] = []
    while sum(map(len, pieces)) < length:
        pieces.append(corpus.random_hanzi(rng, int(rng.integers(1, 4))) if rng.random() < 0.6 else corpus.words(rng, 3))
        pieces.append(_one_of(_SIGNS if rng.random() < 0.75 else _MATHS_SIGNS, rng))
    return "".join(pieces)


def _upright(name: str) -> Sampler:
    return lambda corpus, rng, length: getattr(corpus, name)(rng, length)


_SENTENCE, _TALK, _TECHNICAL = _upright("sentence"), _upright("colloquial"), _upright("technical_zh")
_TRADITIONAL = _upright("traditional")
_ENGLISH, _INTERFACE, _WORDS = _upright("english"), _upright("interface_string"), _upright("words")
_NUMBERS, _SIGNAGE, _FORMAT = _upright("numbers"), _upright("signage"), _upright("format")

_CHARACTER_PX: Mapping[Sampler, float] = {
    _ENGLISH: _LATIN_PX, _capitals: 17.0, _title_case: _LATIN_PX, _random_ascii: 15.0, _NUMBERS: 15.0, _FORMAT: 16.0,
    _TECHNICAL: _MIXED_PX, _INTERFACE: _MIXED_PX, _random_signs: _MIXED_PX,
}  # fmt: skip

_PRINT: Mapping[Sampler, float] = {
    _SENTENCE: 0.22, _TRADITIONAL: 0.02, _TALK: 0.06, _TECHNICAL: 0.1, _random_hanzi: 0.27, _WORDS: 0.03,
    _ENGLISH: 0.23, _NUMBERS: 0.03, _random_ascii: 0.02, _random_signs: 0.03,
}  # fmt: skip
_SCENE: Mapping[Sampler, float] = {
    _SIGNAGE: 0.27, _TRADITIONAL: 0.02, _SENTENCE: 0.05, _TALK: 0.05, _random_hanzi: 0.25, _WORDS: 0.08, _ENGLISH: 0.06,
    _capitals: 0.08, _title_case: 0.06, _NUMBERS: 0.05, _random_ascii: 0.02, _random_signs: 0.01,
}  # fmt: skip
_HAND: Mapping[Sampler, float] = {
    _SENTENCE: 0.24, _TALK: 0.31, _TRADITIONAL: 0.05, _TECHNICAL: 0.02, _random_hanzi: 0.24,
    _WORDS: 0.05, _ENGLISH: 0.06, _NUMBERS: 0.03,
}  # fmt: skip
_HAND_ALONE: Mapping[Sampler, float] = {_random_hanzi: 0.7, _TALK: 0.15, _SENTENCE: 0.1, _NUMBERS: 0.05}
"""Of one or two characters: no sentence helps to read a rare one, so all hanzi come as often as common ones."""
_ALONE_PX = 70.0
_NOTES: Mapping[Sampler, float] = {
    _TECHNICAL: 0.55,
    _SENTENCE: 0.15,
    _random_signs: 0.1,
    _NUMBERS: 0.12,
    _ENGLISH: 0.08,
}
_NUMBERED_NOTES_SHARE = 0.3
_SCREEN: Mapping[Sampler, float] = {
    _INTERFACE: 0.34, _TECHNICAL: 0.13, _SENTENCE: 0.05, _random_hanzi: 0.22, _ENGLISH: 0.1, _title_case: 0.04,
    _capitals: 0.02, _NUMBERS: 0.06, _random_ascii: 0.03, _random_signs: 0.01,
}  # fmt: skip
_RANDOM = frozenset({_random_hanzi, _daily_hanzi, _random_ascii, _random_signs})
_LABELLED_SHARE = 0.06
_RANDOM_MATHS_SHARE = 0.12


def _phrase(shares: Mapping[Sampler, float], corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    sampler = _weighted(shares, rng)
    length = max(1, round(width_px / _CHARACTER_PX.get(sampler, _HANZI_PX) * rng.uniform(0.9, 1.1)))
    text = sampler(corpus, rng, length)
    while len(text) < 0.75 * length:
        text += _glue(text, rng) + sampler(corpus, rng, length - len(text))
    if rng.random() < _LABELLED_SHARE and sampler is not _SIGNAGE:
        text = _label(rng) + text
    return Phrase([(canonical(text), "roman")], random=sampler in _RANDOM)


def _label(rng: np.random.Generator) -> str:
    label = _LABELS[int(rng.integers(len(_LABELS)))]
    number = int(rng.integers(1, 21))
    return label.format("一二三四五六七八九十"[number % 10] if rng.random() < 0.3 else number)


def _glue(text: str, rng: np.random.Generator) -> str:
    """Returns what stands between two texts that fill a line together."""
    if text[-1:].isascii():
        return " "
    return "" if text[-1] in "，。、；：？！…" else "，。；、 "[int(rng.integers(5))]


def _weighted(shares: Mapping[Sampler, float], rng: np.random.Generator) -> Sampler:
    samplers = list(shares)
    edges = np.cumsum(list(shares.values()))
    return samplers[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]
