"""What figures and names are called: stages, runtimes, decoders, kinds of lines, edits, confidence."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "stage.decode_image": ("decode image", "解码图片"),
        "stage.find_lines": ("find line", "定位文本行"),
        "stage.preprocess": ("preprocess", "预处理"),
        "stage.infer": ("network", "网络推理"),
        "stage.ctc_decode": ("CTC decoding", "CTC 解码"),
        "runtime.onnx": ("ONNX Runtime", "ONNX Runtime"),
        "runtime.onnx-int8": ("ONNX Runtime (INT8)", "ONNX Runtime（INT8）"),
        "runtime.torch": ("PyTorch", "PyTorch"),
        "runtime.program": ("a program of its own", "独立程序"),
        "runtime.package": ("a package of its own", "独立软件包"),
        "runtime.service": ("a service at its address", "远程服务"),
        "subset.print": ("printed documents", "印刷文档"),
        "subset.background": ("complex backgrounds", "复杂背景"),
        "subset.handwriting": ("handwriting", "手写体"),
        "subset.low_resolution": ("low-resolution screenshots", "低分辨率截图"),
        "subset.maths": ("English with maths", "英文与公式"),
        "subset.overall": ("all lines together", "全部文本行"),
        "decoder.greedy": ("greedy", "贪心解码"),
        "decoder.beam": ("beam search", "束搜索"),
        "decoder.beam+zh": ("language model", "语言模型"),
        "confidence.none": ("no confidence: nothing read", "无置信度：未识别出文字"),
        "confidence.unknown": ("confidence unknown", "置信度未知"),
        "confidence": ("confidence {share}", "置信度 {share}"),
        "edits.substituted": ("{count} substituted", "替换 {count}"),
        "edits.missed": ("{count} missed", "漏识 {count}"),
        "edits.made_up": ("{count} inserted", "多识 {count}"),
        "edits.none": ("all {n} character right||all {n} characters right", "{n} 个字符全部正确"),
        "edits.some": ("{edits} of {n} character||{edits} of {n} characters", "共 {n} 个字符，{edits}"),
        "edits.only_spaces": ("only spaces differ: {said}", "仅空格不同：{said}"),
        "edits.and": (", ", "，"),
        "nothing_read": ("nothing read", "未识别出文字"),
        "confidence.definition": (
            "Line confidence: exp(log P(text | image) / characters). P(text | image) is the CTC forward sum over every "
            "path that spells this text, so it is a probability of the text, taken per character so that long lines "
            "compare with short ones. It is not a guarantee, and engines need not be equally honest. Where nothing was "
            "read there is none: upright text and much else that no engine has learned is read as nothing, and surely.",
            "行置信度：exp(log P(文本 | 图像) / 字符数)。P(文本 | 图像) 由 CTC 前向算法对所有能拼出该文本的路径求和"
            "得到，因此是该文本的概率；再按字符数归一，使长行与短行可比。它不是保证，各引擎的校准程度也不一定相同。"
            "未识别出文字时没有置信度：竖排文字等模型没有学过的内容，可能被很有把握地识别为空。",
        ),
        "cer.definition": (
            "Character error rate: characters substituted, missed or inserted, per character of the truth, on this "
            "line as written. Nothing is normalised but what the label conventions take for one character; spaces at "
            "the ends do not count.",
            "字符错误率（CER）：本行中替换、漏识、多识的字符数之和，除以真值的字符数。除标注规范视为同一字符的写法外，"
            "不做任何归一化；行首行尾的空格不计。",
        ),
    }
)
