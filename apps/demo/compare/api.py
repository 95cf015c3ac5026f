"""The `/recognize` endpoint for `gradio_client`: what the side-by-side tab reads, as data."""

from __future__ import annotations

from typing import Any, cast, get_args

import gradio as gr

from apps.demo.compare.decoding_panel import asked_decoding
from apps.demo.comparison import LONGEST_TRUTH, Question, compare, parse_steps, to_json_data
from apps.demo.engines import Engines, asked_engines
from apps.demo.image_box import given_picture, image_box
from apps.demo.image_input import parse_crop
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from ocr_core.errors import OcrError
from ocr_core.settings import LINES, Runtime


def add_recognize(known: Engines) -> None:
    """Adds the endpoint; to be called inside the page."""

    def recognize(
        image: str | None,
        truth: str,
        runtime: str,
        engines: list[str],
        enhance: bool,
        crop: Any,
        decoding: Any,
        lines: str,
        steps: Any,
    ) -> dict[str, Any]:
        """Reads one picture of one line with two to four engines.

        `engines` are names such as "crnn" or "crnn@torch"; none means the two default models on `runtime`. `crop`
        is [left, top, right, bottom] as shares of the picture, or nothing. `decoding` is an object with any of decoder,
        allow, forbid, lexicon, lexicon_weight, hotwords, hotword_weight, pattern and n_best. `lines` is "biggest", or
        "all" to read every line of a picture that holds several, joined by line breaks. `steps` is an object with any
        of level, cut and grey; false leaves that step of preparing the line out. Returns the text, its confidence,
        the characters with boxes, confidences and alternatives, and the milliseconds of every stage, one
        entry an engine.
        """
        choices = known.chosen(asked_engines(engines), _known_runtime(runtime))
        asked = asked_decoding(decoding)
        every = _known_lines(lines)
        question = Question(choices, truth or "", bool(enhance), parse_crop(crop), asked, every, parse_steps(steps))
        return to_json_data(compare(known, given_picture(image), question))

    with gr.Row(visible=False):
        inputs = [
            image_box("Picture", ""),
            gr.Textbox("", label="Truth", max_length=LONGEST_TRUTH),
            gr.Textbox(known.settings.runtime, label="Runtime"),
            gr.JSON([], label="Engines"),
            gr.Checkbox(known.settings.enhance, label="Enhance"),
            gr.JSON([], label="Crop"),
            gr.JSON({}, label="Decoding"),
            gr.Textbox(known.settings.lines, label="Lines"),
            gr.JSON({}, label="Steps"),
        ]
        answer = gr.JSON()
        gr.Button().click(
            recognize,
            inputs,
            answer,
            api_name="recognize",
            concurrency_limit=1,
            concurrency_id=ONE_AT_A_TIME,
        )


def _known_runtime(runtime: str) -> Runtime:
    if runtime not in get_args(Runtime):
        raise OcrError(f"There is no runtime {runtime!r}; there are {' and '.join(get_args(Runtime))}.")
    return cast(Runtime, runtime)


def _known_lines(lines: str) -> bool:
    if lines not in LINES:
        raise OcrError(f"Lines to read are {' or '.join(LINES)}, not {lines!r}.")
    return lines == "all"
