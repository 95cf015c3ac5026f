"""The "Decoding" panel of the Compare tab, and what programs may say of the same: how readings come of probabilities.

What is typed becomes a `Decoding` once, here; what cannot be one is said in the panel. Knows nothing of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import gradio as gr

from apps.demo.wording.compare import say
from ocr_core.ctc.character_set import NAMED_SETS, character_set
from ocr_core.ctc.decoding import HOTWORD_WEIGHT, Decoding
from ocr_core.ctc.named_patterns import NAMED_PATTERNS
from ocr_core.ctc.pattern import LONGEST_PATTERN, Automaton
from ocr_core.errors import DecodingError, OcrError
from ocr_core.language import Phrase
from ocr_core.settings import Settings
from ocr_core.views.html import escaped

LONGEST_SET: Final = 500
LONGEST_LIST: Final = 20_000
MOST_ENTRIES: Final = 2_000
"""Of a list that a visitor may send; a program of one's own may have more."""
MOST_READINGS: Final = 10

_DECODERS: Final = [(say(f"decoder.{name}"), name) for name in ("greedy", "beam", "beam+zh")]
_KEYS: Final = tuple(field.name for field in fields(Decoding))


@dataclass(frozen=True, slots=True)
class DecodingPanel:
    """The panel's own state: `asked` is a `Decoding`, an input like any other and an event when it changes.

    `decoder` is where a visitor chooses one; a link may set it.
    """

    asked: gr.State
    decoder: gr.Radio


def decoding_panel(settings: Settings) -> DecodingPanel:
    """Lays the panel out, closed, and wires it."""
    asked = gr.State(Decoding(settings.decoder))
    with gr.Accordion(say("decoding"), open=False, elem_id="decoding"):
        decoder = gr.Radio(
            _DECODERS,
            value=settings.decoder,
            label=say("decoder"),
            info=say("decoder.info"),
            elem_id="decoder",
        )
        with gr.Row():
            allow = gr.Textbox(
                label=say("allow"),
                placeholder=Phrase(f"{' '.join(list(NAMED_SETS)[:3])} -/"),
                max_length=LONGEST_SET,
                elem_id="allow",
            )
            forbid = gr.Textbox(
                label=say("forbid"), placeholder=Phrase("upper 〇"), max_length=LONGEST_SET, elem_id="forbid"
            )
            pattern = gr.Textbox(
                label=say("pattern"),
                placeholder=say(
                    "pattern.placeholder", names=", ".join(list(NAMED_PATTERNS)[:3]), example="\\d{4}-\\a+"
                ),
                max_length=LONGEST_PATTERN,
                elem_id="pattern",
            )
        with gr.Row():
            lexicon = gr.Textbox(
                label=say("lexicon"), placeholder=say("one_a_row"), lines=2, max_lines=6,
                max_length=LONGEST_LIST, elem_id="lexicon",
            )  # fmt: skip
            hotwords = gr.Textbox(
                label=say("hotwords"), placeholder=say("one_a_row"), lines=2, max_lines=6,
                max_length=LONGEST_LIST, elem_id="hotwords",
            )  # fmt: skip
            n_best = gr.Slider(1, MOST_READINGS, value=1, step=1, label=say("n_best"), elem_id="n-best")
        said = gr.HTML("", apply_default_css=False, elem_id="decoding-said")

    def ask(name: str, *values: Any) -> tuple[Any, str]:
        names = ("allow", "forbid", "pattern", "lexicon", "hotwords", "n_best")
        try:
            return asked_decoding({"decoder": name, **dict(zip(names, values, strict=True))}), ""
        except OcrError as error:
            return gr.skip(), f'<p class="zj-case-problem" role="alert">{escaped(str(error))}</p>'

    texts = (allow, forbid, pattern, lexicon, hotwords)
    triggers = [decoder.change, n_best.change, *(text.submit for text in texts), *(text.blur for text in texts)]
    gr.on(
        triggers,
        ask,
        [decoder, *texts, n_best],
        [asked, said],
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="always_last",
    )
    return DecodingPanel(asked, decoder)


def asked_decoding(told: Any) -> Decoding:
    """Returns what a page or program asks for: an object with the names of `Decoding`, each of them optional.

    Lists may be lists, or texts of one entry a line.

    Raises:
        OcrError: it is no such object, or something of it cannot be used.
    """
    if told in (None, "", [], {}):
        return Decoding()
    if not isinstance(told, dict) or not told.keys() <= set(_KEYS):
        raise DecodingError(f"Decoding is an object with any of {', '.join(_KEYS)}.")
    decoding = Decoding(
        decoder=told.get("decoder") or None,
        allow=_text(told, "allow", LONGEST_SET),
        forbid=_text(told, "forbid", LONGEST_SET),
        lexicon=_entries(told, "lexicon"),
        lexicon_weight=None if told.get("lexicon_weight") is None else _number(told, "lexicon_weight", 0.0),
        hotwords=_entries(told, "hotwords"),
        hotword_weight=_number(told, "hotword_weight", HOTWORD_WEIGHT),
        pattern=_text(told, "pattern", LONGEST_PATTERN),
        n_best=int(_number(told, "n_best", 1)),
    )
    if decoding.n_best > MOST_READINGS:
        raise DecodingError(f"At most {MOST_READINGS} readings are shown here.")
    return _checked(decoding)


def _checked(decoding: Decoding) -> Decoding:
    """Finds what is wrong before any network reads, as far as that is the same for all of them."""
    for words, option in ((decoding.allowed_words, "allow"), (decoding.forbidden_words, "forbid")):
        if words:
            character_set(words, option)
    if decoding.pattern and decoding.pattern not in NAMED_PATTERNS:
        Automaton(decoding.pattern)
    decoding.weighed_hotwords()
    return decoding


def _text(told: dict[str, Any], name: str, longest: int) -> str:
    value = told.get(name) or ""
    text = " ".join(map(str, value)) if isinstance(value, list) else value
    if not isinstance(text, str) or len(text) > longest:
        raise DecodingError(f"`{name}` is a text of at most {longest} characters.")
    return text.strip()


def _entries(told: dict[str, Any], name: str) -> tuple[str, ...]:
    value = told.get(name) or []
    entries: Sequence[Any] = value.splitlines() if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise DecodingError(f"`{name}` is a list of texts.")
    found = tuple(entry for entry in entries if entry.strip())
    if len(found) > MOST_ENTRIES or sum(map(len, found)) > LONGEST_LIST:
        raise DecodingError(f"`{name}` takes {MOST_ENTRIES:,} texts of {LONGEST_LIST:,} characters together here.")
    return found


def _number(told: dict[str, Any], name: str, usual: float) -> float:
    value = told.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DecodingError(f"`{name}` is a number.")
    return value


def plain_settings(decoding: Decoding) -> dict[str, str]:
    """Returns what a saved case tells of how it was decoded: texts by name, only those that say something."""
    told = {"decoder": decoding.decoder or "", "allow": decoding.allowed_words, "forbid": decoding.forbidden_words}
    return {name: text for name, text in {**told, "pattern": decoding.pattern}.items() if text}
