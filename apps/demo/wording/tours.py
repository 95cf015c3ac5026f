"""The texts of the guided tours: what they are called, and a sentence for everything they point at."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "menu": ("Guided tours", "导览"),
        "menu.name": ("Guided tours, half a minute each", "导览，每个半分钟"),
        "title.minds": ("Same line, two minds", "同一行，两种判断"),
        "title.width": ("A frame's width decides", "一帧之差"),
        "title.doubt": ("Doubt that is justified", "有道理的怀疑"),
        "title.break": ("Where it breaks", "在哪里崩溃"),
        "none": (
            "None of the samples here bears this tour out with the weights that are here.",
            "以当前的权重，没有示例能印证这个导览。",
        ),
        "minds.samples": (
            "Each of these lines is read without fault by exactly one of ConvNeXt-Tiny and the CRNN, or only with the "
            "language model.",
            "这些文本行，ConvNeXt-Tiny 和 CRNN 中恰有一个能完全识别正确，或只有语言模型能识别正确。",
        ),
        "minds.cards": (
            "The same pixels: {wrong} reads {read}, {right} reads {truth}. Only {right} is right.",
            "同样的像素：{wrong} 识别为{read}，{right} 识别为{truth}。只有 {right} 是对的。",
        ),
        "minds.place": (
            "Where they part, the view says at which frame, and how probable each network found what it read. Press n "
            "or p for further places.",
            "在两者分歧之处，视图说明是哪一帧，以及各网络认为自己的结果有多可能。按 n 或 p 查看其他位置。",
        ),
        "width.frames": (
            "The network cuts the line into {frames} frames, each {pixels} pixels wide, and decides for each of them "
            "what it holds.",
            "网络把这一行切成 {frames} 帧，每帧宽 {pixels} 像素，并逐帧判断其中是什么。",
        ),
        "width.frame": (
            "Frame {frame} decides this reading of {wrong}: {read} {read_share} against {truth} {share}.",
            "第 {frame} 帧决定了 {wrong} 的结果：{read} {read_share}，{truth} {share}。",
        ),
        "width.try": (
            "Click frame {frame} and choose {truth} instead of {read}: text and probability follow at once.",
            "点击第 {frame} 帧，改选{truth}而不是{read}：文字和概率随之而变。",
        ),
        "doubt.bars": (
            "The longer the bar under a character, the surer the network was of it.",
            "字符下方的横条越长，网络对它越有把握。",
        ),
        "doubt.least": (
            "{wrong} was least sure of {read}, {share}: and that is the one character it got wrong.",
            "{wrong} 最没把握的是{read}（{share}），而错的正是这一个字符。",
        ),
        "doubt.lines": (
            "For the whole line too: {wrong}, which errs, is {wrong_share} confident; {right}, which is right, "
            "{right_share}. It is a hint and no guarantee.",
            "整行也是如此：出错的 {wrong} 置信度为 {wrong_share}，正确的 {right} 为 {right_share}。这只是提示，并非保证。",
        ),
        "break.clean": (
            "Undamaged, both {first} and {second} read {text} without fault.",
            "未损坏时，{first} 和 {second} 都正确识别出{text}。",
        ),
        "break.sliders": (
            "Move a slider: the picture is damaged and read again, and wrong characters are marked as they appear.",
            "移动滑块：图片被损坏并重新识别，错误的字符随即标出。",
        ),
        "break.split": (
            "One click looks for the smallest damage at which one network still reads the line and the other does not.",
            "点击一下，寻找使一个网络仍能识别、另一个不能的最小损坏。",
        ),
        "js.next": ("Next", "下一步"),
        "js.end": ("End", "结束"),
        "js.step": ("{number} of {n}", "{number} / {n}"),
        "js.looking": ("Reading a line that shows it \u2026", "正在寻找能说明问题的文本行…"),
    }
)
