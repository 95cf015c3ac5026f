"""Lines of mathematical text, formulas written along the line: runs of roman, italic, super- and subscript characters.

Formulas are made up from patterns in a small notation (`_runs_of`); the sentences around them are the corpus's. The
label is the runs' text: Unicode super- and subscripts, minus U+2212, prime U+2032. Knows nothing of faces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ocr_core.synth.corpus import Corpus

Kind = Literal["roman", "italic", "superscript", "subscript"]

_SUPERSCRIPT = dict(
    zip(
        "0123456789+-=()niabcdefghjklmoprstuvwxyzTNHMABDKRP",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴴᴹᴬᴮᴰᴷᴿᴾ",
        strict=True,
    )
)
_SUBSCRIPT = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_NOTATION = re.compile(r"\^\{(?P<up>[^}]*)\}|_\{(?P<down>[^}]*)\}|@(?P<name>[A-Za-z]+)|(?P<other>.)")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters set in one way; the text is the label's."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """One line.

    Attributes:
        runs: neighbours differ in kind.
        text: the label, the runs' texts joined.
    """

    runs: tuple[Run, ...]
    text: str


def formula_line(rng: np.random.Generator, corpus: Corpus, length: int) -> FormulaLine:
    """Makes a line of about `length` characters: a formula alone, an exercise, or a sentence with formulas in it."""
    chance = rng.random()
    if chance < 0.38:
        pieces = _bare(rng, length)
    elif chance < 0.87:
        pieces = _english(rng, corpus, length)
    else:
        pieces = _chinese(rng, corpus, length)
    return _line(pieces, length)


def _bare(rng: np.random.Generator, length: int) -> list[list[Run]]:
    """A displayed formula or an exercise's line, numbered at times."""
    pieces = [_formula(rng)]
    if rng.random() < 0.4:
        pieces.insert(0, _roman(_pick(rng, _LEADS).format(int(rng.integers(1, 200)))))
    while _length(pieces) < 0.7 * length:
        pieces.append(_roman(_pick(rng, (", ", ", ", " and ", "; ", " or ", ", ", " ⇒ "))))
        pieces.append(_formula(rng))
    if rng.random() < 0.25:
        pieces.append(_roman(_pick(rng, (".", ",", f" ({rng.integers(1, 15)}.{rng.integers(1, 40)})", ";", " ="))))
    return pieces


def _english(rng: np.random.Generator, corpus: Corpus, length: int) -> list[list[Run]]:
    """English words and formulas by turns, as a line cut out of a paragraph."""
    pieces: list[list[Run]] = []
    while _length(pieces) < length:
        if pieces:
            pieces.append(_roman(" "))
        chance = rng.random()
        if chance < 0.25:
            pieces.append(_phrase_with_formulas(rng))
        elif chance < 0.33:
            pieces.append(_roman(_reference(rng)))
        elif chance < 0.5:
            pieces.append(_formula(rng) + _roman(_pick(rng, ("", "", ",", "."))))
        else:
            pieces.append(_roman(corpus.english(rng, int(rng.integers(8, max(10, length))))))
    return pieces


def _chinese(rng: np.random.Generator, corpus: Corpus, length: int) -> list[list[Run]]:
    """Chinese exercises; no space between hanzi and formulas, for the typesetter's gap is no character."""
    pieces: list[list[Run]] = []
    while _length(pieces) < length:
        lead, tail = _pick(rng, _CHINESE_LEADS), _pick(rng, _CHINESE_TAILS)
        if rng.random() < 0.25:
            pieces.append(_roman(corpus.technical_zh(rng, 8)))
        pieces.append(_roman(lead) + _formula(rng) + _roman(tail))
    return pieces


def _phrase_with_formulas(rng: np.random.Generator) -> list[Run]:
    phrase: list[Run] = []
    for position, part in enumerate(_pick(rng, _PHRASES).split("$")):
        phrase += _roman(part) if position % 2 == 0 else _formula(rng) if part == "F" else _small(rng)
    return phrase


def _line(pieces: list[list[Run]], length: int) -> FormulaLine:
    """Joins the pieces, cuts what is far too long at a space, and merges neighbours of one kind."""
    runs = [run for piece in pieces for run in piece]
    characters: list[tuple[str, Kind]] = [(character, run.kind) for run in runs for character in run.text]
    limit = round(1.15 * length)
    if len(characters) > limit:
        spaces = [position for position in range(limit // 2, limit) if characters[position][0] == " "]
        characters = characters[: spaces[-1] if spaces else limit]
    kept: list[tuple[str, Kind]] = []
    for character, kind in characters:
        if character == " " and (not kept or kept[-1][0] == " "):
            continue
        kept.append((character, kind))
    while kept and kept[-1][0] == " ":
        kept.pop()
    return FormulaLine(_merged(kept), "".join(character for character, _ in kept))


def _merged(characters: Sequence[tuple[str, Kind]]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for character, kind in characters:
        if runs and runs[-1].kind == kind:
            runs[-1] = Run(runs[-1].text + character, kind)
        else:
            runs.append(Run(character, kind))
    return tuple(runs)


def _length(pieces: list[list[Run]]) -> int:
    return sum(len(run.text) for piece in pieces for run in piece)


def _roman(text: str) -> list[Run]:
    return [Run(text, "roman")] if text else []


def _formula(rng: np.random.Generator) -> list[Run]:
    notation = _pick(rng, _PATTERNS)(rng)
    if rng.random() < 0.15:
        notation = re.sub(r" ?([+=·×<>≤≥≈-]) ?", r"\1", notation)
    return list(_runs_of(notation))


def _small(rng: np.random.Generator) -> list[Run]:
    return list(_runs_of(_pick(rng, (_variable, _variable, _power, _call, _number, _indexed))(rng)))


def _runs_of(notation: str) -> Iterator[Run]:
    """Reads the notation: `^{..}` above, `_{..}` below, `@sin` upright, other letters italic, the rest roman."""
    for match in _NOTATION.finditer(notation.replace("''", "″")):
        if match["up"] is not None:
            yield Run("".join(_SUPERSCRIPT[character] for character in match["up"]), "superscript")
        elif match["down"] is not None:
            yield Run("".join(_SUBSCRIPT[character] for character in match["down"]), "subscript")
        elif match["name"] is not None:
            yield Run(match["name"], "roman")
        else:
            character = {"-": "−", "'": "′"}.get(match["other"], match["other"])
            yield Run(character, "italic" if _is_slanted(character) else "roman")


def _is_slanted(character: str) -> bool:
    return (character.isascii() and character.isalpha()) or "α" <= character <= "ω"


def _pick(rng: np.random.Generator, choices: Sequence):
    return choices[int(rng.integers(len(choices)))]


_EXPONENTS = (
    "2", "2", "2", "3", "3", "4", "n", "n", "-1", "-2", "k", "n+1", "T", "m", "5", "10", "2n", "i", "x", "-x",
)  # fmt: skip
_FUNCTIONS = (
    "f", "f", "g", "h", "F", "G", "P", "T", "φ", "u", "y", "s", "v", "f'", "f^{-1}", "f''", "I_{0}", "H",
)  # fmt: skip
_ARGUMENTS = (
    "x", "x", "t", "n", "x, y", "a", "0", "1", "z", "x_{i}", "x + h", "θ", "2x", "u, v",
)  # fmt: skip
_UNITS = (
    "@cm", "@m", "@kg", "@s", "@m/@s", "@km/@h", "%", "@Hz", "°", "@cm^{2}", "@m^{3}", "@kg · @m/@s^{2}",
)  # fmt: skip


def _number(rng: np.random.Generator) -> str:
    chance = rng.random()
    if chance < 0.7:
        return str(int(rng.integers(1, 20)))
    if chance < 0.85:
        return str(int(rng.integers(20, 2000)))
    return f"{rng.uniform(0, 100):.{rng.integers(1, 3)}f}"


def _letter(rng: np.random.Generator) -> str:
    return _pick(rng, "xxxyyznnmkabctuvpqrsdijwABCMNPXYEVTLαβγδθλμφωεστρπ")


def _index(rng: np.random.Generator) -> str:
    return _pick(rng, ("1", "2", "3", "0", "i", "j", "k", "n", "n+1", "n-1", "i+1", "k-1", "m", "t", "10"))


def _indexed(rng: np.random.Generator) -> str:
    return f"{_letter(rng)}_{{{_index(rng)}}}"


def _power(rng: np.random.Generator) -> str:
    return f"{_letter(rng)}^{{{_pick(rng, _EXPONENTS)}}}"


def _variable(rng: np.random.Generator) -> str:
    chance = rng.random()
    if chance < 0.5:
        return _letter(rng)
    if chance < 0.75:
        return _indexed(rng)
    return _power(rng) if chance < 0.93 else _letter(rng) + "'"


def _call(rng: np.random.Generator) -> str:
    return f"{_pick(rng, _FUNCTIONS)}({_pick(rng, _ARGUMENTS)})"


def _term(rng: np.random.Generator) -> str:
    factor = "" if rng.random() < 0.5 else _number(rng)
    chance = rng.random()
    if chance < 0.72:
        return factor + _variable(rng)
    if chance < 0.84:
        return _call(rng)
    if chance < 0.93:
        return f"{_pick(rng, ('@sin', '@cos', '@tan', '@ln', '@log', '@exp'))} {_pick(rng, ('x', 'θ', 't', 'α', '2x'))}"
    return f"√{_pick(rng, ('2', '3', '5', 'x', 'n', '(x^{2} + 1)', '(a^{2} + b^{2})'))}"


def _sum(rng: np.random.Generator) -> str:
    terms = [_term(rng) if rng.random() < 0.8 else _number(rng) for _ in range(int(rng.integers(1, 4)))]
    line = ("-" if rng.random() < 0.12 else "") + terms[0]
    for term in terms[1:]:
        line += _pick(rng, (" + ", " + ", " - ", " - ", " · ", " × ", "/")) + term
    return line


def _polynomial(rng: np.random.Generator) -> str:
    letter, degree = _pick(rng, "xxxxtnyz"), int(rng.integers(2, 5))
    line = _pick(rng, ("", "-")) if rng.random() < 0.3 else ""
    for power in range(degree, -1, -1):
        if power < degree and rng.random() < 0.2:
            continue
        factor = str(int(rng.integers(2, 30))) if rng.random() < 0.75 or power == 0 else ""
        symbol = "" if power == 0 else letter if power == 1 else f"{letter}^{{{power}}}"
        line += (_pick(rng, (" + ", " - ")) if power < degree else "") + factor + symbol
    return line


def _function(rng: np.random.Generator) -> str:
    return f"{_pick(rng, ('f(x)', 's(t)', 'g(x)', 'y', 'P(x)', 'h(t)', 'v(t)', 'F(n)'))} = {_polynomial(rng)}"


def _relation(rng: np.random.Generator) -> str:
    return f"{_sum(rng)} {_pick(rng, '====≤≥<>≠≈≡∝')} {_sum(rng)}"


def _interval(rng: np.random.Generator) -> str:
    signs = _pick(rng, (("≤", "≤"), ("<", "<"), ("≤", "<"), ("<", "≤")))
    return f"{_number(rng)} {signs[0]} {_variable(rng)} {signs[1]} {_pick(rng, ('n', '1', '2π', 'N', '100', 'b', '∞'))}"


def _bracketed(rng: np.random.Generator) -> str:
    letter, number = _pick(rng, "nxabk"), int(rng.integers(1, 9))
    power = _pick(rng, ("2", "3", "n", "-1"))
    inner = f"({letter} {_pick(rng, '+-')} {number})"
    return f"{inner}^{{{power}}} = {_pick(rng, (f'{inner} · {inner}^{{2}}', _polynomial(rng), _sum(rng)))}"


def _values(rng: np.random.Generator) -> str:
    names = rng.permutation(list(_pick(rng, ("abc", "xyz", "mnp", "αβγ", "ABC", "uvw", "rst"))))
    return ", ".join(f"{name} = {_angle(rng) if name in 'αβγ' else _number(rng)}" for name in names)


def _angle(rng: np.random.Generator) -> str:
    degrees = f"{rng.integers(1, 180)}°"
    return degrees + (f"{rng.integers(1, 60)}'" if rng.random() < 0.5 else "")


_FIXED = (
    "@sin^{2}θ + @cos^{2}θ = 1", "a^{2} + b^{2} = c^{2}", "e^{-x}", "e^{x}", "y = e^{kt}", "E = mc^{2}", "n → ∞",
    "x ∈ [0, 1]", "x ∈ ℝ^{n}", "A ⊆ B", "A ∩ B = ∅", "A ∪ B", "x ∉ A", "∀x ∈ X", "∃y ∈ Y", "p ∧ q", "(p ∨ q) ∧ r",
    "~(p ∨ q) ∨ [(~p) ∧ q] ∨ p", "p ⇒ q", "p ⇔ q", "¬p ∨ q", "∂u/∂t = k∇^{2}u", "dy/dx = 3x^{2}", "∇ · F = 0",
    "∇f(x)", "f: X → Y", "O(n @log n)", "O(n^{2})", "L(f, J) = O(n · L(f))", "Θ(n @log n)", "a ≡ b (@mod n)",
    "P(A ∪ B) = P(A) + P(B) - P(A ∩ B)", "P(A|B) = P(A ∩ B)/P(B)", "∠ABC = 90°", "AB ⊥ CD", "AB ‖ CD",
    "π ≈ 3.1416", "√2 ≈ 1.414", "x = (-b ± √(b^{2} - 4ac))/2a", "∑ a_{n}x^{n}", "∫ f(x) dx",
    "∫ @sin x dx = -@cos x + C", "T(n) = 2T(n/2) + n", "I_{0}(x_{i} + Δu) ≈ I_{0}(x_{i}) + ∇I_{0}(x_{i}) · Δu",
    "A^{T}A", "A^{-1}", "x^{T}Ax ≥ 0", "||x||^{2}", "|x - y| < ε", "δ > 0", "n!", "(n + 1)!", "2^{n}",
    "2^{n} - 1", "10^{-6}", "3 × 10^{8} @m/@s", "9.8 @m/@s^{2}", "n × n", "2 × 2 × 2", "ΔABC",
    "x_{1}, x_{2}, ..., x_{n}", "a_{1} + a_{2} + ... + a_{n}", "{x | x > 0}", "{1, 2, 3}", "(x_{1}, y_{1})",
    "u ⊗ v", "H_{0}: μ = 0", "σ^{2}", "N(μ, σ^{2})", "α + β + γ = 180°", "@lim f(x) = L", "@max(a, b)",
    "@min{x, y}", "⌊n/2⌋", "⟨u, v⟩", "@sin(α + β) = @sin α @cos β + @cos α @sin β", "@log_{2}n", "@ln x",
    "x^{2} + y^{2} = 9", "λ_{1} ≥ λ_{2}", "x' = Ax", "H_{2}O", "f''(x) + f(x) = 0", "ω = 2πf",
    "v^{2} = u^{2} + 2as", "F = ma", "PV = nRT", "ℕ ⊂ ℤ ⊂ ℚ ⊂ ℝ", "p → q", "α ∈ Γ",
)  # fmt: skip


def _fixed(rng: np.random.Generator) -> str:
    return _pick(rng, _FIXED)


def _series(rng: np.random.Generator) -> str:
    letter, index = _pick(rng, "xyabuv"), _pick(rng, "ijkn")
    return f"{_pick(rng, '∑∏')}{_pick(rng, ('', ' '))}{letter}_{{{index}}}{_pick(rng, ('', '^{2}', f'y_{{{index}}}'))}"


def _measure(rng: np.random.Generator) -> str:
    unit = _pick(rng, _UNITS)
    space = "" if unit in "°%" else " "
    return f"{_letter(rng)} = {_number(rng)}{space}{unit}"


_PATTERNS: tuple[Callable[[np.random.Generator], str], ...] = (
    _function, _function, _relation, _relation, _relation, _sum, _interval, _bracketed, _values, _fixed, _fixed,
    _fixed, _fixed, _polynomial, _series, _measure, _call,
)  # fmt: skip

_LEADS = (
    "{}. ",
    "({}) ",
    "{}) ",
    "(a) ",
    "(b) ",
    "(c) ",
    "b. ",
    "Eq. ({}): ",
    "= ",
    "+ ",
    "Example {}. ",
    "∴ ",
    "∵ ",
    "• ",
)
_PHRASES = (
    "Let $v$ be a", "Suppose that $F$.", "where $v$ is a constant", "If $v$ is even, then $F$.",
    "Prove that $F$.", "Find the derivative of $F$.", "we have $F$, so", "for all $v$ and $v$", "and hence $F$.",
    "is given by $F$.", "after $v$ seconds", "the set of all $v$ such that $F$", "with $F$ and $F$,",
    "Since $F$, it follows that", "is a function of $v$ and $v$", "Solve $F$ for $v$.", "at the point $F$",
    "Show that $F$ for every $v$.", "the matrix $v$ is", "converges to $v$ as $v$ → 0.",
    "the value of $v$ at $F$", "Theorem 2. If $F$, then $F$.", "of size $v$ × $v$ × $v$.", "(that is, $F$)",
    "by the definition of $v$,", "Using $F$, we can", "the angle $v$ between", "in terms of $v$",
    "Here $v$ denotes the", "There exists $v$ such that $F$.", "is equal to $F$", "the equation $F$ has",
)  # fmt: skip
_CHINESE_LEADS = (
    "设", "设函数", "已知", "若", "则", "当", "求", "证明：", "因为", "所以", "即", "令", "由", "解：由题意得",
    "且", "如果", "函数", "方程", "不等式", "在△ABC中，", "得", "其中", "数列满足", "集合", "公式为", "（1）",
    "（2）求",
)  # fmt: skip
_CHINESE_TAILS = (
    "，", "，则", "，求", "的最小值", "时，", "成立。", "。", "，且", "的解为", "的图象", "（）", "恒成立，",
    "是增函数，", "的值。", "，所以", "；", "，其中", "的导数", "的取值范围是", "两边同时乘以",
)  # fmt: skip
_AUTHORS = (
    "Smith", "Lucas", "Kanade", "Tomasi", "Shi", "Lowe", "Harris", "Knuth", "Johnson", "Garey", "Turing", "Gauss",
    "Euler",
)  # fmt: skip


def _reference(rng: np.random.Generator) -> str:
    """A citation or a reference to a figure or an equation."""
    author, other, year = _pick(rng, _AUTHORS), _pick(rng, _AUTHORS), int(rng.integers(1950, 2024))
    chapter, number = int(rng.integers(1, 15)), int(rng.integers(1, 40))
    letter = _pick(rng, ("", "", "a", "b"))
    patterns = (
        f"[{number}]", f"[{number}, {number + 3}]", f"in [{chapter}] and [{number}]", f"[{author[:3]}{year % 100:02}]",
        f"[{author} et al., {year}{letter}]", f"({author} and {other} {year})",
        f"({author} {year}; {other} {year + 2})",
        f"(Figure {chapter}.{number}{letter})", f"Fig. {number}{letter}", f"Eq. ({chapter}.{number})",
        f"see Table {number}", f"Section {chapter}.{number}", f"({chapter}.{number})",
        f"Lemma {chapter}.{number}", f"Theorem {number}",
    )  # fmt: skip
    return _pick(rng, patterns)
