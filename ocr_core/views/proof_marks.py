"""How a reading is written wherever people see one: proofreader's marks say right and wrong, a bar says how sure.

The one place that decides it, with `proof_marks.css` beside it. Right and wrong have shape and hue: a red wave under
what was substituted, a red caret where something was missed, a red line through what was inserted, and above the first
two what the truth has. Confidence is the length of a grey bar and nothing else. Escapes whatever it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ocr_core.views.differences import Marked
from ocr_core.views.html import escaped, glyph
from ocr_core.views.truth import Kind, TruthMark
from ocr_core.wording.ctc_view import say

STYLE_SHEET: Final = Path(__file__).with_name("proof_marks.css")

Look = Literal["plain", "wrong", "missed", "inserted", "differs", "gap"]
"""What differs and gaps are places where engines disagree and no truth is known: neither right nor wrong."""

WRONG: Final = "#b3261e"
RIGHT: Final = "#1f6f63"
BAR: Final = "#55626a"
BAR_REST: Final = "#dde1e0"
"""The style sheet's colours on white, for pictures that are no web page."""

_LOOKS: Final[Mapping[Kind, Look]] = {
    "right": "plain", "ignored": "plain", "substituted": "wrong", "missed": "missed", "made_up": "inserted",
}  # fmt: skip

_MEANS_ITSELF: Final[frozenset[Look]] = frozenset({"missed", "inserted", "gap"})
"""Looks that say what they mean when the pointer rests on them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One place of a reading and how it looks.

    `read` is what was read there, "" for nothing; `right` what the truth has, where that is another. The indices are
    those of the reading's characters and of the truth's, None where there is none.
    """

    look: Look
    read: str
    right: str = ""
    read_index: int | None = None
    truth_index: int | None = None


def judged_proofs(marks: Sequence[TruthMark]) -> tuple[Proof, ...]:
    """Returns how a reading looks whose truth is known."""
    return tuple(
        Proof(_LOOKS[mark.kind], mark.read, mark.truth if mark.is_edit else "", mark.read_index, mark.truth_index)
        for mark in marks
    )


def compared_proofs(marks: Sequence[Marked]) -> tuple[Proof, ...]:
    """Returns how a reading looks beside others, where no truth is known."""
    return tuple(
        Proof("gap", "") if mark.index is None else Proof(_differing(mark), mark.text, read_index=mark.index)
        for mark in marks
    )


def proof_html(proof: Proof, *, confidence: float | None = None, title: str = "", classes: str = "") -> str:
    """Returns one place as a `<span>`; what is selected and copied is what was read.

    Args:
        proof: the place.
        confidence: drawn as the length of a bar, 0 to 1; None for no bar.
        title: said when the pointer rests on it, beside what the mark itself means.
        classes: further classes of the element.
    """
    names = " ".join(filter(None, ("proof", classes, "" if proof.look == "plain" else proof.look)))
    meant = say(f"proof.{proof.look}.here") if proof.look in _MEANS_ITSELF else ""
    said = ". ".join(filter(None, (meant, title)))
    attributes = [f'class="{names}{" sure" if confidence is not None else ""}"']
    attributes += [f'data-char="{proof.read_index}"'] if proof.read_index is not None else []
    attributes += [f'data-truth="{proof.truth_index}"'] if proof.truth_index is not None else []
    attributes += [f'data-right="{escaped(glyph(proof.right))}"'] if proof.right else []
    attributes += [f'style="--p:{confidence:.3f}"'] if confidence is not None else []
    attributes += [f'title="{escaped(said)}"'] if said else []
    shown = "\u00a0" if proof.read == " " else proof.read
    return f"<span {' '.join(attributes)}>{escaped(shown)}</span>"


def text_html(proofs: Sequence[Proof]) -> str:
    """Returns a whole reading without bars, for lists: what is unmarked is plain text."""
    return "".join(escaped(proof.read) if proof.look == "plain" else proof_html(proof) for proof in proofs)


def legend_html(looks: Sequence[Look], *, bar: bool = True) -> str:
    """Returns list items that show each mark itself and say what it means, each with its look as a class."""
    shown = ["bar", *looks] if bar else looks
    return "".join(
        f'<li class="{"" if look == "bar" else f"of-{look}"}" title="{escaped(say(f"proof.{look}.why"))}">'
        f"{_SAMPLES[look]}{escaped(say(f'proof.{look}'))}</li>"
        for look in shown
    )


def wave_path(left: float, right: float, y: float) -> str:
    """Returns the path of a wave from `left` to `right` at the height `y`, for SVG."""
    steps = max(2, round((right - left) / 3))
    length = (right - left) / steps
    bends = "".join(f"q{length / 2:.2f} {3.2 if i % 2 else -3.2} {length:.2f} 0" for i in range(steps))
    return f"M{left:.1f} {y:.1f}{bends}"


def caret_path(x: float, y: float) -> str:
    """Returns the path of a caret whose tip is at `x`, `y`, for SVG."""
    return f"M{x - 4:.1f} {y + 6:.1f}L{x:.1f} {y:.1f}L{x + 4:.1f} {y + 6:.1f}"


def _differing(mark: Marked) -> Look:
    return "differs" if mark.differs else "plain"


_SAMPLES: Final[Mapping[str, str]] = {
    "bar": '<i class="proof-bar" style="--p:.7"></i>',
    "wrong": '<i class="proof wrong" data-right="b">h</i>',
    "missed": '<i class="proof missed" data-right="b"></i>',
    "inserted": '<i class="proof inserted">h</i>',
    "differs": '<i class="proof differs">h</i>',
}
"""How each mark looks in the legend."""
