"""The texts of links: the button that gives one, and what is said of links that lead nowhere."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "link": ("Link to what you see", "当前画面的链接"),
        "close": ("Close", "关闭"),
        "link.fine": ("Whoever opens it sees what you see.", "打开此链接的人会看到与您相同的画面。"),
        "link.copied": ("Link copied.", "链接已复制。"),
        "link.refused": ("Copy this link:", "请复制此链接："),
        "link.own": (
            "Your own picture is not in the link: it has no address until you save it as a case. The link leads to "
            "this tab.",
            "链接不包含您自己的图片：另存为案例之后图片才有链接。此链接只打开本标签页。",
        ),
        "link.own_write": (
            "What you wrote is not in the link: it stays in this page. The link leads to the empty sheet.",
            "链接不包含您手写的内容，它只留在本页。此链接打开空白书写区。",
        ),
        "open_in": ("Open in", "发送到"),
        "cannot_send": ("This picture cannot be passed on.", "无法传递这张图片。"),
        "nothing_to_send": ("There is no picture here yet.", "这里还没有图片。"),
        "gone.sample": ("There is no sample \u201c{told}\u201d here.", "这里没有名为“{told}”的示例。"),
        "gone.engines": (
            "This link names engines that are not here (\u201c{told}\u201d): the usual ones read.",
            "链接中的引擎（“{told}”）不在本服务器上，改用默认引擎识别。",
        ),
        "problem.tab": ("There is no tab \u201c{told}\u201d.", "没有名为“{told}”的标签页。"),
        "problem.sample": ("\u201c{told}\u201d is no name of a sample.", "“{told}”不是示例的名称。"),
        "problem.case": ("This link does not belong to any case.", "此链接不对应任何案例。"),
        "problem.crop": (
            "\u201c{told}\u201d is no part of a picture: the whole picture is read.",
            "“{told}”不是图片的一部分，改为识别整张图片。",
        ),
        "problem.engines": (
            "\u201c{told}\u201d does not name one to {most} engines: the usual ones read.",
            "“{told}”没有给出 1 至 {most} 个引擎，改用默认引擎识别。",
        ),
        "problem.decoder": (
            "There is no decoder \u201c{told}\u201d: the usual one is taken.",
            "没有名为“{told}”的解码器，改用默认解码器。",
        ),
        "problem.enhance": (
            "\u201c{told}\u201d says neither yes (1) nor no (0) to enhancing.",
            "“{told}”没有说明是（1）否（0）增强图像。",
        ),
        "problem.truth": (
            "The text in this link is too long to be that of a line.",
            "链接中的文字过长，不可能是一行文字。",
        ),
        "problem.page": (
            "\u201c{told}\u201d is no number of a page: the first is shown.",
            "“{told}”不是页码，显示第一页。",
        ),
        "problem.frame": ("\u201c{told}\u201d is no frame of the CTC view.", "“{told}”不是 CTC 视图中的帧。"),
        "problem.zoom": ("\u201c{told}\u201d is no zoom of the CTC view.", "“{told}”不是 CTC 视图的缩放比例。"),
        "problem.line": ("\u201c{told}\u201d is no number of a line.", "“{told}”不是行号。"),
        "problem.damage": ("\u201c{told}\u201d sets no slider.", "“{told}”不对应任何滑块的设置。"),
        "problem.rail": (
            "\u201c{told}\u201d names no step before a network.",
            "“{told}”不是网络之前的处理步骤。",
        ),
        "problem.theme": (
            "There is no theme \u201c{told}\u201d, only light and dark.",
            "没有名为“{told}”的主题，只有浅色（light）和深色（dark）。",
        ),
    }
)
