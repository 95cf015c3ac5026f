"""The side-by-side tab: one picture in, every model's card and the CTC view out. Also the `/recognize` endpoint.

Holds no state of a visitor: what is on a page lives in that page. Recognition is in `comparison`, HTML in `cards`.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any, Final, cast, get_args

import gradio as gr
from PIL import Image

from apps.demo import cards
from apps.demo.comparison import LONGEST_TRUTH, Comparison, compare, to_json_data
from apps.demo.engines import Engines
from apps.demo.picture_input import picture_input
from apps.demo.samples import Sample
from ocr_core.errors import OcrError
from ocr_core.settings import Runtime
from ocr_core.views.ctc_view import EngineReading, ctc_view, framed_ctc_view

RUNTIME_NAMES: Final = {"onnx": "ONNX Runtime", "torch": "PyTorch"}

ONE_AT_A_TIME: Final = "recognise"
"""Name of the queue's lane for everything that runs a network: the times shown are those of a machine of one's own."""

_THUMBNAIL_PX: Final = (360, 72)

_PICK_SAMPLE_JS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sample]');
  if (button) trigger('click', {sample: Number(button.dataset.sample)});
});
"""

# The view follows the page's theme, which need not be what the visitor's system prefers. It is put in before the
# frame exists: Chromium leaves a sandboxed frame blank when its document is replaced while it still loads.
_VIEW_TEMPLATE: Final = """${value.replace('data-theme=&quot;auto&quot;',
  'data-theme=&quot;' + (document.body.classList.contains('dark') ? 'dark' : 'light') + '&quot;')}"""

# The frame is sandboxed and cannot be measured from outside: its document says how high it is.
_VIEW_JS: Final = """
const frame = () => element.querySelector('iframe');
window.addEventListener('message', (event) => {
  const shown = frame();
  if (!shown || event.source !== shown.contentWindow || !event.data) return;
  if (event.data.type !== 'ctc-view-height') return;
  const height = Math.ceil(Number(event.data.height));
  if (height > 0) shown.style.height = Math.min(height, 6000) + 'px';
  shown.dataset.measured = 'true';
});
new MutationObserver(() => {
  const shown = frame();
  if (!shown) return;
  const theme = document.body.classList.contains('dark') ? 'dark' : 'light';
  const wanted = shown.srcdoc.replace(/data-theme="(auto|light|dark)"/, `data-theme="${theme}"`);
  if (wanted !== shown.srcdoc) shown.srcdoc = wanted;
}).observe(document.body, {attributes: true, attributeFilter: ['class']});
"""

Shown = tuple[str, str]
"""HTML of the cards, HTML of the view."""


def build_compare_tab(demo: gr.Blocks, engines: Engines, samples: tuple[Sample, ...]) -> None:
    """Lays the tab out and wires it; to be called inside `demo`. The first sample is read when a page opens."""
    sample_list = gr.HTML(
        cards.sample_buttons(samples, [_thumbnail(sample.path) for sample in samples]),
        js_on_load=_PICK_SAMPLE_JS,
        apply_default_css=False,
        elem_id="samples",
    )
    with gr.Row(elem_classes="zj-top"):
        with gr.Column(scale=5, min_width=320):
            limit_mb = engines.settings.max_file_bytes / 2**20
            picture = picture_input(
                "One line of text", f"Drop a picture of one line here\nPNG, JPEG, WebP, TIFF, up to {limit_mb:.3g} MB"
            )
            truth = gr.Textbox(
                value="",
                label="What it says, if you know",
                placeholder="Type the true text and press Enter: each model's error rate",
                max_length=LONGEST_TRUTH,
                elem_id="truth",
            )
            runtime = gr.Radio(
                [(RUNTIME_NAMES[name], name) for name in engines.runtimes],
                value=engines.settings.runtime,
                label="Runtime",
                visible=len(engines.runtimes) > 1,
                elem_id="runtime",
            )
        with gr.Column(scale=8, min_width=320):
            card_list = gr.HTML(_waiting(engines), apply_default_css=False, elem_id="cards")
    view = gr.HTML("", html_template=_VIEW_TEMPLATE, js_on_load=_VIEW_JS, apply_default_css=False, elem_id="view")

    def show(picture_path: str | None, truth_text: str, runtime_name: str) -> Shown:
        return _show(engines, picture_path, truth_text, runtime_name)

    def show_new(picture_path: str | None, runtime_name: str) -> tuple[str, str, str]:
        return "", *_show(engines, picture_path, "", runtime_name)

    def show_sample(sample: Sample | None, runtime_name: str) -> tuple[Any, ...]:
        if sample is None:
            return (gr.skip(),) * 4
        return str(sample.path), sample.text, *_show(engines, str(sample.path), sample.text, runtime_name)

    def show_clicked(runtime_name: str, event: gr.EventData) -> tuple[Any, ...]:
        return show_sample(_chosen(samples, event), runtime_name)

    def show_first(runtime_name: str) -> tuple[Any, ...]:
        return show_sample(samples[0] if samples else None, runtime_name)

    reads: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": card_list,
    }
    picture.input(show_new, [picture, runtime], [truth, card_list, view], **reads)
    picture.clear(show_new, [picture, runtime], [truth, card_list, view], **reads)
    gr.on([truth.submit, runtime.change], show, [picture, truth, runtime], [card_list, view], **reads)
    sample_list.click(show_clicked, [runtime], [picture, truth, card_list, view], **reads)
    demo.load(show_first, [runtime], [picture, truth, card_list, view], **reads)
    _add_endpoint(engines, picture, truth, runtime)


def _add_endpoint(engines: Engines, picture: gr.Image, truth: gr.Textbox, runtime: gr.Radio) -> None:
    """Adds `/recognize` for `gradio_client`: the same reading as data."""

    def recognize(image: str | None, truth: str, runtime: str) -> dict[str, Any]:
        """Reads one picture of one line with every model.

        Returns the text, its confidence, the characters with boxes, confidences and alternatives, and the
        milliseconds of every stage, one entry a model.
        """
        try:
            return to_json_data(_compare(engines, image, truth, runtime))
        except OcrError as error:
            raise gr.Error(str(error), print_exception=False) from error

    answer = gr.JSON(visible=False)
    gr.Button(visible=False).click(
        recognize,
        [picture, truth, runtime],
        answer,
        api_name="recognize",
        concurrency_limit=1,
        concurrency_id=ONE_AT_A_TIME,
    )


def _show(engines: Engines, picture_path: str | None, truth: str, runtime: str) -> Shown:
    if not picture_path or len(engines.missing()) == len(engines.models):
        return _waiting(engines), ""
    try:
        comparison = _compare(engines, picture_path, truth, runtime)
    except OcrError as error:
        return cards.notice("This picture cannot be read.", str(error)), ""
    return cards.cards(comparison), _view(comparison)


def _compare(engines: Engines, picture_path: str | None, truth: str, runtime: str) -> Comparison:
    if not picture_path:
        raise OcrError("No picture was given.")
    if runtime not in get_args(Runtime):
        raise OcrError(f"There is no runtime {runtime!r}; there are {' and '.join(get_args(Runtime))}.")
    return compare(engines, Path(picture_path), truth or "", cast(Runtime, runtime))


def _view(comparison: Comparison) -> str:
    readings = [
        EngineReading(reading.model.display_name, reading.model.colour, reading.recognition, reading.evidence)
        for reading in comparison.readings
    ]
    if not readings:
        return ""
    line = comparison.line
    document = ctc_view(line.pixels, readings, source_from_line=line.source_from_line)
    return framed_ctc_view(document, len(readings))


def _waiting(engines: Engines) -> str:
    if missing := engines.missing():
        return cards.missing_weights(missing)
    return cards.notice(
        "Nothing read yet.",
        "Give it one line of Chinese or English text: a sample, a picture of yours, or the camera.",
    )


def _chosen(samples: tuple[Sample, ...], event: gr.EventData) -> Sample | None:
    """Returns the sample that was clicked; the number comes from a browser and may be anything."""
    number = event._data.get("sample") if isinstance(event._data, dict) else None
    return samples[number] if isinstance(number, int) and 0 <= number < len(samples) else None


def _thumbnail(path: Path) -> str:
    """Returns a small picture as a data URI: samples are the project's own files, so Pillow opens them directly."""
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail(_THUMBNAIL_PX)
    encoded = io.BytesIO()
    small.save(encoded, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(encoded.getvalue()).decode("ascii")
