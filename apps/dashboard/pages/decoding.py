"""The decoding page: greedy, beam and beam with language side by side, for our own networks on the committed lines.

Shows the committed file of `python -m eval decoders`; decodes nothing, and knows no run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, decoder_charts, links
from apps.dashboard.charts import plain
from eval.benchmark import current_name, described
from eval.committed.decoders import DECODERS_FILE, read_rows
from ocr_core.errors import OcrError
from ocr_core.scoring.normalisation import DEFAULT_PROFILE

HOW_TO_MEASURE: Final = "python -m eval decoders"

_ROW_PX: Final = 35
_DECODERS: Final = (
    "**greedy** takes the likeliest character of every frame, as published comparisons do; **beam** the likeliest text "
    "over all of its alignments; **beam\\+zh** weighs in a character model of Chinese and English."
)


def show() -> None:
    """Draws the page."""
    st.title("What does decoding change?")
    st.markdown(_DECODERS)
    rows = _rows(str(DECODERS_FILE), DECODERS_FILE.stat().st_mtime_ns if DECODERS_FILE.exists() else 0)
    if not rows:
        st.info("Decoders have not been compared here yet. This reads the benchmark once and takes some minutes:")
        st.code(HOW_TO_MEASURE, language="sh")
        return
    names = decoder_charts.sets(rows)
    key = links.choice("lines", names)
    chosen = st.segmented_control("Lines", names, format_func=current_name, key=key, required=True) or names[0]
    links.update_query(lines=chosen)
    shown = [row for row in rows if row["set"] == chosen]
    charts.show(
        decoder_charts.gain_figure(shown),
        f"How much more is read right than by greedy, on {described(chosen)}?",
        key="gain",
        note="Bars are paired 95 % intervals: the same lines, resampled by group (page, photograph, writer). Every "
        "decoder read the same probabilities of the same network. Character accuracy, pooled; "
        f"normalization: {DEFAULT_PROFILE}. n of every row is in the table.",
        height_px=decoder_charts.gain_height_px(shown),
    )
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in decoder_charts.sentences(shown)))
    st.markdown("##### The decoders side by side")
    table = decoder_charts.table(shown)
    st.dataframe(table, hide_index=True, height=_ROW_PX * (len(table) + 1) + 3)
    st.caption(
        plain(
            "Gain: the last decoder over greedy, in points; so many lines better, worse. Milliseconds, decoder by "
            "decoder, are the median processor time of decoding alone. In a line's own view the switch "
            "“What would the language model read?” says why a reading changes. Made anew with: "
        )
        + f"`{HOW_TO_MEASURE}`"
    )


@st.cache_data(show_spinner=False, max_entries=4)
def _rows(path: str, changed: int) -> list[dict[str, Any]]:
    """Reads the committed comparison; none where there is no file that can be read."""
    try:
        return read_rows(Path(path)) if changed else []
    except (OSError, ValueError, OcrError):
        return []
