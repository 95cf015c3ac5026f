"""The texts of the Page tab: what goes in, how far reading is, lines side by side, documents."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "finder": ("Line finder", "文本行检测"),
        "finder.classical": ("Zijian's own", "字鉴自带"),
        "finder.ppocr": ("PP-OCRv6's detector", "PP-OCRv6 检测器"),
        "number": ("Page", "页码"),
        "clear": ("Clear", "清除"),
        "cancel": ("Cancel", "取消"),
        "cancelling": ("Cancelling \u2026", "正在取消…"),
        "keep.engine": ("Text of", "采用哪个引擎的文字"),
        "keep.form": ("Document", "文档格式"),
        "keep.pdf": ("Searchable PDF", "可搜索的 PDF"),
        "keep.make": ("Make document", "生成文档"),
        "document": ("Document", "文档"),
        "empty": ("No page yet", "还没有页面"),
        "empty.what_to_do": (
            "Give it a photo, a scan, a screenshot or a PDF. Its lines are found and drawn, the engines read them, "
            "and a click on a line shows what each of them saw.",
            "请提供照片、扫描件、截图或 PDF。系统会找出并标出文本行，由各引擎识别；点击一行可查看各引擎看到了什么。",
        ),
        "no_lines": ("No line of text found", "未找到文本行"),
        "no_lines.what_to_do": (
            "The finder looks for level lines of print or writing that are darker or lighter than what is around them. "
            "A sharper or larger picture may help.",
            "检测器寻找比周围更深或更浅的水平文字行。更清晰或更大的图片可能有帮助。",
        ),
        "refused": ("This page cannot be read.", "无法读取此页。"),
        "unread_lines": ("The lines cannot be read.", "无法识别文本行。"),
        "unread_line": ("This line cannot be read.", "无法识别这一行。"),
        "forgotten": ("This page has been forgotten.", "此页已过期。"),
        "forgotten.what_to_do": (
            "Pages are kept for an hour. Give it once more.",
            "页面只保留一小时，请重新提供。",
        ),
        "picture": ("The page", "页面图像"),
        "lines": ("Lines found", "找到的文本行"),
        "line": ("Line {number}", "第 {number} 行"),
        "line.of": ("Line {number} of {lines}", "第 {number} 行，共 {lines} 行"),
        "line.compare": ("Compare line {number}", "对比第 {number} 行"),
        "which": ("page {number} of {pages}", "第 {number} 页，共 {pages} 页"),
        "beyond": ("only the first {pages} pages can be read", "只能识别前 {pages} 页"),
        "found.none": ("no line of text found in {time}", "未找到文本行（{time}）"),
        "found": ("1 line found in {time}||{n} lines found in {time}", "找到 {n} 行（{time}）"),
        "advice": ("Click a line to see why it was read so.", "点击一行，查看为何这样识别。"),
        "advice.wait": ("Lines stand here as soon as they are read.", "识别出的行会立即显示在这里。"),
        "cancelled": (
            "cancelled after {done} of 1 line||cancelled after {done} of {n} lines",
            "已取消：完成 {done} 行，共 {n} 行",
        ),
        "cut_short": ("time ran out after 1 line||time ran out after {n} lines", "时间用尽：完成 {n} 行"),
        "progress": ("Lines read", "已识别的行"),
        "reading": ("reading: {done} of 1 line||reading: {done} of {n} lines", "正在识别：{done} / {n} 行"),
        "read_by": (
            "read by 1 engine in {time}||read by {n} engines in {time}",
            "{n} 个引擎识别完毕（{time}）",
        ),
        "agree": ("The engines agree on this line.||The engines agree on all {n} lines.", "各引擎对 {n} 行结果一致。"),
        "differ": (
            "The engines differ on {differing} of 1 line.||The engines differ on {differing} of {n} lines.",
            "{n} 行中有 {differing} 行各引擎结果不同。",
        ),
        "copy": ("Copy", "复制"),
        "copy.part": ("Copy {done} of {lines} lines", "复制 {done} / {lines} 行"),
        "copy.name": ("Copy all text read by {engine}", "复制 {engine} 识别的全部文字"),
        "copy.part.name": (
            "Copy the first {done} of {lines} lines read by {engine}",
            "复制 {engine} 识别的前 {done} 行（共 {lines} 行）",
        ),
        "save": ("Save", "保存"),
        "save.part": ("Save {done} of {lines} lines", "保存 {done} / {lines} 行"),
        "save.name": ("Save all text read by {engine}", "保存 {engine} 识别的全部文字"),
        "save.part.name": (
            "Save the first {done} of {lines} lines read by {engine}",
            "保存 {engine} 识别的前 {done} 行（共 {lines} 行）",
        ),
        "save.json": ("Save .json", "保存 .json"),
        "save.json.why": (
            "Lines with corners, readings and characters with boxes",
            "各行的角点、识别结果，以及带框的字符",
        ),
        "js.copied": ("Copied", "已复制"),
        "js.not_allowed": ("Not allowed", "未获允许"),
    }
)
