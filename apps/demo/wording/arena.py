"""The texts of the Arena tab."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "about": (
            "Two engines read the same line. Which reading is right? Names are told after your vote.",
            "两个引擎识别同一行文字。哪个读得对？投票之后才公布名称。",
        ),
        "privacy": (
            "Votes are kept with a number for this browser, not with your name or address. Pictures of yours are kept "
            "only if you say so.",
            "投票只与此浏览器的一个编号一起保存，不记录姓名或地址。您自己的图片只有在您同意时才会保存。",
        ),
        "begin": ("Show a pair", "显示一组结果"),
        "next": ("Next pair", "下一组"),
        "own": ("Vote on a picture of your own", "用自己的图片投票"),
        "keep": (
            "This picture and what I type may be kept and given away as labelled data",
            "允许保存这张图片和我输入的文字，并作为标注数据公开",
        ),
        "line": ("The line", "这一行"),
        "left": ("Left", "左"),
        "right": ("Right", "右"),
        "vote": ("Your vote", "您的投票"),
        "vote.left": ("Left is better", "左边更好"),
        "vote.right": ("Right is better", "右边更好"),
        "vote.both_right": ("Both right", "都对"),
        "vote.both_wrong": ("Both wrong", "都错"),
        "truth": ("Or type what the line says", "或输入这一行的正确文字"),
        "truth.hint": ("Press Enter: the reading nearer to it gets your vote", "按回车：更接近的结果得到您的一票"),
        "voted": ("Your vote: {vote}", "您的投票：{vote}"),
        "known": ("The label says", "标注为"),
        "typed": ("You typed", "您输入的是"),
        "no_truth": ("Nobody has said what this line says.", "尚无人给出这一行的正确文字。"),
        "nothing": ("nothing read", "未读出文字"),
        "ranking": ("What all votes say", "全部投票的结果"),
        "kind": ("Kind of line", "文字类型"),
        "kind.all": ("All", "全部"),
        "kind.own": ("Visitors' own", "访客自己的图片"),
        "votes": ("1 vote||{n} votes", "{n} 票"),
        "engine": ("Engine", "引擎"),
        "points": ("Strength", "强度"),
        "interval": ("95 % interval", "95% 区间"),
        "count": ("Votes", "票数"),
        "no_interval": ("too few visitors", "访客太少"),
        "no_votes": ("No votes yet.", "还没有投票。"),
        "method": (
            "Bradley and Terry's model (1952), 1000 is the middle, 400 points are odds of ten to one; a tie is half a "
            "win for each; intervals by drawing visitors anew.",
            "采用 Bradley–Terry 模型（1952）：1000 为中间值，相差 400 分即十比一的胜率；平局各计半胜；区间由重新抽取访客得到。",
        ),
        "none_left": (
            "There is no pair left for you here: you have voted on all lines that the engines read differently.",
            "没有可供投票的结果了：各引擎读法不同的行您都已投过票。",
        ),
        "too_few": ("An arena needs two engines that can read here.", "至少需要两个可用的引擎。"),
        "same": (
            "Both engines read this picture the same, so there is nothing to vote on.",
            "两个引擎对这张图片的识别结果相同，无需投票。",
        ),
        "problem": ("This does not work just now.", "暂时无法进行。"),
    }
)
