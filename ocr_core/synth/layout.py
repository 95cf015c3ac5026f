"""Sets a line of text in given faces: coverage and the true box of every character.

Promises never to draw a missing glyph: a text that the faces do not cover gives None. Knows nothing of colours,
paper or the picture the line will lie in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.synth.faces import Face
from ocr_core.synth.glyphs import Glyph
from ocr_core.synth.line import Ink

GlyphOf = Callable[[Face, str], Glyph]
"""Draws a covered character at `Setting.em_px` pixels an em."""

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴴᴹᴬᴮᴰᴷᴿᴾ"
_SUPERSCRIPTS = dict(zip(_RAISED, "0123456789+−=()niabcdefghjklmoprstuvwxyzTNHMABDKRP", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+−=()aehijklmnoprstuvx", strict=True))
_OPENING = frozenset("（《〈【「『〔“‘")
_CLOSING = frozenset("，。、；：？！）》〉】」』〕”’")
_EITHER_WIDTH = frozenset("“”‘’—…")
_UPRIGHT = frozenset("0123456789+−=()")
_DEGREES = {"℃": "C", "℉": "F"}
_TYPED_AS_TWO = 0.5
"""Share of degrees drawn as people type them, the degree sign and a letter: one label, two looks."""
_NO_INK = np.zeros((0, 0), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Typeface:
    """The faces one line is set in.

    Attributes:
        hanzi: Chinese characters and full-width punctuation.
        latin: ASCII and accented letters; may be the same face.
        italic: letters of formulas; None leans the Latin face instead.
        fallbacks: tried in order for what the first two lack, operators and Greek mostly.
    """

    hanzi: Face
    latin: Face
    italic: Face | None = None
    fallbacks: tuple[Face, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """How the line is set; lengths in em.

    Attributes:
        em_px: size at which the glyphs come.
        tracking: added after every character.
        word_space: width of a space, before tracking.
        word_space_spread: relative random variation of each space.
        script_gap: the automatic gap between hanzi and Latin; it is no character.
        tight_punctuation: full-width punctuation takes only the room of its ink.
        latin_scale: size of the Latin face against the Chinese one.
        bold: pixels at the nominal em added (or, negative, taken) around each stroke.
        underline: distance below the baseline, 0 for none.
        size_jitter, turn_jitter_rad, drift: per character, for handwriting faces.
        drawn_scripts: draw super- and subscripts from raised small characters, not from the face's own.
    """

    em_px: float = 48.0
    tracking: float = 0.0
    word_space: float = 0.28
    word_space_spread: float = 0.0
    script_gap: float = 0.0
    tight_punctuation: bool = False
    latin_scale: float = 1.0
    bold: int = 0
    underline: float = 0.0
    size_jitter: float = 0.0
    turn_jitter_rad: float = 0.0
    drift: float = 0.0
    drawn_scripts: bool = True


@dataclass(frozen=True, slots=True)
class _Piece:
    """A drawn character before it is placed: coverage, x from the pen, y from the baseline, and its advance."""

    coverage: NDArray[np.uint8]
    left: float
    top: float
    advance: float


def typeset(
    runs: Sequence[tuple[str, str]],
    typeface: Typeface,
    glyph_of: GlyphOf,
    setting: Setting,
    rng: np.random.Generator,
) -> Ink | None:
    """Sets runs of (text, kind), kind being roman, italic, superscript or subscript, at the setting's em.

    Returns None where no face covers a character or nothing would be drawn.
    """
    placed: list[tuple[_Piece, float, float]] = []
    families: dict[str, None] = {}
    boxes: list[tuple[float, float, float, float]] = []
    em, pen, drift, before = setting.em_px, 0.0, 0.0, ""
    text = "".join(run for run, _ in runs)
    kinds = [kind for run, kind in runs for _ in run]
    for character, kind, wide in zip(text, kinds, _wide_flags(text), strict=True):
        if character == " ":
            width = _space_width(setting, rng)
            boxes.append((pen, -0.8 * em, pen + width, 0.1 * em))
            pen, before = pen + width, character
            continue
        drawn = _draw_degrees(character, typeface, glyph_of, setting, rng) if character in _DEGREES else None
        drawn = drawn or _draw(character, kind, wide, typeface, glyph_of, setting)
        if drawn is None:
            return None
        piece, face = drawn
        families[face.family] = None
        if setting.script_gap and _takes_gap(before, character):
            pen += setting.script_gap * em
        if setting.size_jitter:
            piece = _jittered(piece, setting, rng)
            drift = 0.8 * drift + setting.drift * em * rng.normal()
        placed.append((piece, pen + piece.left, drift + piece.top))
        boxes.append(_box_of(piece, pen, drift, em))
        pen, before = pen + piece.advance + setting.tracking * em, character
    if not placed:
        return None
    return _compose(placed, np.array(boxes, dtype=np.float32), setting, text, families)


def is_wide(character: str) -> bool:
    """Tells whether a character always fills a hanzi's square: hanzi and Chinese punctuation."""
    return "\u2e80" <= character <= "\u9fff" or character in "，。、；：？！（）《》〈〉【】「」『』〔〕～〇"


def cut_to_width(ink: Ink, width_px: float) -> Ink | None:
    """Drops the characters from the right that do not fit; None when fewer than one would stay."""
    if ink.coverage.shape[1] <= width_px:
        return ink
    start = float(ink.boxes[0, 0])
    kept = int(np.searchsorted(np.maximum.accumulate(ink.boxes[:, 2]) - start, width_px))
    text = ink.text[:kept].rstrip(" ")
    if not text:
        return None
    # Halfway to the next character: accents and slants keep their ink, neighbours leave little.
    end = float(ink.boxes[len(text) - 1, 2])
    following = float(ink.boxes[len(text), 0]) if len(text) < len(ink.text) else end + 4
    edge = max(1, round(min((end + max(end, following)) / 2, end + 5)))
    return replace(ink, coverage=ink.coverage[:, :edge].copy(), text=text, boxes=ink.boxes[: len(text)])


def _space_width(setting: Setting, rng: np.random.Generator) -> float:
    spread = 1 + setting.word_space_spread * rng.random() if setting.word_space_spread else 1.0
    return max(0.12, setting.word_space * spread + setting.tracking) * setting.em_px


def _takes_gap(before: str, character: str) -> bool:
    return before.isalnum() and character.isalnum() and is_wide(before) != is_wide(character)


def _wide_flags(text: str) -> list[bool]:
    """Quotes, dashes and ellipses are wide in a Chinese line, unless they stand inside a Latin word."""
    chinese = any(is_wide(character) for character in text)
    flags = []
    for position, character in enumerate(text):
        ambiguous = character in _EITHER_WIDTH and chinese
        around = text[max(0, position - 1) : position] + text[position + 1 : position + 2]
        in_word = len(around) == 2 and around.isascii() and around.isalnum()
        flags.append(is_wide(character) or (ambiguous and not in_word))
    return flags


def _draw(
    character: str, kind: str, wide: bool, typeface: Typeface, glyph_of: GlyphOf, setting: Setting
) -> tuple[_Piece, Face] | None:
    if kind == "superscript" or character in _SUPERSCRIPTS:
        return _draw_script(character, _SUPERSCRIPTS.get(character, character), -0.36, typeface, glyph_of, setting)
    if kind == "subscript" or character in _SUBSCRIPTS:
        return _draw_script(character, _SUBSCRIPTS.get(character, character), 0.16, typeface, glyph_of, setting)
    if kind == "italic" and character.isalpha():
        return _draw_italic(character, typeface, glyph_of)
    face = _face_for(character, wide, typeface)
    if face is None:
        return None
    piece = _piece(glyph_of(face, character))
    if wide:
        return (_tightened(piece, character, setting.em_px) if setting.tight_punctuation else piece), face
    return (_scaled(piece, setting.latin_scale), face) if setting.latin_scale != 1.0 else (piece, face)


def _draw_degrees(
    character: str, typeface: Typeface, glyph_of: GlyphOf, setting: Setting, rng: np.random.Generator
) -> tuple[_Piece, Face] | None:
    """Sets a degree sign and its letter side by side as one piece.

    None where no face has both, and for some of those that a face has as one sign.
    """
    if rng.random() >= _TYPED_AS_TWO and _face_for(character, False, typeface) is not None:
        return None
    letter = _DEGREES[character]
    faces = (typeface.latin, typeface.hanzi, *typeface.fallbacks)
    face = next((each for each in faces if each.covers("°") and each.covers(letter)), None)
    if face is None:
        return None
    sign, after = (_scaled(_piece(glyph_of(face, part)), setting.latin_scale) for part in ("°", letter))
    placed = ((sign, sign.left, sign.top), (after, sign.advance + after.left, after.top))
    left, top = min(x for _, x, _ in placed), min(y for _, _, y in placed)
    right = max(x + piece.coverage.shape[1] for piece, x, _ in placed)
    bottom = max(y + piece.coverage.shape[0] for piece, _, y in placed)
    both = np.zeros((round(bottom - top) + 1, round(right - left) + 1), dtype=np.uint8)
    for piece, x, y in placed:
        height, width = piece.coverage.shape
        target = both[round(y - top) :, round(x - left) :][:height, :width]
        np.maximum(target, piece.coverage, out=target)
    return _Piece(both, left, top, sign.advance + after.advance), face


def _face_for(character: str, wide: bool, typeface: Typeface) -> Face | None:
    first = (typeface.hanzi, typeface.latin) if wide else (typeface.latin, typeface.hanzi)
    for face in (*first, *typeface.fallbacks):
        if face.covers(character):
            return face
    return None


def _draw_italic(character: str, typeface: Typeface, glyph_of: GlyphOf) -> tuple[_Piece, Face] | None:
    if typeface.italic is not None and typeface.italic.covers(character):
        return _piece(glyph_of(typeface.italic, character)), typeface.italic
    face = _face_for(character, False, typeface)
    return None if face is None else (_leaning(_piece(glyph_of(face, character))), face)


def _draw_script(
    character: str, base: str, shift_em: float, typeface: Typeface, glyph_of: GlyphOf, setting: Setting
) -> tuple[_Piece, Face] | None:
    own = _face_for(character, False, typeface)
    shift_px = shift_em * setting.em_px
    if own is not None and (not setting.drawn_scripts or base == character):
        piece = _piece(glyph_of(own, character))
        return (piece, own) if base != character else (_shifted(_scaled(piece, 0.7), shift_px), own)
    upright = base in _UPRIGHT or typeface.italic is None or not typeface.italic.covers(base)
    face = _face_for(base, False, typeface) if upright else typeface.italic
    if face is None:
        return None
    return _shifted(_scaled(_piece(glyph_of(face, base)), 0.7), shift_px), face


def _piece(glyph: Glyph) -> _Piece:
    return _Piece(glyph.coverage, float(glyph.left), float(glyph.top), float(glyph.advance))


def _shifted(piece: _Piece, shift_px: float) -> _Piece:
    return _Piece(piece.coverage, piece.left, piece.top + shift_px, piece.advance)


def _scaled(piece: _Piece, scale: float) -> _Piece:
    height, width = piece.coverage.shape
    if not height:
        return replace(piece, advance=piece.advance * scale)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(piece.coverage, size, interpolation=method), dtype=np.uint8)
    return _Piece(resized, piece.left * scale, piece.top * scale, piece.advance * scale)


def _leaning(piece: _Piece) -> _Piece:
    height, width = piece.coverage.shape
    if not height:
        return piece
    lean = 0.2
    extra = round(lean * height) + 1
    shear = np.array([[1, -lean, lean * height], [0, 1, 0]], dtype=np.float32)
    sheared = np.asarray(cv2.warpAffine(piece.coverage, shear, (width + extra, height)), dtype=np.uint8)
    # The baseline stays where it was: shift back by what its row moved.
    moved = lean * height - lean * -piece.top
    return _Piece(sheared, piece.left - moved, piece.top, piece.advance)


def _tightened(piece: _Piece, character: str, em: float) -> _Piece:
    if character not in _OPENING and character not in _CLOSING:
        return piece
    width = piece.coverage.shape[1]
    return _Piece(piece.coverage, 0.1 * em, piece.top, max(width + 0.2 * em, 0.45 * em))


def _jittered(piece: _Piece, setting: Setting, rng: np.random.Generator) -> _Piece:
    height, width = piece.coverage.shape
    if not height:
        return piece
    scale_x, scale_y = np.exp(rng.normal(0, setting.size_jitter, 2))
    angle = float(np.clip(rng.normal(0, setting.turn_jitter_rad), -0.25, 0.25))
    cosine, sine = np.cos(angle), np.sin(angle)
    linear = np.array([[cosine * scale_x, -sine * scale_y], [sine * scale_x, cosine * scale_y]])
    size = np.ceil(np.abs(linear) @ (width, height)).astype(int) + 2
    middle = linear @ (width / 2, height / 2)
    matrix = np.column_stack([linear, size / 2 - middle])
    turned = cv2.warpAffine(piece.coverage, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    left = piece.left * scale_x + (width * scale_x - size[0]) / 2
    top = piece.top * scale_y + (height * scale_y - size[1]) / 2
    return _Piece(np.asarray(turned, dtype=np.uint8), left, top, piece.advance * scale_x)


def _box_of(piece: _Piece, pen: float, drift: float, em: float) -> tuple[float, float, float, float]:
    """Ink from side to side, at least a sixth of an em; from top to bottom the em's box and whatever leaves it."""
    height, width = piece.coverage.shape
    x0, x1 = pen + piece.left, pen + piece.left + width
    if (missing := min(em / 6, piece.advance) - width) > 0:
        x0, x1 = x0 - missing / 2, x1 + missing / 2
    top, bottom = drift + piece.top, drift + piece.top + height
    return (x0, min(top, -0.8 * em + drift), x1, max(bottom, 0.1 * em + drift))


def _compose(
    placed: list[tuple[_Piece, float, float]],
    boxes: NDArray[np.float32],
    setting: Setting,
    text: str,
    families: dict[str, None],
) -> Ink:
    em, pad = setting.em_px, 3 + abs(setting.bold)
    left = min(x for _, x, _ in placed)
    top = min(min(y for _, _, y in placed), -0.6 * em)
    right = max(x + piece.coverage.shape[1] for piece, x, _ in placed)
    bottom = max(max(y + piece.coverage.shape[0] for piece, _, y in placed), (setting.underline + 0.1) * em, 0.0)
    origin_x, origin_y = pad - left, pad - top
    canvas = np.zeros((int(bottom - top) + 2 * pad + 2, int(right - left) + 2 * pad + 2), dtype=np.uint8)
    for piece, x, y in placed:
        height, width = piece.coverage.shape
        row, column = round(y + origin_y), round(x + origin_x)
        target = canvas[row : row + height, column : column + width]
        np.maximum(target, piece.coverage, out=target)
    if setting.underline:
        row = round(origin_y + setting.underline * em)
        canvas[row : row + max(1, round(em / 20)), pad:-pad] = 255
    moved = boxes + np.array([origin_x, origin_y, origin_x, origin_y], dtype=np.float32)
    return Ink(_thickened(canvas, setting.bold), text, moved, {"faces": ",".join(families)})


def _thickened(canvas: NDArray[np.uint8], bold: int) -> NDArray[np.uint8]:
    """Grows (or shrinks) strokes by `bold` half pixels; an ellipse keeps corners round."""
    if not bold:
        return canvas
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(bold) + 1, abs(bold) + 1))
    operation = cv2.dilate if bold > 0 else cv2.erode
    return np.asarray(operation(canvas, kernel), dtype=np.uint8)
