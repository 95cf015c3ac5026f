"""The texts of the CTC view: its controls, its legend, how to read it, and what its scripts say (`js.`).

Texts under `html.` hold marks of HTML and are put into pages as they are.
"""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "title": ("CTC view", "CTC 视图"),
        "truth": ("Truth", "真值"),
        "time": ("Time: {stages}", "耗时：{stages}"),
        "stages.and": (", ", "，"),
        "reads": ("{engine} reads: {text}", "{engine} 识别为：{text}"),
        "line": ("The line of text", "文本行图像"),
        "image": ("Image", "图像"),
        "play": ("Play", "播放"),
        "play.title": ("Watch the path being read (space)", "看路径如何被逐帧读出（空格键）"),
        "speed": ("Speed", "速度"),
        "speed.title": ("Speed of playing", "播放速度"),
        "out": ("Zoom out", "缩小"),
        "out.title": ("Zoom out (-)", "缩小（-）"),
        "fit": ("Fit", "适应"),
        "fit.title": ("Show the whole line (0)", "显示整行（0）"),
        "in": ("Zoom in", "放大"),
        "in.title": ("Zoom in (+, or Ctrl and wheel)", "放大（+，或 Ctrl 加滚轮）"),
        "how": ("How to read this", "怎么看"),
        "html.how": (
            "Read upwards: for each narrow slice (frame) of the image the network gives every character a probability "
            "(<b>probability</b>); the likeliest one a frame is the <b>path</b>; repeats merge into <b>runs</b>; blanks "
            "drop out; what remains is the <b>text</b>, tied by bands to its pixels.",
            "自下而上看：网络为图像的每一小段（一帧）给出各个字符的概率（<b>概率</b>）；每帧取最可能的字符，得到<b>路径</b>；"
            "相邻的重复字符合并成<b>游程</b>；去掉空白，剩下的就是<b>文字</b>，色带把每个字符连回它的像素。",
        ),
        "html.how.truth": (
            "<b>Truth</b>: the most probable way to spell the right text with this engine's frames. The bar under each "
            "right character says how likely it was found at the best of these frames; point at one to see what it "
            "preferred.",
            "<b>真值</b>：按该引擎的概率对正确文本做强制对齐；横条是它在最佳一帧上给出的概率，指向一个字符可看到它更偏向什么。",
        ),
        "how.edit": (
            "Click a frame and choose another of its characters, or blank: path, text and P(text | image) follow at once.",
            "点击一帧，改选其他字符或空白：路径、文字和 P(文本 | 图像) 随之而变。",
        ),
        "html.keys": (
            "<kbd>←</kbd> <kbd>→</kbd> frame by frame, <kbd>Shift</kbd> character by character · click pins, "
            "<kbd>Esc</kbd> lets go · <kbd>Space</kbd> plays · <kbd>n</kbd> <kbd>p</kbd> next and previous difference · "
            "<kbd>↑</kbd> <kbd>↓</kbd> change a frame's character, <kbd>u</kbd> undoes · <kbd>+</kbd> <kbd>−</kbd> "
            "<kbd>0</kbd> zoom",
            "<kbd>←</kbd> <kbd>→</kbd> 逐帧移动，加 <kbd>Shift</kbd> 逐字符移动 · 点击固定，<kbd>Esc</kbd> 取消 · "
            "<kbd>空格</kbd> 播放 · <kbd>n</kbd> <kbd>p</kbd> 下一处、上一处差异 · <kbd>↑</kbd> <kbd>↓</kbd> 更换该帧的字符，"
            "<kbd>u</kbd> 撤销 · <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> 缩放",
        ),
        "legend.probability": ("probability", "概率"),
        "legend.probability.why": (
            "One hue a character; neighbours get different hues",
            "一个字符一种颜色，相邻字符颜色不同",
        ),
        "legend.blank": ("blank", "空白"),
        "legend.blank.why": ("CTC's blank: no new character here", "CTC 的空白符：此处没有新字符"),
        "legend.rest": ("everything else", "其余字符"),
        "legend.rest.why": ("What is left to all other characters together", "其余所有字符的概率之和"),
        "legend.changed": ("decoder's choice", "解码器的选择"),
        "legend.changed.why": (
            "Where the decoder left the best path: the runs left are outlined, what it took stands above them",
            "解码器偏离最佳路径之处：被放弃的游程加框，改选的字符在其上方",
        ),
        "legend.sight": ("looked at", "依据"),
        "legend.sight.why": (
            "The darker, the more of its probability a character loses when this part of the line is hidden",
            "颜色越深，遮住这部分图像后该字符的概率损失越多",
        ),
        "look.title": (
            "Hides one part of the line after another and shades what each character's probability hangs on",
            "逐段遮住图像，用颜色标出每个字符的概率取决于哪些像素",
        ),
        "differences": ("Differences", "差异"),
        "previous": ("Previous difference", "上一处差异"),
        "previous.title": ("Previous difference (p)", "上一处差异（p）"),
        "next": ("Next difference", "下一处差异"),
        "next.title": ("Next difference (n)", "下一处差异（n）"),
        "lacking.charset": (
            "Not in its charset, so it can never write: {named}",
            "不在它的字符集中，永远无法输出：{named}",
        ),
        "lacking.kept": (
            "Not in its charset, or not kept with this reading: {named}",
            "不在它的字符集中，或未随本次识别保存：{named}",
        ),
        "proof.wrong": ("substituted", "替换"),
        "proof.wrong.why": (
            "Read as another character; the right one stands above it",
            "识别成了另一个字符；正确的字符标在上方",
        ),
        "proof.missed": ("missed", "漏识"),
        "proof.missed.why": ("In the truth and not read", "真值中有，但没有识别出来"),
        "proof.missed.here": ("Missed", "漏识"),
        "proof.inserted": ("inserted", "多识"),
        "proof.inserted.why": ("Read and not in the truth", "识别出来了，但真值中没有"),
        "proof.inserted.here": ("Inserted", "多识"),
        "proof.differs": ("engines differ", "引擎不一致"),
        "proof.differs.why": (
            "Readings differ here; who is right is unknown",
            "各引擎在此处结果不同；真值未知，无法判断谁对",
        ),
        "proof.gap.here": ("Another engine reads this", "另一个引擎识别出了此处"),
        "proof.bar": ("confidence", "置信度"),
        "proof.bar.why": (
            "The longer the bar under a character, the more probable it was where it peaks; nothing else shows confidence",
            "字符下方的横条越长，它在峰值处的概率越高；置信度只用横条表示",
        ),
        "js.blank": ("blank", "空白"),
        "js.text": ("Text", "文字"),
        "js.taken": ("Taken", "改读"),
        "js.runs": ("Runs", "游程"),
        "js.path": ("Path", "路径"),
        "js.ribbon": ("Probability", "概率"),
        "js.sight": ("Looked at", "依据"),
        "js.sight.most": (
            "hide px {left}–{right}: {from} → {to}",
            "遮住像素 {left}–{right}：{from} → {to}",
        ),
        "js.look": ("What does it look at?", "它在看哪里？"),
        "js.look.busy": ("Hiding part after part…", "正在逐段遮挡…"),
        "js.look.done": ("{done} of {places} parts hidden…", "已遮挡 {done}/{places} 段…"),
        "js.truth": ("Truth", "真值"),
        "js.padding": (
            "1 more frame lies over the padding behind the line. The network reads that as well; it is not drawn.||"
            "{n} more frames lie over the padding behind the line. The network reads that as well; it is not drawn.",
            "另有 {n} 帧位于行尾之后的填充区，网络也会读取，此处不绘出。",
        ),
        "js.cannot.placed": (
            "This engine gives no probabilities by frame: its ribbon, path and runs cannot be shown. Its characters "
            "stand where it says they are.",
            "该引擎不给出逐帧概率，无法显示概率、路径和游程。字符按它给出的位置绘制。",
        ),
        "js.cannot.text": (
            "This engine gives no probabilities by frame: its ribbon, path and runs cannot be shown. It does not say "
            "where its characters are either, so only its text can be compared, above.",
            "该引擎不给出逐帧概率，无法显示概率、路径和游程；也不给出字符位置，因此只能比较上方的文字。",
        ),
        "js.cannot.truth": (
            " Nor can it be said how likely it found the right ones.",
            "也无法得知它认为正确字符有多可能。",
        ),
        "js.no_frames": ("No probabilities by frame.", "没有逐帧概率。"),
        "js.frame": ("frame {first}", "第 {first} 帧"),
        "js.frames": ("frames {first}–{last}", "第 {first}–{last} 帧"),
        "js.pixels": ("px {left}–{right}", "像素 {left}–{right}"),
        "js.choose": ("choose one: the path follows", "选一个：路径随之而变"),
        "js.nothing_here": ("Reads nothing here.", "此处未识别出字符。"),
        "js.right": ("right: {text} {share}", "正确：{text} {share}"),
        "js.kind.right": ("read right", "识别正确"),
        "js.kind.substituted": ("read as", "识别为"),
        "js.kind.missed": ("missed", "漏识"),
        "js.no_place": ("It has no place here.", "它在此处没有位置。"),
        "js.no_probability": ("No probability is known for it.", "没有它的概率。"),
        "js.preferred": ("preferred at frame {frame}", "第 {frame} 帧更偏向"),
        "js.place": ("{number} of {n}", "第 {number} 处，共 {n} 处"),
        "js.places": ("1 place||{n} places", "{n} 处"),
        "js.agree": (
            "The readings agree; they and the truth part in 1 place.||"
            "The readings agree; they and the truth part in {n} places.",
            "各引擎结果一致，但与真值有 {n} 处不同。",
        ),
        "js.alone": (
            "The reading and the truth part in 1 place.||The reading and the truth part in {n} places.",
            "识别结果与真值有 {n} 处不同。",
        ),
        "js.walk": (
            "The readings part in 1 place: walk through them with n and p.||"
            "The readings part in {n} places: walk through them with n and p.",
            "各引擎有 {n} 处不同：按 n 和 p 逐处查看。",
        ),
        "js.play": ("Play", "播放"),
        "js.pause": ("Pause", "暂停"),
        "js.edited": ("Your path reads ", "你的路径读作 "),
        "js.edited.nothing": ("nothing", "空"),
        "js.edited.odds": (
            "P(text | image) {now}, as read {before} · this path alone {path}",
            "P(文本 | 图像) {now}，原识别 {before} · 仅此路径 {path}",
        ),
        "js.edited.count": ("1 frame changed||{n} changes", "已改 {n} 帧"),
        "js.undo": ("Undo", "撤销"),
        "js.undo.title": ("Take the last change back (u)", "撤销上一次改动（u）"),
        "js.as_read": ("As read", "还原"),
        "js.as_read.title": ("Take all changes back", "撤销全部改动"),
    }
)
