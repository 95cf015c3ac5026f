"""Draws lines of a wanted width, to 20,000 pixels and beyond: validation texts in validation faces, black on white.

Nothing of them is in training or in any test set. Plain print, so that what is measured is length and nothing else.
Knows no engine. Needs the materials of synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth.documents import paragraphs
from ocr_core.synth.faces import Face, glyph_mask, load_family
from ocr_core.synth.split import Register, documents

Script = Literal["hanzi", "Latin"]

FAMILIES: Final[Mapping[Script, tuple[str, ...]]] = {
    "hanzi": ("wqy_zenhei", "cns_sung"),
    "Latin": ("pt_serif", "pt_sans"),
}
_REGISTERS: Final[Mapping[Script, Register]] = {"hanzi": "technical", "Latin": "english"}

HEIGHT_PX: Final = 32
_EM_PX: Final = 25
_BASELINE_PX: Final = 24
_SIDE_PX: Final = 4
_INK: Final = 24
_PAPER: Final = 250


@dataclass(frozen=True, slots=True)
class LongLine:
    """One line: grey pixels `H, W`, what it says, and where every character's middle lies, in pixels."""

    pixels: NDArray[np.uint8]
    text: str
    middles: tuple[float, ...]


def draw_lines(script: Script, width_px: int, pixels: int) -> Iterator[LongLine]:
    """Yields lines of one script, as wide as `width_px` allows, in every face about `pixels` of them together.

    One text is broken into lines: whatever their width, they show the same, so that widths can be compared.

    Raises:
        MaterialsError: a text or a face has not been fetched.
    """
    texts = _paragraphs(script)
    for number, name in enumerate(FAMILIES[script]):
        face = load_family(name)[0]
        characters = _characters(texts, face, np.random.default_rng([len(script), number]))
        for _ in range(max(1, pixels // width_px)):
            yield _drawn(characters, face, width_px)


def _paragraphs(script: Script) -> list[str]:
    charset = Charset.own()
    chosen = [each for each in documents(Split.VALIDATION) if each.register == _REGISTERS[script]]
    if not chosen:
        raise MaterialsError(f"No validation text is of the register {_REGISTERS[script]}.")
    return [text for document in chosen for text in paragraphs(document, charset).split("\n") if len(text) > 1]


def _drawn(characters: Iterator[str], face: Face, width_px: int) -> LongLine:
    """Sets characters one after the other until the next might not fit; a line does not begin with a space."""
    picture = np.zeros((HEIGHT_PX, width_px), dtype=np.float32)
    kept: list[str] = []
    middles: list[float] = []
    pen = float(_SIDE_PX)
    while pen + _EM_PX <= width_px - _SIDE_PX:
        character = next(characters)
        if character == " " and not kept:
            continue
        advance = face.font(character, _EM_PX).getlength(character)
        _stamp(picture, face, character, round(pen))
        kept.append(character)
        middles.append(pen + advance / 2)
        pen += advance
    while kept and kept[-1] == " ":
        kept.pop()
        middles.pop()
    last = min(width_px, round(pen) + _SIDE_PX)
    pixels = _PAPER + (_INK - _PAPER) * picture[:, :last]
    return LongLine(np.rint(pixels).astype(np.uint8), "".join(kept), tuple(middles))


def _characters(texts: list[str], face: Face, rng: np.random.Generator) -> Iterator[str]:
    """Yields characters of paragraphs, a space between, that the face covers, without end; never two spaces."""
    place, before = int(rng.integers(len(texts))), " "
    while True:
        for character in (*texts[place % len(texts)], " "):
            if (character == " " == before) or (character != " " and not face.covers(character)):
                continue
            yield character
            before = character
        place += 1


def _stamp(picture: NDArray[np.float32], face: Face, character: str, pen: int) -> None:
    if character == " ":
        return
    mask, left, top = glyph_mask(face.font(character, _EM_PX), character)
    y0, x0 = _BASELINE_PX + top, max(0, pen + left)
    first = max(0, -y0)
    there = picture[max(0, y0) : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
    np.maximum(there, mask[first : first + there.shape[0], : there.shape[1]] / 255.0, out=there)
