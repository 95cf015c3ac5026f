"""The texts of what engines look at: why one cannot be asked."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "unable.no_probabilities": (
            "What it looks at cannot be shown: this engine gives no probabilities.",
            "无法显示它在看哪里：该引擎不给出概率。",
        ),
        "unable.too_long": (
            "What it looks at cannot be shown of a line this long: choose a part of it.",
            "这一行太长，无法显示它在看哪里：请框选其中一部分。",
        ),
        "unable.nothing_read": (
            "What it looks at cannot be shown: it read nothing.",
            "无法显示它在看哪里：它没有识别出任何字符。",
        ),
    }
)
