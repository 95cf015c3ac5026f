"""A picture on its way into a tab, sent there by a link or by another tab. Knows nothing of what the tab makes of it.

Every tab that takes pictures has one `gr.State` for what arrives, and listens to its change.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import gradio as gr

from apps.demo.comparison import Crop

RECEIVERS: Final = ("compare", "page", "break", "cases")
"""The tabs that something can arrive in."""

_ORDER: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrives, and how it is to be read where that is said.

    Attributes:
        path: of the picture's file; None where only a case or settings are meant.
        name: what to call it.
        truth: what it is said to say, "" when unknown.
        known_truth: what is known with the sample or case, whatever a link claims.
        crop: the part of it that is meant.
        sample, case: what the picture is called in links, "" for a visitor's own, which has no address.
        engines, decoder, enhance: how it is to be read; empty for what the visitor has chosen already.
        page: which page of a document.
        why: a sentence for the visitor on why it came here, "" where that is plain.
        by_link: whether a link brought it: then the address line says already what is shown.
        number: makes each arrival one of its own, so that the same picture may come twice.
    """

    path: Path | None
    name: str = ""
    truth: str = ""
    known_truth: str = ""
    crop: Crop | None = None
    sample: str = ""
    case: str = ""
    engines: tuple[str, ...] = ()
    decoder: str = ""
    enhance: bool | None = None
    page: int = 1
    why: str = ""
    by_link: bool = False
    number: int = field(default_factory=lambda: next(_ORDER))


Arrivals = dict[str, gr.State]
"""By tab: where it is told what has arrived."""


def make_arrivals() -> Arrivals:
    """Returns the states; to be called inside the page's blocks, before its tabs are laid out."""
    return {tab: gr.State(None) for tab in RECEIVERS}
