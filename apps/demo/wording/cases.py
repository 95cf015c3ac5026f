"""The texts of cases: saving one, the Cases tab, and what is known of an open one."""

from __future__ import annotations

from typing import Final

from ocr_core.language import Words

say: Final = Words(
    {
        "save": ("Save as a case", "存为案例"),
        "save.note": ("A note, if you like: what is remarkable here?", "备注（可选）：这里有什么值得注意？"),
        "save.button": ("Save", "保存"),
        "saved": ("Saved.", "已保存。"),
        "saved.where": ("It is in the Cases tab now.", "可在“案例”中找到。"),
        "open": ("Open it", "打开"),
        "copy": ("Copy link", "复制链接"),
        "js.copy": ("Copy link", "复制链接"),
        "js.copied": ("Copied", "已复制"),
        "js.copy_this": ("Copy this link", "请复制此链接"),
        "privacy": (
            "A saved case stays on this server. Whoever has its link can open it, and whoever runs the server sees it "
            "on the dashboard. Links cannot be guessed.",
            "保存的案例留在本服务器上。持有链接的人都能打开它，服务器管理者可在仪表板上看到它。链接无法被猜出。",
        ),
    }
)
