"""CJK radicals as the ideographs they stand for: PDF readers copy 长 as ⻓ and 户 as ⼾, since a face draws both alike.

The pairs are Unicode's property Equivalent_Unified_Ideograph (EquivalentUnifiedIdeograph.txt of the Unicode Character
Database 15.0.0), but for two that mainland faces draw as another ideograph. No code point outside of U+2E80..2FD5.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Final

_KANGXI: Final = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
"""For all 214 of them NFKC and the property agree, and NFKC never changes."""

_SUPPLEMENT: Final = dict(
    zip(
        (chr(code) for code in range(0x2E81, 0x2EF4) if code != 0x2E9A),  # U+2E9A is no character
        "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑\U0002b739忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒"
        "㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜"
        "龙龜亀龟",
        strict=True,
    )
)
"""NFKC leaves nearly all of these alone. U+2E80, which only repeats what stands before it, stands for no ideograph."""

_MAINLAND: Final = {"⼾": "户", "⺕": "彐"}
"""Unicode says 戶 and U+2B739. Faces for mainland China (Noto CJK SC, sans and serif) have one glyph for ⼾ and 户, and
one for ⺕ and 彐, so that is what a copied label shows. Their other radicals look like Unicode's ideograph, or like
none that is in common use."""

IDEOGRAPH_OF: Final = MappingProxyType({**_SUPPLEMENT, **_KANGXI, **_MAINLAND})
"""Radical to ideograph."""
