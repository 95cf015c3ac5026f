"""The CTC view inside a Gradio page: as high as its content and in the page's own theme. Knows nothing of readings."""

from __future__ import annotations

from typing import Final

import gradio as gr

# Put in before the frame exists: Chromium leaves a sandboxed frame blank when its document is replaced while it loads.
_TEMPLATE: Final = """${(value || '').replace('data-theme=&quot;auto&quot;',
  'data-theme=&quot;' + (document.body.classList.contains('dark') ? 'dark' : 'light') + '&quot;')}"""

# The frame is sandboxed and cannot be measured from outside: its document says how high it is.
_JS: Final = """
const frame = () => element.querySelector('iframe');
window.addEventListener('message', (event) => {
  const shown = frame();
  if (!shown || event.source !== shown.contentWindow || !event.data) return;
  if (event.data.type !== 'ctc-view-height') return;
  const height = Math.ceil(Number(event.data.height));
  if (height > 0) shown.style.height = Math.min(height, 6000) + 'px';
  shown.dataset.measured = 'true';
});
new MutationObserver(() => {
  const shown = frame();
  if (!shown) return;
  const theme = document.body.classList.contains('dark') ? 'dark' : 'light';
  const wanted = shown.srcdoc.replace(/data-theme="(auto|light|dark)"/, `data-theme="${theme}"`);
  if (wanted !== shown.srcdoc) shown.srcdoc = wanted;
}).observe(document.body, {attributes: true, attributeFilter: ['class']});
"""


def view_frame(elem_id: str) -> gr.HTML:
    """Returns a place whose value is what `framed_ctc_view` returns, or ""."""
    return gr.HTML(
        "", html_template=_TEMPLATE, js_on_load=_JS, apply_default_css=False, elem_id=elem_id, elem_classes="zj-view"
    )
