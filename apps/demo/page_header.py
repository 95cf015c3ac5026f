"""The header above all tabs: what this is, the link to it, the switches of language and theme. Knows no tabs."""

from __future__ import annotations

from typing import Final

import gradio as gr

from apps.demo.address.bar import LINK_JS, link_button
from apps.demo.server.languages import HTML_LANGUAGES, PARAMETER
from apps.demo.wording.frame import say
from apps.demo.wording.tours import say as say_of_tours
from ocr_core.language import Language, in_every_language, spoken
from ocr_core.views.html import escaped

_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}
_OTHER: Final[dict[Language, Language]] = {"en": "zh", "zh": "en"}

_LANGUAGE_JS: Final = """
element.querySelector('a.zj-language').addEventListener('click', (event) => {
  event.preventDefault();
  const language = event.currentTarget.dataset.language;
  try { localStorage.setItem('zijian-language', language); } catch {}
  const address = new URL(location.href);
  address.searchParams.set('lang', language);
  location.assign(address);
});
"""


def page_header() -> gr.HTML:
    """Returns the header in every language; its `select` events say that the visitor went back or on."""
    return gr.HTML(
        in_every_language(_header), js_on_load=LINK_JS + _LANGUAGE_JS, apply_default_css=False, elem_id="header"
    )


def _header() -> str:
    other = _OTHER[spoken()]
    named, tours = escaped(say("other_language")), escaped(say_of_tours("menu"))
    title, name = escaped(say("theme.title")), escaped(say("theme.name"))
    return f"""
<header class="zj-header">
  <div>
    <h1>Zijian <span lang="zh">字鉴</span> <small>{escaped(say("heading"))}</small></h1>
    <p>{escaped(say("tagline"))}</p>
  </div>
  <nav>
    <a class="zj-language" href="?{PARAMETER}={other}" data-language="{other}" hreflang="{HTML_LANGUAGES[other]}"
      lang="{HTML_LANGUAGES[other]}" title="{named}">{_NAMES[other]}</a>
    <button type="button" class="zj-language zj-tour-button" aria-haspopup="menu">{tours}</button>
    {link_button()}
    <button type="button" class="zj-theme zj-theme-button" title="{title}" aria-label="{name}">
      <svg viewBox="0 0 18 18" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
        <circle cx="9" cy="9" r="7"/><path d="M9 2a7 7 0 0 1 0 14z" fill="currentColor"/>
      </svg>
    </button>
  </nav>
</header>
"""
