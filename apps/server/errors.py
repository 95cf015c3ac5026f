"""Errors as the service tells them: a status that means what it says, a code for programs, a sentence for people.

Knows what each error of the library means over HTTP. What nobody expected is answered with 500 and nothing of it.
"""

from __future__ import annotations

import math
from typing import Any, Final

from starlette.responses import JSONResponse

from apps.demo.server.fair_lock import BusyError
from ocr_core.errors import CharsetError, DecodingError, ImageError, ImageTooLargeError, ModelError, OcrError

RETRY_BUSY_S: Final = 2


class ApiError(Exception):
    """A request that cannot be answered as it was asked."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after_s = status, code, message, retry_after_s

    def to_dict(self) -> dict[str, Any]:
        """Returns the body of the answer."""
        return {"success": False, "error": {"code": self.code, "message": self.message}}

    def response(self, headers: dict[str, str] | None = None) -> JSONResponse:
        """Returns the answer, with Retry-After where waiting helps."""
        told = dict(headers or {})
        if self.status == 401:
            told["WWW-Authenticate"] = "Bearer"
        if self.retry_after_s is not None:
            told["Retry-After"] = str(max(1, math.ceil(self.retry_after_s)))
        return JSONResponse(self.to_dict(), status_code=self.status, headers=told)


def bad_request(message: str, code: str = "bad_request") -> ApiError:
    """400: the request cannot be understood."""
    return ApiError(400, code, message)


def too_large(message: str) -> ApiError:
    """413: the body or a picture in it is beyond a limit."""
    return ApiError(413, "too_large", message)


def unsupported(message: str) -> ApiError:
    """415: a body of another kind than is read here."""
    return ApiError(415, "unsupported_media_type", message)


def invalid(message: str) -> ApiError:
    """422: understood, but something it asks for cannot be."""
    return ApiError(422, "invalid_option", message)


def busy(message: str = "The service is busy. Please come back in a moment.") -> ApiError:
    """503: too much is waiting already."""
    return ApiError(503, "busy", message, RETRY_BUSY_S)


def late(longest_s: float) -> ApiError:
    """504: it took longer than a request may."""
    return ApiError(
        504, "timeout", f"Given up after {longest_s:g} seconds: this takes too long. Try a smaller picture."
    )


def unexpected() -> ApiError:
    """500: something nobody thought of; the log has it."""
    return ApiError(500, "internal_error", "Something went wrong here, and not on your side. It has been noted.")


def as_api_error(error: BaseException) -> ApiError:
    """Returns what is answered for an error of the library."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, BusyError):
        return busy()
    if isinstance(error, ImageTooLargeError):
        return too_large(str(error))
    if isinstance(error, ImageError):
        return bad_request(str(error), "not_an_image")
    if isinstance(error, (DecodingError, CharsetError)):
        return invalid(str(error))
    if isinstance(error, ModelError):
        return ApiError(503, "model_unavailable", str(error), RETRY_BUSY_S)
    if isinstance(error, OcrError):
        return bad_request(str(error))
    return unexpected()
