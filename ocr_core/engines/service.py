"""A service at an `http://` or `https://` address as an engine: a picture is sent there, text comes back.

Two forms are spoken. The first is this project's own and that of many: JSON with the picture in base64, an answer with
`result`. The second is the plainest there is: the picture as the body, an answer in text or in JSON with `text`. Which
one a service understands is tried when it is loaded. Bounded in time and size, no redirect is followed, and a line that
fails is the failure of that line alone. The way to the service and back is part of every line's time.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import math
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.engines.text_engine import LONGEST_TEXT, TextReading, TextRecognizer
from ocr_core.errors import ModelError
from ocr_core.settings import Settings

if TYPE_CHECKING:
    from http.client import HTTPResponse

RUNTIME: Final = "service"
LONGEST_S: Final = 30.0
LARGEST_ANSWER_BYTES: Final = 2**20
SCHEMES: Final = ("http", "https")

Form = Literal["json", "picture"]
FORMS: Final[tuple[Form, ...]] = ("json", "picture")

_TEXT_KEYS: Final = ("result", "text", "texts")
_CHUNK_BYTES: Final = 1 << 16
_LONGEST_NAME: Final = 40


def is_service(name: str) -> bool:
    """Tells the address of a service from the name or path of a model."""
    return re.match(r"https?://", name, re.IGNORECASE) is not None


def service_name(address: str) -> str:
    """Names the engine at an address: its host and path, and the beginning of the address's hash."""
    parts = urlsplit(checked_address(address))
    plain = re.sub(r"[^\w-]+", "-", f"{parts.netloc}{parts.path}").strip("-")[:_LONGEST_NAME]
    return f"{plain}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def checked_address(address: str) -> str:
    """Returns an address that can be asked.

    Raises:
        ModelError: it is no http(s) address, or carries a name and password, which would be kept with every run.
    """
    try:
        parts = urlsplit(address)
        usable = parts.scheme.lower() in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, None
    if parts is None or not usable or re.search(r"[\s\x00-\x20\x7f]", address) or not address.isascii():
        raise ModelError(f"{address[:200]!r} is no address of a service: http://host:port/path is wanted.")
    if parts.username is not None or parts.password is not None:
        raise ModelError("An address with a name or password in it is not taken: it would be written into every run.")
    return address


def load(address: str, settings: Settings) -> TextRecognizer:
    """Finds out what a service understands by asking it to read an empty line.

    Raises:
        ModelError: it does not answer, or understands none of the forms.
    """
    checked_address(address)
    empty = np.full((48, 320, 3), 255, np.uint8)
    problems: list[str] = []
    for form in FORMS:
        engine = ServiceEngine(address, form)
        try:
            engine.read_line(empty)
        except ModelError as error:
            problems.append(str(error))
        else:
            return TextRecognizer(service_name(address), RUNTIME, engine, settings)
    raise ModelError(" ".join(dict.fromkeys(problems)))


@dataclass(frozen=True, slots=True)
class ServiceEngine:
    """A service behind the `TextEngine` protocol."""

    address: str
    form: Form
    longest_s: float = LONGEST_S

    @property
    def version(self) -> str:
        """Which form is spoken."""
        return f"service ({self.form})"

    @property
    def sha256(self) -> str:
        """Nothing is known of what reads there."""
        return ""

    def read_line(self, pixels: NDArray[np.uint8]) -> TextReading:
        """Sends a line `H, W, 3` and returns what is answered.

        Raises:
            ModelError: there is no answer in time, or none that can be understood.
        """
        encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()
        if self.form == "json":
            body = json.dumps({"image_base64": base64.b64encode(encoded).decode()}).encode()
            kind = "application/json"
        else:
            body, kind = encoded, "image/png"
        status, answered_kind, answer = _asked(self.address, body, kind, self.longest_s)
        if status != 200:
            raise ModelError(f"The service at {self.address} answered {status}{_reason(answer)}.")
        return reading_of(answer, answered_kind)


def reading_of(answer: bytes, kind: str) -> TextReading:
    """Understands an answer: JSON with a text, or the text itself.

    Raises:
        ModelError: there is no text in it.
    """
    try:
        text = answer.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError("The service's answer is not UTF-8.") from error
    if kind.partition(";")[0].strip().lower() not in ("application/json", "text/json"):
        if kind.lower().startswith("text/html"):
            raise ModelError("The service answered with a web page.")
        return TextReading(_one_line(text))
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError("The service's answer says that it is JSON, and is not.") from error
    return _told(told)


def _told(told: Any) -> TextReading:
    if isinstance(told, str):
        return TextReading(_one_line(told))
    if isinstance(told, Mapping) and told.get("success", True) is not False:
        for key in _TEXT_KEYS:
            value = told.get(key)
            if isinstance(value, list) and all(isinstance(each, str) for each in value):
                value = " ".join(value)
            if isinstance(value, str):
                return _with_confidences(_one_line(value), told)
    raise ModelError("The service's answer holds no text: JSON with 'result' or 'text' is understood, or plain text.")


def _with_confidences(text: str, told: Mapping[str, Any]) -> TextReading:
    each = told.get("character_confidences", told.get("confidences"))
    of_characters = None
    if isinstance(each, list) and len(each) == len(text):
        numbers = tuple(number for number in map(_share, each) if number is not None)
        of_characters = numbers if len(numbers) == len(text) else None
    return TextReading(text, _share(told.get("confidence")), of_characters)


def _share(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number and 0 <= value <= 1 else None


def _one_line(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ModelError(f"The service answered {len(text):,} characters for one line.")
    return " ".join(text.split())


def _asked(address: str, body: bytes, kind: str, longest_s: float) -> tuple[int, str, bytes]:
    """Sends one request and returns status, kind of content, and content.

    A timer closes the connection when the time is over: limits on single operations would let an answer that trickles
    in byte by byte go on for ever.
    """
    import http.client  # at every start it would cost more than a line does

    parts = urlsplit(address)
    connect = http.client.HTTPSConnection if parts.scheme.lower() == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=longest_s)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    over = threading.Event()
    opened: list[socket.socket] = []  # the connection lets go of its socket while an answer is still coming in

    def give_up() -> None:
        over.set()
        for each in opened:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(longest_s, give_up)
    timer.daemon = True
    timer.start()
    try:
        headers = {"Content-Type": kind, "Accept": "application/json, text/plain", "User-Agent": "zijian"}
        connection.connect()
        opened.append(connection.sock)
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        answer = _content(response, address)
        if over.is_set():
            raise TimeoutError
        return response.status, response.headers.get("Content-Type", ""), answer
    except (OSError, http.client.HTTPException, ValueError) as error:
        if over.is_set() or isinstance(error, TimeoutError):
            raise ModelError(f"The service at {address} did not answer within {longest_s:g} seconds.") from error
        raise ModelError(f"The service at {address} cannot be asked: {_words(error)}.") from error
    finally:
        timer.cancel()
        connection.close()


def _content(response: HTTPResponse, address: str) -> bytes:
    content = bytearray()
    while chunk := response.read(_CHUNK_BYTES):
        content += chunk
        if len(content) > LARGEST_ANSWER_BYTES:
            raise ModelError(
                f"The service at {address} answers more than {LARGEST_ANSWER_BYTES // 2**20} MB for a line."
            )
    return bytes(content)


def _reason(answer: bytes) -> str:
    """Returns what an error's JSON says in words, if it says anything."""
    try:
        told = json.loads(answer.decode("utf-8"))
        message = told["error"]["message"] if isinstance(told["error"], Mapping) else told["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    plain = "".join(c for c in str(message) if c.isprintable())[:200].rstrip(".")
    return f": {plain}" if plain else ""


def _words(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else ""
    return strerror or str(error)[:200].rstrip(".") or type(error).__name__
