"""The texts where pictures come in: why one is opened in another tab, and what is said of one that holds no text."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "page.document": (
            "This is a PDF document, so it was opened here: the lines of its pages are found and read.",
            "这是 PDF 文档，因此在“整页”中打开：会找出并识别每页的文字行。",
        ),
        "page.pages": (
            "This file has {n} page, so it was opened here.||This file has {n} pages, so it was opened here.",
            "此文件共 {n} 页，因此在“整页”中打开。",
        ),
        "page.lines": (
            "This picture holds {n} line, so it was opened here.||This picture holds {n} lines, so it was opened here: "
            "every one of them is read. Compare reads the biggest alone.",
            "此图片有 {n} 行文字，因此在“整页”中打开，逐行识别；“对比”只识别最大的一行。",
        ),
        "unread.blank": ("This picture is blank.", "这张图片是空白的。"),
        "unread.blank_advice": (
            "It has one even colour, so there is nothing to read. Give another, or check that the right one was chosen.",
            "整张图片只有一种颜色，没有可识别的内容。请换一张图片，或确认是否选对了文件。",
        ),
        "unread.nothing": ("No engine read any text here.", "没有引擎读出文字。"),
        "unread.nothing_advice": (
            "If there is text in it, drag over that part, or let the Page tab look for lines.",
            "如果图中有文字，请拖动选取那一部分，或在“整页”中查找文字行。",
        ),
        "unread.doubtful": ("This may be more than one line of text.", "这可能不只一行文字。"),
        "unread.doubtful_advice": (
            "What was read is doubtful and the picture has the shape of a page. The Page tab finds its lines, turned "
            "ones too.",
            "识别结果不可靠，而图片的形状像一整页。“整页”会找出其中的文字行，也能处理转向的页面。",
        ),
        "look_for_lines": ("Look for lines", "查找文字行"),
    }
)
