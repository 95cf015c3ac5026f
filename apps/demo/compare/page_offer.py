"""What the Compare tab says where a file holds more than the one line it reads, and the button that leads to all of it.

Only what it looks like: where the button leads is the Page tab's affair. Escapes what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import gradio as gr

from apps.demo.comparison import Holds
from apps.demo.wording.compare import say
from ocr_core.errors import NotAPictureError, OcrError
from ocr_core.views.html import escaped

OFFER_JS: Final = """
element.addEventListener('click', (event) => {
  if (event.target.closest('button')) trigger('select', {});
});
"""


class HasPath(Protocol):
    """What a visitor looks at, as far as others need to know it."""

    @property
    def path(self) -> Path:
        """Of the file."""
        ...


@dataclass(frozen=True, slots=True)
class PageOffer:
    """The parts of a tab that lead to the Page tab: what is clicked, and the state that holds a `HasPath` or None."""

    clicked: gr.HTML
    current: gr.State


def offer_for(holds: Holds, every_line: bool, is_part: bool) -> str:
    """Returns the offer to read a file as a page, "" where it holds one line.

    Args:
        holds: what was found in it.
        every_line: whether all of the lines were read, not the biggest alone.
        is_part: whether a part of the picture was looked at.
    """
    if holds.pages > 1:
        pages = {"pages": holds.pages}
        return _offer(say("offer.pages", **pages), say("offer.pages.where"), say("offer.pages.button", **pages))
    if holds.lines == 1:
        return ""
    kind, read = "part" if is_part else "picture", "all" if every_line else "biggest"
    told = say(f"offer.{kind}.{read}", lines=holds.lines)
    return _offer(told, say("offer.lines.where"), say(f"offer.{kind}.button", lines=holds.lines))


def offer_instead(error: OcrError) -> str:
    """Returns the offer to read a file as pages where it is no picture at all, "" where nothing can be made of it."""
    if not isinstance(error, NotAPictureError):
        return ""
    return _offer(say("offer.pdf"), say("offer.pdf.where"), say("offer.pdf.button"))


def _offer(what: str, where: str, button: str) -> str:
    return (
        f'<div class="zj-notice zj-offer" role="status"><div><strong>{escaped(what)}</strong>'
        f'<span>{escaped(where)}</span></div><button type="button">{escaped(button)}</button></div>'
    )
