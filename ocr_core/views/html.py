"""The one place where text becomes HTML: made visible, escaped, put into scripts and frames.

Knows nothing of recognition. Everything a view shows goes through `escaped`, `glyph` or `json_in_script`.
"""

from __future__ import annotations

import html
import json
import unicodedata
from functools import lru_cache
from typing import Any, Final

_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACE_SIGN: Final = "\u2423"
_MARK_CARRIER: Final = "\u25cc"
_GLYPH_LIMIT: Final = 8


def visible(text: str) -> str:
    """Returns `text` with nothing in it that is invisible or moves its neighbours.

    Control, format (bidirectional overrides among them), surrogate, private and unassigned code points become
    their number, as in <U+202E>; a combining mark that would sit on what comes before gets a dotted circle.
    """
    shown = (
        text
        if text.isprintable()
        else "".join(
            f"\u27e8U+{ord(character):04X}\u27e9"
            if unicodedata.category(character) in _UNSEEN_CATEGORIES
            else character
            for character in text
        )
    )
    if shown and unicodedata.category(shown[0]).startswith("M"):
        return _MARK_CARRIER + shown
    return shown


def glyph(text: str) -> str:
    """Returns one character's text as it is drawn alone: spaces get a sign, anything long is cut."""
    return _glyph(text[: _GLYPH_LIMIT + 1])


@lru_cache(maxsize=8192)  # a view draws the same few hundred characters many times
def _glyph(text: str) -> str:
    shown = visible(text)
    if shown and shown.isspace():
        return _SPACE_SIGN
    return shown if len(shown) <= _GLYPH_LIMIT else shown[: _GLYPH_LIMIT - 1] + "\u2026"


def escaped(text: str) -> str:
    """Returns `text` ready to stand in HTML, as content or inside a quoted attribute."""
    return html.escape(visible(text), quote=True)


def json_in_script(data: Any) -> str:  # Any: whatever json can write
    """Returns JSON that can stand inside a `<script type="application/json">` whatever it holds."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def framed(document: str, height_px: int, title: str) -> str:
    """Returns an `<iframe>` that shows a whole document apart from the page it is put in.

    The frame may run the document's own script and nothing else: no access to the page, no forms, no navigation.
    """
    return (
        f'<iframe sandbox="allow-scripts" title="{escaped(title)}" referrerpolicy="no-referrer" '
        f'style="width:100%;height:{int(height_px)}px;border:0;display:block" '
        f'srcdoc="{html.escape(document, quote=True)}"></iframe>'
    )
