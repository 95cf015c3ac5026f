"""Builds `ocr_core/charset.txt` from public lists: `python -m ocr_core.training.build_charset`.

GB2312's hanzi come from Python's own codec, the commonest traditional forms from OpenCC's conversion of the
commonest words of jieba's list; everything else is spelt out below. Run once: the order is the class index.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import jieba
import opencc

from ocr_core.charset import CHARSET_FILE
from ocr_core.labels import canonical

TRADITIONAL_FORMS = 600

ASCII = "".join(map(chr, range(0x20, 0x7F)))
CHINESE_PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】「」『』〔〕…—～·¥"
DASHES_AND_BULLETS = "–−•●〇■□◆◇★☆▲△▼▽▶◎※§¶†‡©®™№℃℉°‰£€¢"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
GREEK = "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμνξπρστυφχψω"
OPERATORS = "×÷±∓≠≈≡≤≥≪≫∝∞∂∇∑∏∫∬∮√∛∈∉∋⊂⊃⊆⊇∪∩∅∧∨¬∀∃∴∵⊥‖∠≅≜≺≻⊕⊗⊙∘⟨⟩⌈⌉⌊⌋′″→←↑↓↔⇒⇐⇔↦ℝℕℤℚℂℓℏ⋮⊢⊨"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴴᴹᴬᴮᴰᴷᴿᴾ"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
ACCENTED = "àáâäèéêëìíîïòóôöùúûüçñāēīōūǎěǐǒǔǚ"


def gb2312_hanzi() -> list[str]:
    """Returns GB2312's 6,763 hanzi, level 1 (common) first."""
    rows = range(0xB0, 0xF8)
    cells = range(0xA1, 0xFF)
    decoded = (bytes([row, cell]).decode("gb2312", errors="ignore") for row in rows for cell in cells)
    return [character for character in decoded if character]


def traditional_forms(hanzi: list[str], how_many: int) -> list[str]:
    """Returns the traditional forms of the commonest hanzi that are not themselves in the list."""
    frequency: Counter[str] = Counter()
    with Path(jieba.__file__).with_name("dict.txt").open(encoding="utf-8") as words:
        for line in words:
            word, count, *_ = line.split(" ")
            for character in word:
                frequency[character] += int(count)
    known = set(hanzi)
    converters = [opencc.OpenCC(variant) for variant in ("s2tw", "s2hk", "s2t")]
    forms: dict[str, None] = {}
    for character, _ in frequency.most_common():
        for converter in converters:
            form = converter.convert(character)
            if character in known and form not in known and len(form) == 1:
                forms.setdefault(form)
        if len(forms) >= how_many:
            break
    return list(forms)[:how_many]


def main() -> None:
    """Writes the charset, one character a line."""
    hanzi = gb2312_hanzi()
    signs = (
        ASCII + CHINESE_PUNCTUATION + DASHES_AND_BULLETS + CIRCLED + GREEK + OPERATORS + SUPERSCRIPTS + SUBSCRIPTS
    ) + ACCENTED
    characters = list(dict.fromkeys([*signs, *hanzi, *traditional_forms(hanzi, TRADITIONAL_FORMS)]))
    merged = [character for character in characters if character not in " …" and canonical(character) != character]
    if merged:
        raise SystemExit(f"These are merged into others by the label conventions: {' '.join(merged)}")
    CHARSET_FILE.write_text("\n".join(characters) + "\n", encoding="utf-8")
    print(f"{len(characters)} characters written to {CHARSET_FILE.name}")


if __name__ == "__main__":
    main()
