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

from apps.demo.scripts import speaking_script
from apps.demo.wording.pictures import say
from ocr_core import imaging
from ocr_core.errors import ImageError
from ocr_core.lines.pdf import MOST_PAGES
from ocr_core.settings import Settings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri

IMAGE_INPUT_JS: Final = speaking_script(
    Path(__file__).with_name("image_input.js").read_text(encoding="utf-8"), say, "js."
)
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
    megabytes, megapixels = f"{settings.max_file_bytes / 2**20:.3g}", f"{settings.max_pixels / 1e6:.3g}"
    return say("limit", megabytes=megabytes, megapixels=megapixels)


def image_input(settings: Settings) -> str:
    """Returns where pictures of lines come in: choose, drop, paste, camera; several become a strip to click."""
    return _desk(settings, say("choose"), say("choose.limit", limit=limit_in_words(settings)))


def page_input(settings: Settings) -> str:
    """Returns the same for pages."""
    megabytes = f"{settings.max_file_bytes / 2**20:.3g}"
    return _desk(settings, say("choose.pages"), say("choose.pages.limit", pages=MOST_PAGES, megabytes=megabytes))


def _desk(settings: Settings, what: str, hint: str) -> str:
    accepted = ",".join(["image/*", *sorted(imaging.SUFFIXES), ".pdf"])
    limits = {"bytes": settings.max_file_bytes, "words": f"{settings.max_file_bytes / 2**20:.3g} MB"}
    return (
        f'<div class="zj-image-input" data-limits="{escaped(json.dumps(limits))}"><div class="zj-ways">'
        f'<label class="zj-drop">{_DROP_ICON}<span><b>{escaped(what)}</b>'
        f"<small>{escaped(hint)}</small></span>"
        f'<input type="file" accept="{accepted}" multiple aria-label="{escaped(say("choose.name"))}"></label>'
        f'<button type="button" class="zj-way" data-do="camera" aria-label="{escaped(say("camera"))}" '
        f'title="{escaped(say("camera"))}">{_CAMERA_ICON}<span>{escaped(say("camera"))}</span></button>'
        '<input class="zj-phone-camera" type="file" accept="image/*" capture="environment" hidden></div>'
        '<div class="zj-camera" hidden><video autoplay playsinline muted></video><div>'
        f'<button type="button" data-do="snap">{escaped(say("camera.snap"))}</button>'
        f'<button type="button" data-do="close">{escaped(say("camera.close"))}</button></div></div>'
        '<p class="zj-image-input-problem" role="alert" hidden></p>'
        f'<div class="zj-strip" role="group" aria-label="{escaped(say("strip"))}" hidden></div></div>'
    )


def preview(pixels: NDArray[np.uint8], name: str) -> str:
    """Returns the picture that is read, as its pixels were decoded, with what is needed to crop it."""
    height, width = pixels.shape[:2]
    remove = escaped(say("preview.remove"))
    return (
        '<figure class="zj-preview"><div class="zj-paper"><div class="zj-frame">'
        f'<img src="{image_uri(pixels, *_SHOWN_PX)}" alt="{escaped(say("preview.alt"))}" draggable="false">'
        '<i class="zj-crop" hidden></i></div></div><figcaption>'
        f'<span class="zj-name" title="{escaped(name)}">{escaped(name)}</span>'
        f"<span>{width} \u00d7 {height} px</span>"
        f'<span class="zj-hint">{escaped(say("preview.hint"))}</span>'
        f'<button type="button" data-do="crop">{escaped(say("preview.crop"))}</button>'
        f'<button type="button" data-do="whole" hidden>{escaped(say("preview.whole"))}</button>'
        f'<button type="button" data-do="remove" aria-label="{remove}" title="{remove}">\u2715</button>'
        "</figcaption></figure>"
    )


def empty_preview() -> str:
    """Returns what stands in the picture's place while there is none."""
    return f'<div class="zj-preview zj-none-yet">{escaped(say("preview.none"))}</div>'


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
