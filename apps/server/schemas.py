"""What programs send and get, as types: they check what comes in, and the documentation is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ocr_core.settings import DecoderName, FinderName, Lines

EXAMPLE_IMAGE: Final = "iVBORw0KGgoAAAANSUhEUgAA..."

LONGEST_NAME: Final = 200
LONGEST_CONDITION: Final = 4_000
LONGEST_LEXICON: Final = 20_000
"""Entries of a lexicon or list of hotwords."""

_Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
_Condition = Annotated[str, StringConstraints(max_length=LONGEST_CONDITION)]
_Entries = Annotated[list[Annotated[str, StringConstraints(max_length=1_000)]], Field(max_length=LONGEST_LEXICON)]


class ReadingOptions(BaseModel):
    """How pictures are read; everything may be left out."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    model: _Name = Field(
        "", description="A name or key from `/api/v1/models`, such as `crnn` or `crnn@onnx-int8+beam`."
    )
    runtime: Literal["", "onnx", "onnx-int8", "torch"] = Field("", description="What the network runs on.")
    decoder: DecoderName | None = Field(None, description="How probabilities become a text.")
    allow: _Condition = Field("", description="The only characters that may be read, such as `digits latin -/`.")
    forbid: _Condition = Field("", description="Characters that may not be read, in the same words.")
    lexicon: _Entries = Field([], description="The texts that a whole line can be.")
    lexicon_weight: float | None = Field(
        None, description="How much more a text of the lexicon is worth, as log-probability."
    )
    hotwords: _Entries = Field([], description="Words that a line may well hold.")
    pattern: _Condition = Field("", description="The form of the whole line: a pattern, or a name such as `date`.")
    n_best: int = Field(1, ge=1, le=50, description="How many readings of a line are told; more need `detail`.")
    lines: Lines | None = Field(
        None, description="`all` reads every line of a picture, in order; `biggest` one. `all` unless set otherwise."
    )
    page: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="Take the file for a document (PDF, TIFF, picture of a page), read this page.",
    )
    finder: FinderName | None = Field(None, description="What finds the lines of pages.")
    min_confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Mark lines that are right with less probability than this with `review`, instead of by the "
        "service's own thresholds.",
    )
    detail: Literal["", "characters"] = Field(
        "", description="`characters` adds boxes, confidences, alternatives, warnings and times to every line."
    )


class OneImage(ReadingOptions):
    """A picture in base64; a `data:` URI and missing padding are fine."""

    image_base64: str = Field(examples=[EXAMPLE_IMAGE])


class OcrRequest(ReadingOptions):
    """One picture, or several in `images`, each with options of its own if it likes; the others are for all."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"examples": [{"image_base64": EXAMPLE_IMAGE}]},
    )

    image_base64: str | None = Field(None, examples=[EXAMPLE_IMAGE])
    images: list[OneImage] | None = None


class FileRequest(ReadingOptions):
    """A document in base64: a PDF, a TIFF of several pages, or a picture of a page."""

    file_base64: str = Field(examples=["JVBERi0xLjcKJ..."])
    name: _Name = Field("", description="What you call the file; comes back with its results.")


class Alternative(BaseModel):
    """What a character could be instead."""

    text: str
    probability: float


class CharacterRead(BaseModel):
    """One character: its box `[left, top, right, bottom]` in pixels of the picture that was sent."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    alternatives: list[Alternative]


class Ranked(BaseModel):
    """One of the best readings of a line."""

    text: str
    probability: float


class LineRead(BaseModel):
    """A line with `detail=characters`; `confidence` is null where nothing was read or an engine gives none.

    `probability_right` is there for calibrated networks, `review` where a threshold is known.
    """

    text: str
    confidence: float | None
    box: tuple[float, float, float, float] | None
    characters: list[CharacterRead]
    warnings: list[str]
    n_best: list[Ranked]
    probability_right: float | None = Field(None, description="How probable it is that the whole line is right.")
    review: bool = Field(False, description="Whether a person should look at this line.")


class ReadingDetail(BaseModel):
    """What `detail=characters` adds."""

    model: str
    model_sha256: str
    runtime: str
    decoder: str
    confidence: float | None
    warnings: list[str]
    timings_ms: dict[str, float]
    lines: list[LineRead]


class ErrorBody(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class Failure(BaseModel):
    """An error, whatever its status."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"success": False, "error": {"code": "not_an_image", "message": "The file is empty."}}]
        }
    )

    success: Literal[False] = False
    error: ErrorBody


class OcrAnswer(BaseModel):
    """What was read: one text a line. `detail` is there where it was asked for, `review` where a threshold is known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"success": True, "result": ["欢迎光临", "Open 9-17"], "cost_time_ms": 87}]}
    )

    success: Literal[True] = True
    result: list[str]
    cost_time_ms: int
    review: bool = Field(False, description="Whether a person should look at any of the lines.")
    detail: ReadingDetail | None = None


class ManyAnswer(BaseModel):
    """Several pictures: each its own success or error, in the order they came."""

    success: Literal[True] = True
    results: list[OcrAnswer | Failure]
    failed: int
    cost_time_ms: int


class TextAnswer(BaseModel):
    """What the form's door answers: the lines, joined by line breaks."""

    text: str


class ModelInfo(BaseModel):
    """An engine that can be asked for."""

    name: str
    display_name: str
    runtimes: list[str]
    decoders: list[str]
    is_default: bool
    is_available: bool
    about: str = ""
    licence: str = ""


class ModelsAnswer(BaseModel):
    """All engines."""

    success: Literal[True] = True
    models: list[ModelInfo]


class JobState(BaseModel):
    """A job: `queued`, `running`, `done`, `failed` or `cancelled`."""

    id: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    name: str
    pages: int | None
    pages_read: int
    created: float
    finished: float | None
    error: ErrorBody | None = None
    status_url: str
    result_url: str


class JobAnswer(BaseModel):
    """A job's state."""

    success: Literal[True] = True
    job: JobState


def plain(model: BaseModel) -> dict[str, Any]:
    """Returns an answer as it goes out: what was not asked for is left out, null stays where it means something."""
    return model.model_dump(mode="json", exclude_unset=True)
