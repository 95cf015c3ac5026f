"""Corrected labels as a label file of their own, with the history of every change beside it.

Labels are written as a table with a header that `eval.datasets` reads, other columns of the data included.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from eval.datasets import LabelledLine
from eval.triage.store import Decision

LABELS: Final = "labels.csv"
HISTORY: Final = "history.jsonl"
_KNOWN: Final = ("file", "text", "how", "certainty", "origin", "scenario")
_PROVENANCE: Final = "label_history"


def corrected_labels(lines: Sequence[LabelledLine], corrections: Mapping[str, str]) -> str:
    """Returns the labels of a data set as CSV, corrected ones replaced and marked in a column of their own."""
    others = list(dict.fromkeys(name for line in lines for name, _ in line.extra if name != _PROVENANCE))
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow([*_KNOWN, _PROVENANCE, *others])
    for line in lines:
        text = corrections.get(line.name, line.text)
        extra = dict(line.extra)
        provenance = f"was: {line.text}" if text != line.text else extra.get(_PROVENANCE, "")
        known = (line.name, text, line.how, line.certainty, line.origin, line.section)
        table.writerow([*known, provenance, *(extra.get(name, "") for name in others)])
    return written.getvalue()


def history_lines(history: Sequence[Decision]) -> str:
    """Returns one JSON object a decision, the oldest first."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in history)


def archive(lines: Sequence[LabelledLine], corrections: Mapping[str, str], history: Sequence[Decision]) -> bytes:
    """Returns both as a zip, to be unpacked beside the pictures in place of the old labels."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(LABELS, corrected_labels(lines, corrections))
        zipped.writestr(HISTORY, history_lines(history))
    return packed.getvalue()
