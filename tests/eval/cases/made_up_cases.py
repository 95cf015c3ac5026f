"""A case that was never read, its archive, and changes to both."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from eval.cases.archive import import_case
from eval.cases.store import CASE_FILE, CaseError, CaseReading, CaseStore, OpenCase, new_case
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import Evidence, LineImage, Recognition, Timings
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors

HTML = "<script>alert(1)</script>\"'&"


def made_up_case(text: str = "看见ab", seed: int = 1, **facts: Any) -> OpenCase:
    """A case of two engines with evidence and one without."""
    image, spans = drawn_line(text)
    line = LineImage.whole(image)
    kept: list[tuple[CaseReading, Evidence | None]] = []
    for number, name in enumerate(("crnn", "convnext_tiny")):
        posteriors = made_up_posteriors(text, spans, line.width_px, np.random.default_rng(seed + number))
        read = read_posteriors(posteriors, line)
        recognition = Recognition(*read[:4], Timings(infer=12.5), name, "ab" * 32, "onnx")
        evidence = evidence_of(posteriors, read.text, facts.get("truth"))
        kept.append((CaseReading(f"{name}@onnx", name, name.upper(), recognition), evidence))
    plain = Recognition(text, (), (), None, Timings(), "tesseract", "", "program", warnings=("slow",))
    kept.append((CaseReading("tesseract@program", "tesseract", "Tesseract", plain), None))
    return new_case(line, kept, **{"settings": {"enhance": False, "crop": (0.0, 0.1, 1.0, 0.9)}, **facts})


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {info.filename.rpartition("/")[2]: opened.read(info) for info in opened.infolist()}


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_json(archive: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    files = files_of(archive)
    data = json.loads(files[CASE_FILE])
    change(data)
    return zipped({**files, CASE_FILE: json.dumps(data).encode()})


def assert_refused(store: CaseStore, archive: bytes, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        import_case(store, archive)
    assert store.list() == ()
    assert not store.folder.is_dir() or list(store.folder.iterdir()) == []


def setting(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Returns a change of a case's JSON: the value at a dotted path."""

    def change(data: dict[str, Any]) -> None:
        *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = data
        for step in parents:
            place = place[step]
        place[last] = value

    return change
