"""Where a picture comes in: Gradio's image box, without Gradio's own decoding behind it.

Promises the path of the bytes as they were uploaded. Gradio would decode and convert them with Pillow first, which
loses 16-bit and CMYK detail and meets broken files with a stack trace; `ocr_core.imaging` does both properly.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.data_classes import ImageData

from ocr_core.errors import OcrError


def image_box(label: str, placeholder: str) -> gr.Image:
    """Returns an image box whose value in Python is the path of the uploaded file, or None."""
    box = gr.Image(
        label=label,
        placeholder=placeholder,
        sources=["upload", "clipboard", "webcam"],
        type="filepath",
        height=200,
        elem_id="picture",
    )
    # Not a subclass: at import Gradio writes a stub file beside the source of every subclass of a component.
    box.preprocess = _as_uploaded
    return box


def given_picture(path: str | None) -> Path:
    """Returns the path of the picture that a program gave.

    Raises:
        OcrError: it gave none.
    """
    if not path:
        raise OcrError("No picture was given.")
    return Path(path)


def _as_uploaded(payload: ImageData | None) -> str | None:
    """Hands the file on unopened; Gradio has checked by now that it lies in its upload folder."""
    return payload.path if payload else None
