"""What a decoder changed of the best path, in words, as a small HTML fragment. Escapes whatever it shows."""

from __future__ import annotations

from ocr_core.ctc.decoding_change import DecodingChange
from ocr_core.views.html import escaped
from ocr_core.views.wording import decoder_name
from ocr_core.wording.spotlight import say


def change_html(change: DecodingChange, read: str) -> str:
    """Returns what the decoder left and took, one sentence a place, and what could not be told.

    `read` is the reading that it stands under: the decoder's own, or the best path's, of which it then says what the
    decoder would make.
    """
    name = f"<b>{escaped(decoder_name(change.decoder).capitalize())}</b>"
    if not change.decisions:
        heading = say("change.same", decoder=name)
    elif read == change.left:
        heading = say("change.would", decoder=name, text=escaped(change.taken))
    else:
        heading = say("change.left", decoder=name, text=escaped(change.left))
    items = "".join(f"<li>{escaped(decision.sentence)}</li>" for decision in change.decisions)
    listed = f"<ul>{items}</ul>" if items else ""
    note = f"<p>{escaped(change.note)}</p>" if change.note else ""
    return f'<div class="change" title="{escaped(say("change.definition"))}">{heading}{listed}{note}</div>'
