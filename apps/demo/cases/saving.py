"""Saving what was just compared as a case: the function, and the block that a tab puts under its results.

Which cases a browser has saved is kept by the browser itself: the server lists a visitor's cases only to that visitor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.compare.decoding_panel import plain_settings
from apps.demo.comparison import Comparison, Question
from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading
from apps.demo.scripts import speaking_script
from apps.demo.wording.cases import say
from eval.cases.case_json import LONGEST_NAME, LONGEST_NOTE, Setting
from eval.cases.store import CaseError, CaseReading, CaseStore, is_token, new_case
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language, speaking
from ocr_core.views.html import escaped

STORAGE_KEY: Final = "zijian-cases"
SECRETS_KEY: Final = "zijian-case-secrets"
MOST_REMEMBERED: Final = 200

COPY_LINK_JS: Final = speaking_script(Path(__file__).with_name("copy_link.js").read_text(encoding="utf-8"), say, "js.")


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with the question it answers and the name of the picture: all that a case is made of."""

    comparison: Comparison
    question: Question
    source: str


def save_case(
    store: CaseStore,
    comparison: Comparison,
    note: str,
    settings: Mapping[str, Setting],
    source: str = "",
    secret: str = "",
) -> str:
    """Keeps what the engines read, with picture and evidence, and returns the case's token.

    Whoever knows the `secret` can remove the case again.

    Raises:
        CaseError: nothing was read, or the store does not take it.
    """
    with speaking("en"):  # a case is read by people of either language
        labels = comparison.labels()
    readings = [
        (_kept(label, outcome), outcome.evidence)
        for label, outcome in zip(labels, comparison.outcomes, strict=True)
        if isinstance(outcome, LineReading)
    ]
    if not readings:
        raise CaseError("Nothing was read, so there is nothing to save.")
    return store.save(
        new_case(
            comparison.line,
            readings,
            truth=comparison.truth,
            note=note.strip()[:LONGEST_NOTE],
            source=source[:LONGEST_NAME],
            settings=settings,
        ),
        secret,
    )


def settings_of(engines: Engines, question: Question) -> dict[str, Setting]:
    """Returns how a question was asked, so that it can be asked again."""
    return {
        "engines": tuple(choice.key for choice in question.choices),
        "runtime": engines.settings.runtime,
        "enhance": question.enhance,
        "deskew": engines.settings.deskew,
        "max_width_px": engines.settings.max_width_px,
        "crop": question.crop,
        **({} if question.steps.usual else {name: getattr(question.steps, name) for name in ("level", "cut", "grey")}),
        **plain_settings(question.decoding),
    }


def cases_of_this_browser(demo: gr.Blocks) -> gr.BrowserState:
    """Returns the one list of tokens that all tabs of a page share; it lives in the visitor's browser."""
    return _kept_in_browser(demo, STORAGE_KEY, [])


def secrets_of_this_browser(demo: gr.Blocks) -> gr.BrowserState:
    """Returns what this browser can remove its cases with, by token; it lives in the visitor's browser."""
    return _kept_in_browser(demo, SECRETS_KEY, {})


def _kept_in_browser(demo: gr.Blocks, key: str, empty: Any) -> gr.BrowserState:
    for block in demo.blocks.values():
        if isinstance(block, gr.BrowserState) and block.storage_key == key:
            return block
    # The key only keeps the value apart from others on the same host; it is sent to every browser and protects nothing.
    return gr.BrowserState(empty, storage_key=key, secret=key)


def new_secret() -> str:
    """Returns what a case can be removed with; nobody can guess it."""
    return secrets.token_hex(16)


def known_secrets(told: Any) -> dict[str, str]:
    """Returns the secrets in what a browser says it has, the latest last; it may say anything."""
    entries = told.items() if isinstance(told, dict) else ()
    # A secret has the form of a token, but is none.
    fine = [(token, secret) for token, secret in entries if is_token(token) and is_token(secret)]
    return dict(fine[-MOST_REMEMBERED:])


def with_secret(told: Any, token: str, secret: str) -> dict[str, str]:
    """Returns a browser's secrets with one more."""
    return known_secrets({**known_secrets(told), token: secret})


def remembered(told: Any) -> list[str]:
    """Returns the tokens in what a browser says it has saved, the latest first; it may say anything."""
    return [token for token in told if is_token(token)][:MOST_REMEMBERED] if isinstance(told, list) else []


def with_token(told: Any, token: str) -> list[str]:
    """Returns a browser's list with one more token in front."""
    return [token, *(other for other in remembered(told) if other != token)][:MOST_REMEMBERED]


def add_save_block(
    demo: gr.Blocks, engines: Engines, inputs: Sequence[Any], compared: Callable[..., Compared], lane: str
) -> gr.State:
    """Lays out a note and a button that saves a case; `compared(*inputs)` reads the line once more in queue `lane`.

    Returns the state that holds the token of what was saved last.
    """
    saved = gr.State("")
    store = CaseStore.from_environment(engines.settings)
    mine, secrets_here = cases_of_this_browser(demo), secrets_of_this_browser(demo)
    with gr.Accordion(say("save"), open=False, elem_id="save-case"):
        with gr.Row(elem_classes="zj-save-case"):
            note = gr.Textbox(
                "",
                placeholder=say("save.note"),
                show_label=False,
                container=False,
                max_length=LONGEST_NOTE,
                scale=6,
                elem_id="save-case-note",
            )
            button = gr.Button(
                say("save.button"), variant="primary", scale=1, min_width=110, elem_id="save-case-button"
            )
        said = gr.HTML(
            in_every_language(_privacy), js_on_load=COPY_LINK_JS, apply_default_css=False, elem_id="save-case-said"
        )

    def save(told: Any, known: Any, written: str, *values: Any) -> tuple[Any, ...]:
        secret = new_secret()
        try:
            done = compared(*values)
            settings = settings_of(engines, done.question)
            token = save_case(store, done.comparison, written or "", settings, done.source, secret)
        except OcrError as error:
            refused = f'<p class="zj-case-problem" role="alert">{escaped(str(error))}</p>'
            return gr.skip(), gr.skip(), refused, gr.skip(), gr.skip()
        return with_token(told, token), with_secret(known, token, secret), _saved(token), "", token

    button.click(
        save,
        [mine, secrets_here, note, *inputs],
        [mine, secrets_here, said, note, saved],
        api_visibility="private",
        concurrency_limit=1,
        concurrency_id=lane,
        show_progress="minimal",
        show_progress_on=said,
    )
    return saved


def _kept(label: str, reading: LineReading) -> CaseReading:
    return CaseReading(reading.engine.key, reading.model.name, label, reading.recognition)


def _privacy() -> str:
    return f'<p class="zj-case-said">{escaped(say("privacy"))}</p>'


def _saved(token: str) -> str:
    return (
        f'<p class="zj-case-said" role="status"><b>{escaped(say("saved"))}</b> {escaped(say("saved.where"))} '
        f'<a href="?case={token}">{escaped(say("open"))}</a> '
        f'<button type="button" class="zj-save" data-copy-case="{token}">{escaped(say("copy"))}</button></p>'
    )
