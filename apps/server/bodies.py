"""What a request's body holds: pictures or a document, and how to read them. JSON, forms, or the file as it is.

Bodies have been bounded in size before they come here; nothing in one is trusted. Names of files are never used as
paths.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from apps.server import errors
from apps.server.errors import ApiError
from apps.server.schemas import LONGEST_NAME, FileRequest, OcrRequest, ReadingOptions

JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
ACCEPTED: Final = f"Send {JSON}, {FORM}, or the file itself as image/* or application/pdf."

_MOST_FIELDS: Final = 64
_LARGEST_FIELD_BYTES: Final = 4 * 1024 * 1024
_SPACE: Final = re.compile(rb"\s+")
_LISTS: Final = ("lexicon", "hotwords")

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's file and how to read it; or why it is none."""

    data: bytes
    options: ReadingOptions
    error: ApiError | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a request; of one that was sent as one, the answer is that of one."""

    pictures: tuple[Picture, ...]
    is_one: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document's file, what it is called, and how to read it."""

    data: bytes
    name: str
    options: ReadingOptions


async def pictures_of(request: Request, most: int) -> Pictures:
    """Reads a request for pictures.

    Raises:
        ApiError: it cannot be understood, or has too many.
    """
    kind = _kind(request)
    if kind == JSON:
        return _check(_from_json(_parsed(OcrRequest, await request.body()), most), most)
    if kind == FORM:
        async with _form(request, most) as form:
            files, options = _files(form), _options(_fields(form))
            found = tuple([Picture(await file.read(), options) for file in files])
        return _check(Pictures(found, len(found) == 1), most)
    if kind.startswith("image/") or kind == "application/octet-stream":
        return Pictures((Picture(await request.body(), _options(request.query_params)),), is_one=True)
    raise errors.unsupported(ACCEPTED)


async def document_of(request: Request) -> Document:
    """Reads a request for a document.

    Raises:
        ApiError: it cannot be understood.
    """
    kind = _kind(request)
    if kind == JSON:
        told = _parsed(FileRequest, await request.body())
        return Document(from_base64(told.file_base64), told.name, _only_options(told))
    if kind == FORM:
        async with _form(request, 1) as form:
            files, options = _files(form), _options(_fields(form))
            if len(files) != 1:
                raise errors.invalid("One file is read at a time.")
            return Document(await files[0].read(), (files[0].filename or "")[:LONGEST_NAME], options)
    if kind.startswith("image/") or kind in ("application/pdf", "application/octet-stream"):
        return Document(await request.body(), "", _options(request.query_params))
    raise errors.unsupported(ACCEPTED)


def from_base64(text: str) -> bytes:
    """Decodes base64, also with a `data:` head, line breaks, the alphabet of addresses, or without its padding.

    Raises:
        ApiError: it is no base64.
    """
    head, comma, rest = text.partition(",") if text[:5].lower() == "data:" else ("", "", text)
    if head and (not comma or not head.lower().endswith(";base64")):
        raise errors.bad_request("The data: URI holds no base64.", "bad_base64")
    try:
        raw = _SPACE.sub(b"", rest.encode("ascii")).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise errors.bad_request("This is no base64.", "bad_base64") from error


def _from_json(told: OcrRequest, most: int) -> Pictures:
    if (told.image_base64 is None) == (told.images is None):
        raise errors.invalid("Send one picture as `image_base64`, or several as `images`.")
    if told.image_base64 is not None:
        return Pictures((Picture(from_base64(told.image_base64), _only_options(told)),), is_one=True)
    for_all = {name: value for name, value in told if name in told.model_fields_set and name != "images"}
    pictures: list[Picture] = []
    for each in (told.images or [])[: most + 1]:
        own = {name: value for name, value in each if name in each.model_fields_set and name != "image_base64"}
        options = ReadingOptions.model_construct(**{**ReadingOptions.model_validate({}).model_dump(), **for_all, **own})
        try:
            pictures.append(Picture(from_base64(each.image_base64), options))
        except ApiError as error:
            pictures.append(Picture(b"", options, error))
    return Pictures(tuple(pictures), is_one=False)


def _only_options(told: ReadingOptions) -> ReadingOptions:
    return ReadingOptions.model_construct(**{name: getattr(told, name) for name in ReadingOptions.model_fields})


def _check(pictures: Pictures, most: int) -> Pictures:
    if not pictures.pictures:
        raise errors.invalid("There is no picture in the request.")
    if len(pictures.pictures) > most:
        raise errors.too_large(f"At most {most} pictures are read in one request.")
    return pictures


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _parsed(model: type[_Model], body: bytes) -> _Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _in_words(error) from error


def _in_words(error: ValidationError) -> ApiError:
    """Says what is wrong with a request, without repeating what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return errors.bad_request("The body is not JSON in UTF-8.", "bad_json")
    if first["type"] == "extra_forbidden":
        return errors.invalid("There is an option that is not known here; the documentation names them all.")
    known = {*OcrRequest.model_fields, *FileRequest.model_fields}
    place = ".".join(str(part) if isinstance(part, int) or part in known else "?" for part in first["loc"])
    return errors.invalid(f"{place or 'The body'}: {first['msg']}.")


def _options(fields: Mapping[str, Any]) -> ReadingOptions:
    """Reads options that came as texts, in a form or behind an address; lists are texts with a line an entry."""
    told = {
        name: [line for line in str(value).splitlines() if line.strip()] if name in _LISTS else value
        for name, value in fields.items()
        if value != ""
    }
    try:
        return ReadingOptions.model_validate(told)
    except ValidationError as error:
        raise _in_words(error) from error


def _fields(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def _files(form: FormData) -> list[UploadFile]:
    return [value for _, value in form.multi_items() if isinstance(value, UploadFile)]


@asynccontextmanager
async def _form(request: Request, most_files: int) -> AsyncIterator[FormData]:
    """Parses a form; what it put on the disk is gone afterwards.

    Raises:
        ApiError: it is damaged, or has too many parts.
    """
    try:
        form = await request.form(max_files=most_files + 1, max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD_BYTES)
    except (HTTPException, MultiPartException, UnicodeDecodeError, ValueError) as error:
        raise errors.bad_request("The form is damaged, or has too many parts.", "bad_form") from error
    try:
        yield form
    finally:
        await form.close()
