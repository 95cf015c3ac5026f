"""A page as HTML: the picture with its lines drawn over it, and the lines' texts side by side. Escapes what it shows.

Runs nothing and knows nothing of Gradio; the script beside this file joins lines and texts under the pointer.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from apps.demo.compare.downloads import safe_stem
from apps.demo.engines import EngineChoice
from apps.demo.page.page_reading import FoundPage, PageReadings, to_json_data
from apps.demo.small_cards import engine_style
from ocr_core.errors import OcrError
from ocr_core.lines.crop import corners_of
from ocr_core.result import LineImage
from ocr_core.views.differences import Marked, marked_readings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import compared_proofs, legend_html, text_html
from ocr_core.views.wording import counted, milliseconds

PAGE_JS: Final = Path(__file__).with_name("page_view.js").read_text(encoding="utf-8")

SHOWN_PX: Final = (1400, 2400)

EMPTY: Final = (
    '<div class="zj-page-empty"><b>No page yet</b><span>Give it a photo, a scan, a screenshot or a PDF. Its lines are '
    "found and drawn, both networks read them, and a click on a line shows what each network saw.</span></div>"
)


def page_picture(found: FoundPage, pixels: NDArray[np.uint8]) -> str:
    """Returns the page with a numbered outline around every line."""
    width, height = found.size
    outlines = "".join(_outline(number, line, width) for number, line in enumerate(found.lines))
    return (
        f'<figure class="zj-page"><div class="zj-page-sheet" style="--sides:{width}/{height}">'
        f'<img src="{image_uri(pixels, *SHOWN_PX)}" alt="The page" draggable="false">'
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="group" aria-label="Lines found">'
        f"{outlines}</svg></div></figure>"
    )


def page_facts(found: FoundPage, page: PageReadings | None) -> str:
    """Returns one row of facts: what was found, how far reading is."""
    width, height = found.size
    lines = len(found.lines)
    which = f"page {found.number} of {found.pages}" if found.pages > 1 else ""
    beyond = f"only the first {found.readable_pages} pages can be read" if found.pages > found.readable_pages else ""
    found_words = "no line of text found" if not lines else f"<b>{lines}</b> line{'s' if lines > 1 else ''} found"
    facts = [
        f'<span class="zj-name" title="{escaped(found.name)}">{escaped(found.name)}</span>',
        which,
        beyond,
        f"{width} \u00d7 {height} px",
        f"{found_words} in {milliseconds(found.find_ms)}",
        *(escaped(note) for note in found.notes),
        _progress(page, lines),
    ]
    return f'<p class="zj-page-facts" role="status">{"".join(f"<span>{fact}</span>" for fact in facts if fact)}</p>'


def page_texts(page: PageReadings) -> str:
    """Returns every line as each engine reads it, side by side, and the buttons that copy and save the whole."""
    if not page.found.lines:
        return (
            '<div class="zj-page-empty"><b>No line of text found</b><span>The finder looks for level lines of print '
            "or writing that are darker or lighter than what is around them. A sharper or larger picture may "
            "help.</span></div>"
        )
    heads = "".join(_head(page, engine) for engine in page.engines)
    rows = "".join(_row(page, number) for number in range(page.done))
    if not page.finished:
        rows += "".join(_waiting_row(page, number) for number in range(page.done, len(page.found.lines)))
    differing = sum(_differs(page, number) for number in range(page.done))
    same = f"{_agreement(differing, page)} " if len(page.engines) > 1 and page.done else ""
    advice = "Click a line to see why it was read so." if page.done else "Lines stand here as soon as they are read."
    return (
        f'<div class="zj-page-texts" data-lines="{page.done}"><div class="zj-page-tools">'
        f"<span>{same}{advice}</span>{_key(differing)}{_json_button(page) if page.finished else ''}</div>"
        f'<div class="zj-page-heads" style="--engines:{len(page.engines)}">{heads}</div>'
        f'<ol style="--engines:{len(page.engines)}">{rows}</ol></div>'
    )


def _key(differing: int) -> str:
    return f'<ul class="proof-legend">{legend_html(("differs",), bar=False)}</ul>' if differing else ""


def line_heading(found: FoundPage, line_number: int) -> str:
    """Returns the chosen line's crop and its number, above its comparison."""
    line = found.lines[line_number]
    return (
        f'<figure class="zj-page-line" data-line="{line_number}"><figcaption>Line {line_number + 1} of '
        f'{len(found.lines)}</figcaption><img src="{image_uri(line.pixels)}" alt="Line {line_number + 1}"></figure>'
    )


def _outline(number: int, line: LineImage, page_width: int) -> str:
    corners = corners_of(line)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    left, top = corners[0]
    size = max(12.0, min(0.55 * float(np.hypot(*(corners[3] - corners[0]))), 0.02 * page_width))
    at, foot, anchor = left - 0.25 * size, top + size, "end"
    if at < 1.2 * size:  # no room beside the line: small, on its upper edge
        at, foot, anchor, size = max(left, 0.0), top + 0.2 * size, "start", 0.7 * size
    return (
        f'<g data-line="{number}" tabindex="0" role="button" aria-label="Line {number + 1}">'
        f'<polygon points="{points}"/>'
        f'<text x="{at:.1f}" y="{foot:.1f}" font-size="{size:.1f}" text-anchor="{anchor}">{number + 1}</text></g>'
    )


def _progress(page: PageReadings | None, lines: int) -> str:
    if page is None or not lines:
        return ""
    if page.cancelled:
        return f"cancelled after <b>{page.done}</b> of {counted(lines, 'line')}"
    if page.cut_short:
        return f"time ran out after <b>{page.done}</b> lines"
    if page.done < lines:
        bar = f'<progress class="zj-page-bar" value="{page.done}" max="{lines}" aria-label="Lines read"></progress>'
        return f"{bar}reading: <b>{page.done}</b> of {counted(lines, 'line')}"
    return f"read by {_engines(page)} in {milliseconds(page.read_ms)}"


def _engines(page: PageReadings) -> str:
    return {1: "one engine", 2: "both engines"}.get(len(page.engines), f"{len(page.engines)} engines")


def _agreement(differing: int, page: PageReadings) -> str:
    if not differing:
        who = "Both engines agree" if len(page.engines) == 2 else "All engines agree"
        return f"{who} on {'this line' if page.done == 1 else f'all {page.done} lines'}."
    return f"The engines differ on {differing} of {counted(page.done, 'line')}."


def _head(page: PageReadings, engine: EngineChoice) -> str:
    name = engine.model.display_name
    stem = f"zijian-{safe_stem(page.found.name)}-{safe_stem(engine.model.name)}{page.part}"
    content = _encoded(page.whole_text(engine) + "\n")
    what = f"the first {page.done} of {counted(len(page.found.lines), 'line')}" if page.part else "all text"
    few = f" {page.done} of {counted(len(page.found.lines), 'line')}" if page.part else ""
    return (
        f'<div class="zj-page-head" style="{engine_style(engine.model.colour)}"><b><i class="zj-swatch"></i>'
        f'{escaped(name)}</b><button type="button" class="zj-save" data-do="copy" data-content="{content}" '
        f'aria-label="Copy {what} read by {escaped(name)}">Copy{few}</button>'
        f'<button type="button" class="zj-save" data-do="save" data-file="{escaped(stem)}.txt" data-type="text/plain" '
        f'data-content="{content}" aria-label="Save {what} read by {escaped(name)}">Save{few}</button></div>'
    )


def _json_button(page: PageReadings) -> str:
    content = _encoded(json.dumps(to_json_data(page), ensure_ascii=False))
    file = f"zijian-{safe_stem(page.found.name)}{page.part}.json"
    return (
        f'<button type="button" class="zj-save" data-do="save" data-type="application/json" data-content="{content}" '
        f'data-file="{escaped(file)}" title="Lines with corners, readings and characters with boxes">'
        "Save .json</button>"
    )


def _row(page: PageReadings, number: int) -> str:
    readings = [page.readings[engine.key][number] for engine in page.engines]
    marks = marked_readings([list("" if isinstance(reading, OcrError) else reading.text) for reading in readings])
    cells = "".join(
        f'<span class="zj-page-text" dir="ltr" style="{engine_style(engine.model.colour)}">'
        + (
            f'<i class="zj-page-problem">{escaped(str(reading))}</i>'
            if isinstance(reading, OcrError)
            else _marked(mark)
        )
        + "</span>"
        for engine, reading, mark in zip(page.engines, readings, marks, strict=True)
    )
    differs = " differs" if _differs(page, number) else ""
    return (
        f'<li class="zj-page-row{differs}" data-line="{number}" tabindex="0" role="button" '
        f'title="Compare line {number + 1}"><span class="zj-page-number">{number + 1}</span>{cells}</li>'
    )


def _waiting_row(page: PageReadings, number: int) -> str:
    cells = "".join(
        f'<span class="zj-page-text" style="{engine_style(engine.model.colour)}"><i class="zj-page-wait"></i></span>'
        for engine in page.engines
    )
    mark = f'<span class="zj-page-number">{number + 1}</span>'
    return f'<li class="zj-page-row waiting" data-line="{number}">{mark}{cells}</li>'


def _marked(marks: list[Marked]) -> str:
    if not any(mark.text for mark in marks):
        return '<i class="zj-page-problem">nothing read</i>'
    return text_html(compared_proofs(marks))


def _differs(page: PageReadings, number: int) -> bool:
    return len({page.texts(engine)[number] for engine in page.engines}) > 1


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "backslashreplace")).decode("ascii")
