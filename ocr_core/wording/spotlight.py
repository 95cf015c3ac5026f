"""The sentences about single places: where readings part or err, what a decoder or a frame's width made of it."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "quoted": ("“{text}”", "“{text}”"),
        "space": ("a space", "空格"),
        "nothing": ("nothing", "空"),
        "blank": ("blank", "空白"),
        "sentence": ("{lead}: {clauses}.", "{lead}：{clauses}。"),
        "clauses.and": ("; ", "；"),
        "sentences.and": (" ", ""),
        "names.and": (", ", "、"),
        "lead.truth": ("The truth has {text}", "真值为{text}"),
        "lead.nothing": ("The truth has nothing here", "真值在此处没有字符"),
        "reads.nothing": ("{engine} reads nothing there", "{engine} 在此处未识别出字符"),
        "reads.nothing.odds": ("{engine} reads nothing there, {odds}", "{engine} 在此处未识别出字符，{odds}"),
        "reads.it": ("{engine} reads it", "{engine} 识别正确"),
        "reads.it.sure": ("{engine} reads it, {share}", "{engine} 识别正确，概率 {share}"),
        "reads.odds": ("{engine} reads {read}, {odds}", "{engine} 识别为{read}，{odds}"),
        "reads": ("{engine} reads {read}", "{engine} 识别为{read}"),
        "reads.sure": ("{engine} reads {read} with {share}", "{engine} 识别为{read}，概率 {share}"),
        "reads.frame": (
            "{engine} reads {read} at frame {first}, {share}",
            "{engine} 在第 {first} 帧识别为{read}，{share}",
        ),
        "reads.frames": (
            "{engine} reads {read} at frames {first} to {last}, {share}",
            "{engine} 在第 {first} 至 {last} 帧识别为{read}，{share}",
        ),
        "then": (", then {text} {share}", "，其次是{text} {share}"),
        "gives": (", and gives {text} {share} at most", "，而给{text}的概率最高只有 {share}"),
        "gives.nothing": (" and gives no probabilities", "，且不给出概率"),
        "gives.unknown": ("; of {text} it has no probability", "；没有{text}的概率"),
        "odds": (
            "at frame {frame} {best} {best_share} against {text} {share}",
            "第 {frame} 帧上{best} {best_share}，{text} {share}",
        ),
        "odds.though": (
            "though {text} is the likeliest at frame {frame}, {share}",
            "尽管第 {frame} 帧上最可能的是{text}，{share}",
        ),
        "verdict.neither": ("Neither is right.", "两者都不对。"),
        "verdict.none": ("None is right.", "没有一个是对的。"),
        "verdict.one": ("Only {engine} is right.", "只有 {engine} 是对的。"),
        "verdict.some": ("{engines} and {last} are right.", "{engines} 和 {last} 是对的。"),
        "verdict.unknown": ("Who is right is not known.", "真值未知，无法判断谁对。"),
        "language": ("{engine} decodes with a {decoder} ({why}).", "{engine} 使用{decoder}解码（{why}）。"),
        "change.subject": ("{taken} instead of {left}", "用{taken}替换{left}"),
        "change.left_out": ("{left} left out", "删去{left}"),
        "change.put_in": ("{taken} put in", "补上{taken}"),
        "change.all_paths": (
            "{subject}: not on the best path, but over all paths the picture is {side}",
            "{subject}：不在最佳路径上，但对所有路径求和时，图像{side}",
        ),
        "change.both": (
            "{subject}: the picture is {picture}, the language {language}; together {together}",
            "{subject}：图像{picture}，语言模型{language}；合计{together}",
        ),
        "change.both.after": (
            "{subject}: the picture is {picture}, the language after “{before}” {language}; together {together}",
            "{subject}：图像{picture}，语言模型（接在“{before}”之后）{language}；合计{together}",
        ),
        "change.alone": ("{whole}.", "{whole}。"),
        "change.with_others": ("{whole}; it comes with the other changes.", "{whole}；它随其他改动一起发生。"),
        "side.undecided": ("undecided", "不偏向任何一方"),
        "side.for": ("for it, {odds} to 1", "支持，{odds} 比 1"),
        "side.against": ("against it, {odds} to 1", "反对，{odds} 比 1"),
        "odds.most": ("more than 1,000", "超过 1,000"),
        "note.lower_bound": (
            "Of {named} only frames where it was among the best {best} were kept: the picture's share is a lower bound.",
            "{named} 只保存了其位列前 {best} 名的帧，因此图像的份额是下界。",
        ),
        "note.too_little": (
            "What was kept of this line is too little to decode it again: it would give “{taken}”.",
            "这一行保存的证据不足以重新解码：会得到“{taken}”。",
        ),
        "change.same": ("{decoder} reads what the best path reads.", "{decoder}的结果与最佳路径相同。"),
        "change.would": ("{decoder} would read “{text}”:", "{decoder}会识别为“{text}”："),
        "change.left": ("{decoder} left the best path, “{text}”:", "{decoder}偏离了最佳路径“{text}”："),
        "change.definition": (
            "Odds, x to 1. The picture's are of the network's probabilities over all paths of the whole text with and "
            "without the change; the language's are of the language model and the bonus for length, weighed as the "
            "search weighs them. What follows counts too: a character can be worth its place by what it makes of the "
            "next.",
            "胜率（x 比 1）。图像一项：改动前后整行文本在所有路径上的网络概率之比；语言一项：语言模型与长度奖励，按搜索时的权重"
            "计算。后文也计算在内：一个字符可能因为让后面的字更合理而值得保留。",
        ),
        "parts.same": ("Reads what {name} reads.", "与 {name} 的结果相同。"),
        "parts": (
            "Parts from {name} in {n} place, marked in both views:||Parts from {name} in {n} places, marked in both views:",
            "与 {name} 有 {n} 处不同，已在两个视图中标出：",
        ),
        "parts.place": (
            "{second_read} instead of {first_read}, frame {frame}, pixels {left} to {right}: {second} has {second_odds}; "
            "{first} has {first_odds}.",
            "{second_read}而非{first_read}，第 {frame} 帧，像素 {left} 至 {right}：{second} 为 {second_odds}；"
            "{first} 为 {first_odds}。",
        ),
    }
)
