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
