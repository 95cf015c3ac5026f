"""What programs and sites look like: HTML pages of several kinds, filled with held-out texts, in light and dark.

Every piece of text carries its document in `data-from`. Knows nothing of browsers or pixels.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.scenarios.held_out import OWN_TEXT, Passage, held_out_face
from eval.scenarios.print_layouts import (
    CRIMSON,
    HEI,
    MANUAL_EN,
    MESSAGES,
    MICROHEI,
    OPEN_SANS,
    PROSE_EN,
    PROSE_ZH,
    SONG,
    TALK_ZH,
    TECHNICAL_ZH,
    UBUNTU,
    Contents,
    Type,
)
from eval.scenarios.typesetting import web_fonts, web_name

MONO = ("ibm_plex_mono/regular", "ibm_plex_mono/bold", "ibm_plex_mono/italic")


@dataclass(frozen=True, slots=True)
class Look:
    """A program's colours: ground, panel, text, faint text, accent, border; and the size of its text in CSS pixels."""

    ground: str
    panel: str
    text: str
    faint: str
    accent: str
    border: str
    size_px: int


LIGHT = (
    ("#ffffff", "#f5f6f8", "#1f2328", "#6b7280", "#1769d1", "#d5d9df"),
    ("#f0f0f0", "#ffffff", "#000000", "#666666", "#0b5cad", "#bdbdbd"),
    ("#fbf8f1", "#f1ebdd", "#33302a", "#7b7466", "#a14b1f", "#d8cfbb"),
    ("#eaf2fb", "#ffffff", "#15314f", "#5b7189", "#d2452f", "#c2d3e6"),
)
DARK = (
    ("#0d1117", "#161b22", "#e6edf3", "#8b949e", "#58a6ff", "#30363d"),
    ("#2b2b2b", "#3c3f41", "#dcdcdc", "#9a9a9a", "#e0a84a", "#515658"),
    ("#1e1e2e", "#313244", "#cdd6f4", "#a6adc8", "#f38ba8", "#45475a"),
)

Page = Callable[[Contents], str]


def screen_document(body: str, look: Look, type_: Type, characters: set[str], folder: Path) -> str:
    """Returns the whole page."""
    faces = [held_out_face(name) for name in (*type_.names, *MONO)]
    first = [held_out_face(type_.latin[0]), *(held_out_face(name) for name in type_.hanzi[:1])]
    strong = [held_out_face(type_.latin[1]), *(held_out_face(name) for name in type_.hanzi[1:2])]
    stack, bold = (", ".join(f"'{web_name(face)}'" for face in chosen) for chosen in (first, strong))
    colours = "".join(
        f"--{name}: {getattr(look, name)};" for name in ("ground", "panel", "text", "faint", "accent", "border")
    )
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><style>{web_fonts(faces, characters, folder)}\n"
        f":root {{ {colours} }} * {{ box-sizing: border-box; }}\n"
        f"body {{ margin: 0; padding: 14px; font: {look.size_px}px/1.55 {stack}; font-synthesis: none; "
        "background: var(--ground); color: var(--text); }\n"
        f"b, h1, h2, th {{ font-family: {bold}; font-weight: normal; }}\n"
        f"pre, .mono {{ font-family: '{MONO[0].replace('/', '-')}', {stack}; }}\n{_CSS}</style>"
        f"<body>{body}</body></html>"
    )


def chat(page: Contents) -> str:
    """Bubbles of people talking, with names and times."""
    bubbles = []
    for number in range(7):
        side = "mine" if page.number(0, 2) == 0 else ""
        bubbles.append(
            f"<div class='bubble {side}'><div class=faint>{_own(page, _time(page))}</div>"
            f"{_said(page.entry(TALK_ZH if number % 3 else (*TALK_ZH, *MESSAGES), 4, 46), page)}</div>"
        )
    return f"<h2>{_said(page.entry(MESSAGES, 4, 14), page)}</h2>" + "".join(bubbles)


def preferences(page: Contents) -> str:
    """Groups of settings with boxes to tick, fields and buttons."""
    groups = []
    for _ in range(2):
        rows = "".join(
            f"<div class=row><span class=tick></span>{_said(page.entry(MESSAGES, 4, 36), page)}"
            f"<span class=field>{_own(page, _value(page))}</span></div>"
            for _ in range(5)
        )
        groups.append(f"<fieldset><legend><b>{_said(page.entry(MESSAGES, 3, 14), page)}</b></legend>{rows}</fieldset>")
    buttons = "".join(f"<span class=button>{_said(page.entry(MESSAGES, 2, 12), page)}</span>" for _ in range(3))
    return f"<h1>{_said(page.entry(MESSAGES, 3, 14), page)}</h1>{''.join(groups)}<div>{buttons}</div>"


def listing(page: Contents) -> str:
    """A table of an administrator: names, states, dates, sizes."""
    head = "".join(f"<th>{_said(page.entry(MESSAGES, 2, 10), page)}</th>" for _ in range(4))
    rows = "".join(
        f"<tr><td>{_said(page.entry(MESSAGES, 4, 26), page)}</td><td>{_own(page, _time(page))}</td>"
        f"<td><span class=tag>{_said(page.entry(MESSAGES, 2, 9), page)}</span></td>"
        f"<td>{_own(page, _value(page))}</td></tr>"
        for _ in range(9)
    )
    return f"<h2>{_said(page.entry(TECHNICAL_ZH, 4, 16), page)}</h2><table><tr>{head}</tr>{rows}</table>"


def article(page: Contents) -> str:
    """A page to read in Chinese, with a link and a caption."""
    return (
        f"<h1>{_said(page.entry(TECHNICAL_ZH, 5, 20), page)}</h1>"
        f"<p class=faint>{_own(page, _time(page))}</p><p>{_said(page.paragraph(TECHNICAL_ZH, 90, 200), page)}</p>"
        f"<p>{_said(page.paragraph(PROSE_ZH, 80, 180), page)}</p>"
        f"<p class=link>{_said(page.entry(TECHNICAL_ZH, 6, 26), page)}</p>"
        f"<p class=note>{_said(page.paragraph(TECHNICAL_ZH, 30, 90), page)}</p>"
    )


def english_article(page: Contents) -> str:
    """A page to read in English."""
    return (
        f"<h1>{_said(page.entry(MANUAL_EN, 8, 34), page)}</h1><p>{_said(page.paragraph(MANUAL_EN, 160, 380), page)}</p>"
        f"<p>{_said(page.paragraph(PROSE_EN, 100, 300), page)}</p>"
        f"<p class=link>{_said(page.entry(MANUAL_EN, 10, 44), page)}</p>"
        f"<p class=note>{_said(page.paragraph(MANUAL_EN, 60, 160), page)}</p>"
    )


def terminal(page: Contents) -> str:
    """Messages and commands in letters of one width."""
    lines = "".join(
        f"<div>{_own(page, _prompt(page)) if number % 3 == 0 else _said(page.entry(MANUAL_EN, 14, 60), page)}</div>"
        for number in range(12)
    )
    return f"<div class='mono note'>{lines}</div><p>{_said(page.paragraph(MANUAL_EN, 60, 160), page)}</p>"


def menu(page: Contents) -> str:
    """A side bar, an open menu with keys, a message in a box, a bar of states."""
    side = "".join(f"<div class=row>{_said(page.entry(MESSAGES, 2, 14), page)}</div>" for _ in range(6))
    items = "".join(
        f"<div class=row>{_said(page.entry(MESSAGES, 3, 20), page)}"
        f"<span class=field>{_own(page, _key(page))}</span></div>"
        for _ in range(6)
    )
    return (
        f"<div class=split><div class=side>{side}</div><div class=menu>{items}</div></div>"
        f"<p class=note>{_said(page.entry(MESSAGES, 16, 60), page)}</p>"
        f"<p class=faint>{_said(page.entry(MESSAGES, 10, 40), page)}</p>"
    )


PAGES: tuple[tuple[Page, Type], ...] = (
    (preferences, Type(MICROHEI, OPEN_SANS)),
    (english_article, Type((), OPEN_SANS)),
    (chat, Type(MICROHEI, UBUNTU)),
    (listing, Type(HEI, OPEN_SANS)),
    (terminal, Type((), UBUNTU)),
    (article, Type(MICROHEI, OPEN_SANS)),
    (menu, Type(MICROHEI, UBUNTU)),
    (article, Type(SONG, CRIMSON)),
    (preferences, Type(HEI, UBUNTU)),
    (listing, Type(MICROHEI, UBUNTU)),
    (english_article, Type((), UBUNTU)),
    (chat, Type(HEI, OPEN_SANS)),
)


def _said(text: str, page: Contents) -> str:
    document = next(block.document for block in reversed(page.blocks) if block.text == text)
    return f'<span class=t data-from="{document}">{html.escape(text)}</span>'


def _own(page: Contents, text: str) -> str:
    return _said(page.keep(Passage(text, OWN_TEXT)), page)


def _time(page: Contents) -> str:
    day = f"{page.number(2012, 2026)}-{page.number(1, 12):02}-{page.number(1, 28):02}"
    hour = f"{page.number(0, 23):02}:{page.number(0, 59):02}"
    return (f"{day} {hour}", day, f"{hour}:{page.number(0, 59):02}", f"{day.replace('-', '/')}")[page.number(0, 3)]


def _value(page: Contents) -> str:
    number = page.number(1, 4096)
    return (f"{number} KB", f"{number / 10}%", f"{number}", f"{number / 100:.2f} MB", f"{number} px")[page.number(0, 4)]


def _key(page: Contents) -> str:
    letter = "ABCDEFGHKLNOPQRSTVWXZ"[page.number(0, 20)]
    return (f"Ctrl+{letter}", f"Ctrl+Shift+{letter}", f"Alt+{letter}", f"F{page.number(1, 12)}")[page.number(0, 3)]


def _prompt(page: Contents) -> str:
    program = ("apt-get install", "cat /etc/", "ls -l ~/", "git checkout", "cd /var/log/", "grep -n")[page.number(0, 5)]
    name = ("nginx", "fonts", "v2.4.1", "python3", "main.c", "README.md")[page.number(0, 5)]
    return f"user@host:~$ {program}{'' if program.endswith('/') else ' '}{name}"


_CSS = """
h1 { font-size: 1.5em; margin: 4px 0 10px; } h2 { font-size: 1.2em; margin: 4px 0 8px; } p { margin: 8px 0; }
.faint { color: var(--faint); font-size: 0.88em; } .link { color: var(--accent); }
.bubble { background: var(--panel); border-radius: 10px; padding: 6px 12px; margin: 7px 25% 7px 0; }
.mine { background: var(--accent); color: #fff; margin: 7px 0 7px 25%; } .mine .faint { color: #fff; }
fieldset { border: 1px solid var(--border); margin: 8px 0; } .row { display: flex; gap: 8px; padding: 3px; }
.tick { width: 0.8em; height: 0.8em; border: 1px solid var(--faint); margin-top: 0.4em; flex: none; }
.field { margin-left: auto; padding: 0 8px; background: var(--panel); border: 1px solid var(--border); }
.button { display: inline-block; background: var(--panel); border: 1px solid var(--border); padding: 3px 14px;
  margin: 4px 8px 4px 0; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; } th { background: var(--panel); text-align: left; }
td, th { border-bottom: 1px solid var(--border); padding: 4px 10px; } .tag { background: var(--accent); color: #fff;
  padding: 0 6px; border-radius: 3px; font-size: 0.9em; } .note { background: var(--panel); padding: 8px 12px;
  border-left: 3px solid var(--accent); } .split { display: flex; gap: 16px; } .side { background: var(--panel);
  width: 30%; } .menu { border: 1px solid var(--border); width: 60%; }
"""
