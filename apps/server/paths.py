"""Which addresses are the service's own; all others are those of the page for people."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "/api/v1"
DOCUMENTATION: Final = "/docs"

_FOR_MACHINES: Final = ("/healthz", "/readyz", "/metrics", DOCUMENTATION)


def is_counted(path: str) -> bool:
    """Whether a request does work: it is limited, and asked for a key."""
    return path == "/upload" or path == "/api" or path.startswith("/api/")


def is_own(path: str) -> bool:
    """Whether the service answers, rather than the page."""
    return is_counted(path) or path in _FOR_MACHINES or path.startswith(f"{DOCUMENTATION}/")
