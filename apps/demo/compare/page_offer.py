"""What the Compare tab says where a file holds more than the one line it reads, and the button that leads to all of it.

Only what it looks like: where the button leads is the Page tab's affair. Escapes what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from apps.demo import cards
from apps.demo.comparison import Holds
from apps.demo.wording.compare import say
from apps.demo.wording.doors import say as say_door
from ocr_core.errors import NotAPictureError, OcrError
from ocr_core.lines.blank import is_blank
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

    @property
    def name(self) -> str:
        """What the visitor called it."""
        ...

    @property
    def sample(self) -> str:
        """What links call it, "" for no sample."""
        ...

    @property
    def case(self) -> str:
        """The case that its picture is of, "" for none."""
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


def nothing_read(pixels: NDArray[np.uint8]) -> str:
    """Returns what is said where no engine read anything in a picture `H, W, 3`, and what may help."""
    if is_blank(pixels):
        return cards.notice(say_door("unread.blank"), say_door("unread.blank_advice"))
    return _offer(say_door("unread.nothing"), say_door("unread.nothing_advice"), say_door("look_for_lines"))


def doubtful() -> str:
    """Returns the offer to look for lines where what was read is doubtful and the picture has the shape of a page."""
    return _offer(say_door("unread.doubtful"), say_door("unread.doubtful_advice"), say_door("look_for_lines"))


def _offer(what: str, where: str, button: str) -> str:
    return (
        f'<div class="zj-notice zj-offer" role="status"><div><strong>{escaped(what)}</strong>'
        f'<span>{escaped(where)}</span></div><button type="button">{escaped(button)}</button></div>'
    )
