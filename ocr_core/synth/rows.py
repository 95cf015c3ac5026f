"""Rows: separators, leaders to a page number or a price, one character many times, single characters with spaces.

They are what a reader must count and what spaces must be told by. Knows no faces; words come from the caller.
"""

from __future__ import annotations

import numpy as np

from ocr_core.synth.coined import Words

_SEPARATORS = (
    "-",
    "-",
    "-",
    "=",
    "=",
    "*",
    "*",
    ".",
    ".",
    "_",
    "~",
    "#",
    "+",
    "·",
    "…",
    "—",
    "•",
    "/",
    "×",
    "☆",
    "★",
    "■",
)
_PATTERNS = ("-=", "*-", "- ", "* ", "= ", ". ", "· ", "—— ", "~*", "+-", "=*=", "<>", "-.-", "☆★", "/\\")
_ENDS = ("合计", "总计", "END", "TOTAL", "完", "谢谢惠顾", "目录", "PAGE 1", "1", "THE END", "剪切线", "以下空白")
_REPEATED = "0123456789lIi1oO哈呵嘿啊一二三口日人人个丶天木hahaxXwWmM!?！？。aeo"
_SHORT_LATIN = (
    "a", "I", "A", "B", "C", "K", "T", "X", "is", "to", "of", "an", "in", "on", "at", "by", "as", "we", "it", "no",
    "so", "Plan", "or", "Dr.", "Mr.", "up", "PM", "AM", "vs", "No.",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def separator(rng: np.random.Generator, length: int) -> str:
    """A row of one sign or a small pattern, at times with a word in the middle."""
    length = int(np.clip(length, 3, 60))
    if rng.random() < 0.25:
        pattern = _PATTERNS[int(rng.integers(len(_PATTERNS)))]
        row = (pattern * length)[:length].strip()
    else:
        sign = _SEPARATORS[int(rng.integers(len(_SEPARATORS)))]
        # A lone ellipsis or dash is another label; rows of them are told by their number.
        row = sign * (max(2, length // 2) if sign in "…—☆★■" else length)
    if length < 10 or rng.random() < 0.75:
        return row
    word = _ENDS[int(rng.integers(len(_ENDS)))]
    half = row[: max(2, (len(row) - len(word)) // 2)].rstrip()
    gap = " " if rng.random() < 0.4 else ""
    return half + gap + word + gap + half


def leader(rng: np.random.Generator, length: int, words: Words) -> str:
    """An entry of a table of contents or a price list: text, a row of dots, a number."""
    number = str(int(rng.integers(1, 400))) if rng.random() < 0.6 else f"{10 ** rng.uniform(0, 3):.2f}"
    kind = rng.random()
    if kind < 0.45:
        place = "第{}章 ", "{} ", "{}、", "{}.1 ", "附录{} "
        text = place[int(rng.integers(len(place)))].format(int(rng.integers(1, 13))) + words(int(rng.integers(2, 8)))
    elif kind < 0.6:
        text = words(int(rng.integers(2, 7)))
    else:
        text = ("Total", "Chapter 3", "Index", "Tea", "Appendix A", "Subtotal", "Tax", "1.2 Methods", "Preface")[
            int(rng.integers(9))
        ]
    dots = (".", ".", ".", "…", "·", " .", "-", "_")[int(rng.integers(8))]
    room = max(3, length - len(text) - len(number)) // (2 if dots in ("…", " .") else 1)
    gap = " " if rng.random() < 0.3 and dots != " ." else ""
    after = " " if dots == " ." else gap
    return text + gap + dots * int(np.clip(room, 2, 40)) + after + number


def repeated(rng: np.random.Generator, length: int) -> str:
    """One character again and again: what a reader without a count loses some of."""
    character = _REPEATED[int(rng.integers(len(_REPEATED)))]
    return character * int(np.clip(rng.integers(2, max(3, length) + 1), 2, 24))


def spaced(rng: np.random.Generator, length: int, words: Words) -> str:
    """Single characters and short words with spaces between: `A B C D`, `第 1 章 绪论`, `色香俱全 回味无穷`.

    Seldom hanzi one by one: set apart evenly they look as letters do that a designer spread out.
    """
    kind = rng.random()
    count = max(2, length // 2)
    if kind < 0.1:
        return " ".join(words(count))
    if kind < 0.22:
        return " ".join(_drawn(_LETTERS[:26] if rng.random() < 0.6 else _LETTERS, count, rng))
    if kind < 0.34:
        return " ".join(_drawn("0123456789", count, rng))
    if kind < 0.48:
        return _heading(rng, words)
    pieces: list[str] = []
    while sum(len(piece) + 1 for piece in pieces) < length:
        if kind < 0.74:
            pieces.append(words(int(rng.integers(2, 5))))
        elif kind < 0.88:
            pieces.append(_SHORT_LATIN[int(rng.integers(len(_SHORT_LATIN)))])
        else:
            letter = str(_drawn(_LETTERS + "0123456789", 1, rng)[0])
            pieces.extend((letter, words(int(rng.integers(1, 4)))))
    return " ".join(pieces)


def _heading(rng: np.random.Generator, words: Words) -> str:
    """A chapter's or a section's number and its title, apart."""
    number, section = int(rng.integers(1, 30)), int(rng.integers(1, 13))
    unit = _drawn("章节页条期讲课", 1, rng)[0]
    heads = (f"第 {number} {unit}", f"第 {number} {unit}", f"第{number}{unit}", f"{number}.{section}", f"{number}")
    return f"{heads[int(rng.integers(len(heads)))]} {words(int(rng.integers(2, 7)))}"


def _drawn(alphabet: str, count: int, rng: np.random.Generator) -> list[str]:
    return [alphabet[int(position)] for position in rng.integers(len(alphabet), size=count)]
