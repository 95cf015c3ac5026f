"""Everything a split's lines are made of, opened once: faces by style, glyphs, texts, photographs, pen writers.

Chooses typefaces that cover a given text. Knows nothing of how a line is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth.backgrounds import PhotoBank
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.faces import Face, load_faces
from ocr_core.synth.glyphs import GlyphStore
from ocr_core.synth.layout import Typeface, is_wide
from ocr_core.synth.shares import Shares
from ocr_core.synth.skeletons import Skeletons, open_skeletons
from ocr_core.synth.split import Style, writers
from ocr_core.synth.writer import Writer

StyleShares = Mapping[Style, float]

_TRIES = 8
_WEIGHT_SHARES = {
    "regular": 1.0, "medium": 0.6, "light": 0.5, "bold": 0.5, "black": 0.25, "italic": 0.22, "bold_italic": 0.08,
    "symbols": 0.0,
}  # fmt: skip
_MATHS_HANZI: StyleShares = {"song": 0.7, "hei": 0.1, "kai": 0.1, "fangsong": 0.1}
_OWN_LATIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TypePlan:
    """Which styles a scenario is set in, and in what shares."""

    hanzi: StyleShares
    latin: StyleShares


@dataclass(eq=False)
class Stock:
    """The materials of one split.

    Attributes:
        split: whose materials.
        charset: every text is within it.
        corpus: texts.
        glyphs: drawn characters.
        photos: photographs.
        families: style to the families that have it, each a list of faces.
        writer_seeds: who may write.
        shares: how often lines are of a special kind.
        skeletons: further ways to write characters; None where no line asks for them.
    """

    split: Split
    charset: Charset
    corpus: Corpus
    glyphs: GlyphStore
    photos: PhotoBank
    families: dict[Style, list[list[Face]]]
    writer_seeds: range
    shares: Shares
    skeletons: Skeletons | None

    @classmethod
    def open(
        cls, split: Split, charset: Charset, shares: Shares | None = None, strokes_file: Path | None = None
    ) -> Stock:
        """Opens a split's materials; shares that are not given are the split's own.

        Args:
            split: whose materials.
            charset: every text is within it.
            shares: how often lines are of a special kind.
            strokes_file: pen paths for more skeletons, as `open_skeletons` takes them.

        Raises:
            MaterialsError: something has not been fetched, or the file holds no pen paths.
        """
        shares = shares if shares is not None else Shares.of_split(split)
        by_family: dict[str, list[Face]] = {}
        for face in load_faces(split):
            by_family.setdefault(face.family, []).append(face)
        families: dict[Style, list[list[Face]]] = {}
        for faces in by_family.values():
            families.setdefault(faces[0].style, []).append(faces)
        return cls(
            split, charset, Corpus(split, charset), GlyphStore(charset), PhotoBank(split), families, writers(split),
            shares, open_skeletons(charset, strokes_file) if shares.skeletons else None,
        )  # fmt: skip

    def writer(self, rng: np.random.Generator) -> Writer:
        """Draws one of the split's pen writers."""
        return Writer.sample(np.random.default_rng(self.writer_seeds[int(rng.integers(len(self.writer_seeds)))]))

    def typeface(self, text: str, plan: TypePlan, rng: np.random.Generator) -> Typeface | None:
        """Draws faces that cover the text between them; None where no draw succeeds."""
        wide = {character for character in text if is_wide(character)}
        letters = {character for character in text if character.isascii() and character.isalpha()}
        for _ in range(_TRIES):
            hanzi = self._draw(plan.hanzi, rng)
            if wide and not hanzi.covers_all(wide):
                continue
            latin, italic = self._latin(hanzi, plan, rng)
            if not latin.covers_all(letters):
                continue
            return Typeface(hanzi, latin, italic, self.operators(rng))
        return None

    def maths_typeface(self, text: str, rng: np.random.Generator) -> Typeface | None:
        """Draws the faces of a mathematical text: one family's roman, italic and symbols, hanzi where needed."""
        wide = {character for character in text if is_wide(character)}
        families = self.families.get("maths", []) + (self.families.get("latin_serif", []) if rng.random() < 0.3 else [])
        romans = [faces for faces in families if weight_of(faces[0]) == "regular"]
        if not romans:
            raise MaterialsError(f"No maths faces in the {self.split.value} split.")
        faces = romans[int(rng.integers(len(romans)))]
        by_weight = {weight_of(face): face for face in faces}
        bold = rng.random() < 0.12
        latin = by_weight.get("bold", faces[0]) if bold else faces[0]
        own_symbols = (by_weight["symbols"],) if "symbols" in by_weight else ()
        for _ in range(_TRIES):
            hanzi = self._draw(_MATHS_HANZI, rng) if wide else latin
            if hanzi.covers_all(wide):
                return Typeface(hanzi, latin, by_weight.get("italic"), own_symbols + self.operators(rng))
        return None

    def operators(self, rng: np.random.Generator) -> tuple[Face, ...]:
        """Returns faces for Greek, operators and other signs, one family first."""
        families = self.families.get("maths", [])
        order = rng.permutation(len(families))
        chosen = [families[int(position)] for position in order]
        return tuple(face for faces in chosen for face in faces if weight_of(face) in ("symbols", "regular"))

    def _draw(self, shares: StyleShares, rng: np.random.Generator) -> Face:
        present = {style: share for style, share in shares.items() if self.families.get(style)}
        if not present:
            raise MaterialsError(f"No faces of these styles in the {self.split.value} split: {', '.join(shares)}")
        families = [faces for faces in self.families[_weighted(present, rng)] if weight_of(faces[0]) != "symbols"]
        family = families[int(rng.integers(len(families)))]
        return _weighted({face: _WEIGHT_SHARES.get(weight_of(face), 0.7) for face in family}, rng)

    def _latin(self, hanzi: Face, plan: TypePlan, rng: np.random.Generator) -> tuple[Face, Face | None]:
        if hanzi.covers("a") and rng.random() < _OWN_LATIN_SHARE * (hanzi.style in plan.hanzi):
            return hanzi, None
        latin = self._draw(plan.latin, rng)
        return latin, self.italic_of(latin)

    def italic_of(self, face: Face) -> Face | None:
        """Returns the italic of a face's family, if it has one."""
        for faces in self.families.get(face.style, []):
            if faces[0].family == face.family:
                return next((other for other in faces if weight_of(other) == "italic"), None)
        return None


def weight_of(face: Face) -> str:
    """Returns the weight's name, as in `split.toml`."""
    return face.name.rpartition("/")[2]


def is_heavy(typeface: Typeface) -> bool:
    """Tells whether strokes are so thick already that thicker ones would fill the hanzi."""
    return weight_of(typeface.hanzi) in ("bold", "black") or typeface.hanzi.style == "display"


def _weighted(shares: Mapping, rng: np.random.Generator):
    """Draws a key in proportion to its value."""
    keys, values = list(shares), np.fromiter(shares.values(), dtype=np.float64)
    return keys[int(np.searchsorted(np.cumsum(values), rng.random() * values.sum(), side="right"))]
