"""The CTC view inside a Gradio page: as high as its content and in the page's own theme. Knows nothing of readings."""

from __future__ import annotations

from typing import Final

import gradio as gr

# Put in before the frame exists: Chromium leaves a sandboxed frame blank when its document is replaced while it loads.
_TEMPLATE: Final = """${(value || '').replace('data-theme=&quot;auto&quot;',
  'data-theme=&quot;' + (document.body.classList.contains('dark') ? 'dark' : 'light') + '&quot;')}"""

# On a stage the readings stand in cards above, and the view makes do with the room that is left below them. What the
# one before was left is the best guess of what this one will be: where it holds, the view is drawn once and not twice.
_STAGED_TEMPLATE: Final = (
    _TEMPLATE.removesuffix("}")
    + """.replace('data-room=&quot;&quot;',
  'data-room=&quot;' + (Number(window.zijianRoom) || Math.round(window.innerHeight - 270)) + '&quot;')}"""
)

# The frame is sandboxed and cannot be measured from outside: its document says how high it is.
_JS: Final = """
const frame = () => element.querySelector('iframe');
// Another document in the same frame would be a step of the browser's history, and going back would undo that alone:
// every document gets a frame of its own.
// Drawn again with the same document it keeps its frame, and Gradio takes what was noted on it: that is put back.
// A new frame is as high as the one before until it is measured, or all that is below would jump under the pointer.
const heights = new WeakMap();
let lastHeight = '';
let willBeToldMore = () => false; // whether the document is still to hear something that decides how high it is
const measured = (shown, height) => {
  heights.set(shown, height);
  shown.style.height = lastHeight = Math.min(height, 6000) + 'px';
  shown.dataset.measured = 'true';
};
new MutationObserver((changes) => {
  const renewed = new Set(changes.filter((change) => change.attributeName === 'srcdoc').map((change) => change.target));
  for (const {target} of changes) {
    if (!target.isConnected) continue;
    if (!renewed.has(target)) {
      if (!target.dataset.measured && heights.has(target)) measured(target, heights.get(target));
      continue;
    }
    const fresh = target.cloneNode();
    for (const name of Object.keys(fresh.dataset)) delete fresh.dataset[name];
    fresh.style.height = lastHeight;
    target.replaceWith(fresh);
  }
}).observe(element, {subtree: true, attributes: true, attributeFilter: ['srcdoc', 'data-measured']});
window.addEventListener('message', (event) => {
  const shown = frame();
  if (!shown || event.source !== shown.contentWindow || !event.data) return;
  if (event.data.type !== 'ctc-view-height') return;
  const height = Math.ceil(Number(event.data.height));
  if (height > 0 && !(lastHeight && willBeToldMore(shown))) measured(shown, height);
  goToPlace(shown);
});
// Where in the view a link leads is told to it once; where the visitor then looks, it tells.
function goToPlace(shown) {
  if (shown.dataset.placed || !window.zijianAddress) return;
  shown.dataset.placed = 'true';
  const place = window.zijianAddress.placeIn(window.zijianAddress.tabOf(element));
  if (place.frame || place.zoom) shown.contentWindow.postMessage({type: 'ctc-view-go', ...place}, '*');
}
window.addEventListener('message', (event) => {
  const shown = frame();
  if (!shown || event.source !== shown.contentWindow || Object(event.data).type !== 'ctc-view-place') return;
  const {frame: looked, zoom} = event.data;
  const plain = {frame: String(looked || '').slice(0, 12), zoom: String(zoom || '').slice(0, 20)};
  if (window.zijianAddress) window.zijianAddress.look(window.zijianAddress.tabOf(element), plain);
});
new MutationObserver(() => {
  const shown = frame();
  if (!shown) return;
  const theme = document.body.classList.contains('dark') ? 'dark' : 'light';
  const wanted = shown.srcdoc.replace(/data-theme="(auto|light|dark)"/, `data-theme="${theme}"`);
  if (wanted !== shown.srcdoc) shown.srcdoc = wanted;
}).observe(document.body, {attributes: true, attributeFilter: ['class']});
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


# Once in a browser's life the view plays by itself, as soon as half of it is seen and unless the visitor was quicker.
_STAGE_JS: Final = """
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
    return gr.HTML(
        "",
        html_template=_STAGED_TEMPLATE,
        js_on_load=_JS + _STAGE_JS + (_LOOK_JS if can_look else ""),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="zj-view",
    )


def view_feed(view_id: str, elem_id: str, again: bool = False) -> gr.HTML:
    """Returns a part whose value is posted to the view in a frame.

    With `again` a view that is new is told the last as well, for what belongs to the picture and not to one document.
    """
    return gr.HTML(
        {}, html_template="", js_on_load=_FEED_JS % (view_id, "tell();" if again else ""), apply_default_css=False,
        elem_id=elem_id,
    )  # fmt: skip


def view_frame(elem_id: str) -> gr.HTML:
    """Returns a place whose value is what `framed_ctc_view` returns, or ""."""
    return gr.HTML(
        "", html_template=_TEMPLATE, js_on_load=_JS, apply_default_css=False, elem_id=elem_id, elem_classes="zj-view"
    )
