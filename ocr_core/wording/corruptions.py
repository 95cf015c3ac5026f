"""The texts of damage to pictures: what each kind is called and means, and the curve until engines break."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "name.perspective": ("Perspective", "透视变形"),
        "meaning.perspective": ("How much shorter the far edge is.", "远端边缘缩短的比例。"),
        "chance.perspective": ("Which edge is the far one.", "哪一条边是远端。"),
        "name.rotation": ("Rotation", "旋转"),
        "meaning.rotation": ("Degrees off the level.", "偏离水平的角度。"),
        "chance.rotation": ("Which way it is turned.", "旋转的方向。"),
        "name.occlusion": ("Occlusion", "遮挡"),
        "meaning.occlusion": ("Share of the picture that blots cover.", "污点覆盖图片的比例。"),
        "chance.occlusion": ("Where the blots are and how dark.", "污点的位置和深浅。"),
        "name.contrast": ("Lost contrast", "对比度损失"),
        "meaning.contrast": ("Share of the contrast of ink and paper that is lost.", "字迹与纸面之间损失的对比度。"),
        "chance.contrast": ("How dark the grey is that everything fades to.", "画面褪向的灰度深浅。"),
        "name.blur": ("Blur", "模糊"),
        "meaning.blur": (
            "Standard deviation of the blur, in pixels of a line 32 pixels high.",
            "模糊的标准差，以 32 像素高的文本行计。",
        ),
        "chance.blur": ("The direction in which it is longer.", "模糊较长的方向。"),
        "name.down_sampling": ("Down-sampling", "降采样"),
        "meaning.down_sampling": (
            "Pixels of height lost, of 32: at 22 the line has 10.",
            "32 像素高度中损失的像素数：损失 22 时，行高只剩 10 像素。",
        ),
        "chance.down_sampling": ("Where the coarse pixels begin.", "粗像素网格的起点。"),
        "name.noise": ("Noise", "噪声"),
        "meaning.noise": (
            "Standard deviation of the grain, in grey levels of 255.",
            "颗粒的标准差，以 255 级灰度计。",
        ),
        "chance.noise": ("The grain.", "颗粒的分布。"),
        "name.jpeg": ("JPEG", "JPEG 压缩"),
        "meaning.jpeg": ("100 minus the quality of the file.", "100 减去文件质量。"),
        "chance.jpeg": ("Where the blocks of eight pixels begin.", "8 像素分块的起点。"),
        "unit.levels": ("levels", "级"),
        "definition": (
            "An engine breaks at the first severity where its accuracy, averaged over the seeds, falls below half of "
            "what it has on the clean picture; between two points of the curve a straight line is assumed. The range "
            "given with it is from the first to the last seed to break, each judged by its own curve: with five seeds "
            "the median of all seeds lies inside with 94 % confidence. An engine with less than 50 % on the clean "
            "picture has no breaking point.",
            "引擎的崩溃点，是其准确率（对各随机种子取平均）首次低于未损坏图片上准确率一半时的损坏程度；曲线上两点之间按直线插值。"
            "所附范围是从最早崩溃的种子到最晚崩溃的种子，各按自己的曲线判定：用五个种子时，全体种子的中位数有 94 % 的把握落在"
            "其中。在未损坏图片上准确率低于 50 % 的引擎没有崩溃点。",
        ),
        "chart.title": ("How much {corruption} until it breaks?", "{corruption}到什么程度会崩溃？"),
        "chart.subtitle": ("Mean of {seeds} seeds; band: worst to best", "{seeds} 个随机种子的均值；色带：最差到最好"),
        "chart.point": ("{mean} ({low} to {high}, {seeds} seeds)", "{mean}（{low} 至 {high}，{seeds} 个种子）"),
        "chart.breaks": ("{engine} breaks at {severity}", "{engine} 在 {severity} 处崩溃"),
        "measure.truth": ("accuracy against the truth", "相对真值的准确率"),
        "measure.clean": ("agreement with the clean reading", "与未损坏时结果的一致率"),
    }
)
