"""The texts of the Break it tab: presets, sliders, what is read of the damaged picture, curves and their verdicts."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "empty": ("Choose a line above, or give a picture of your own.", "请在上方选择一行，或提供您自己的图片。"),
        "truth": ("Correct text (optional)", "正确文字（可选）"),
        "truth.placeholder": (
            "Without it, agreement with the clean reading is measured",
            "不填则衡量与未损坏时结果的一致率",
        ),
        "stop": ("Stop", "停止"),
        "refused": ("This picture cannot be read.", "无法读取这张图片。"),
        "unreadable": ("This cannot be read.", "无法识别。"),
        "no_curve": ("No curve.", "没有曲线。"),
        "no_picture": (
            "There is no picture to break yet: choose a line above.",
            "还没有图片：请在上方选择一行。",
        ),
        "no_engine": (
            "No engine can read here yet: the weights are missing.",
            "还没有可用的引擎：缺少权重文件。",
        ),
        "points": ("Click the curve, or move along it", "点击曲线，或沿曲线移动"),
        "presets": ("Presets", "预设"),
        "preset.clean": ("Clean", "未损坏"),
        "preset.photocopy": ("A bad photocopy", "劣质复印件"),
        "preset.phone": ("A phone in a hurry", "匆忙的手机拍照"),
        "preset.thumbnail": ("A thumbnail", "缩略图"),
        "preset.fax": ("An old fax", "旧传真"),
        "preset.coffee": ("Coffee on it", "咖啡渍"),
        "preset.fog": ("Fog", "雾"),
        "seed": ("New random seed", "换一个随机种子"),
        "seed.title": (
            "The same severities, but other blots, grain and directions",
            "损坏程度不变，污点、颗粒和方向不同",
        ),
        "sweep": ("Sweep", "扫描"),
        "sweep.of": ("Sweep {corruption}", "扫描{corruption}"),
        "slider": ("{meaning} What changes with the seed: {chance}", "{meaning}随种子变化的是：{chance}"),
        "picture": ("The corrupted picture", "损坏后的图片"),
        "promise": (
            "Sweep, beside a slider, reads this line over the whole range of that corruption: 12 steps, 5 seeds each, "
            "{engines} engines: {lasts}.",
            "滑块旁的“扫描”会在该损坏的整个范围内识别这一行：12 级，每级 5 个种子，{engines} 个引擎：{lasts}。",
        ),
        "promise.lasts": ("about {seconds} s, and {most} s at most", "约 {seconds} 秒，最多 {most} 秒"),
        "promise.as_far": ("as far as it comes in {most} s", "在 {most} 秒内能做多少做多少"),
        "measured.truth": (
            "Accuracy against the truth you gave (1 \u2212 CER after NFKC, not below 0).",
            "相对您给出的真值的准确率（NFKC 归一化后的 1 \u2212 CER，不低于 0）。",
        ),
        "measured.clean": (
            "No truth was given, so this is agreement with each engine's own clean reading: staying the same counts, "
            "being right does not.",
            "未给出真值，因此衡量的是与各引擎自己在未损坏图片上的结果的一致率：只看是否保持不变，不看对错。",
        ),
        "chance": ("What changes with the seed: {chance}", "随种子变化的是：{chance}"),
        "broken": ("When does an engine count as broken?", "怎样才算崩溃？"),
        "undamaged": ("Undamaged", "未损坏"),
        "same": ("the same for every seed", "各种子相同"),
        "seeds": ("1 seed||{n} seeds", "{n} 个种子"),
        "seed.number": ("Seed {number}", "种子 {number}"),
        "clean": ("clean", "未损坏"),
        "accuracy": ("{share} accuracy", "准确率 {share}"),
        "accuracy.why": ("1 \u2212 CER against the truth, after NFKC", "NFKC 归一化后，相对真值的 1 \u2212 CER"),
        "accuracy.before": ("undamaged {share}", "未损坏时 {share}"),
        "agreement": ("{share} as when clean", "与未损坏时一致 {share}"),
        "agreement.why": (
            "1 \u2212 CER against this engine's reading of the clean picture",
            "相对该引擎在未损坏图片上的结果的 1 \u2212 CER",
        ),
        "ended.time": (
            "Time was up after step {done} of {steps}; the curves end there.",
            "时间用尽，停在第 {done} 级（共 {steps} 级）；曲线到此为止。",
        ),
        "ended.stopped": (
            "Stopped after step {done} of {steps}; the curves end there.",
            "已停在第 {done} 级（共 {steps} 级）；曲线到此为止。",
        ),
        "step": ("Step {done} of {steps}", "第 {done} 级，共 {steps} 级"),
        "reads_nothing": (
            "reads nothing of it even when it is clean, so there is nothing to break.",
            "在未损坏时就什么也识别不出，无从谈崩溃。",
        ),
        "reads_little": (
            "gets {share} of it even when it is clean, so there is nothing to break.",
            "在未损坏时准确率也只有 {share}，无从谈崩溃。",
        ),
        "not_tried": (
            "gets {share} of the clean line; no corruption has been tried yet.",
            "在未损坏时准确率为 {share}；尚未施加损坏。",
        ),
        "stays": ("stays above half at {severity}.", "在 {severity} 处仍高于一半。"),
        "still": ("still above half at {severity}.", "到 {severity} 为止仍高于一半。"),
        "beyond": ("beyond the range", "超出范围"),
        "breaks": ("breaks at {severity}", "在 {severity} 处崩溃"),
        "breaks.range": (
            "({first} to {last} over {n} seeds; {share} on the clean picture)",
            "（{n} 个种子：{first} 至 {last}；未损坏时 {share}）",
        ),
        "js.none": ("none", "无"),
    }
)
