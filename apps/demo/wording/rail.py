"""The texts of the pipeline rail: the steps before a network, what each did, and what leaving it out costs."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "open": ("What the networks get", "网络看到的图像"),
        "open.title": (
            "The strip after each step of preparation, with a switch for each",
            "逐步显示预处理后的图像条，每一步都可关闭",
        ),
        "close": ("Close", "关闭"),
        "heading": ("What the networks get, step by step", "网络看到的图像：逐步预处理"),
        "refused": ("The steps cannot be shown.", "无法显示预处理步骤。"),
        "gets": ("{names}: {width} × {height} px at last", "{names}：最终为 {width} × {height} 像素"),
        "and": (", ", "、"),
        "stage.sent": ("As sent", "原图"),
        "stage.level": ("Level", "校平"),
        "stage.cut": ("Cut", "裁切"),
        "stage.grey": ("Grey", "灰度"),
        "stage.enhance": ("Enhance", "增强"),
        "off": ("Left out.", "已跳过。"),
        "did.sent": ("The line as sent, {width} × {height} px.", "送入的文本行，{width} × {height} 像素。"),
        "did.level": ("Sloped by {degrees}° and was brought level.", "倾斜 {degrees}°，已校平。"),
        "did.cut": (
            "{percent} % of the height was cut off; {height} px are left.",
            "裁去 {percent}% 的高度，剩余 {height} 像素。",
        ),
        "did.grey": (
            "Luminance hides the ink, so colours are weighed to show it.",
            "亮度无法区分字迹与背景，因此按颜色加权以显出字迹。",
        ),
        "did.enhance.plain": (
            "Light evened and contrast stretched, from {before} to {after} grey levels.",
            "匀光并拉伸对比度，灰度范围由 {before} 变为 {after}。",
        ),
        "did.enhance.inverted": (
            "Light text made dark, light evened, contrast stretched from {before} to {after} grey levels.",
            "浅字反转为深字，匀光并拉伸对比度，灰度范围由 {before} 变为 {after}。",
        ),
        "nothing.level": ("Level already: no slope worth taking out.", "已经水平，无需校正。"),
        "nothing.cut": ("Close already: little height to cut off.", "已经贴紧文字，无需裁切。"),
        "nothing.grey": ("Luminance shows the ink, so it is the grey.", "亮度已能显出字迹，直接取亮度。"),
        "nothing.enhance": ("Dark on light with full contrast already.", "已是深字浅底且对比度充足。"),
        "unknown.level": ("Switched off on this server.", "本服务器已关闭此步骤。"),
        "unknown.cut": ("Switched off on this server.", "本服务器已关闭此步骤。"),
        "unknown.grey": ("It sees colours, so nothing is made grey.", "它使用彩色图像，不转为灰度。"),
        "unknown.enhance": (
            "It was not trained on mended lines, so it gets the line as it is.",
            "它没有用增强后的图像训练，因此直接使用原样图像。",
        ),
        "cost.engine": ("Engine", "引擎"),
        "cost.with": ("With all steps", "全部步骤"),
        "cost.without": ("Without", "跳过后"),
        "cost.cer": ("CER", "字符错误率（CER）"),
        "cost.confidence": ("Confidence", "置信度"),
        "cost.saved": (
            "The cards above were read with all steps. A case saved now keeps these switches.",
            "上方卡片按全部步骤识别。此时保存的案例会保留这些开关。",
        ),
    }
)
