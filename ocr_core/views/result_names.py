"""What the rows and columns of results are called in the language that is spoken: kinds of lines, sets, phases.

Names come from files of results and may be anything: an unknown one keeps its own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ocr_core.language import said
from ocr_core.wording.models import say as say_of_models
from ocr_core.wording.results import say

_KINDS: Final = say.keys_under("kind.")
_PARTS: Final = say.keys_under("part.")
_PROFILES: Final = say.keys_under("profile.")
_SETS: Final = say.keys_under("set.")
_MEANINGS: Final = say.keys_under("meaning.")
_ALTERED: Final = say.keys_under("how.")
_PHASES: Final = say_of_models.keys_under("phase.")


def kind_of_lines(title: str) -> str:
    """Returns what lines are called by the title of their row: `handwriting (face, random characters)`."""
    kind, _, part = title.replace("_", " ").partition(" (")
    if not part:
        return _named(_KINDS, kind)
    parts = say("between_parts").join(_named(_PARTS, each) for each in part.removesuffix(")").split(", "))
    return say("some_of", kind=_named(_KINDS, kind), part=parts)


def normalised(kind: str, profile: str) -> str:
    """Returns a kind of lines with the normalisation that its figures are after."""
    return say("after_profile", kind=kind, profile=_named(_PROFILES, profile.replace("_", " ")))


def set_name(name: str) -> str:
    """Returns what a set of lines is called."""
    return _named(_SETS, name)


def meaning_of_set(name: str, otherwise: str = "") -> str:
    """Returns in a few words what a set is, `otherwise` for one that is not known."""
    return said(_MEANINGS.get(name, otherwise))


def how_altered(how: str) -> str:
    """Returns what lines had suffered before they were read."""
    return _named(_ALTERED, how)


def phase_name(name: str) -> str:
    """Returns what a phase of training is called."""
    return _named(_PHASES, name)


def _named(names: Mapping[str, str], name: str) -> str:
    return said(names.get(name, name))
