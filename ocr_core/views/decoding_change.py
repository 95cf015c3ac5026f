"""What a decoder changed of the best path, in words, as a small HTML fragment. Escapes whatever it shows."""

from __future__ import annotations

from ocr_core.ctc.decoding_change import DecodingChange
from ocr_core.views.html import escaped
from ocr_core.views.wording import DECODER_NAMES

SHARES_DEFINITION = (
    "Odds, x to 1. The picture's are of the network's probabilities over all paths of the whole text with and without "
    "the change; the language's are of the language model and the bonus for length, weighed as the search weighs them. "
    "What follows counts too: a character can be worth its place by what it makes of the next."
)


def change_html(change: DecodingChange, read: str) -> str:
    """Returns what the decoder left and took, one sentence a place, and what could not be told.

    `read` is the reading that it stands under: the decoder's own, or the best path's, of which it then says what the
    decoder would make.
    """
    name = escaped(DECODER_NAMES.get(change.decoder, change.decoder).capitalize())
    if not change.decisions:
        heading = f"<b>{name}</b> reads what the best path reads."
    elif read == change.left:
        heading = f"<b>{name}</b> would read “{escaped(change.taken)}”:"
    else:
        heading = f"<b>{name}</b> left the best path, “{escaped(change.left)}”:"
    items = "".join(f"<li>{escaped(decision.sentence)}</li>" for decision in change.decisions)
    listed = f"<ul>{items}</ul>" if items else ""
    note = f"<p>{escaped(change.note)}</p>" if change.note else ""
    return f'<div class="change" title="{escaped(SHARES_DEFINITION)}">{heading}{listed}{note}</div>'
