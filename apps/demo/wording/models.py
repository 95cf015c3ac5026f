"""The texts of the Models tab: what each engine is, how it was trained, whether runtimes agree, bringing one's own."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "about.model.convnext_tiny": (
            "The baseline: ConvNeXt-Tiny's convolutions kept at one frame every 4 pixels, height pooled away, a linear "
            "CTC head. No recurrence: a frame sees as far as the convolutions reach.",
            "基线模型：ConvNeXt-Tiny 卷积，每 4 像素一帧，沿高度池化，线性 CTC 头。没有循环结构：一帧能看到的范围取决于卷积的感受野。",
        ),
        "about.model.crnn": (
            "Convolutions down to one row and one frame every 4 pixels, two bidirectional LSTM layers, a linear CTC "
            "head. It reads along the line in both directions.",
            "卷积把高度压成一行，每 4 像素一帧，接两层双向 LSTM 和线性 CTC 头，沿两个方向阅读整行。",
        ),
        "about.model.cnn_transformer": (
            "The CRNN's convolutions, narrower, and four layers of local convolution and self-attention in place of its "
            "LSTM, a linear CTC head. Every frame can look at every other of the line.",
            "卷积与 CRNN 相同但更窄，用四层局部卷积加自注意力代替 LSTM，线性 CTC 头。每一帧都能看到整行的所有帧。",
        ),
        "about.model.ppocr_v4": (
            "PP-OCR's line recogniser of its fourth generation, from the package rapidocr_onnxruntime.",
            "PP-OCR 第四代文本行识别模型，来自软件包 rapidocr_onnxruntime。",
        ),
        "about.model.ppocr_v6": (
            "PP-OCR's line recogniser of its sixth generation, from the package rapidocr.",
            "PP-OCR 第六代文本行识别模型，来自软件包 rapidocr。",
        ),
        "about.model.tesseract": (
            "Tesseract, a program of its own that is started for every line. It gives boxes but no posteriors, so the "
            "CTC view has no frames to show for it.",
            "Tesseract 是独立程序，每识别一行启动一次。它给出字符框但不给出概率，因此 CTC 视图没有它的帧。",
        ),
        "about.file": ("A CTC network from the file {name}.", "来自文件 {name} 的 CTC 网络。"),
        "problem.weights": (
            "Its weights are not here yet: they belong into models/{name}/.",
            "权重文件尚未就位，应放在 models/{name}/。",
        ),
        "problem.not_installed": ("It is not installed on this server.", "本服务器未安装。"),
        "problem.damaged": ("Its files are damaged.", "文件已损坏。"),
        "lacks.licence": ("its licence", "许可证"),
        "lacks.source": ("its source", "来源"),
        "lacks.and": (" and ", "和"),
        "lacks": ("The file does not say {what}.", "文件未说明{what}。"),
        "input.fixed": (
            "{sides} x {width}, always: a short line takes as long as a long one",
            "固定为 {sides} x {width}：短行与长行耗时相同",
        ),
        "input.compressed": (
            "{sides} x W; lines wider than {width} are compressed",
            "{sides} x W；宽于 {width} 的行会被压缩",
        ),
        "input.windows": (
            "{sides} x W; lines wider than {width} are read in overlapping windows",
            "{sides} x W；宽于 {width} 的行分成重叠窗口识别",
        ),
        "own": ("The project's own networks", "本项目的网络"),
        "measured": ("Measured", "测量结果"),
        "not_measured": ("Not measured yet.", "尚未测量。"),
        "not_measured.how": (
            "No results are stored with this version. They are made from the weights with: make results",
            "此版本没有存储结果。可用权重生成：make results",
        ),
        "other_weights": ("Measured with other weights.", "用其他权重测得。"),
        "other_weights.why": (
            "These figures were measured with other weights than those that read here.",
            "这些数字不是用此处正在使用的权重测得的。",
        ),
        "unreadable": ("The stored results cannot be read.", "无法读取已存储的结果。"),
        "unreadable.how": (
            "They can be made anew with: make results",
            "可重新生成：make results",
        ),
        "imported": ("Imported models", "导入的模型"),
        "imported.note": (
            "ONNX files that the owner of this server has put here: what they say of themselves, and what is not known.",
            "服务器管理者放入的 ONNX 文件：文件自述的内容，以及未知的内容。",
        ),
        "reference": ("Reference engines", "参考引擎"),
        "reference.note": (
            "Made and trained by others, used as they publish them. They stand beside the project's own for "
            "orientation and are not part of its results.",
            "由他人制作和训练，按其发布的样子使用。它们仅供参照，不属于本项目的结果。",
        ),
        "row.input": ("input, pixels", "输入（像素）"),
        "row.characters": ("characters", "字符集"),
        "characters": ("{count} and the blank", "{count} 个字符和空白符"),
        "row.trained_for": ("trained for", "训练时长"),
        "trained_for": ("{hours} CPU-hours", "{hours} CPU 小时"),
        "row.trained_on": ("trained on", "训练数据量"),
        "trained_on.real": ("{lines} lines, {real} of them real", "{lines} 行，其中真实数据 {real} 行"),
        "trained_on.synthetic": ("{lines} lines, all synthetic", "{lines} 行，全部为合成数据"),
        "row.phases": ("phases", "训练阶段"),
        "row.best": ("best validation, its own run's lines", "最佳验证结果（各自训练的验证行）"),
        "best": ("{each} (characters, after {lines} lines)", "{each}（字符准确率，训练 {lines} 行后）"),
        "row.data": ("training data", "训练数据说明"),
        "data.synthetic": (
            "Synthetic lines only, drawn by ocr_core/synth from the train split of its faces, texts and photographs.",
            "仅用合成文本行，由 ocr_core/synth 用训练部分的字体、文本和照片绘制。",
        ),
        "data.real": (
            "Lines drawn by ocr_core/synth from the train split of its faces, texts and photographs. Beside them "
            "labelled real lines: photographs of posters, packages, covers and signs, handwritten notes and names. "
            "They are not ours to publish; training runs without them as well.",
            "由 ocr_core/synth 用训练部分的字体、文本和照片绘制的文本行，另有标注过的真实文本行："
            "海报、包装、封面和招牌的照片，手写笔记和姓名。真实数据不归我们发布；不用它们也能训练。",
        ),
        "row.runs_on": ("runs on", "运行时"),
        "row.size": ("size", "文件大小"),
        "row.parameters": ("parameters", "参数量"),
        "row.licence": ("licence", "许可证"),
        "row.source": ("source", "来源"),
        "row.hash": ("SHA-256 of {name}", "{name} 的 SHA-256"),
        "row.unknown": ("not known", "未知"),
        "agree": ("Do the runtimes agree?", "各运行时结果一致吗？"),
        "agree.note": (
            "The same weights on ONNX Runtime in FP32, in INT8, and on PyTorch. Where a text changes, both views below "
            "mark the frame where the two part.",
            "同一组权重分别在 ONNX Runtime（FP32、INT8）和 PyTorch 上运行。结果不同时，下方两个视图会标出分歧所在的帧。",
        ),
        "agree.not_measured": (
            "These figures are made with: python -m eval runtimes",
            "生成这些数字：python -m eval runtimes",
        ),
        "agree.unreadable": ("The stored figures cannot be read.", "无法读取已存储的数字。"),
        "agree.unreadable.how": (
            "They can be made anew with: python -m eval runtimes",
            "可重新生成：python -m eval runtimes",
        ),
        "agree.nothing": ("No line yet.", "还没有文本行。"),
        "agree.nothing.how": (
            "Read a picture in the Compare tab first, or choose one of the lines here.",
            "请先在“对比”中识别一张图片，或在此选择一行。",
        ),
        "agree.network": ("Network", "网络"),
        "agree.line": ("Line", "文本行"),
        "agree.read": ("Read on every runtime", "在每个运行时上识别"),
        "agree.refused": ("This line cannot be read on every runtime.", "无法在每个运行时上识别这一行。"),
        "agree.cannot": ("{runtime} cannot read here.", "{runtime} 在此处无法识别。"),
        "agree.sample": ("Sample: {text}", "示例：{text}"),
        "agree.compared": ("The picture in the Compare tab", "“对比”中的图片"),
        "bring": ("Bring your own", "使用您自己的模型"),
        "bring.off": ("Your own ONNX recogniser", "您自己的 ONNX 识别模型"),
        "bring.off.how": (
            "On a terminal, zijian inspect FILE tells what it is. Sending one here is turned off on this server; its "
            "owner can turn it on with ZIJIAN_UPLOAD_MODELS=1.",
            "在终端运行 zijian inspect FILE 可查看模型信息。本服务器未开放上传模型；管理者可设置 ZIJIAN_UPLOAD_MODELS=1 开启。",
        ),
        "wizard.file": ("An ONNX file of a line recogniser", "文本行识别模型的 ONNX 文件"),
        "wizard.sample": ("A sample to try it on", "用哪个示例试用"),
        "wizard.try": ("Try it", "试用"),
        "wizard.write": ("Write the metadata", "写入元数据"),
        "wizard.keep": ("Keep it here", "保留在此"),
        "wizard.written": ("With metadata", "含元数据的文件"),
        "wizard.name": ("Name", "名称"),
        "wizard.dictionary": (
            "Its dictionary: a text file, one character a line, in the order of the classes",
            "字典：文本文件，每行一个字符，按类别顺序",
        ),
        "wizard.blank": ("Class of the blank", "空白符的类别"),
        "wizard.height": ("Height, pixels", "高度（像素）"),
        "wizard.pixels": ("Values of its pixels", "像素取值"),
        "wizard.guess": ("A guess", "猜测"),
        "wizard.guess.best": ("A guess: this reads drawn words best", "猜测：这样识别生成的文字效果最好"),
        "wizard.guess.usual": ("Cannot be told apart; the most usual", "无法分辨，取最常见的"),
        "wizard.channels": ("Order of its channels", "通道顺序"),
        "wizard.rgb": ("red first", "红色在前（RGB）"),
        "wizard.bgr": ("blue first (OpenCV)", "蓝色在前（BGR，OpenCV）"),
        "wizard.licence": ("Licence of the weights", "权重的许可证"),
        "wizard.not_written": ("Not written.", "未写入。"),
        "wizard.not_kept": ("Not kept.", "未保留。"),
        "wizard.kept_nowhere": ("Models are not kept on this server.", "本服务器不保留模型。"),
        "wizard.refused": ("This file cannot be used.", "无法使用此文件。"),
        "wizard.failed": ("It did not work.", "试用失败。"),
        "wizard.truth": ("The sample says: {text}", "示例的真值：{text}"),
        "wizard.kept": ("{name} is kept.", "{name} 已保留。"),
        "wizard.kept.how": (
            "Reload the page, and it is among the engines of every tab.",
            "重新加载页面后，它会出现在各标签页的引擎中。",
        ),
    }
)
