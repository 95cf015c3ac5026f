"""The texts of what was found out about a model file: each finding, how it is known, and the layers by their work."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "found.input": ("input", "输入"),
        "found.parameters": ("parameters", "参数量"),
        "found.channels": ("channels", "通道"),
        "found.height": ("height", "高度"),
        "found.width": ("width", "宽度"),
        "found.always": ("{width} px, always", "固定 {width} 像素"),
        "found.any": ("any", "任意"),
        "found.axes": ("axes of the output", "输出的轴"),
        "found.output": ("what it returns", "输出内容"),
        "found.classes": ("classes", "类别数"),
        "found.characters": ("characters", "字符集"),
        "found.in_metadata": ("{count} in the metadata entry {entry}", "元数据项 {entry} 中有 {count} 个"),
        "found.not_in_file": ("not in the file", "文件中没有"),
        "found.blank": ("blank", "空白符"),
        "found.stride": ("stride", "步长"),
        "found.bars": ("stride by shifted bars", "用移动竖条测得的步长"),
        "found.px_a_frame": (" px a frame", " 像素/帧"),
        "found.normalisation": ("normalisation", "归一化"),
        "found.operators": ("operators", "算子"),
        "found.more": (" and {count} more", "，另有 {count} 种"),
        "found.unknown": ("not known", "未知"),
        "output.probs": ("probabilities", "概率"),
        "output.log_probs": ("logarithms of probabilities", "对数概率"),
        "output.logits": ("logits", "未归一化的得分"),
        "how.read": ("read off the file", "从文件读出"),
        "how.measured": ("measured", "实测"),
        "how.guessed": ("guessed", "猜测"),
        "how.unknown": ("cannot be told; the most usual is shown", "无法得知，显示最常见的"),
        "how.asked": ("is asked", "需您提供"),
        "layers.summary": (
            "{work} G multiply-adds for a line of {width} px, in {layers} layers",
            "宽 {width} 像素的一行需 {work} G 次乘加，共 {layers} 层",
        ),
        "layers.layer": ("layer", "层"),
        "layers.returns": ("returns", "输出"),
        "layers.work": ("multiply-adds", "乘加次数"),
        "layers.share": ("share", "占比"),
        "layers.name": ("name", "名称"),
    }
)
