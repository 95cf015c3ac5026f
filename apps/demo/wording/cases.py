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
        "about": ("Your saved cases (listed only in this browser).", "您保存的案例（只在此浏览器中列出）。"),
        "about.zip": ("A zip carries a case to another server.", "用 zip 可将案例带到另一台服务器。"),
        "list": ("Your cases", "您的案例"),
        "nothing": ("Nothing saved in this browser yet.", "此浏览器中还没有保存的案例。"),
        "nothing.what_to_do": (
            "Read a line in Compare and choose Save as a case, or import a case from a zip.",
            "在“对比”中识别一行后选择“存为案例”，或从 zip 导入案例。",
        ),
        "import": ("Import a zip", "导入 zip"),
        "imported": ("Imported.", "已导入。"),
        "import.refused": ("This zip cannot be imported.", "无法导入此 zip。"),
        "again": ("Read again now", "现在重新识别"),
        "again.refused": ("This case cannot be read again.", "无法重新识别此案例。"),
        "again.no_engine": ("None of its engines is on this server.", "它的引擎都不在本服务器上。"),
        "again.caption": ("Read again now, with the same settings", "用相同设置重新识别"),
        "again.engine": ("Engine", "引擎"),
        "again.then": ("Then", "当时"),
        "again.now": ("Now", "现在"),
        "again.verdict": ("Same?", "是否相同"),
        "again.differs": ("differs", "不同"),
        "again.other_weights": ("same, other weights", "相同（权重不同）"),
        "again.same": ("same", "相同"),
        "export": ("Export as zip", "导出为 zip"),
        "remove": ("Remove from this server", "从本服务器删除"),
        "forget": ("Forget in this browser", "从此浏览器的列表移除"),
        "forgotten": ("This case is no longer listed here.", "此案例不再列于此处。"),
        "forgotten.what_now": (
            "It stays on the server, and whoever has its link can open it.",
            "它仍在服务器上，持有链接的人可以打开。",
        ),
        "removed": ("This case has been removed.", "此案例已删除。"),
        "refused": ("This case cannot be opened.", "无法打开此案例。"),
        "untitled": ("A case without a note", "没有备注的案例"),
        "no_picture": ("no picture", "无图片"),
        "truth": ("truth", "真值"),
        "right": ("right", "正确"),
        "fact.saved": ("saved", "保存时间"),
        "fact.from": ("from", "来源"),
        "fact.read_by": ("read by", "识别引擎"),
        "fact.part": ("part of the picture", "图片的部分"),
        "fact.enhance": ("enhance", "图像增强"),
        "fact.level": ("brought level", "校平"),
        "fact.cut": ("cut closely", "裁切"),
        "fact.grey": ("grey shows the ink", "灰度显出字迹"),
        "fact.deskew": ("deskew", "倾斜校正"),
        "fact.max_width_px": ("maximum width, px", "最大宽度（像素）"),
        "fact.decoder": ("decoder", "解码器"),
        "fact.allow": ("only these characters", "只允许这些字符"),
        "fact.forbid": ("never these", "排除这些字符"),
        "fact.pattern": ("form of the line", "整行的格式"),
        "on": ("on", "开"),
        "off": ("off", "关"),
    }
)
