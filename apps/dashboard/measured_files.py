"""The committed files of measurements that pages show: read once for all visitors, and again when they change.

What is missing or damaged is empty: pages say then how to measure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st


def measured(path: Path) -> dict[str, Any]:
    """Returns what a file holds; empty where there is none that can be read. Not to be changed."""
    return _read(str(path), path.stat().st_mtime_ns) if path.exists() else {}


@st.cache_resource(show_spinner=False, max_entries=16)
def _read(path: str, changed_ns: int) -> dict[str, Any]:
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
