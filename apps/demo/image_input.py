"""The HTML of the picture that is read and of the desk where pictures come in; their scripts lie beside this file.

Knows nothing of Gradio or recognition, except where Gradio puts uploads: a path that a page names is believed only
if it lies there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.errors import ImageError
from ocr_core.settings import Settings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri

IMAGE_INPUT_JS: Final = Path(__file__).with_name("image_input.js").read_text(encoding="utf-8")
PREVIEW_JS: Final = Path(__file__).with_name("preview.js").read_text(encoding="utf-8")

LONGEST_NAME: Final = 80

_SHOWN_PX: Final = (1600, 640)

_DROP_ICON: Final = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">'
    '<path d="M12 15V4m-4 4 4-4 4 4M4 15v4h16v-4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_CAMERA_ICON: Final = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">'
    '<path d="M4 8h4l1.5-2.5h5L16 8h4v11H4z" stroke-linejoin="round"/><circle cx="12" cy="13" r="3.4"/></svg>'
)


def limit_in_words(settings: Settings) -> str:
    """Says how large a picture may be, for people who are about to give one."""
    return f"{settings.max_file_bytes / 2**20:.3g} MB and {settings.max_pixels / 1e6:.3g} megapixels"


def image_input(settings: Settings) -> str:
    """Returns where pictures come in: choose, drop, paste, camera; several become a strip to click."""
    accepted = ",".join(["image/*", *sorted(imaging.SUFFIXES), ".pdf"])
    limits = {"bytes": settings.max_file_bytes, "words": f"{settings.max_file_bytes / 2**20:.3g} MB"}
    return (
        f'<div class="zj-image-input" data-limits="{escaped(json.dumps(limits))}"><div class="zj-ways">'
        f'<label class="zj-drop">{_DROP_ICON}<span><b>Choose, drop or paste pictures</b>'
        f"<small>one line of text each, up to {limit_in_words(settings)}</small></span>"
        f'<input type="file" accept="{accepted}" multiple aria-label="Choose pictures"></label>'
        f'<button type="button" class="zj-way" data-do="camera">{_CAMERA_ICON}<span>Camera</span></button>'
        '<input class="zj-phone-camera" type="file" accept="image/*" capture="environment" hidden></div>'
        '<div class="zj-camera" hidden><video autoplay playsinline muted></video><div>'
        '<button type="button" data-do="snap">Take the picture</button>'
        '<button type="button" data-do="close">Close</button></div></div>'
        '<p class="zj-image-input-problem" role="alert" hidden></p>'
        '<div class="zj-strip" role="group" aria-label="Your pictures" hidden></div></div>'
    )


def preview(pixels: NDArray[np.uint8], name: str) -> str:
    """Returns the picture that is read, as its pixels were decoded, with what is needed to crop it."""
    height, width = pixels.shape[:2]
    return (
        '<figure class="zj-preview"><div class="zj-paper"><div class="zj-frame">'
        f'<img src="{image_uri(pixels, *_SHOWN_PX)}" alt="The picture that is read" draggable="false">'
        '<i class="zj-crop" hidden></i></div></div><figcaption>'
        f'<span class="zj-name" title="{escaped(name)}">{escaped(name)}</span>'
        f"<span>{width} \u00d7 {height} px</span>"
        '<span class="zj-hint">drag to read a part</span>'
        '<button type="button" data-do="crop">Crop</button>'
        '<button type="button" data-do="whole" hidden>Whole picture</button>'
        '<button type="button" data-do="remove" aria-label="Remove picture" title="Remove picture">\u2715</button>'
        "</figcaption></figure>"
    )


def empty_preview() -> str:
    """Returns what stands in the picture's place while there is none."""
    return '<div class="zj-preview zj-none-yet">No picture yet</div>'


def uploaded_file(told: Any) -> tuple[Path, str]:
    """Returns path and name of an upload, from what a page says of it.

    Raises:
        ImageError: it names nothing that was uploaded.
    """
    path = told.get("path") if isinstance(told, dict) else None
    name = told.get("name") if isinstance(told, dict) else None
    if not isinstance(path, str) or "\0" in path:
        raise ImageError("No picture was given.")
    resolved = Path(path).resolve()
    if not resolved.is_relative_to(Path(get_upload_folder()).resolve()):
        raise ImageError("This picture was not uploaded here.")
    return resolved, (name if isinstance(name, str) and name else resolved.name)[:LONGEST_NAME]


def parse_crop(told: Any) -> tuple[float, float, float, float] | None:
    """Returns the part of the picture that a page asks for, None for all of it.

    Raises:
        ImageError: it is no part of a picture.
    """
    crop = told.get("crop") if isinstance(told, dict) else told
    if crop is None or crop == []:
        return None
    if not isinstance(crop, (list, tuple)) or len(crop) != 4 or not all(_is_number(share) for share in crop):
        raise ImageError("A crop is four numbers from 0 to 1: left, top, right, bottom.")
    left, top, right, bottom = (float(share) for share in crop)
    return left, top, right, bottom


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
