"""The texts about models: how one learned, and whether its runtimes agree."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "learned": ("How fast did {name} learn?", "{name} 学得有多快？"),
        "validations": (
            "one validation, unseen synthetic lines; no interval recorded||"
            "{n} validations, unseen synthetic lines; no interval recorded",
            "{n} 次验证，未见过的合成文本行；未记录区间",
        ),
        "phase.warm-up": ("warm-up", "预热"),
        "phase.ctc": ("CTC", "CTC"),
        "phase.longer ctc": ("CTC, extended", "CTC（延长）"),
        "phase.closing ctc": ("CTC, final (falling learning rate)", "CTC（收尾，学习率下降）"),
        "hours": ("CPU-hours of training", "训练 CPU 小时"),
        "accuracy": ("character accuracy, %", "字符准确率（%）"),
        "mean": ("mean of all kinds", "各类均值"),
        "point": ("<b>{mean} %</b> after {lines} lines ({phase})", "<b>{mean} %</b>，训练 {lines} 行后（{phase}）"),
        "head.runtime": ("runtime", "运行时"),
        "head.reads": ("reads", "识别为"),
        "head.confidence": ("confidence", "置信度"),
        "head.time": ("time", "耗时"),
        "head.apart": ("largest difference", "最大差异"),
        "head.text": ("text", "文字"),
        "head.disk": ("on disk", "占用磁盘"),
        "head.load": ("load", "加载耗时"),
        "head.width": ("{width} px", "{width} 像素"),
        "head.lost": ("accuracy lost, points", "准确率损失（百分点）"),
        "head.changed": ("texts changed", "结果改变的行"),
        "apart.why": (
            "Largest difference of a probability, from 0 to 1, over all frames and characters. Where it is large, one "
            "frame was decided otherwise; that changes the text only where the best path goes.",
            "所有帧、所有字符上概率的最大差异，0 到 1。差异大说明某一帧的判断不同；只有落在最佳路径上才会改变文字。",
        ),
        "apart.little": ("under 0.0001", "小于 0.0001"),
        "same": ("the same", "相同"),
        "changed": ("changed, 1 place||changed, {n} places", "改变 {n} 处"),
        "changed.of": ("{changed} of {lines}", "{changed} / {lines}"),
        "bounds": ("{value} ({low} to {high})", "{value}（{low} 至 {high}）"),
    }
)
