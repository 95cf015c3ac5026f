"""The CTC view inside a Gradio page: as high as its content and in the page's own theme.

What every view has in common is sent with the page, once; a part's value is what is of one line alone, so that the next
line costs neither its transfer nor its reading again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from ocr_core.language import LANGUAGES, spoken
from ocr_core.result import SourceFromLine
from ocr_core.views.ctc_view import ctc_view_code, ctc_view_of_line, ctc_view_page, height_guess_px
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.html import json_in_script
from ocr_core.wording.ctc_view import say

ShownView = dict[str, str | int]
"""What a view in a frame is given."""

NO_VIEW: Final[ShownView] = {}

_JS: Final = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

# Last, when all else that a place does is known.
_SHOW_JS: Final = """
watch('value', () => show(props.value));
show(props.value);
"""

# What a part of the page has to tell the view is told once the view is there, and again to every new one.
_FEED_JS: Final = """
const view = () => document.querySelector('#%s iframe');
const tell = () => {
  const told = props.value || {};
  if (told.type && view()) view().contentWindow.postMessage(told, '*');
};
watch('value', tell);
window.addEventListener('message', (event) => {
  if (!view() || event.source !== view().contentWindow || Object(event.data).type !== 'ctc-view-height') return;
  if (view().dataset.fed) return;
  view().dataset.fed = 'true';
  %s
});
"""

# Who can say what the engines look at offers it; whoever asks is answered by `select`.
_LOOK_JS: Final = """
window.addEventListener('message', (event) => {
  const shown = frame();
  if (!shown || event.source !== shown.contentWindow) return;
  const {type} = Object(event.data);
  if (type === 'ctc-view-height' && !shown.dataset.offered) {
    shown.dataset.offered = 'true';
    shown.contentWindow.postMessage({type: 'ctc-view-can-look'}, '*');
  }
  if (type === 'ctc-view-look') trigger('select', {asked: String(Object(event.data).asked || '').slice(0, 20)});
});
"""


# On a stage the readings stand in cards above, and the view makes do with the room that is left below them. What the
# one before was left is the best guess of what this one will be: where it holds, the view is drawn once and not twice.
# Once in a browser's life the view plays by itself, as soon as half of it is seen and unless the visitor was quicker.
_STAGE_JS: Final = """
roomLeft = () => Number(window.zijianRoom) || Math.round(window.innerHeight - 270);
const SEEN = 'zijian-introduced';
const seen = () => { try { return localStorage.getItem(SEEN); } catch { return 'cannot be kept'; } };
const introduced = () => { try { localStorage.setItem(SEEN, '1'); } catch {} };
const room = () => frame() && window.innerHeight - frame().getBoundingClientRect().top - window.scrollY;
willBeToldMore = (shown) => shown.dataset.room !== String(Math.round(room()));
function tellRoom() {
  const shown = frame();
  if (!shown) return;
  const height = Math.round(room());
  if (shown.dataset.room === String(height)) return;
  shown.dataset.room = window.zijianRoom = height;
  shown.contentWindow.postMessage({type: 'ctc-view-room', height}, '*');
}
function introduce() {
  const shown = frame();
  if (seen() || !shown || shown.dataset.watched) return;
  shown.dataset.watched = 'true';
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    if (seen() || frame() !== shown) return;
    introduced();
    shown.contentWindow.postMessage({type: 'ctc-view-introduce'}, '*');
  }, {threshold: 0.3});
  watcher.observe(shown);
}
window.addEventListener('message', (event) => {
  if (!frame() || event.source !== frame().contentWindow || Object(event.data).type !== 'ctc-view-height') return;
  tellRoom();
  introduce();
});
window.addEventListener('resize', tellRoom);
document.addEventListener('keydown', (event) => {
  if (!['n', 'p'].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, [contenteditable]') || !frame() || !element.offsetParent) return;
  frame().contentWindow.postMessage({type: 'ctc-view-key', key: event.key}, '*');
});
for (const kind of ['keydown', 'pointerdown']) document.addEventListener(kind, introduced, {once: true, capture: true});
"""


def staged_view_frame(elem_id: str, can_look: bool = False) -> gr.HTML:
    """Returns the same for a page that has the readings above it: the view fits the room that is left on the screen.

    With `can_look` the view offers to show what engines look at, and asks for it by `select`.
    """
    return _view_part(elem_id, _STAGE_JS + (_LOOK_JS if can_look else ""))


def view_feed(view_id: str, elem_id: str, again: bool = False) -> gr.HTML:
    """Returns a part whose value is posted to the view in a frame.

    With `again` a view that is new is told the last as well, for what belongs to the picture and not to one document.
    """
    return gr.HTML(
        {}, html_template="", js_on_load=_FEED_JS % (view_id, "tell();" if again else ""), apply_default_css=False,
        elem_id=elem_id,
    )  # fmt: skip


def view_frame(elem_id: str) -> gr.HTML:
    """Returns a place whose value is what `shown_view` returns, or `NO_VIEW`."""
    return _view_part(elem_id, "")


def _view_part(elem_id: str, script: str) -> gr.HTML:
    return gr.HTML(
        NO_VIEW, html_template="", js_on_load=_JS + script + _SHOW_JS, apply_default_css=False, elem_id=elem_id,
        elem_classes="zj-view",
    )  # fmt: skip


def shown_view(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    truth: str | None = None,
    source_from_line: SourceFromLine | None = None,
) -> ShownView:
    """Returns what a view is given to show a line, `NO_VIEW` where nobody read it.

    Arguments are those of `ctc_view`.
    """
    if not readings:
        return NO_VIEW
    of_line = ctc_view_of_line(image, readings, truth=truth, source_from_line=source_from_line)
    return {"language": spoken(), "title": str(say("title")), "height": height_guess_px(len(readings)), **of_line}


@cache
def view_head() -> str:
    """Returns what the page's head needs for its views: what they have in common, in every language."""
    common = {"pages": {language: ctc_view_page(language) for language in LANGUAGES}, **ctc_view_code()}
    return f"<script>window.zijianView = {json_in_script(common)};</script>"
