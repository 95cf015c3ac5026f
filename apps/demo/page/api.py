"""The endpoint `/page`: the Page tab for programs. Knows nothing of what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.engines import Engines
from apps.demo.page.page_reading import find_page, read_page, to_json_data
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE
from ocr_core import imaging
from ocr_core.errors import DocumentError, ImageError
from ocr_core.lines.pdf import MOST_PAGES

FILE_TYPES: Final = [*sorted(imaging.SUFFIXES), ".pdf"]


def parse_page_number(told: Any) -> int:
    """Returns the number of a page of a document, from 1; what is told may be anything.

    Raises:
        DocumentError: it is none.
    """
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not 1 <= told <= MOST_PAGES or told % 1:
        raise DocumentError(f"A page number is a whole number from 1 to {MOST_PAGES}.")
    return int(told)


def add_page_endpoint(engines: Engines) -> None:
    """Adds `/page` for `gradio_client`."""

    def page(file: str | None, number: float, finder: str) -> dict[str, Any]:
        """Finds the lines of one page and reads them with the two default engines.

        `file` is a picture or a PDF, `number` which page of a PDF, from 1, `finder` a line finder by name ("" for the
        usual one). Returns the page's size, `texts` by engine, `blocks` with their kinds and the numbers of their
        lines, and every line in reading order: its corners (clockwise from its left top) and upright box in pixels of
        the page, and by engine its text, confidence and characters with boxes.
        """
        if not file:
            raise ImageError("No file was given.")
        found, _ = find_page(engines, Path(file), Path(file).name, parse_page_number(number), str(finder or ""))
        return to_json_data(list(read_page(engines, found))[-1])

    with gr.Row(visible=False):
        inputs = [gr.File(label="File", file_types=FILE_TYPES, type="filepath"), gr.Number(1, label="Number")]
        inputs.append(gr.Textbox("", label="Finder"))
        answer = gr.JSON()
        gr.Button().click(
            page, inputs, answer, api_name="page", concurrency_limit=LONG_AT_ONCE, concurrency_id=LONG_LANE
        )
