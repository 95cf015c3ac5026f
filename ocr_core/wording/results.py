"""The texts of tables of committed results: their captions, heads and rows. Figures and names are put in."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "overall": (
            "**All lines together, by set**: character accuracy (1 - CER, pooled) in per cent, 95 % interval. The sets "
            "are {sets}.",
            "**全部文本行，按测试集**：字符准确率（1 - CER，合并计算），百分数，95 % 区间。测试集：{sets}。",
        ),
        "accuracy": (
            "**{name}** ({meaning}): character accuracy (1 - CER, pooled) in per cent, 95 % interval{when}.",
            "**{name}**（{meaning}）：字符准确率（1 - CER，合并计算），百分数，95 % 区间{when}。",
        ),
        "measured": (", measured {days}", "，测量日期 {days}"),
        "measured.not": (
            "; not measured with the present weights of {names}",
            "；未用 {names} 的当前权重测量",
        ),
        "days.and": (" and ", "、"),
        "sets.and": ("; ", "；"),
        "described": ("{name} ({meaning})", "{name}（{meaning}）"),
        "meaning.zijian-500": (
            "benchmark: built by other means than training lines, a hundred lines of every scenario",
            "基准：用与训练行不同的方法制作，每个场景一百行",
        ),
        "meaning.zijian-test-1000": (
            "synthetic: drawn as training lines are, of faces, texts and photographs kept for testing",
            "合成：与训练行制法相同，字体、文本和照片专供测试",
        ),
        "meaning.real lines": ("photographed, scanned and captured by others", "由他人拍摄、扫描和截取"),
        "set.real lines": ("real lines", "真实文本行"),
        "head.overall": ("all lines together", "全部文本行"),
        "head.hours": ("CPU-hours of training", "训练 CPU 小时"),
        "head.seen": ("lines in training, of them real", "训练行数，其中真实行"),
        "head.set": ("{name}, {lines} lines", "{name}，{lines} 行"),
        "head.kind": ("lines of", "文本行种类"),
        "head.n": ("n (groups)", "n（组数）"),
        "kind.background": ("background", "复杂背景"),
        "kind.handwriting": ("handwriting", "手写体"),
        "kind.low resolution": ("low resolution", "低分辨率"),
        "kind.maths": ("maths", "公式"),
        "kind.print": ("print", "印刷体"),
        "kind.overall": ("overall", "总体"),
        "kind.real handwriting": ("real handwriting", "真实手写"),
        "kind.real photographs": ("real photographs", "真实照片"),
        "part.face": ("face", "字体"),
        "part.faces": ("faces", "字体"),
        "part.pen": ("pen", "笔写"),
        "part.random characters": ("random characters", "随机字符"),
        "part.single characters": ("single characters", "单字"),
        "between_parts": (", ", "，"),
        "some_of": ("{kind} ({part})", "{kind}（{part}）"),
        "after_profile": ("{kind}, {profile}", "{kind}，{profile}"),
        "profile.canonical": ("canonical", "规范写法"),
        "profile.nfkc": ("nfkc", "NFKC"),
        "profile.nfkc no punctuation": ("nfkc no punctuation", "NFKC、不计标点"),
        "latency": (
            "**Latency**: the network alone, one line of {height} x {width} pixels, {threads} thread, median of "
            "{rounds} rounds in turns, on {cpu}{load}.",
            "**延迟**：仅网络推理，一行 {height} x {width} 像素，{threads} 个线程，轮流 {rounds} 轮的中位数，{cpu}{load}。",
        ),
        "latency.load": (" (load before: {load})", "（测量前负载 {load}）"),
        "head.network": ("network", "网络"),
        "head.runtime": ("runtime", "运行时"),
        "head.input": ("input", "输入"),
        "head.median": ("median ms", "中位数（毫秒）"),
        "head.p95": ("95th percentile ms", "95 百分位（毫秒）"),
        "head.ratio": ("ratio to {name}", "与 {name} 之比"),
        "checks.on": (
            "**Checks**: differences are after minus before, 95 % interval; elsewhere enhancement is on and lines are "
            "{deskewed}.",
            "**检验**：差值为处理后减处理前，95 % 区间；其余测量中图像增强为开，{deskewed}。",
        ),
        "checks.off": (
            "**Checks**: differences are after minus before, 95 % interval; elsewhere enhancement is off and lines are "
            "{deskewed}.",
            "**检验**：差值为处理后减处理前，95 % 区间；其余测量中图像增强为关，{deskewed}。",
        ),
        "deskewed": ("deskewed", "文本行已校平"),
        "deskewed.not": ("not deskewed", "文本行未校平"),
        "head.what": ("what", "内容"),
        "check.centre": (
            "centre of a character, median error in character widths ({set})",
            "字符中心，误差中位数，以字符宽度计（{set}）",
        ),
        "check.far": (
            "centres off by more than {far} of a width",
            "中心偏差超过字符宽度 {far} 的比例",
        ),
        "check.inversion": (
            "accuracy after inverting {n} lines ({how}), points",
            "{n} 行反色后的准确率（{how}），百分点",
        ),
        "check.deskewing": (
            "accuracy with deskewing ({n} lines {how}), points",
            "校平后的准确率（{n} 行，{how}），百分点",
        ),
        "check.enhancement": (
            "accuracy with enhancement ({n} of {set}), points",
            "增强后的准确率（{set} 中 {n} 行），百分点",
        ),
        "how.enhanced": ("enhanced", "经增强"),
        "how.as they are": ("as they are", "保持原样"),
        "how.turned by 3°": ("turned by 3°", "旋转 3°"),
        "how.loosely cropped": ("loosely cropped", "裁切宽松"),
        "how.between strips of other lines": ("between strips of other lines", "夹在其他行的残段之间"),
        "check.parity": (
            "largest difference of a log-probability between the runtimes",
            "运行时之间对数概率的最大差异",
        ),
        "check.texts": ("lines that the runtimes read differently", "各运行时识别结果不同的行"),
        "check.of": ("{differing} of {lines}", "{differing} / {lines}"),
        "interval": ("{value} ({low} to {high})", "{value}（{low} 至 {high}）"),
        "with_n": ("{value} (n = {n})", "{value}（n = {n}）"),
    }
)
