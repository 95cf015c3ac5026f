"""The strip of sample lines that tabs begin with: its thumbnails, its clicks. Escapes what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import gradio as gr

from apps.demo.samples import Sample
from apps.demo.wording.pictures import say
from ocr_core import imaging
from ocr_core.language import in_every_language, said
from ocr_core.settings import Settings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import thumbnail_uri

_THUMBNAIL_PX: Final = (360, 72)

_CLICK_JS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sample]');
  if (button) trigger('click', {sample: Number(button.dataset.sample)});
});
"""


def sample_strip(samples: Sequence[Sample], settings: Settings, elem_id: str) -> gr.HTML:
    """Returns the strip; its `click` events are for `clicked_sample`."""
    thumbnails = [thumbnail_uri(imaging.load(sample.path, settings), *_THUMBNAIL_PX) for sample in samples]
    return gr.HTML(
        in_every_language(lambda: sample_buttons(samples, thumbnails)),
        js_on_load=_CLICK_JS,
        apply_default_css=False,
        elem_id=elem_id,
    )


def clicked_sample(samples: Sequence[Sample], event: gr.EventData) -> Sample | None:
    """Returns the sample that was clicked; the number comes from a browser and may be anything."""
    number = event._data.get("sample") if isinstance(event._data, dict) else None
    return samples[number] if isinstance(number, int) and 0 <= number < len(samples) else None


def sample_buttons(samples: Sequence[Sample], thumbnails: Sequence[str]) -> str:
    """Returns the samples by kind, one button each, its number in `data-sample`; `thumbnails` are data URIs.

    What a sample says stays unsaid, so that whoever clicks it may read it first.
    """
    if not samples:
        return f'<p class="zj-none">{escaped(say("samples.none"))}</p>'
    kinds: dict[str, list[str]] = {}
    for number, (sample, uri) in enumerate(zip(samples, thumbnails, strict=True)):
        named = say("sample", number=number + 1, shows=said(sample.shows or sample.caption))
        kinds.setdefault(sample.caption, []).append(
            f'<button type="button" class="zj-sample" data-sample="{number}" title="{escaped(named)}" '
            f'aria-label="{escaped(named)}"><img src="{escaped(uri)}" alt=""></button>'
        )
    groups = (
        f'<div class="zj-kind" style="--many:{len(buttons)}"><h2>{escaped(said(caption))}</h2>'
        f"<div>{''.join(buttons)}</div></div>"
        for caption, buttons in kinds.items()
    )
    return f'<div class="zj-samples" role="group" aria-label="{escaped(say("samples"))}">{"".join(groups)}</div>'
