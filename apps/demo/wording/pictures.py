"""The texts of pictures on their way in: the desk they come in by, the samples, the picture that is read."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "limit": ("{megabytes} MB and {megapixels} megapixels", "{megabytes} MB、{megapixels} 百万像素"),
        "choose": ("Choose, drop or paste", "选择、拖入或粘贴图片"),
        "choose.limit": ("one line of text each, up to {limit}", "每张一行文字，不超过 {limit}"),
        "choose.pages": ("Choose, drop or paste pages", "选择、拖入或粘贴页面"),
        "choose.pages.limit": (
            "photo, scan, screenshot or PDF (first {pages} pages), up to {megabytes} MB",
            "照片、扫描件、截图或 PDF（前 {pages} 页），不超过 {megabytes} MB",
        ),
        "choose.name": ("Choose pictures", "选择图片"),
        "camera": ("Camera", "摄像头"),
        "camera.snap": ("Take the picture", "拍照"),
        "camera.close": ("Close", "关闭"),
        "strip": ("Your pictures", "您的图片"),
        "preview.alt": ("The picture that is read", "正在识别的图片"),
        "preview.hint": ("drag to read a part", "拖动选择一部分来识别"),
        "preview.crop": ("Crop", "裁剪"),
        "preview.whole": ("Whole picture", "整张图片"),
        "preview.remove": ("Remove picture", "移除图片"),
        "preview.none": ("No picture yet", "还没有图片"),
        "js.too_large": ("{name} is larger than {limit}, which is the limit.", "{name} 超过了 {limit} 的上限。"),
        "js.too_many": (
            "The first {most} pictures are taken; give the others afterwards.",
            "已接收前 {most} 张图片，其余请稍后再添加。",
        ),
        "js.not_sent": (
            "{name} could not be sent. Is it larger than {limit}, or did the connection break?",
            "{name} 发送失败：可能超过了 {limit}，或连接已中断。",
        ),
        "js.no_camera": (
            "The camera cannot be used: there is none, or the browser was not allowed to.",
            "无法使用摄像头：没有摄像头，或浏览器未获授权。",
        ),
        "samples": ("Samples", "示例"),
        "samples.none": ("No samples here: give a picture of your own.", "这里没有示例，请提供您自己的图片。"),
        "sample": ("Sample {number}: {shows}", "示例 {number}：{shows}"),
        "sample.alone": ("Only one is right", "只有一个正确"),
        "sample.language": ("Decoder decides", "解码器决定"),
        "sample.page": ("Sample page", "示例页面"),
        "sample.shows": ("{kind}; {telling}", "{kind}；{telling}"),
    }
)
