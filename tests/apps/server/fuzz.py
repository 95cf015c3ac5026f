"""Mutated requests, thousands of what nobody would send. `python -m tests.apps.server.fuzz ADDRESS --count 10000`.

Promises the same requests for the same seed. Every answer has to be one of the service's own, and no accident (500).
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from tests.apps.server.conftest import document, png

ADDRESSES = ("/api/v1/ocr", "/api/v1/ocr", "/upload", "/api/v1/pages", "/api/v1/jobs")
STATUSES = {200, 202, 400, 413, 415, 422, 429, 503, 504}
LATE = {429, 503, 504}

_ODD_NUMBERS = [0, -1, 2**31, 2**63, 10**30, 1e308, 0.5, True, None, "1", [], {}]
_ODD_TEXTS = [
    "", "\0", "\u202e", "字" * 300, "../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "<script>", "%s%n", "((((", "[",
    "a{99999}", "\ud800",
]  # fmt: skip
_KINDS = ["application/json", "text/plain", "", "application/json; charset=utf-16", "image/png", "\u00e9"]
_FORMS = [*["multipart/form-data; boundary=cut"] * 8, "multipart/form-data", "multipart/form-data; boundary="]
_BODIES = [b"", b"null", b"[]", b"{}", b"{" * 5000, b'{"a":' * 5000, b"1e999", b'"x"', bytes(range(256))]
_OPTIONS: dict[str, list[Any]] = {
    "model": ["crnn", "convnext_tiny", "crnn@onnx+beam", "crnn@torch", "x@y+z", *_ODD_TEXTS],
    "runtime": ["onnx", "onnx-int8", "abacus"],
    "decoder": ["greedy", "beam", "luck"],
    "allow": ["ABC", "digits latin", *_ODD_TEXTS],
    "forbid": ["A", *_ODD_TEXTS],
    "lexicon": [["A"], ["", ""], ["B" * 2000], [1], {}, *_ODD_TEXTS],
    "hotwords": [["A\t2"], ["A\tx"], [None]],
    "lexicon_weight": _ODD_NUMBERS,
    "pattern": ["date", "[AB]+", "(A|B)*C?", *_ODD_TEXTS],
    "n_best": _ODD_NUMBERS,
    "lines": ["all", "biggest", "none"],
    "page": _ODD_NUMBERS,
    "finder": ["classical", "ppocr", "x"],
    "detail": ["characters", "all"],
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    address: str
    kind: str
    body: bytes


class Mutator:
    """Makes requests of sound ones: bytes flipped, cut, doubled, swapped; fields and values that do not belong."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._files = _files()

    def requests(self, count: int) -> Iterator[Sent]:
        """Yields so many requests."""
        makers: list[Callable[[], tuple[str, bytes]]] = [self._json, self._json, self._form, self._raw, self._nonsense]
        for _ in range(count):
            kind, body = makers[self._random.integers(len(makers))]()
            yield Sent(self._one(ADDRESSES), kind, body)

    def _one(self, choices: Any) -> Any:
        return choices[int(self._random.integers(len(choices)))]

    def _chance(self, share: float) -> bool:
        return bool(self._random.random() < share)

    def _file(self) -> bytes:
        data = self._one(self._files)
        return self._mutated(data) if self._chance(0.8) else data

    def _mutated(self, data: bytes) -> bytes:
        for _ in range(int(self._random.integers(1, 4))):
            if not data:
                return data
            at, size = (int(number) for number in self._random.integers(0, len(data), 2))
            how = int(self._random.integers(6))
            if how == 0:
                flipped = bytearray(data)
                for place in self._random.integers(0, min(len(data), 400), 3):
                    flipped[int(place)] = int(self._random.integers(256))
                data = bytes(flipped)
            elif how == 1:
                data = data[:at]
            elif how == 2:
                data = data[:at] + data[at + size % 50 :]
            elif how == 3:
                data = data[:at] + self._random.bytes(size % 40) + data[at:]
            elif how == 4:
                data = data[:at] + data[at : at + size % 200] * 2 + data[at:]
            else:
                number = self._one([0, 1, 0x7FFFFFFF, 0xFFFFFFFF]).to_bytes(4, "big")
                data = data[:at] + number + data[at + 4 :]
        return data

    def _options(self) -> dict[str, Any]:
        names = self._random.choice(list(_OPTIONS), int(self._random.integers(0, 4)), replace=False)
        return {str(name): self._one(_OPTIONS[str(name)]) for name in names}

    def _base64(self) -> str:
        text = base64.b64encode(self._file()).decode()
        how = int(self._random.integers(8))
        if how == 0:
            return "data:image/png;base64," + text
        if how == 1:
            return text.rstrip("=")
        if how == 2:
            return text[: int(self._random.integers(len(text) + 1))]
        if how == 3:
            return "data:" + text
        if how == 4:
            return text.replace(text[:1], self._one(["字", "\0", "=", "-", " "]))
        return text

    def _json(self) -> tuple[str, bytes]:
        field_name = self._one(["image_base64", "image_base64", "file_base64", "images", "picture"])
        value: Any = self._base64() if self._chance(0.9) else self._one(_ODD_NUMBERS)
        if field_name == "images":
            value = [
                {"image_base64": self._base64(), **self._options()} for _ in range(int(self._random.integers(0, 4)))
            ]
        body = json.dumps({field_name: value, **self._options()}).encode()
        return "application/json", self._mutated(body) if self._chance(0.25) else body

    def _form(self) -> tuple[str, bytes]:
        options = {name: str(value) for name, value in self._options().items()}
        parts = [
            f'name="{name}"\r\n\r\n'.encode() + value.encode("utf-8", "replace") for name, value in options.items()
        ]
        for _ in range(int(self._random.integers(0, 3))):
            parts.append(b'name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + self._file())
        body = (
            b"".join(b"--cut\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--cut--\r\n"
        )
        if self._chance(0.4):
            body = self._mutated(body)
        return self._one(
            ["multipart/form-data; boundary=cut"] * 8 + ["multipart/form-data", "multipart/form-data; boundary="]
        ), body

    def _raw(self) -> tuple[str, bytes]:
        return self._one(["image/png", "image/jpeg", "application/pdf", "application/octet-stream"]), self._file()

    def _nonsense(self) -> tuple[str, bytes]:
        kind = self._one(
            ["application/json", "text/plain", "", "application/json; charset=utf-16", "image/png", "\u00e9"]
        )
        body = self._one(
            [b"", b"null", b"[]", b"{}", b"{" * 5000, b'{"a":' * 5000, b"1e999", b'"x"', self._random.bytes(200)]
        )
        return kind, body


def _files() -> list[bytes]:
    picture = Image.open(io.BytesIO(png("BACCAB")))
    made = [png("BAC"), png("A", 2), document("TIFF", ["AB"], ["CA"]), document("PDF", ["ABC"])]
    for form, options in (("JPEG", {}), ("WEBP", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {"compression": "tiff_lzw"})):
        written = io.BytesIO()
        picture.save(written, form, **options)
        made.append(written.getvalue())
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    tall = io.BytesIO()
    Image.new("L", (1, 5_000), 255).save(tall, "PNG")
    return [*made, bomb.getvalue(), tall.getvalue(), b"", b"GIF89a", b"%PDF-1.7"]


@dataclass(slots=True)
class Verdict:
    """What was answered: how often each status, and whatever should not have been."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, number: int, sent: Sent, status: int, kind: str, body: bytes) -> None:
        """Looks at an answer."""
        self.statuses[status] += 1
        problem = wrong_with(status, kind, body)
        if problem:
            self.wrong.append(f"request {number} ({sent.kind} to {sent.address}, {len(sent.body)} bytes): {problem}")


def wrong_with(status: int, kind: str, body: bytes) -> str:
    """Says what is wrong with an answer, "" where nothing is."""
    if status not in STATUSES:
        return f"status {status}: {body[:200]!r}"
    if kind.startswith("application/x-ndjson"):
        last = json.loads(body.splitlines()[-1])
        return "" if last["event"] in ("end", "error") and "internal_error" not in body.decode() else str(last)
    told = json.loads(body)
    if status >= 400:
        fits = set(told) == {"success", "error"} and told["success"] is False and told["error"]["message"]
        return "" if fits else f"error of another form: {told}"
    return "an accident" if b"internal_error" in body else ""


def main() -> int:
    """Sends requests to a running service and says what came back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--pid", type=int, help="the service's process, whose memory is looked at")
    asked = parser.parse_args()
    verdict, memory = Verdict(), []
    every = max(1, asked.count // 10)
    with httpx.Client(base_url=asked.address, timeout=120) as http:
        for number, sent in enumerate(Mutator(asked.seed).requests(asked.count)):
            headers = {"Content-Type": sent.kind.encode("utf-8", "replace")} if sent.kind else {}
            answer = http.post(sent.address, content=sent.body, headers=headers)
            verdict.note(number, sent, answer.status_code, answer.headers.get("content-type", ""), answer.content)
            if asked.pid and (number + 1) % every == 0:
                memory.append(resident_mb(asked.pid))
                print(f"{number + 1} requests: {memory[-1]} MB, {len(verdict.wrong)} wrong", flush=True)
        alive = http.get("/readyz").status_code
    print(f"statuses {dict(sorted(verdict.statuses.items()))}; ready {alive}; memory in MB {memory}")
    print(*verdict.wrong[:20], sep="\n")
    return 1 if verdict.wrong or alive != 200 else 0


def resident_mb(pid: int) -> int:
    """Returns how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    sys.exit(main())
