"""The texts of the Compare tab: its controls, the decoding panel, what can be kept of it, and where it leads."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "truth": ("Correct text (optional)", "正确文字（可选）"),
        "truth.placeholder": ("Type the right text and press Enter", "输入正确文字后按回车"),
        "engines": ("Engines, up to {most}", "引擎（最多 {most} 个）"),
        "js.remove": ("Remove {name}", "移除 {name}"),
        "enhance": ("Enhance first", "先做图像增强"),
        "enhance.info": ("Even light, more contrast, dark on light", "均匀光照、提高对比度、统一为深字浅底"),
        "refused": ("This picture cannot be read.", "无法读取这张图片。"),
        "waiting": ("Nothing read yet.", "尚未识别。"),
        "waiting.what_to_do": (
            "Give it one line of Chinese or English text: a sample, a picture of yours, or the camera.",
            "请提供一行中文或英文：选择示例、上传图片，或使用摄像头。",
        ),
        "no_picture": ("There is no picture to save yet.", "还没有可保存的图片。"),
        "decoding": ("Decoding", "解码"),
        "decoder": ("Decoder", "解码器"),
        "decoder.info": (
            "Greedy takes the likeliest character of every frame; the others the likeliest text",
            "贪心解码逐帧取最可能的字符；其他方法取整行最可能的文本",
        ),
        "decoder.greedy": ("Greedy", "贪心解码"),
        "decoder.beam": ("Beam search", "束搜索"),
        "decoder.beam+zh": ("Language model", "语言模型"),
        "allow": ("Only these characters", "只允许这些字符"),
        "forbid": ("Never these", "排除这些字符"),
        "pattern": ("Form of the line", "整行的格式"),
        "pattern.placeholder": ("{names} or {example}", "{names} 或 {example}"),
        "lexicon": ("The line is one of these", "整行必为其中之一"),
        "hotwords": ("Words it may hold", "可能出现的词（热词）"),
        "one_a_row": ("one a row", "每行一个"),
        "n_best": ("Readings to show", "显示的候选文本数"),
        "save": ("Save", "保存"),
        "save.name": ("Save this comparison", "保存本次对比"),
        "save.picture": ("Picture", "图片"),
        "save.picture.why": (
            "The line with boxes and readings, drawn by your browser",
            "带字符框和识别结果的文本行，由浏览器绘制",
        ),
        "save.svg": ("SVG", "SVG"),
        "save.svg.why": ("The same picture as shapes and text", "同一张图，以矢量图形和文字保存"),
        "save.json": ("JSON", "JSON"),
        "save.json.why": ("Everything, as `/recognize` answers it", "全部结果，与接口 `/recognize` 的返回相同"),
        "save.unknown": ("There is no such file to save.", "没有这种可保存的文件。"),
        "save.csv": ("CSV", "CSV"),
        "save.csv.why": ("One row a character and engine", "每个引擎的每个字符一行"),
        "offer.pages": ("This file has {pages} pages; the first was read.", "此文件共 {pages} 页，已识别第一页。"),
        "offer.pages.where": (
            "The Page tab finds and reads the lines of each of them.",
            "“整页”会找出并识别每一页的文本行。",
        ),
        "offer.pages.button": ("Read its {pages} pages", "识别全部 {pages} 页"),
        "offer.picture.all": (
            "This picture holds {lines} lines; all of them were read.",
            "这张图片有 {lines} 行文字，已全部识别。",
        ),
        "offer.picture.biggest": (
            "This picture holds {lines} lines; the biggest was read.",
            "这张图片有 {lines} 行文字，已识别最大的一行。",
        ),
        "offer.part.all": (
            "This part holds {lines} lines; all of them were read.",
            "这一部分有 {lines} 行文字，已全部识别。",
        ),
        "offer.part.biggest": (
            "This part holds {lines} lines; the biggest was read.",
            "这一部分有 {lines} 行文字，已识别最大的一行。",
        ),
        "offer.lines.where": (
            "The Page tab reads every line and opens each in the CTC view.",
            "“整页”会识别每一行，并可逐行打开 CTC 视图。",
        ),
        "offer.part.button": ("Read the whole picture", "识别整张图片"),
        "offer.picture.button": ("Read all {lines} lines", "识别全部 {lines} 行"),
        "offer.pdf": ("This is a PDF document, not a picture of one line.", "这是 PDF 文档，不是单行文字的图片。"),
        "offer.pdf.where": (
            "The Page tab finds and reads the lines of its pages.",
            "“整页”会找出并识别各页的文本行。",
        ),
        "offer.pdf.button": ("Open it in the Page tab", "在“整页”中打开"),
    }
)
