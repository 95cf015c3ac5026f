"""Formula lines: the label is the runs' text, canonical, within the charset; scripts are marked as such."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.synth.formulas import _FIXED, FormulaLine, _runs_of, formula_line

SUPERSCRIPTS = set("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴴᴹᴬᴮᴰᴷᴿᴾ")
SUBSCRIPTS = set("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


class WordsOnly:
    """Stands in for a corpus: the same words whatever is asked."""

    def english(self, rng: np.random.Generator, length: int) -> str:
        return ("words of a plain text " * 9)[:length].strip()

    def technical_zh(self, rng: np.random.Generator, length: int) -> str:
        return "若干文字说明之用"[:length]


def lines(count: int) -> list[FormulaLine]:
    rng = np.random.default_rng(4)
    return [formula_line(rng, WordsOnly(), int(rng.integers(6, 80))) for _ in range(count)]  # pyright: ignore[reportArgumentType]


def runs(notation: str) -> list[tuple[str, str]]:
    return [(run.text, run.kind) for run in _runs_of(notation)]


def test_notation_becomes_runs() -> None:
    assert runs("x^{2} - a_{i+1}") == [
        ("x", "italic"), ("²", "superscript"), (" ", "roman"), ("−", "roman"), (" ", "roman"), ("a", "italic"),
        ("ᵢ₊₁", "subscript"),
    ]  # fmt: skip


def test_function_names_are_upright_and_primes_are_primes() -> None:
    assert runs("@sin f'") == [("sin", "roman"), (" ", "roman"), ("f", "italic"), ("′", "roman")]
    assert runs("f''") == [("f", "italic"), ("″", "roman")]


def test_a_script_without_a_unicode_form_is_refused() -> None:
    with pytest.raises(KeyError):
        runs("x^{?}")


def test_labels_are_the_runs_canonical_and_within_the_charset() -> None:
    charset = Charset.own()
    for line in lines(2000):
        assert line.text == "".join(run.text for run in line.runs)
        assert line.text and canonical(line.text) == line.text
        assert not charset.missing(line.text)


def test_scripts_are_in_script_runs_and_nowhere_else() -> None:
    for line in lines(500):
        for run in line.runs:
            characters = set(run.text)
            if run.kind == "superscript":
                assert characters <= SUPERSCRIPTS
            elif run.kind == "subscript":
                assert characters <= SUBSCRIPTS
            else:
                assert not characters & (SUPERSCRIPTS | SUBSCRIPTS)


def test_neighbouring_runs_differ_and_lengths_are_bounded() -> None:
    rng = np.random.default_rng(11)
    for _ in range(500):
        line = formula_line(rng, WordsOnly(), 40)  # pyright: ignore[reportArgumentType]
        assert all(one.kind != other.kind for one, other in zip(line.runs, line.runs[1:], strict=False))
        assert len(line.text) <= 46


def test_every_fixed_formula_can_be_read_in_the_charset() -> None:
    charset = Charset.own()
    for notation in _FIXED:
        text = "".join(run.text for run in _runs_of(notation))
        assert not charset.missing(text), notation
        assert canonical(text) == text


def test_the_signs_of_real_formulas_come_up() -> None:
    text = "".join(line.text for line in lines(3000))
    assert set("²³ⁿ₁ᵢ−′″≤≥≠≈∈∑∫√∞∂∇×·±→π∧∨∪∩°") <= set(text)
