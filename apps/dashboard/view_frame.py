"""The CTC view inside a page of the dashboard: apart from it in a frame of its own, as high as its content.

Knows nothing of readings. Streamlit measures the outer document by a script of its own, which the view's content
security policy would refuse; so the view stands in a sandboxed frame within, and says how high it is.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from ocr_core.views.ctc_view import framed_ctc_view

_OUTER: Final = """<!doctype html><meta charset="utf-8"><style>html,body{margin:0;background:transparent}</style>
@@frame@@
<script>
addEventListener('message', (event) => {
  const shown = document.querySelector('iframe');
  if (event.source !== shown.contentWindow || !event.data || event.data.type !== 'ctc-view-height') return;
  const height = Math.ceil(Number(event.data.height));
  if (height > 0) shown.style.height = Math.min(height, 6000) + 'px';
});
</script>"""


def show_view(document: str, engines: int) -> None:
    """Draws what `ctc_view` returned for that many engines."""
    st.iframe(_OUTER.replace("@@frame@@", framed_ctc_view(document, engines)))
