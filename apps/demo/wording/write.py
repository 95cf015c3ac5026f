"""The texts of the Write tab."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "canvas.name": ("Paper: write here with finger, pen or mouse", "书写区：用手指、触控笔或鼠标书写"),
        "canvas.hint": ("Write a line here", "在此书写一行文字"),
        "pen": ("Pen", "笔"),
        "pen.fine": ("Fine pen", "细笔"),
        "pen.medium": ("Medium pen", "中号笔"),
        "pen.broad": ("Broad pen", "粗笔"),
        "undo": ("Undo", "撤销"),
        "clear": ("Clear", "清空"),
        "honest": (
            "Write one line between the rules. The project's networks learned whole, level lines: a character alone, "
            "a slanted line or joined-up writing is further from what they know, so their confidence means less there.",
            "请在两条横线之间书写一行。本项目的模型用完整、水平的文本行训练；单个字、倾斜的行或连笔字与训练数据相差较远，"
            "此时置信度的参考意义较小。",
        ),
        "view": ("Show the CTC view: what each frame saw", "显示 CTC 视图：每一帧看到了什么"),
        "unreadable": ("This writing cannot be read.", "无法识别这份手写内容。"),
        "invitation": (
            "Write hanzi or words. A moment after the pen is lifted, every engine reads them.",
            "写汉字或英文单词。提笔片刻之后，各引擎便会识别。",
        ),
    }
)
