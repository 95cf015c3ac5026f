"""How often training lines show each special kind of line: one number a kind, 0 to leave it out.

Validation and test lines show none of them, so that they stay the lines that earlier figures are of. Knows nothing of
how a kind is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ocr_core.errors import OcrError
from ocr_core.scenario import Split


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of lines from 0 to 1; of which lines each is a share, its own line says.

    Attributes:
        tight: of all lines of more than two characters, crops that touch their ink.
        tight_short: the same, of lines of one or two characters.
        cut_out: of handwritten lines of one or two characters, those cut at their ink on all four sides.
        formats: of printed, scene and screen lines, texts in fixed formats: receipts, amounts, addresses, numbers.
        rows: of the same lines, separators, leaders and repeated characters.
        spaced: of the same lines, single characters and short words with spaces between.
        tickets: of printed lines, what small printers leave: pixels, struck dots, thermal paper.
        displays: of scene lines, digits of segments and pixels that glow or darken.
        colours: of scene lines, and half as often of screen lines, letters in colours on colours, brought to grey.
        seals: of printed lines, those with a seal or a watermark over them.
        posters: of the other scene lines, plain dark letters on a nearly white ground, as on sellers' pictures.
        english: of scene lines, real English words as display type.
        spacing: of printed, scene, screen and maths lines with spaces, letters and words set close or far apart.
        steep: of printed and scene lines, those turned by up to five degrees or bent to an arc.
        frames: of printed and scene lines, those with a frame or rulings in the crop.
        skeletons: of lines by the pen, those whose strokes lie between two skeletons' instead of on the bank's.
        running: of the same lines, those in which hurried writers take short forms of components.
        traditional: of handwritten lines, those whose text is put into traditional characters.
        unordered: of handwritten lines, hanzi in no order, above all those in daily use.
        notes: of the other handwritten lines, technical sentences as people note them, with figures and Latin between.
        reinked: of lines by handwriting faces, those whose letters are thinned and drawn anew with a pen.
        strips: of other handwritten lines, those with remains of the lines above and below.
        whitened: of handwritten lines, those whose paper is made white.
    """

    tight: float = 0.25
    tight_short: float = 0.5
    cut_out: float = 0.5
    formats: float = 0.06
    rows: float = 0.03
    spaced: float = 0.08
    tickets: float = 0.16
    displays: float = 0.03
    colours: float = 0.22
    seals: float = 0.05
    posters: float = 0.35
    english: float = 0.14
    spacing: float = 0.2
    steep: float = 0.05
    frames: float = 0.07
    skeletons: float = 0.75
    running: float = 0.7
    traditional: float = 0.08
    unordered: float = 0.4
    notes: float = 0.2
    reinked: float = 0.4
    strips: float = 0.3
    whitened: float = 0.25

    @classmethod
    def of_split(cls, split: Split) -> Shares:
        """Returns the shares a split is drawn with unless told otherwise: none outside training."""
        return cls() if split is Split.TRAIN else cls.none()

    @classmethod
    def none(cls) -> Shares:
        """Returns shares that leave out every special kind."""
        return cls(**dict.fromkeys((each.name for each in fields(cls)), 0.0))

    def changed(self, wish: str) -> Shares:
        """Returns these shares changed as a command line wishes: `tight=0,tight_short=0.3`.

        Raises:
            OcrError: a name is unknown, or a share is no number from 0 to 1.
        """
        known = {each.name for each in fields(self)}
        changes = {}
        for part in filter(None, wish.split(",")):
            name, _, value = (each.strip() for each in part.partition("="))
            if name not in known:
                raise OcrError(f"There is no share named '{name}'; there are: {', '.join(sorted(known))}.")
            try:
                changes[name] = float(value)
            except ValueError:
                raise OcrError(f"The share of '{name}' is no number: '{value}'.") from None
            if not 0 <= changes[name] <= 1:
                raise OcrError(f"The share of '{name}' must lie from 0 to 1, not at {value}.")
        return replace(self, **changes)


def strikes(share: float, rng: np.random.Generator) -> bool:
    """Decides whether a line becomes of a kind; a share of 0 draws no number, so all else stays as it was."""
    return share > 0 and bool(rng.random() < share)
