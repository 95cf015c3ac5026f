"""The project's own sentences about mathematics, and how a formula in them becomes TeX or MathML.

A text is a label with its formulas between dollar signs, written along the line: `$x² + y₁ ≤ √z$`; `#` stands for a
digit that is drawn. Spaces in a formula are where typesetters leave them. Knows no faces and no pages.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from eval.scenarios.typesetting import tex

FUNCTIONS: Final = (
    "sin",
    "cos",
    "tan",
    "log",
    "ln",
    "exp",
    "max",
    "min",
    "gcd",
    "mod",
    "det",
    "dim",
    "ker",
    "deg",
    "Var",
)

_TOKEN = re.compile(
    rf"(?P<name>{'|'.join(FUNCTIONS)})(?![a-z])|(?P<number>\d+(?:\.\d+)?)|(?P<dots>\.\.\.)|(?P<root>√)|(?P<space> )"
    r"|(?P<prime>[′″])|(?P<letter>[A-Za-zα-ωΓΔΘΛΞΠΣΦΨΩ])|(?P<other>.)"
)
_OPERATORS: Final = "+−=<>≤≥≠≈≡∈∉⊂⊆∪∩→⇒⇔×·±∘∧∨≪≫∝⊥⊕⊗↦"
_OPENING: Final = "([{⟨⌊⌈|"
_TEX_SIGNS: Final = {"{": r"\{", "}": r"\}", ":": r"\colon ", "%": r"\%", "−": "-", "·": r"\cdot "}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula: kind (name, number, dots, root, space, prime, letter, super, sub, other) and text."""

    kind: str
    text: str


def with_digits(text: str, rng: np.random.Generator) -> str:
    """Puts digits from 2 to 9 where the text leaves them open."""
    return re.sub("#", lambda _: str(int(rng.integers(2, 10))), text)


def label_of(text: str) -> str:
    """Returns what is to be read."""
    return text.replace("$", "")


def as_tex(text: str) -> str:
    """Returns a text as TeX source for unicode-math."""
    pieces = text.split("$")
    return "".join(f"${_tex_formula(piece)}$" if place % 2 else tex(piece) for place, piece in enumerate(pieces))


def as_mathml(text: str) -> str:
    """Returns a text as HTML with MathML."""
    pieces = text.split("$")
    return "".join(
        f"<math>{_mathml_formula(piece)}</math>" if place % 2 else html.escape(piece)
        for place, piece in enumerate(pieces)
    )


def tokens(formula: str) -> list[Token]:
    """Cuts a formula into tokens; neighbouring superscripts, and subscripts, are one token of plain characters."""
    found: list[Token] = []
    for match in _TOKEN.finditer(formula):
        kind, text = match.lastgroup or "other", match[0]
        position = unicodedata.decomposition(text[0]).split(" ")[0]
        if position in ("<super>", "<sub>"):
            kind, text = position.strip("<>"), unicodedata.normalize("NFKC", text)
            if found and found[-1].kind == kind:
                text = found.pop().text + text
        found.append(Token(kind, text))
    return found


def _is_automatic(parts: Sequence[Token], place: int) -> bool:
    """Tells whether the engine itself leaves the space at a place: about an operator, a comma, beside a name."""
    before, after = parts[place - 1], parts[place + 1]
    return "name" in (before.kind, after.kind) or _has_own_space(parts, place)


def _has_own_space(parts: Sequence[Token], place: int) -> bool:
    """Tells whether an operator or a comma beside a place brings the space."""
    before, after = parts[place - 1], parts[place + 1]
    return before.text in (*_OPERATORS, ",", ":") or after.text in tuple(_OPERATORS)


def _tex_formula(formula: str) -> str:
    parts = tokens(formula)
    pieces = []
    for place, token in enumerate(parts):
        after_root = place > 0 and parts[place - 1].kind == "root"
        if token.kind == "root":
            continue
        if token.kind == "space":
            pieces.append("" if _is_automatic(parts, place) else r"\,")
        elif token.kind in ("super", "sub"):
            pieces.append(("^" if token.kind == "super" else "_") + f"{{{token.text.replace('−', '-')}}}")
        elif token.kind == "name":
            pieces.append(rf"\operatorname{{{token.text}}} ")
        elif token.kind == "prime":
            pieces.append("'" * (1 if token.text == "′" else 2))
        elif token.kind == "dots":
            pieces.append(r"\ldots ")
        else:
            shown = _TEX_SIGNS.get(token.text, token.text)
            pieces.append(rf"\sqrt{{{shown}}}" if after_root else shown)
    return "".join(pieces)


def _mathml_formula(formula: str) -> str:
    parts = tokens(formula)
    pieces: list[str] = []
    for place, token in enumerate(parts):
        after_root = place > 0 and parts[place - 1].kind == "root"
        if token.kind == "root":
            continue
        if token.kind in ("super", "sub", "prime"):
            element = "msub" if token.kind == "sub" else "msup"
            pieces.append(f"<{element}>{pieces.pop()}<mrow>{_script(token)}</mrow></{element}>")
        elif token.kind == "space":
            if not _has_own_space(parts, place):
                pieces.append('<mspace width="0.17em"/>')
        else:
            before = [part for part in parts[:place] if part.kind != "space"]
            shown = _element(token, before[-1] if before else None)
            pieces.append(f"<msqrt>{shown}</msqrt>" if after_root else shown)
    return "".join(pieces)


def _element(token: Token, before: Token | None) -> str:
    shown = html.escape(token.text)
    if token.kind == "letter":
        return f"<mi>{shown}</mi>"
    if token.kind == "name":
        return f'<mi mathvariant="normal">{shown}</mi>'
    if token.kind == "number":
        return f"<mn>{shown}</mn>"
    if token.kind == "dots":
        return "<mi>…</mi>"
    if token.text == ":":
        return '<mo lspace="0" rspace="0.28em">:</mo>'
    if token.text in "/|!%∅∞":
        return f'<mo stretchy="false" lspace="0" rspace="0">{shown}</mo>'
    is_sign = token.text == "−" and (before is None or before.text in _OPENING + _OPERATORS + "/,")
    return f'<mo stretchy="false"{" form=prefix" if is_sign else ""}>{shown}</mo>'


def _script(token: Token) -> str:
    if token.kind == "prime":
        return f"<mo>{token.text}</mo>"
    return "".join(_element(part, Token("other", "(")) for part in tokens(token.text))


PARAGRAPHS: Final = (
    "Let $f(x) = x² − #x + 6$ be defined for every real $x$. The graph meets the horizontal axis where $f(x) "
    "= 0$, and "
    "since the leading coefficient is positive the parabola opens upwards. Completing the square gives the vertex, "
    "and $f(x) ≥ f(x₀)$ holds for all $x ≠ x₀$ as well as for $x = x₀$ itself.",
    "A sequence $a₁, a₂, a₃, ...$ is called bounded when there is a number $M > 0$ such that $|aₙ| ≤ M$ for "
    "every index "
    "$n$. Each convergent sequence is bounded, but the converse fails: the terms $aₙ = (−1)ⁿ$ never exceed "
    "$1$ in size "
    "and yet they come close to no limit, however large $n$ may be.",
    "Suppose that $p$ is a prime and that $p$ divides the product $ab$. Then $p$ divides $a$ or $p$ divides $b$. If "
    "$gcd(a, p) = 1$, we can find integers $u$ and $v$ with $ua + vp = 1$; multiplying both sides by $b$ shows that "
    "every term on the left is a multiple of $p$, and so is $b$ itself.",
    "The stone is thrown with a speed of $v₀ = 1#$ metres per second, so its height after $t$ seconds is "
    "$h(t) = v₀t − 4.9t²$. It is at its highest when $h′(t) = 0$, and it comes back to the ground when $h(t) "
    "= 0$ for "
    "the second time. Find both moments, and check that one is twice the other.",
    "For independent random variables $X$ and $Y$ the variance of the sum is the sum of the variances, that is "
    "$Var(X + Y) = Var(X) + Var(Y)$. If each has standard deviation $σ$, the mean of $n$ such variables has variance "
    "$σ²/n$, which is why a sample of $100$ is only ten times as precise as a single value.",
    "We write $A ⊆ B$ if every element of $A$ is an element of $B$. From $A ⊆ B$ and $B ⊆ C$ follows $A ⊆ C$. "
    "The empty "
    "set satisfies $∅ ⊆ A$ for any $A$, and $A ∪ B = B$ is just another way to say that $A ⊆ B$. How many "
    "subsets does "
    "a set with $#$ elements have, and how many of them contain a given $x ∈ A$?",
    "Sorting $n$ numbers by comparing two at a time takes at least $log₂(n!)$ comparisons, which is of the order of "
    "$n log n$. Insertion sort needs up to $n(n − 1)/2$ of them, so for $n = 10⁶$ the difference is that between a "
    "second and several days. Merging two sorted lists costs no more than $2n$ steps.",
    "The angle $θ$ between two vectors $u$ and $v$ satisfies $u · v = |u||v| cos θ$. They are perpendicular when "
    "$u · v = 0$. In particular $|u + v|² = |u|² + |v|² + 2u · v$, and the theorem of Pythagoras is the case "
    "in which "
    "the last term vanishes. What happens when $v = −u$?",
    "Consider the equation $y″ + ω²y = 0$. Both $y = sin ωt$ and $y = cos ωt$ solve it, and so does every "
    "combination "
    "$y = A sin ωt + B cos ωt$ with constants $A$ and $B$. The initial values $y(0) = #$ and $y′(0) = 0$ "
    "leave exactly "
    "one of these solutions, whose period is $T = 2π/ω$.",
    "To prove that $√2$ is irrational, assume the contrary and write $√2 = p/q$ in lowest terms. Squaring yields "
    "$p² = 2q²$, hence $p$ is even, say $p = 2r$. But then $q² = 2r²$ and $q$ is even too, which contradicts "
    "our choice "
    "of $p$ and $q$. The same argument works for $√3$ and $√5$, though not for $√4$.",
    "If the matrix $A$ has eigenvalues $λ₁, λ₂, ..., λₙ$, its determinant is their product and its trace "
    "their sum. A "
    "symmetric matrix, $Aᵀ = A$, has real eigenvalues only; when all of them are positive, $xᵀAx > 0$ for "
    "each vector "
    "$x ≠ 0$. Multiplying $A$ by $k$ multiplies $det A$ by $kⁿ$, not by $k$.",
    "The probability that at least two of $2#$ people share a birthday is surprisingly large. With $365$ "
    "equally likely "
    "days, the chance $p$ that all birthdays differ is a product of factors $1 − k/365$ for $k = 1, 2, ..., n "
    "− 1$, and "
    "from $1 − x ≤ e⁻ˣ$ we see at once that $p$ falls below $0.5$ for $n ≥ 23$.",
    "A function is continuous at $a$ if for every $ε > 0$ there is some $δ > 0$ such that $|x − a| < δ$ implies "
    "$|f(x) − f(a)| < ε$. The number $δ$ may depend on $a$ as well as on $ε$. For $f(x) = x²$ on the interval "
    "$[0, #]$ "
    "one $δ$ serves all points at once, but on the whole line no single $δ$ does.",
    "Substituting $u = x² + 1$, so that $du = 2x dx$, turns the integral into $∫ u³ du$, and the result is a "
    "multiple of "
    "$(x² + 1)⁴$ plus a constant $C$. It is good practice to differentiate the answer. The factor $2x$ comes "
    "from the "
    "chain rule, which says that $(f ∘ g)′(x) = f′(g(x)) · g′(x)$.",
    "Let $G$ be a group with $#$ elements and let $H$ be a subgroup of $G$. The cosets $gH$ with $g ∈ G$ all "
    "have the "
    "same size, and two of them are either equal or disjoint. Therefore the order of $H$ divides the order of "
    "$G$. For "
    "an element $g$ of order $m$ we have $gᵏ = 1$ if and only if $m$ divides $k$.",
    "The population doubles every $#$ years, thus $N(t) = N₀aᵗ$ for some base $a > 1$, or $N₀eᵏᵗ$ with a rate "
    "$k$. Setting "
    "$N(t) = 2N₀$ and taking logarithms gives $kt = ln 2$, where $ln 2 ≈ 0.693$. After ten doublings the original "
    "number has grown by a factor of $2¹⁰ = 1024$, roughly a thousand.",
    "In a triangle with sides $a$, $b$, $c$ and opposite angles $α$, $β$, $γ$ the law of cosines states that "
    "$c² = a² + b² − 2ab cos γ$. If $γ$ is a right angle then $cos γ = 0$. Knowing $a = #$, $b = 1#$ and the angle "
    "between them, one finds $c$ first and then $α$ from $sin α$, keeping in mind that $α + β + γ = π$.",
    "A linear map $T: V → W$ is injective exactly when $ker T$ contains nothing but the zero vector. Moreover "
    "$dim V = dim ker T + r$, where $r$ denotes the rank. If $dim V > dim W$, some vector $v ≠ 0$ must therefore "
    "satisfy $Tv = 0$, which is why a system of $m$ equations in $n > m$ unknowns always has such a solution.",
    "The statement $P(n)$ claims that $1 + 2 + 3 + ... + n = n(n + 1)/2$. It is true for $n = 1$. Assume "
    "$P(k)$ for some "
    "$k ≥ 1$ and add $k + 1$ to both sides; the right-hand side becomes $(k + 1)(k + 2)/2$, which is $P(k + 1)$. By "
    "induction $P(n)$ holds for all $n ≥ 1$, and the sum of the first $#0$ numbers is easily found.",
    "Ohm's law $U = RI$ relates the voltage $U$ to the current $I$. Two resistors in series act like one of "
    "$R = R₁ + R₂$; the power turned into heat is $P = UI = RI²$. With $R₁ = 4#$, $R₂ = 10#$ and $U = 12$ the "
    "current is "
    "the same in both of them, but the larger resistance takes the larger share of $P$.",
    "Modulo $7$ the powers of $3$ run through $3, 2, 6, 4, 5, 1$ before they repeat, so $3⁶ ≡ 1 (mod 7)$ and "
    "$3$ generates "
    "all residues except $0$. Fermat's little theorem says that $aᵖ⁻¹ ≡ 1 (mod p)$ whenever $p$ is prime and "
    "does not "
    "divide $a$. Use it to find the remainder of $2¹⁰⁰$ on division by $1#$.",
    "The tangent to the curve $y = x³ − #x$ at the point $(a, f(a))$ has slope $f′(a) = 3a² − #$. It crosses "
    "the curve "
    "again where $x = −2a$, as a short calculation shows. For which $a$ are the two points the same? Sketch "
    "the curve "
    "for $−3 ≤ x ≤ 3$ and mark where $f″(x)$ changes its sign.",
    "Under the null hypothesis $H₀: μ = μ₀$ the statistic $t$ has $n − 1$ degrees of freedom. We reject $H₀$ "
    "at level "
    "$α = 0.05$ if $|t| > t₀$, where $t₀ ≈ 2.0#$ for $n = 30$. A small value of $p$ does not tell how large the "
    "difference $μ − μ₀$ is, only that chance alone would seldom produce it.",
    "Denote by $d(x, y)$ the distance of $x$ and $y$. We require $d(x, y) ≥ 0$, with equality only for $x = "
    "y$, the symmetry "
    "$d(x, y) = d(y, x)$, and the triangle inequality $d(x, z) ≤ d(x, y) + d(y, z)$. A set $U$ is open if "
    "each $x ∈ U$ "
    "has some $r > 0$ such that $d(x, y) < r$ implies $y ∈ U$.",
)  # fmt: skip

CHINESE_PARAGRAPHS: Final = (
    "已知函数$f(x) = x³ − #x + 1$，求它的单调区间和极值。由$f′(x) = 3x² − #$可知，方程$f′(x) = "
    "0$有两个实根，记作$x₁$和$x₂$，"
    "其中$x₁ < x₂$。当$x > x₂$时，函数是增函数；当$x₁ < x < x₂$时，函数是减函数。",
    "设数列的首项$a₁ = #$，公差$d = 2$，则通项公式为$aₙ = a₁ + (n − 1)d$，前$n$项的和记为$Sₙ$。若$Sₙ > "
    "100$，求正整数$n$的最小值，"
    "并说明当$n ≥ 10$时$aₙ > 20$是否成立。",
    "在直角三角形中，设两条直角边为$a$和$b$，斜边为$c$，则$a² + b² = c²$。若$a = #$，$b = 4$，求$c$以及$sin α "
    "+ cos α$的值。"
    "注意对任意锐角$α$都有$sin²α + cos²α = 1$。",
)  # fmt: skip

EXERCISES: Final = (
    "1#. Solve $x² − 1#x + 2# = 0$ for $x$.",
    "2#. Show that $n³ − n$ is divisible by $6$.",
    "(a) $f(x) = #x⁴ − 3x² + x − 1$",
    "(b) $g(t) = e⁻ᵗ sin #t$",
    "3#. Find $dy/dx$ when $y = ln(x² + #)$.",
    "4#. Evaluate $∫ (#x² − 2x) dx$.",
    "(c) $h(x) = √x + #x⁻²$",
    "5#. $|2x − #| ≤ 1#$",
    "6#. $(a + b)³ = a³ + 3a²b + 3ab² + b³$",
    "Eq. (#.1#): $E = mc²$ and $p = mv$",
    "(i) $x₁ + x₂ = −b/a$, (ii) $x₁x₂ = c/a$",
    "7#. $log₁₀ x + log₁₀(x − #) = 1$",
    "where $0 ≤ x ≤ 2π$ and $k = 1, 2, 3$.",
    "8#. $P(A ∩ B) = P(A)P(B)$ if $A$, $B$ are independent.",
    "Hint: $2ⁿ⁺¹ = 2 · 2ⁿ$.",
    "9#. $3x + #y = 12$ and $x − y = 1$",
    "Answer: $x = #$ or $x = −1#$",
    "(d) $cos 2θ = 1 − 2 sin²θ$",
    "$xₙ₊₁ = xₙ − f(xₙ)/f′(xₙ)$",
    "$A × B = {(a, b) | a ∈ A, b ∈ B}$",
)
