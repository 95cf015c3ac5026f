"""What the service is told by its environment: `ZIJIAN_` variables, and the short names that it was published with.

The short names count for the service alone: `DEVICE` on somebody's machine may be meant for any other program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from ocr_core.errors import OcrError
from ocr_core.settings import Lines, ServiceLimits, Settings, variable_of

DEFAULT_PORT: Final = 5000
DEFAULT_HOST: Final = "127.0.0.1"

PUBLISHED_NAMES: Final = {"DEVICE": variable_of("device"), "MAX_IMAGE_WIDTH": variable_of("max_width_px")}
"""Short names, and the variables that they stand for; these win where both are set."""

_GPU: Final = re.compile(r"(gpu|cuda)(:\d+)?", re.IGNORECASE)


def settings_and_limits(environment: Mapping[str, str] | None = None) -> tuple[Settings, ServiceLimits]:
    """Returns how pictures are read and what the service takes.

    Raises:
        OcrError: a variable has a value that cannot be understood.
    """
    named = with_published_names(os.environ if environment is None else environment)
    return Settings.from_environment(named), ServiceLimits.from_environment(named)


def usual_lines(environment: Mapping[str, str] | None = None) -> Lines:
    """Returns what is read of a picture of several lines: an answer is a list, so all of them, unless it is set."""
    source = os.environ if environment is None else environment
    return "biggest" if source.get(variable_of("lines"), "").strip() == "biggest" else "all"


def with_published_names(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns an environment in which the short names are spelt out."""
    spelt = dict(environment)
    for short, variable in PUBLISHED_NAMES.items():
        if (told := spelt.get(short, "").strip()) and not spelt.get(variable, "").strip():
            spelt[variable] = _device(told) if short == "DEVICE" else told
    return spelt


def address(environment: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Returns the host (`HOST`, else `GRADIO_SERVER_NAME`, else this machine alone) and the port (`PORT`, else 5000).

    Raises:
        OcrError: the port is none.
    """
    source = os.environ if environment is None else environment
    host = source.get("HOST", "").strip() or source.get("GRADIO_SERVER_NAME", "").strip() or DEFAULT_HOST
    raw = source.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not (raw.isascii() and raw.isdecimal() and 0 < int(raw[:9]) < 65536):
        raise OcrError(f"PORT should be a port number from 1 to 65535, not {raw!r}.")
    return host, int(raw)


def _device(told: str) -> str:
    return "cuda" if _GPU.fullmatch(told) else told.lower()
