"""The texts of readings wherever they are shown: cards, what they cost, what goes wrong with them."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "took": (
            "Read by 1 engine and drawn in {total}||Read by {n} engines and drawn in {total}",
            "{n} 个引擎识别并绘制共 {total}",
        ),
        "took.why": (
            "Decoding {reading} with reading, one engine after the other; drawing the view and the files {drawing}",
            "解码与各引擎依次识别 {reading}；绘制视图和导出文件 {drawing}",
        ),
        "latency.first": (
            "A line takes about {time} here: the usual engines and the view, one so far.",
            "本服务器处理一行约需 {time}（默认引擎加视图，目前仅一次）。",
        ),
        "latency": (
            "A line takes about {time} here: the usual engines and the view, median of the last {n}.",
            "本服务器处理一行约需 {time}（默认引擎加视图，最近 {n} 次的中位数）。",
        ),
        "weights.missing": ("No weights yet for {names}.", "{names} 的权重文件尚未就位。"),
        "weights.what_to_do": (
            "Put model.onnx and model.safetensors into {folders} and read again; nothing needs to be restarted.",
            "请将 model.onnx 和 model.safetensors 放入 {folders} 后重新识别，无需重启。",
        ),
        "weights.engine": (
            "The weights of {engine} are not here yet, so it cannot read.",
            "{engine} 的权重文件尚未就位，无法识别。",
        ),
        "names.and": (" and ", "、"),
        "confidence.unknown": ("unknown", "未知"),
        "confidence.none": ("no", "无"),
        "confidence": ("confidence", "置信度"),
        "confidence.share": ("{share} confidence", "置信度 {share}"),
        "total": ("Total time", "总耗时"),
        "candidates": ("{best}; candidates: {others}", "{best}；候选：{others}"),
        "candidates.and": (", ", "，"),
        "shares": (
            "Share among the readings that the search ended with",
            "在搜索最终保留的各候选文本中所占的份额",
        ),
        "share.alone": (
            "P(text | image) by the network alone: {share}",
            "仅由网络给出的 P(文本 | 图像)：{share}",
        ),
        "matches": ("matches the truth", "与真值一致"),
        "only_spaces": ("only spaces", "仅空格"),
        "cer": ("CER {share}", "CER {share}"),
        "cer.normalised": ("CER {share} after {profile}", "{profile} 归一化后 CER {share}"),
        "part.cut": (
            "Judged by what this part of the line says of the truth.",
            "按真值中对应这一部分的文字评判。",
        ),
        "part.not_placed": (
            "Not judged: it is not known which characters of the truth are in this part.",
            "未评判：无法确定真值的哪些字符位于这一部分。",
        ),
        "part.nothing_here": (
            "Not judged: no character of the truth is in this part.",
            "未评判：真值没有字符位于这一部分。",
        ),
    }
)
