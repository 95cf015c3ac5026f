"""What stands on a page until it is drawn: grey blocks where text and charts will be, and what they will say.

Shown when a page is come to, not when something on it changes: there the old stays until the new is ready. Knows
nothing of pages but their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from ocr_core.views.html import escaped

COMING: Final = {
    "overview": "accuracy of every engine, who reads better, and what of the published claims holds",
    "run": "what can be read, with what, and how far it is",
    "failures": "lines by who was right, each open to its frames",
    "latency": "time by stage, width and engine",
    "cost": "core time, money and memory beside accuracy",
    "runtimes": "whether runtimes agree, and what each costs",
    "similar": "a map of failures, and more like any of them",
    "errors": "what is taken for what, with pictures",
    "decoding": "greedy, beam and language side by side",
    "reach": "accuracy by length and slope",
    "robustness": "accuracy under corruptions, and by place in the line",
    "calibration": "whether confidence is right, and which lines need a person",
    "compare_runs": "what got better and worse between two runs",
    "runs": "all runs with their figures, and how a figure changed over them",
    "label_errors": "lines whose label may be wrong, ranked",
    "slices": "conditions that choose lines, and the figures of a slice",
    "data": "the lines, with pictures and truths",
}
"""By page; a page that is not here has a skeleton without words."""

_LAST: Final = "skeleton: last page"
_HTML: Final = """
<style>
.zj-skeleton {{ display: grid; gap: .9rem; padding-top: .4rem; max-width: 60rem; }}
.zj-skeleton i {{ display: block; border-radius: 8px; background: rgba(128, 136, 150, .18); }}
.zj-skeleton i {{ animation: zj-wait 1.4s infinite; }}
.zj-skeleton p {{ margin: 0; opacity: .7; }}
@keyframes zj-wait {{ 50% {{ opacity: .45; }} }}
@media (prefers-reduced-motion: reduce) {{ .zj-skeleton i {{ animation: none; }} }}
</style>
<div class="zj-skeleton" role="status" data-page="{name}"><p>{words}</p>
<i style="height:1.1rem;width:55%"></i><i style="height:16rem"></i>
<i style="height:1.1rem;width:40%"></i><i style="height:9rem"></i></div>
"""


@contextmanager
def until_drawn(name: str) -> Iterator[None]:
    """Draws a page inside: below what of it is there already stands its skeleton, until all of it is."""
    came = st.session_state.get(_LAST) != name
    st.session_state[_LAST] = name
    if not came:
        yield
        return
    body, skeleton = st.container(), st.empty()
    skeleton.html(html(name))
    try:
        with body:
            yield
    finally:
        skeleton.empty()


def html(name: str) -> str:
    """Returns a page's skeleton."""
    words = f"Coming: {COMING[name]} …" if name in COMING else "One moment …"
    return _HTML.format(name=escaped(name), words=escaped(words))
