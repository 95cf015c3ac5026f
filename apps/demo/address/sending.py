"""From every tab to every other: the row of buttons that opens what a tab shows in another one.

What is sent is an `Arrival`; the tab that shows something makes it, the tab that takes it listens to its state.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.wording.address import say
from apps.demo.wording.frame import say as say_frame
from ocr_core.errors import ImageError
from ocr_core.language import in_every_language
from ocr_core.views.html import escaped

PLACES: Final = ("compare", "page", "break")
"""The tabs that take pictures from others."""

_SEND_JS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-to]');
  if (button) trigger('select', {to: button.dataset.to});
});
"""


def send_bar(elem_id: str, own: str = "") -> gr.HTML:
    """Returns the row of buttons, one for each of `PLACES` but the tab's own."""
    return gr.HTML(
        in_every_language(lambda: _buttons(own)), js_on_load=_SEND_JS, apply_default_css=False, elem_id=elem_id
    )


def wire_sending(
    demo: gr.Blocks, bar: gr.HTML, arrivals: Arrivals, inputs: Sequence[Any], made: Callable[..., Arrival]
) -> None:
    """Wires a `send_bar`: `made(*inputs)` returns what is sent, or raises an `OcrError` that says why nothing is."""
    tabs = tabs_of(demo)
    receivers = [arrivals[place] for place in PLACES]

    def send(event: gr.EventData, *values: Any) -> tuple[Any, ...]:
        target = event._data.get("to") if isinstance(event._data, dict) else None
        if target not in PLACES:
            return (gr.skip(),) * (len(tabs) + len(receivers))
        sent = made(*values)
        return *(gr.Tabs(selected=target) for _ in tabs), *(sent if place == target else gr.skip() for place in PLACES)

    bar.select(send, list(inputs), [*tabs, *receivers], api_visibility="private", show_progress="hidden")


def tabs_of(demo: gr.Blocks) -> list[gr.Tabs]:
    """Returns the page's tabs, as a list of one, for the outputs of a function that opens another tab."""
    return [block for block in demo.blocks.values() if isinstance(block, gr.Tabs)][:1]


def kept_picture(pixels: NDArray[np.uint8], name: str, owner: gr.HTML) -> Path:
    """Writes a picture `H, W, 3` where uploads lie, so that another tab can open it; it goes when they go.

    Raises:
        ImageError: it cannot be written.
    """
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    path = folder / name
    folder.mkdir(parents=True)
    if not cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)):
        raise ImageError(say("cannot_send"))
    owner.temp_files.add(str(path))
    return path


def _buttons(own: str) -> str:
    buttons = "".join(
        f'<button type="button" class="zj-save" data-to="{place}">{escaped(say_frame(f"tab.{place}"))}</button>'
        for place in PLACES
        if place != own
    )
    name = escaped(say("open_in"))
    return f'<p class="zj-send" role="group" aria-label="{name}"><span>{name}</span>{buttons}</p>'
