"""Runs the two engines that set pages: XeLaTeX, and a headless Chromium that prints or shows HTML. Both from files.

Knows no contents. Debian packages: texlive-xetex, texlive-latex-recommended, texlive-lang-chinese, chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.scenarios.held_out import web_file
from ocr_core.errors import MaterialsError
from ocr_core.synth.faces import Face

_SPECIAL = re.compile(r"[\\{}$&#^_~%]")
_ESCAPES = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
_TIME_LIMIT_S = 180
_EPOCH = "1700000000"
"""A fixed date for the PDF, so that the same source gives the same bytes."""


def xelatex_path() -> str | None:
    """Returns where this machine's XeLaTeX is, None if it has none."""
    return shutil.which("xelatex")


def tex(text: str) -> str:
    """Returns a text as TeX source that sets exactly it."""
    escaped = _SPECIAL.sub(lambda match: _ESCAPES.get(match[0], "\\" + match[0]), text)
    # Typewriter quotes and hyphens would be joined into other signs; a capital quote is as the author typed it.
    return escaped.replace("--", "-{}-").replace("''", "'{}'").replace("``", "`{}`").replace(",,", ",{},")


def xelatex(source: str, folder: Path, name: str) -> Path:
    """Typesets a document and returns its PDF.

    Raises:
        MaterialsError: there is no XeLaTeX, or it refuses the document.
    """
    program = xelatex_path()
    if program is None:
        raise MaterialsError("There is no XeLaTeX on this machine (Debian package: texlive-xetex).")
    (folder / f"{name}.tex").write_text(source, encoding="utf-8")
    ran = subprocess.run(
        [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH, "FORCE_SOURCE_DATE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIME_LIMIT_S,
        check=False,
    )
    pdf = folder / f"{name}.pdf"
    if ran.returncode or not pdf.exists():
        said = [line for line in ran.stdout.decode("utf-8", "replace").splitlines() if line.startswith(("!", "l."))]
        raise MaterialsError(f"XeLaTeX cannot set this page: {' '.join(said[:3]) or 'no reason given'}")
    return pdf


def font_choice(file: str, **weights: str) -> str:
    """Returns what fontspec wants after `\\setmainfont` to take a face and its weights from files beside it."""
    options = ["Path=./", *(f"{feature}={weight}" for feature, weight in weights.items())]
    return f"[{','.join(options)}]{{{file}}}"


def web_fonts(faces: Sequence[Face], characters: set[str], folder: Path) -> str:
    """Returns style rules that name every face `family-weight`, each file limited to what it is to draw."""
    rules = []
    for face in faces:
        by_file: dict[int, set[str]] = {}
        for each in characters:
            if face.covers(each):
                by_file.setdefault(face.coverage[each], set()).add(each)
        for file, covered in sorted(by_file.items()):
            path = web_file(*face.files[file], folder)
            ranges = ", ".join(f"U+{ord(each):X}" for each in sorted(covered))
            rules.append(
                f"@font-face {{ font-family: '{web_name(face)}'; src: url('{path.as_uri()}'); "
                f"unicode-range: {ranges}; }}"
            )
    return "\n".join(rules)


def web_name(face: Face) -> str:
    """Returns what style sheets call a face."""
    return face.name.replace("/", "-")


def open_page(browser: Any, document: str, folder: Path, size_px: tuple[int, int], device_scale: float = 1.0) -> Any:
    """Opens a document as a file of its own, so that it may load fonts from files; the caller closes it.

    Raises:
        MaterialsError: the browser could not use one of the faces.
    """
    file = folder / "page.html"
    file.write_text(document, encoding="utf-8")
    page = browser.new_page(viewport={"width": size_px[0], "height": size_px[1]}, device_scale_factor=device_scale)
    page.goto(file.as_uri())
    failed = page.evaluate(
        "Promise.all([...document.fonts].map(f => f.load().then(() => '', () => f.family)))"
        ".then(names => names.filter(Boolean))"
    )
    if failed:
        page.close()
        raise MaterialsError(f"The browser cannot use {', '.join(sorted(set(failed)))}.")
    return page


def printed(browser: Any, document: str, folder: Path, name: str, size_mm: tuple[int, int]) -> Path:
    """Prints an HTML document to a PDF of pages of the given size, without margins of the printer's own."""
    pdf = folder / f"{name}.pdf"
    page = open_page(browser, document, folder, (800, 1100))
    try:
        page.pdf(path=str(pdf), width=f"{size_mm[0]}mm", height=f"{size_mm[1]}mm", print_background=True)
    finally:
        page.close()
    return pdf
