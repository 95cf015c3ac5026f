"""The texts around the tabs: header, tabs' titles, foot."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "title": ("Zijian 字鉴: see what each recogniser sees", "字鉴 Zijian：看见每个识别模型所见"),
        "heading": ("see what each recogniser sees", "看见每个识别模型所见"),
        "tagline": (
            "Recognisers side by side: every character is tied to the pixels it came from.",
            "多个模型识别同一行文字，每个字符都对应到它所在的像素。",
        ),
        "theme.title": ("Light or dark", "浅色或深色"),
        "theme.name": ("Switch between light and dark", "切换浅色与深色"),
        "other_language": ("Show this page in Chinese", "以英文显示本页"),
        "tab.compare": ("Compare", "对比"),
        "tab.write": ("Write", "手写"),
        "tab.break": ("Break it", "压力测试"),
        "tab.page": ("Page", "整页"),
        "tab.arena": ("Arena", "擂台"),
        "tab.cases": ("Cases", "案例"),
        "tab.models": ("Models", "模型"),
        "foot": (
            "Pictures stay on this server and are deleted after an hour, unless they are saved as a case.",
            "图片只留在本服务器上，一小时后删除；另存为案例的除外。",
        ),
    }
)
