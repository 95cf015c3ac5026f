"""From an inspection and a person's answers to a model's metadata: what the file leaves open is asked, nothing else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ocr_core.charset import Charset
from ocr_core.errors import ModelError
from ocr_core.inspection.findings import ModelInspection
from ocr_core.inspection.graph_facts import with_metadata
from ocr_core.inspection.inspect_model import alphabet_of
from ocr_core.preprocess import ChannelOrder, InputFormat
from ocr_core.sessions.model_files import PREFIX, ModelDescription, from_metadata, to_metadata

Question = Literal["characters", "blank", "height", "normalisation", "channel_order"]

UNNAMED: Final = "\ufffd"
"""Stands for a class whose character nobody can show: one that no text may hold."""

_LONGEST_ANSWER: Final = 2_000_000
_WIDEST_HEIGHTS: Final = 32
"""The widest line that a network is given, in its heights, where it leaves the width open."""
_KEPT_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says of a model; what the file says itself is passed over.

    Attributes:
        characters: one a line, in the order of the classes; the blank may be there or not.
        blank, height_px, mean, std: None keeps what was found.
        licence: of the weights, "" if it is not known.
    """

    name: str = ""
    characters: str = ""
    blank: int | None = None
    height_px: int | None = None
    mean: float | None = None
    std: float | None = None
    channel_order: ChannelOrder = "rgb"
    licence: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def questions_of(found: ModelInspection) -> tuple[Question, ...]:
    """Returns what only a person can say; nothing of a file that says all that is needed.

    Raises:
        ModelError: it cannot be read here, whatever anybody says.
    """
    if found.classes is None or found.stride_px.value is None:
        raise ModelError(" ".join(found.warnings) or "This is no CTC network.")
    if found.described is not None:
        return ()
    asked: list[Question] = []
    if alphabet_of(found, found.blank.value or 0) is None:
        asked.append("characters")
    if found.blank.how == "guessed":
        asked.append("blank")
    if found.height_px.how == "guessed":
        asked.append("height")
    asked.append("normalisation")
    if found.channels.value == 3:
        asked.append("channel_order")
    return tuple(asked)


def describe(found: ModelInspection, answers: Answers) -> ModelDescription:
    """Returns the metadata of a model.

    Raises:
        ModelError: an answer is missing, or does not fit what the network is.
    """
    questions_of(found)
    if found.described is not None:
        return found.described
    height = answers.height_px or found.height_px.value
    mean, std = found.mean_std.value
    blank = found.blank.value if answers.blank is None else answers.blank
    if not 0 <= blank < (found.classes or 0):
        raise ModelError(f"The blank is one of the classes 0 to {(found.classes or 1) - 1:,}.")
    fixed = found.fixed_width_px
    description = ModelDescription(
        name=plain_name(answers.name),
        charset=_charset(found, answers, blank),
        input_format=InputFormat(
            height_px=height,
            channels=found.channels.value,
            mean=mean if answers.mean is None else answers.mean,
            std=std if answers.std is None else answers.std,
            max_width_px=fixed or _WIDEST_HEIGHTS * height,
            min_width_px=fixed or 1,
            bucket_px=min(fixed or 64, 4096),
            stride_px=found.stride_px.value,
            channel_order=answers.channel_order if found.channels.value == 3 else "rgb",
        ),
        output=found.output.value,
        output_axes=found.axes.value,
        training={**answers.facts, "source": {"file SHA-256": found.sha256}, "unknown": _unknown(found)},
        licence=" ".join(answers.licence.split())[:100] or "unknown",
    )
    return from_metadata(to_metadata(description))  # refuses what every reader of the file would refuse


def described_file(model: bytes, description: ModelDescription) -> bytes:
    """Returns the same model with these metadata in it.

    Raises:
        ModelError: the bytes are no ONNX file.
    """
    return with_metadata(model, to_metadata(description), PREFIX)


def plain_name(name: str) -> str:
    """Returns a name that can be a file's."""
    return re.sub(r"[^\w-]+", "-", name).strip("-_")[:_KEPT_NAME] or "own"


def _charset(found: ModelInspection, answers: Answers, blank: int) -> Charset:
    listed = alphabet_of(found, blank)
    if listed is None:
        if not answers.characters.strip("\r\n"):
            raise ModelError(
                "The file does not say which characters it knows: give its dictionary, one character a line."
            )
        if len(answers.characters) > _LONGEST_ANSWER:
            raise ModelError("The dictionary is unreasonably long.")
        lines = answers.characters.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")
        listed = alphabet_of(_with_symbols(found, lines), blank)
        if listed is None:
            wanted = found.classes or 0
            raise ModelError(
                f"The dictionary has {len(lines):,} lines; {wanted - 2:,} to {wanted:,} would fit {wanted:,} classes."
            )
    return Charset(tuple("" if c == blank else _shown(text) for c, text in enumerate(listed)), blank)


def _with_symbols(found: ModelInspection, lines: list[str]) -> ModelInspection:
    return replace(found, symbols=("dictionary", tuple(lines)))


def _shown(text: str) -> str:
    harmless = all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in text)
    return text if text and harmless and len(text) <= 16 else UNNAMED


def _unknown(found: ModelInspection) -> list[str]:
    said = ["How lines were scaled to its height in training is not known."]
    if found.channels.value == 3:
        said.append("The order of its channels was answered by a person.")
    if found.mean_std.how != "read":
        said.append("Its normalisation was guessed by what it reads best.")
    return said
