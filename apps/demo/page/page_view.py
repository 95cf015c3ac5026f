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
from apps.demo.engines import EngineChoice, told_apart
from apps.demo.page.page_reading import FoundPage, PageReadings, to_json_data
from apps.demo.scripts import speaking_script
from apps.demo.small_cards import engine_style
from apps.demo.wording.page import say
from ocr_core.errors import OcrError
from ocr_core.lines.crop import corners_of
from ocr_core.result import LineImage
from ocr_core.views.differences import Marked, marked_readings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import compared_proofs, legend_html, text_html
from ocr_core.views.wording import milliseconds, nothing_read
from ocr_core.wording.sentences import retold

PAGE_JS: Final = speaking_script(Path(__file__).with_name("page_view.js").read_text(encoding="utf-8"), say, "js.")

SHOWN_PX: Final = (1400, 2400)


def empty() -> str:
    """Returns what stands in the page's place while there is none."""
    return _nothing(say("empty"), say("empty.what_to_do"))


def page_picture(found: FoundPage, pixels: NDArray[np.uint8]) -> str:
    """Returns the page with a numbered outline around every line."""
    width, height = found.size
    outlines = "".join(_outline(number, line, width) for number, line in enumerate(found.lines))
    return (
        f'<figure class="zj-page"><div class="zj-page-sheet" style="--sides:{width}/{height}">'
        f'<img src="{image_uri(pixels, *SHOWN_PX)}" alt="{escaped(say("picture"))}" draggable="false">'
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="group" '
        f'aria-label="{escaped(say("lines"))}">'
        f"{outlines}</svg></div></figure>"
    )


def why(reason: str) -> str:
    """Returns the sentence that says why a picture came here from another tab, "" where there is none."""
    return f'<p class="zj-page-why" role="status">{escaped(reason)}</p>' if reason else ""


def page_facts(found: FoundPage, page: PageReadings | None) -> str:
    """Returns one row of facts: what was found, how far reading is."""
    width, height = found.size
    lines = len(found.lines)
    which = say("which", number=found.number, pages=found.pages) if found.pages > 1 else ""
    beyond = say("beyond", pages=found.readable_pages) if found.pages > found.readable_pages else ""
    time = milliseconds(found.find_ms)
    facts = [
        f'<span class="zj-name" title="{escaped(found.name)}">{escaped(found.name)}</span>',
        escaped(which),
        escaped(beyond),
        f"{width} \u00d7 {height} px",
        escaped(say("found", n=lines, time=time) if lines else say("found.none", time=time)),
        *(escaped(retold(note)) for note in found.notes),
        _progress(page, lines),
    ]
    return f'<p class="zj-page-facts" role="status">{"".join(f"<span>{fact}</span>" for fact in facts if fact)}</p>'


def page_texts(page: PageReadings) -> str:
    """Returns every line as each engine reads it, side by side, and the buttons that copy and save the whole."""
    if not page.found.lines:
        return _nothing(say("no_lines"), say("no_lines.what_to_do"))
    labels = told_apart(page.engines)
    heads = "".join(_head(page, engine, label) for engine, label in zip(page.engines, labels, strict=True))
    rows = "".join(_row(page, number) for number in range(page.done))
    if not page.finished:
        rows += "".join(_waiting_row(page, number) for number in range(page.done, len(page.found.lines)))
    differing = sum(_differs(page, number) for number in range(page.done))
    same = f"{escaped(_agreement(differing, page))} " if len(page.engines) > 1 and page.done else ""
    advice = escaped(say("advice") if page.done else say("advice.wait"))
    return (
        f'<div class="zj-page-texts" data-lines="{page.done}"><div class="zj-page-tools">'
        f"<span>{same}{advice}</span>{_key(differing)}{_json_button(page) if page.finished else ''}</div>"
        f'<div class="zj-page-heads" style="--engines:{len(page.engines)}">{heads}</div>'
        f'<ol style="--engines:{len(page.engines)}">{rows}</ol></div>'
    )


def _nothing(title: str, what_to_do: str) -> str:
    return f'<div class="zj-page-empty"><b>{escaped(title)}</b><span>{escaped(what_to_do)}</span></div>'


def _key(differing: int) -> str:
    return f'<ul class="proof-legend">{legend_html(("differs",), bar=False)}</ul>' if differing else ""


def line_heading(found: FoundPage, line_number: int) -> str:
    """Returns the chosen line's crop and its number, above its comparison."""
    line = found.lines[line_number]
    number = line_number + 1
    caption = escaped(say("line.of", number=number, lines=len(found.lines)))
    return (
        f'<figure class="zj-page-line" data-line="{line_number}"><figcaption>{caption}</figcaption>'
        f'<img src="{image_uri(line.pixels)}" alt="{escaped(say("line", number=number))}"></figure>'
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
        f'<g data-line="{number}" tabindex="0" role="button" aria-label="{escaped(say("line", number=number + 1))}">'
        f'<polygon points="{points}"/>'
        f'<text x="{at:.1f}" y="{foot:.1f}" font-size="{size:.1f}" text-anchor="{anchor}">{number + 1}</text></g>'
    )


def _progress(page: PageReadings | None, lines: int) -> str:
    if page is None or not lines:
        return ""
    if page.cancelled:
        return escaped(say("cancelled", done=page.done, n=lines))
    if page.cut_short:
        return escaped(say("cut_short", n=page.done))
    if page.done < lines:
        name = escaped(say("progress"))
        bar = f'<progress class="zj-page-bar" value="{page.done}" max="{lines}" aria-label="{name}"></progress>'
        return bar + escaped(say("reading", done=page.done, n=lines))
    return escaped(say("read_by", n=len(page.engines), time=milliseconds(page.read_ms)))


def _agreement(differing: int, page: PageReadings) -> str:
    return say("differ", differing=differing, n=page.done) if differing else say("agree", n=page.done)


def _head(page: PageReadings, engine: EngineChoice, name: str) -> str:
    stem = f"zijian-{safe_stem(page.found.name)}-{safe_stem(engine.model.name)}{page.part}"
    content = _encoded(page.whole_text(engine) + "\n")
    told = {"done": page.done, "lines": len(page.found.lines)}
    part = ".part" if page.part else ""
    copy, copy_name = escaped(say(f"copy{part}", **told)), escaped(say(f"copy{part}.name", engine=name, **told))
    save, save_name = escaped(say(f"save{part}", **told)), escaped(say(f"save{part}.name", engine=name, **told))
    return (
        f'<div class="zj-page-head" style="{engine_style(engine.colour)}"><b><i class="zj-swatch"></i>'
        f'{escaped(name)}</b><button type="button" class="zj-save" data-do="copy" data-content="{content}" '
        f'aria-label="{copy_name}">{copy}</button>'
        f'<button type="button" class="zj-save" data-do="save" data-file="{escaped(stem)}.txt" data-type="text/plain" '
        f'data-content="{content}" aria-label="{save_name}">{save}</button></div>'
    )


def _json_button(page: PageReadings) -> str:
    content = _encoded(json.dumps(to_json_data(page), ensure_ascii=False))
    file = f"zijian-{safe_stem(page.found.name)}{page.part}.json"
    return (
        f'<button type="button" class="zj-save" data-do="save" data-type="application/json" data-content="{content}" '
        f'data-file="{escaped(file)}" title="{escaped(say("save.json.why"))}">'
        f"{escaped(say('save.json'))}</button>"
    )


def _row(page: PageReadings, number: int) -> str:
    readings = [page.readings[engine.key][number] for engine in page.engines]
    marks = marked_readings([list("" if isinstance(reading, OcrError) else reading.text) for reading in readings])
    cells = "".join(
        f'<span class="zj-page-text" dir="ltr" style="{engine_style(engine.colour)}">'
        + (
            f'<i class="zj-page-problem">{escaped(retold(str(reading)))}</i>'
            if isinstance(reading, OcrError)
            else _marked(mark)
        )
        + "</span>"
        for engine, reading, mark in zip(page.engines, readings, marks, strict=True)
    )
    differs = " differs" if _differs(page, number) else ""
    return (
        f'<li class="zj-page-row{differs}" data-line="{number}" tabindex="0" role="button" '
        f'title="{escaped(say("line.compare", number=number + 1))}">'
        f'<span class="zj-page-number">{number + 1}</span>{cells}</li>'
    )


def _waiting_row(page: PageReadings, number: int) -> str:
    cells = "".join(
        f'<span class="zj-page-text" style="{engine_style(engine.colour)}"><i class="zj-page-wait"></i></span>'
        for engine in page.engines
    )
    mark = f'<span class="zj-page-number">{number + 1}</span>'
    return f'<li class="zj-page-row waiting" data-line="{number}">{mark}{cells}</li>'


def _marked(marks: list[Marked]) -> str:
    if not any(mark.text for mark in marks):
        return f'<i class="zj-page-problem">{escaped(nothing_read())}</i>'
    return text_html(compared_proofs(marks))


def _differs(page: PageReadings, number: int) -> bool:
    return len({page.texts(engine)[number] for engine in page.engines}) > 1


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "backslashreplace")).decode("ascii")
