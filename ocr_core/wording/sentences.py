"""Warnings and errors in every language. They are made in English where they arise, and kept so in files.

Whoever shows one lets it be `retold`: what it says is found again in this table, with its figures.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ocr_core.language import Phrase, Words, said, spoken

say: Final = Words(
    {
        "levelled": (
            "The line slopes by {degrees}° and was brought level first.",
            "文本行倾斜 {degrees}°，已先校平。",
        ),
        "trimmed": (
            "Trimmed {share} % of the height, which the line of text does not need.",
            "裁去了高度的 {share} %，文本行用不到这部分。",
        ),
        "compressed": (
            "The line is {width} pixels wide at the model's height of {height}; it was compressed to {most}, so "
            "characters are narrower than the model knows them.",
            "按模型高度 {height} 计，此行宽 {width} 像素，已压缩到 {most} 像素，字符比模型熟悉的更窄。",
        ),
        "turned.1": (
            "The picture lay on its side: turned by 90° clockwise.",
            "图片是侧放的，已顺时针旋转 90°。",
        ),
        "turned.2": ("The picture was upside down: turned by 180°.", "图片是倒置的，已旋转 180°。"),
        "turned.3": (
            "The picture lay on its side: turned by 90° anticlockwise.",
            "图片是侧放的，已逆时针旋转 90°。",
        ),
        "vertical": (
            "The text runs from top to bottom: its characters were laid side by side and read from the right column on.",
            "文字为竖排：已将字符横向排开，从右列开始识别。",
        ),
        "several": (
            "This picture holds {count} lines; the biggest was read. Ask for all lines, or read it as a page.",
            "这张图片有 {count} 行文字，已识别最大的一行。可要求识别全部行，或按整页识别。",
        ),
        "pages": (
            "This file has {pages} pages; the first was read. `page` reads them all.",
            "此文件有 {pages} 页，已识别第一页。`page` 可识别全部。",
        ),
        "doubt.nothing": ("Nothing was read.", "未识别出文字。"),
        "doubt.nothing_though_ink": (
            "Nothing was read, though there is something in the picture: it may be no line of text, or lie on its side.",
            "图片中有内容，但未识别出文字：可能不是文本行，或者是侧放的。",
        ),
        "doubt.confidence": (
            "This reading is doubtful: its confidence is {share} %.",
            "此结果不可靠：置信度仅 {share} %。",
        ),
        "doubt.passed_over": (
            "Something from {first} % to {last} % of the line's length looks like text and was not read.",
            "行长的 {first} % 至 {last} % 处像是文字，但没有被识别。",
        ),
        "alignment": (
            "The text needs at least {needed} frames and the line has {frames}: it is too long for this image, or the "
            "image is too narrow.",
            "该文本至少需要 {needed} 帧，而此行只有 {frames} 帧：文本对这张图片来说过长，或图片过窄。",
        ),
        "alignment.nothing": (
            "No character of the truth has a probability here.",
            "真值的字符在此处都没有概率。",
        ),
        "enhance.meeting": (
            "In places the background is as dark as the text; characters may be missing there.",
            "部分背景与文字一样深，那里可能漏字。",
        ),
        "file.folder": ("This is a folder, not an image.", "这是文件夹，不是图片。"),
        "file.none": ("There is no such file.", "没有这个文件。"),
        "file.empty": ("The file is empty.", "文件是空的。"),
        "file.damaged": (
            "The picture is damaged or cut short and cannot be decoded.",
            "图片已损坏或不完整，无法解码。",
        ),
        "file.pdf": (
            "This is a PDF document, not a picture of a line: its pages are read with `page`.",
            "这是 PDF 文档，不是单行文字的图片；请按整页识别。",
        ),
        "file.format": (
            "This is not a picture in a format that can be read (PNG, JPEG, WebP, TIFF...).",
            "这不是可读取的图片格式（PNG、JPEG、WebP、TIFF 等）。",
        ),
        "file.header": ("The picture's header is damaged.", "图片的文件头已损坏。"),
        "file.no_pixels": ("The picture has no pixels.", "图片没有像素。"),
        "file.bytes": ("The file has more than {limit} MB, which is the limit.", "文件超过 {limit} MB 的上限。"),
        "file.pixels": (
            "The picture has {width} x {height} pixels; the limit is {limit} million. Crop or scale it down.",
            "图片为 {width} x {height} 像素，上限为 {limit} 百万像素。请裁剪或缩小。",
        ),
        "file.far_beyond": (
            "The picture is far beyond the limit of {limit} million pixels.",
            "图片远超 {limit} 百万像素的上限。",
        ),
        "crop.numbers": (
            "A crop is four numbers from 0 to 1: left, top, right, bottom.",
            "裁剪范围是 0 到 1 之间的四个数：左、上、右、下。",
        ),
        "crop.small": (
            "This part of the picture is too small to hold a line of text.",
            "这一部分太小，容不下一行文字。",
        ),
        "busy": (
            "Many people are reading here just now. Please try again in a minute.",
            "当前使用的人较多，请一分钟后再试。",
        ),
        "slow": (
            "Given up after {seconds} seconds: this takes too long. Try a smaller picture.",
            "已放弃：超过 {seconds} 秒。请换一张较小的图片。",
        ),
        "unexpected": (
            "Something went wrong here, and not on your side. It has been noted; please try again.",
            "服务器出现了问题，与您无关。问题已记录，请重试。",
        ),
        "pdf.damaged": (
            "This page cannot be drawn: it is damaged or asks for too much.",
            "无法绘制此页：已损坏，或所需资源过多。",
        ),
        "case.none": (
            "Nothing was read, so there is nothing to save.",
            "没有识别出任何内容，无可保存。",
        ),
        "case.not_json": (
            "This is not a case that can be used: case.json is not JSON.",
            "这不是可用的案例：case.json 不是 JSON。",
        ),
        "case.not_one": ("This is not a case that can be used: {why}.", "这不是可用的案例：{why}。"),
        "case.version": (
            "This case was written by another version of the program: this one reads version {version}.",
            "此案例由其他版本的程序写入，本程序读取的版本为 {version}。",
        ),
        "case.unreadable": ("This case cannot be read: {why}.", "无法读取此案例：{why}。"),
        "case.unwritten": ("The case cannot be written: {why}.", "无法写入案例：{why}。"),
        "case.stays": ("The case cannot be removed: {why}.", "无法删除案例：{why}。"),
        "case.known": ("There is a case of this token already.", "已有相同编号的案例。"),
        "case.full": ("The store is full: it takes {most} cases.", "存储已满：最多 {most} 个案例。"),
        "case.others": (
            "Only the browser that saved this case can remove it.",
            "只有保存此案例的浏览器才能删除它。",
        ),
        "case.no_link": ("This link does not belong to any case.", "此链接不对应任何案例。"),
        "case.gone": (
            "There is no such case here. It may have been removed, or it was saved on another server.",
            "这里没有此案例：可能已被删除，或保存在其他服务器上。",
        ),
        "archive.not_zip": ("This is not a zip archive that can be read.", "这不是可读取的 zip 压缩包。"),
        "archive.not_one": ("This is not an archive of a case: {why}.", "这不是案例的压缩包：{why}。"),
        "archive.large": ("The archive has more than {most} MB, which is the limit.", "压缩包超过上限 {most} MB。"),
        "archive.none": ("No archive was given.", "没有提供压缩包。"),
        "engines.at_once": (
            "At most {most} engines are compared at once, not {count}.",
            "一次最多比较 {most} 个引擎，不能是 {count} 个。",
        ),
        "engines.two": ("One of the two engines cannot read here.", "两个引擎中有一个在此处无法识别。"),
        "picture.none": ("No picture was given.", "没有提供图片。"),
        "picture.not_here": ("This picture was not uploaded here.", "这张图片不是在此处上传的。"),
        "file.not_given": ("No file was given.", "没有提供文件。"),
        "page.number": ("A page number is a whole number from 1 to {most}.", "页码是 1 至 {most} 的整数。"),
        "page.no_document": ("There is no such document of this page.", "此页没有这种文档。"),
        "page.no_engine": (
            "No engine can read here yet: the weights are missing.",
            "还没有可用的引擎：缺少权重文件。",
        ),
        "ink.much": ("This is more ink than a canvas holds.", "笔迹过多，超出画布容量。"),
        "ink.damaged": (
            "The writing arrived damaged. Draw one more stroke to send it again.",
            "笔迹传输时损坏。再写一笔即可重新发送。",
        ),
        "own.first": ("Send a file first; files are kept for an hour.", "请先上传文件；文件保留一小时。"),
        "own.room": (
            "There are {count} models here, and no room for more.",
            "这里已有 {count} 个模型，没有空间再放。",
        ),
        "own.large": ("Files up to {most} MB are taken.", "只接受不超过 {most} MB 的文件。"),
        "own.dictionary": ("The dictionary is no text file in UTF-8.", "字典不是 UTF-8 文本文件。"),
        "own.no_sample": (
            "There is no sample on this server to try it on.",
            "本服务器没有可供试用的示例。",
        ),
        "break.none": ("There is no picture to break.", "没有可损坏的图片。"),
        "decoding.allow_none": (
            "`{name}` names no character. Give some, or {groups}; the space itself is called space.",
            "`{name}` 中没有字符。请给出字符或 {groups}；空格写作 space。",
        ),
        "decoding.allow_many": (
            "`{name}` takes at most {most} characters, not {count}.",
            "`{name}` 最多 {most} 个字符，不能是 {count} 个。",
        ),
        "decoding.pattern_allowed": (
            "The pattern has none of the allowed characters.",
            "整行的格式中没有任何允许的字符。",
        ),
        "decoding.allow_unknown": (
            "This model can write none of the characters in `allow`.",
            "此模型无法输出 `allow` 中的任何字符。",
        ),
        "decoding.forbid_all": (
            "`forbid` leaves no character that could be read.",
            "`forbid` 排除后没有可识别的字符。",
        ),
        "decoding.weight": (
            "The hotword {word} has {weight} for its weight, which is no number.",
            "热词 {word} 的权重 {weight} 不是数字。",
        ),
        "decoding.number": (
            "`{name}` is a number from 0 to {most}, not {value}.",
            "`{name}` 应为 0 至 {most} 的数，不能是 {value}。",
        ),
        "hotwords.long": (
            "A hotword has at most {most} characters, not {count}.",
            "热词最多 {most} 个字符，不能是 {count} 个。",
        ),
        "hotwords.weight": (
            "The hotword {word} weighs {weight}; a weight is above 0, up to {most}.",
            "热词 {word} 的权重为 {weight}；权重应大于 0，不超过 {most}。",
        ),
        "hotwords.none": ("There are no hotwords: give one a line.", "没有热词：请每行写一个。"),
        "hotwords.many": (
            "There may be {most} hotwords at most, not {count}.",
            "热词最多 {most} 个，不能是 {count} 个。",
        ),
        "hotwords.unknown": (
            "This model can write none of the hotwords: its charset lacks their characters.",
            "此模型无法输出任何热词：字符集中没有这些字符。",
        ),
        "lexicon.many": (
            "A lexicon has at most {most} entries, not {count}.",
            "候选行（词表）最多 {most} 条，不能是 {count} 条。",
        ),
        "lexicon.long": (
            "An entry of the lexicon has at most {most} characters, not {count}.",
            "词表的一条最多 {most} 个字符，不能是 {count} 个。",
        ),
        "lexicon.none": ("The lexicon is empty: give one text a line.", "候选行（词表）为空：请每行写一条。"),
        "lexicon.large": (
            "The lexicon is too large: its entries have more than {most} beginnings.",
            "词表过大：各条的前缀超过 {most} 个。",
        ),
        "lexicon.unknown": (
            "This model can write no entry of the lexicon: its charset lacks their characters.",
            "此模型无法输出词表中的任何一条：字符集中没有这些字符。",
        ),
        "pattern.long": (
            "A pattern has at most {most} characters, not {count}.",
            "整行的格式最多 {most} 个字符，不能是 {count} 个。",
        ),
        "pattern.unknown": (
            "No character of the pattern {pattern} is known to this model.",
            "此模型不认识格式 {pattern} 中的任何字符。",
        ),
        "pattern.empty": ("The pattern is empty.", "整行的格式为空。"),
        "pattern.wrong": (
            "The pattern {pattern} {what} at character {place}.",
            "格式 {pattern} 在第 {place} 个字符处有误（{what}）。",
        ),
        "file.unread": ("The file cannot be read: {why}.", "无法读取文件：{why}。"),
        "file.memory": ("The picture needs more memory than there is.", "内存不足，无法打开此图片。"),
        "file.no_page": (
            "There is no page {number}: this picture has {count}.",
            "没有第 {number} 页：此文件共 {count} 页。",
        ),
        "model.not_onnx": ("This is not an ONNX file, or it is damaged.", "这不是 ONNX 文件，或文件已损坏。"),
        "model.no_graph": ("This is not an ONNX file: it holds no graph.", "这不是 ONNX 文件：其中没有计算图。"),
        "model.unusable": (
            "The model cannot be used: it is damaged, or asks for more memory or time than it may have.",
            "此模型无法使用：已损坏，或所需内存、时间超出限制。",
        ),
        "model.slow": (
            "The model was given up after {seconds} seconds: it takes too long.",
            "{seconds} 秒后仍未完成，已放弃此模型：耗时过长。",
        ),
        "model.failed": ("The model failed: {why}", "模型运行失败：{why}"),
        "model.large": ("The model file is larger than {most} MB.", "模型文件超过 {most} MB。"),
        "model.no_dictionary": (
            "The file does not say which characters it knows: give its dictionary, one character a line.",
            "文件中没有字符表：请提供字典，每行一个字符。",
        ),
        "model.dictionary": (
            "The dictionary has {lines} lines; {fewest} to {most} would fit {classes} classes.",
            "字典有 {lines} 行；{classes} 个类别需要 {fewest} 至 {most} 行。",
        ),
        "model.blank": ("The blank is one of the classes 0 to {last}.", "空白符应为类别 0 至 {last} 之一。"),
        "model.shape": (
            "The model returned {shape}; its alphabet asks for ({lines}, T, {classes}).",
            "模型返回 {shape}；按字符表应为（{lines}, T, {classes}）。",
        ),
        "decoding.most": ("At most {most} readings are shown here.", "此处最多显示 {most} 个候选结果。"),
    }
)


def retold(sentence: str) -> str:
    """Returns a warning or an error in the language that is spoken; one that is not in the table as it is."""
    if isinstance(sentence, Phrase) or spoken() == "en":
        return said(sentence)
    for key, pattern in _patterns().items():
        if found := pattern.fullmatch(sentence):
            return say(key, **found.groupdict())
    return sentence


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {key: _pattern(texts[0]) for key, texts in say.texts.items()}


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile("".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))
