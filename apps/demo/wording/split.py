"""The texts of the search for the smallest damage that splits engines."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "button": ("What splits them?", "何时结果分歧？"),
        "button.title": (
            "Finds the smallest damage under which one engine still reads the line, apart from spaces, and another no "
            "longer does",
            "找出使一个引擎仍能读对（不计空格）、另一个已读错的最小损坏程度",
        ),
        "kind": ("Kind of damage", "损坏类型"),
        "kind.any": ("any damage", "任意损坏"),
        "no_search": ("The search ended.", "搜索中断。"),
        "searching": ("Searching: {percent} % of every range", "搜索中：已查各范围的 {percent}%"),
        "splits.truth": (
            "{named} splits them: {held} still reads it right, {lost}. At {below} they do not split.",
            "{named}时结果分歧：{held} 仍读对，{lost}。{below}时没有分歧。",
        ),
        "splits.clean": (
            "{named} splits them: {held} still reads what it did, {lost}. At {below} they do not split.",
            "{named}时结果分歧：{held} 结果不变，{lost}。{below}时没有分歧。",
        ),
        "reads": ("{name} reads “{text}”", "{name} 读作“{text}”"),
        "nothing": ("nothing", "空"),
        "and": (", ", "，"),
        "named": ("{name} {severity}", "{name} {severity}"),
        "undamaged": ("no damage", "未损坏"),
        "also": ("Also {named}.", "另有：{named}。"),
        "unsteady": (
            "Not monotone: an engine was seen to recover under more damage, so a smaller one may split them too.",
            "并非单调：有引擎在更重的损坏下又读对，因此可能存在更小的分歧点。",
        ),
        "state.holds": (
            "No damage in its range splits them: they hold together or break together.",
            "在各自范围内没有损坏使它们分歧：同时读对或同时读错。",
        ),
        "state.split_before": (
            "They differ on the undamaged picture already, so there is nothing to search for.",
            "未损坏时结果已经分歧，无需搜索。",
        ),
        "state.nothing_read": (
            "None of them reads the undamaged picture right, so there is nothing to split.",
            "未损坏时都没有读对，无从比较。",
        ),
    }
)
